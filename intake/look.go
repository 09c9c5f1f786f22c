package intake

import (
	"context"
	"errors"
	"fmt"

	"amana/internal/mailbox"
	"amana/vault"
	"amana/vault/letterbox"
)

// Letters is where replies to sources wait. A look leaves no trace in it. Its
// methods may be called from any number of goroutines.
type Letters interface {
	List(ctx context.Context, mailbox [16]byte) ([]letterbox.Letter, error)
	Get(ctx context.Context, mailbox, id [16]byte) (letterbox.Letter, error)
	Remove(ctx context.Context, mailbox [16]byte) error
}

// seen is what the vault knows of a thread.
type seen struct {
	parts     []vault.State // of each part that a thread can have
	withdrawn bool
}

// count returns how many parts there are, how many of those a reviewer has signed for,
// and how many of these are no longer kept.
func (s seen) count() (parts, collected, purged int) {
	for _, state := range s.parts {
		if state != vault.Absent {
			parts++
		}
		if state == vault.Collected || state == vault.Purged {
			collected++
		}
		if state == vault.Purged {
			purged++
		}
	}
	return parts, collected, purged
}

// left returns the names of the parts that are kept and not collected.
func (s seen) left(t mailbox.Thread) (ids []vault.ID) {
	for n, state := range s.parts {
		if state == vault.Kept {
			ids = append(ids, t.Part(n))
		}
	}
	return ids
}

// look asks the vault for everything that a thread can have. It asks the same of it
// whatever is there, and for a code that nobody has.
func (s *Server) look(ctx context.Context, t mailbox.Thread) (seen, error) {
	ids := make([]vault.ID, 0, mailbox.MaxParts+mailbox.MaxWithdrawals)
	for n := range mailbox.MaxParts {
		ids = append(ids, t.Part(n))
	}
	for n := range mailbox.MaxWithdrawals {
		ids = append(ids, t.Withdrawal(n))
	}
	states, err := s.config.Store.Look(ctx, ids)
	if err == nil && len(states) != len(ids) {
		err = errors.New("the vault answers something else than it was asked")
	}
	if err != nil {
		return seen{}, fmt.Errorf("%w: look for a thread: %w", errCannotSeal, err)
	}
	withdrawn := false
	for _, note := range states[mailbox.MaxParts:] {
		withdrawn = withdrawn || note != vault.Absent
	}
	return seen{states[:mailbox.MaxParts], withdrawn}, nil
}
