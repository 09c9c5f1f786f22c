package operator

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"amana/internal/cli"
	"amana/internal/roster"
	"amana/internal/roster/book"
	"amana/vault"
)

// rosters are the rosters of a server. When the folder that keeps them is not
// there or not as it was written, none is in force, and err says why: the server
// runs on, closed, so that the sources learn it and the operator can act.
type rosters struct {
	book *book.Book // nil if it cannot be trusted
	err  error
	kept uint32 // the latest roster that the vault holds testimonies for
}

// rosters opens the state's chain of rosters, to add to it.
func (s State) rosters(u vault.Usage) rosters {
	b, err := book.Open(s.path(rostersFolder))
	return rosters{b, err, latest(u)}
}

// readRosters opens the state's chain of rosters to look at it, which changes
// nothing.
func (s State) readRosters(u vault.Usage) rosters {
	b, err := book.Read(s.path(rostersFolder))
	return rosters{b, err, latest(u)}
}

func latest(u vault.Usage) uint32 {
	return slices.Max(append(slices.Collect(maps.Keys(u.ByEpoch)), 0))
}

// errRolledBack is about a folder of rosters that is older than the vault: one put
// back from an old copy would seal to reviewers who may be retired by now.
var errRolledBack = errors.New("the vault holds testimonies for a later roster than the newest one here")

// check returns why the rosters are not to be used, if so. A chain that is only
// too old can be mended: by the rosters that are missing.
func (r rosters) check() error {
	if r.err != nil {
		return r.err
	}
	if newest := r.book.Newest(); newest.Epoch < r.kept {
		return fmt.Errorf("%w: %d after %d", errRolledBack, r.kept, newest.Epoch)
	}
	return nil
}

// believed reports whether something may be removed because of what day it is: only
// while a roster is in force. A clock that jumps a year ahead must not take the replies
// from all sources.
func (r rosters) believed(day string) bool {
	_, err := r.InForce(day)
	return err == nil
}

// InForce implements intake.Rosters.
func (r rosters) InForce(day string) (*roster.Signed, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	return r.book.InForce(day)
}

// Newest implements intake.Rosters.
func (r rosters) Newest() *roster.Signed {
	if r.err != nil {
		return nil
	}
	return r.book.Newest()
}

// all returns the chain as far as it can be trusted, which is all of it or nothing.
func (r rosters) all() []*roster.Signed {
	if r.err != nil {
		return nil
	}
	return r.book.All()
}

// closed returns the error about an intake that takes nothing, with what to do.
func closed(err error) error {
	hint := "put back the folder " + rostersFolder + " of the state as it was, from your own copy, and start the server again"
	switch {
	case errors.Is(err, roster.ErrExpired):
		hint = "ask the administrators for the next roster and import it; docs/keys.md says how"
	case errors.Is(err, roster.ErrNotYet):
		hint = "look at this machine's date; if it is right, wait until that day"
	case errors.Is(err, errRolledBack):
		hint = "import the rosters that are missing, in order; the administrators and the reviewers have them"
	case errors.Is(err, book.ErrAbsent):
		hint = "a server needs a roster from its first day: make a new state with init --roster; what this one keeps can still be exported"
	}
	return &cli.Error{Err: fmt.Errorf("the intake is closed: %w", err), Hint: hint, Code: cli.ExitRefused}
}

// readers tells for each roster of the chain whether its reviewers are those of
// the newest one, all of them and nobody else. A header for such a roster need not
// be rewrapped: only a date or an administrator has changed since.
type readers map[uint32]bool

// readers compares all rosters with the newest one.
func (r rosters) readers() readers {
	same := make(readers)
	chain := r.all()
	if len(chain) == 0 {
		return same
	}
	newest := recipients(chain[len(chain)-1])
	for _, s := range chain {
		same[s.Epoch] = slices.Equal(recipients(s), newest)
	}
	return same
}

// recipients returns the recipients of a roster, in order.
func recipients(s *roster.Signed) []string {
	var all []string
	for _, r := range s.Reviewers {
		all = append(all, r.Recipient.String())
	}
	slices.Sort(all)
	return all
}

// wants tells whether a testimony must be rewrapped: its header is for others than
// the newest reviewers, or beside it waits one that is, which somebody may open who
// is retired by now.
func (same readers) wants(r *vault.Record) bool {
	return !same[r.HeaderEpoch] || r.Next != nil && !same[r.Next.Epoch]
}

// toRotate counts the testimonies that [readers.wants].
func (same readers) toRotate(u vault.Usage) (n int) {
	for epoch, count := range u.ByEpoch {
		if !same[epoch] {
			n += count
		}
	}
	for epoch, next := range u.Waiting {
		for nextEpoch, count := range next {
			if same[epoch] && !same[nextEpoch] {
				n += count
			}
		}
	}
	return n
}

// toConfirm counts the headers that wait for a confirmation, which is taken for
// those of the newest roster only.
func (r rosters) toConfirm(u vault.Usage) (n int) {
	newest := r.Newest()
	if newest == nil {
		return 0
	}
	for _, next := range u.Waiting {
		n += next[newest.Epoch]
	}
	return n
}
