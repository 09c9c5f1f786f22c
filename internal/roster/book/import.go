package book

import (
	"errors"
	"fmt"

	"amana/internal/roster"
)

// Import takes in the next roster: it must follow the newest one and be in force
// on the given day. Once it returns, the roster is on stable storage and is the
// newest. To import the newest one again changes nothing and is no error.
//
// If it is refused nothing is written, and the error wraps [roster.ErrMalformed],
// [roster.ErrSecretKey], [roster.ErrChain], [roster.ErrSignatures],
// [roster.ErrExpired] or [roster.ErrNotYet]. Any other error is of the disk. Then
// this book stays with the newest roster that it had, but the new one may be in
// the folder already, valid and not yet pinned: to import it again ends what was
// begun, and so does the next [Open]. Into a book from [Read] nothing is imported.
func (b *Book) Import(data []byte, today string) (*roster.Signed, error) {
	return b.ImportAll(today, data)
}

// ImportAll is Import for several rosters that follow each other, as a server
// that was away needs them: only the last must be in force on the given day. Those
// that are here already are passed over. Either all are refused or none; only an error
// of the disk can leave the first of them taken in.
func (b *Book) ImportAll(today string, data ...[]byte) (*roster.Signed, error) {
	if b.look {
		return nil, errors.New("import a roster: the rosters were opened only to look at them")
	}
	b.importing.Lock()
	defer b.importing.Unlock()
	chain := b.All()
	had := len(chain)
	for i, text := range data {
		s, err := roster.Open(text)
		if err != nil {
			return nil, err
		}
		// Alone, or as the last, a roster of before is somebody's mistake.
		if i < len(data)-1 && s.Epoch < chain[len(chain)-1].Epoch && chain[s.Epoch-1].Sum() == s.Sum() {
			continue
		}
		if again, err := known(chain, s); err != nil {
			return nil, err
		} else if again {
			continue
		}
		if err := roster.Follows(chain[len(chain)-1], s); err != nil {
			return nil, err
		}
		chain = append(chain, s)
	}
	newest := chain[len(chain)-1]
	if len(chain) > had {
		if err := newest.InForce(today); err != nil {
			return nil, err
		}
	}
	if err := room(chain); err != nil {
		return nil, err
	}
	for i := had; i < len(chain); i++ {
		// If the disk fails between these two, the roster stays beyond the mark.
		if err := put(b.folder, chain[i]); err != nil {
			return nil, err
		}
		if err := b.pin(chain[i]); err != nil {
			return nil, err
		}
		now := chain[: i+1 : i+1]
		b.chain.Store(&now)
	}
	return newest, nil
}

// room refuses a chain that no file could carry: every export would fail.
func room(chain []*roster.Signed) error {
	size := 0
	for _, s := range chain {
		size += len(s.Bytes())
	}
	if len(chain) > roster.MaxChain || size > roster.MaxChainBytes {
		return full{}
	}
	return nil
}

// full is the error about one roster too many. It wraps [roster.ErrChain].
type full struct{}

func (full) Error() string {
	return fmt.Sprintf("a server keeps no more than %d rosters, of %d bytes together. It goes on with those that it has until the newest one ends: make a new server by then, which begins with a new first roster", roster.MaxChain, roster.MaxChainBytes)
}

func (full) Unwrap() error { return roster.ErrChain }

// known tells if s is the newest roster, and refuses one whose number is there
// already.
func known(chain []*roster.Signed, s *roster.Signed) (again bool, err error) {
	newest := chain[len(chain)-1]
	if s.Signatures() == 0 {
		return false, fmt.Errorf("%w: this is a draft of roster %d that nobody has signed", roster.ErrSignatures, s.Epoch)
	}
	if s.Epoch > newest.Epoch {
		return false, nil
	}
	if chain[s.Epoch-1].Sum() != s.Sum() {
		var previous *roster.Signed
		if s.Epoch > 1 {
			previous = chain[s.Epoch-2]
		}
		if err := roster.Follows(previous, s); err != nil {
			return false, err
		}
		return false, fmt.Errorf("%w: this is another roster %d than the one here, signed as well, and there must never be two. Somebody may be using the administrators' keys: speak with them face to face or over a telephone", roster.ErrChain, s.Epoch)
	}
	if s.Epoch < newest.Epoch {
		return false, fmt.Errorf("%w: this is roster %d, which was taken in before. The newest here is roster %d", roster.ErrChain, s.Epoch, newest.Epoch)
	}
	return true, nil
}
