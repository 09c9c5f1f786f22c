package intake

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"amana/intake/pages"
	"amana/internal/testimony"
	"amana/vault"
)

// withdraw asks whether it is meant, or does it.
func (p *posted) withdraw() {
	t, ok := p.readToken(p.server.fields.withdraw)
	if !ok {
		return
	}
	seen, err := p.server.look(t.Thread)
	if err != nil {
		p.fail(p.server.kind(err))
		return
	}
	if p.value(sureField) == "" {
		page := pages.Withdraw{Token: p.sealToken(t)}
		page.Parts, page.Collected = seen.count()
		p.show(http.StatusOK, func(w io.Writer) error { return p.server.pages.Withdraw(w, p.lang, page) })
		return
	}
	if p.list == nil {
		p.fail(pages.Closed)
		return
	}
	page, err := p.destroy(t, seen)
	if err != nil {
		p.fail(p.server.kind(err))
		return
	}
	p.show(http.StatusOK, func(w io.Writer) error { return p.server.pages.Withdrawn(w, p.lang, page) })
}

// destroy leaves the reviewers a note that the thread is withdrawn, and then
// removes what they have not collected, and the replies. The note comes first: a
// part that is on its way in at this moment is removed here or, once it sees the
// note, by its own page.
func (p *posted) destroy(t thread, before seen) (pages.Withdrawn, error) {
	s := p.server
	if !before.withdrawn {
		if err := p.noteWithdrawal(t, before); err != nil {
			return pages.Withdrawn{}, err
		}
	}
	now, err := s.look(t.Thread)
	if err != nil {
		return pages.Withdrawn{}, err
	}
	left := now.left(t.Thread)
	if !now.withdrawn {
		// The note stands in a part: what was there before goes.
		left = before.left(t.Thread)
	}
	n, err := s.config.Store.Remove(s.stopping, left)
	if err != nil {
		return pages.Withdrawn{}, fmt.Errorf("%w: remove what is withdrawn: %w", errCannotSeal, err)
	}
	// A letterbox that fails takes nothing away from what was done.
	if err := s.config.Letters.Remove(s.stopping, t.Mailbox()); err != nil {
		s.report(fmt.Errorf("intake: replies to a withdrawn thread cannot be removed: %w", err))
	}
	_, collected := now.count()
	return pages.Withdrawn{Destroyed: n, Collected: collected}, nil
}

// noteWithdrawal keeps the note under its name. If the remains of one that broke
// off lie there, it takes the place of a part: the reviewers must learn of it.
func (p *posted) noteWithdrawal(t thread, before seen) error {
	note := func(id vault.ID) error {
		e := p.envelope(testimony.Withdrawal, "")
		e.id = id
		return e.keepNote(t)
	}
	err := note(t.Withdrawal())
	for n := 0; errors.Is(err, vault.ErrTaken) && n < len(before.parts); n++ {
		if before.parts[n] == vault.Absent {
			err = note(t.Part(n))
		}
	}
	return err
}
