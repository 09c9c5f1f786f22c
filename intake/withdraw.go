package intake

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"amana/intake/pages"
	"amana/internal/mailbox"
	"amana/internal/testimony"
	"amana/vault"
)

// withdraw asks whether it is meant, or does it.
func (p *posted) withdraw() {
	t, ok := p.readToken(p.words.fields.withdraw)
	if !ok {
		return
	}
	seen, err := p.server.look(p.server.stopping, t.Thread)
	if err != nil {
		p.fail(p.server.kind(err))
		return
	}
	if parts, _, _ := seen.count(); !seen.withdrawn && parts == 0 {
		// A code that was mistyped must not end in a page that says it is done. The
		// thread's page says that nothing is kept.
		p.thread(t, pages.Thread{})
		return
	}
	if p.value(sureField) == "" {
		page := pages.Withdraw{Token: p.sealToken(t)}
		page.Parts, page.Collected, _ = seen.count()
		p.show(http.StatusOK, func(w io.Writer) error { return p.words.pages.Withdraw(w, p.lang, page) })
		return
	}
	if p.list == nil {
		p.fail(pages.Closed)
		return
	}
	page, err := p.destroy(t, seen)
	switch {
	case err != nil:
		p.fail(p.server.kind(err))
	case seen.withdrawn && page.Destroyed == 0:
		p.thread(t, pages.Thread{}) // it was done before, by a second tap most likely
	default:
		p.show(http.StatusOK, func(w io.Writer) error { return p.words.pages.Withdrawn(w, p.lang, page) })
	}
}

// destroy leaves the reviewers a note that the thread is withdrawn, and then
// removes the replies, and what the reviewers have not collected. The note comes
// first: a part that is on its way in at this moment is removed here or, once it
// sees the note, by its own page. The parts come last: as long as one is there, the
// thread's page says that it is not finished.
func (p *posted) destroy(t thread, before seen) (pages.Withdrawn, error) {
	s := p.server
	if !before.withdrawn {
		if err := p.noteWithdrawal(t); err != nil {
			return pages.Withdrawn{}, err
		}
	}
	// A letterbox that fails takes nothing away from what can be done.
	if err := s.config.Letters.Remove(s.stopping, t.Mailbox()); err != nil {
		s.report(fmt.Errorf("intake: replies cannot be removed: %w", err))
	}
	now, err := s.look(s.stopping, t.Thread)
	if err != nil {
		return pages.Withdrawn{}, err
	}
	n, err := s.config.Store.Remove(s.stopping, now.left(t.Thread))
	if err != nil {
		return pages.Withdrawn{}, fmt.Errorf("%w: remove what is withdrawn: %w", errCannotSeal, err)
	}
	_, collected, _ := now.count()
	return pages.Withdrawn{Destroyed: n, Collected: collected}, nil
}

// noteWithdrawal keeps the note under the first of its names that is free.
func (p *posted) noteWithdrawal(t thread) (err error) {
	for n := range mailbox.MaxWithdrawals {
		e := p.envelope(testimony.Withdrawal, "")
		e.id = t.Withdrawal(n)
		if err = e.keepNote(t); !errors.Is(err, vault.ErrTaken) {
			return err
		}
	}
	return err
}
