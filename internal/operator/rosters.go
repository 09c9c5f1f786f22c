package operator

import (
	"errors"
	"fmt"

	"amana/internal/cli"
	"amana/internal/roster"
	"amana/internal/roster/book"
	"amana/vault"
)

// rosters are the rosters of a server. When the folder that keeps them is not
// there or not as it was written, none is in force, and err says why: the server
// runs on, closed, so that the sources learn it and the operator can act.
type rosters struct {
	book *book.Book
	err  error
}

// rosters opens the state's chain of rosters.
func (s State) rosters() rosters {
	b, err := book.Open(s.path(rostersFolder))
	return rosters{b, err}
}

// InForce implements intake.Rosters.
func (r rosters) InForce(day string) (*roster.Signed, error) {
	if r.err != nil {
		return nil, r.err
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

// errRolledBack is about a folder of rosters that is older than the vault.
var errRolledBack = errors.New("the vault holds testimonies for a later roster than the newest one here")

// against compares the rosters with what the vault holds: a folder put back from
// an old copy would seal to reviewers who may be retired by now.
func (r rosters) against(u vault.Usage) rosters {
	newest := r.Newest()
	if newest == nil {
		return r
	}
	for epoch := range u.ByEpoch {
		if epoch > newest.Epoch {
			return rosters{err: fmt.Errorf("%w: %d after %d", errRolledBack, epoch, newest.Epoch)}
		}
	}
	return r
}

// closed returns the error about an intake that takes nothing, with what to do.
func closed(err error) error {
	hint := "put back the folder " + rostersFolder + " of the state as it was, from your own copy, and start the server again"
	switch {
	case errors.Is(err, roster.ErrExpired):
		hint = "ask the administrators for the next roster and import it; docs/keys.md says how"
	case errors.Is(err, roster.ErrNotYet):
		hint = "look at this machine's date; if it is right, wait until that day"
	case errors.Is(err, book.ErrAbsent):
		hint = "a server needs a roster from its first day: make a new state with init --roster; what this one keeps can still be exported"
	}
	return &cli.Error{Err: fmt.Errorf("the intake is closed: %w", err), Hint: hint, Code: cli.ExitRefused}
}

// readBy tells whether the reviewers of the newest roster, all of them and
// nobody else, are those of the roster of the given epoch. Then a header for that
// roster need not be rewrapped: only a date or an administrator has changed.
func (r rosters) readBy(epoch uint32) bool {
	newest := r.Newest()
	if newest == nil {
		return false
	}
	for _, s := range r.all() {
		if s.Epoch == epoch {
			return sameReviewers(&s.Roster, &newest.Roster)
		}
	}
	return false
}

func sameReviewers(a, b *roster.Roster) bool {
	if len(a.Reviewers) != len(b.Reviewers) {
		return false
	}
	for _, r := range a.Reviewers {
		if b.Find(r.Recipient.String()) == nil {
			return false
		}
	}
	return true
}
