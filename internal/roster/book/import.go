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
	if b.look {
		return nil, errors.New("import a roster: the rosters were opened only to look at them")
	}
	s, err := roster.Open(data)
	if err != nil {
		return nil, err
	}
	b.importing.Lock()
	defer b.importing.Unlock()
	chain := b.All()
	newest := chain[len(chain)-1]
	if again, err := known(chain, s); err != nil {
		return nil, err
	} else if again {
		return newest, nil
	}
	if err := roster.Follows(newest, s); err != nil {
		return nil, err
	}
	if err := s.InForce(today); err != nil {
		return nil, err
	}
	// If the disk fails between these two, the roster stays beyond the mark.
	if err := put(b.folder, s); err != nil {
		return nil, err
	}
	if err := b.pin(s); err != nil {
		return nil, err
	}
	chain = append(chain, s)
	b.chain.Store(&chain)
	return s, nil
}

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
