package intake

import (
	"context"
	"encoding/hex"
	"fmt"

	"amana/intake/form"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/vault"
)

// note reports whether the envelope is a note of the server's own to the reviewers.
func (e *envelope) note() bool {
	return e.kind == testimony.Withdrawal || e.kind == testimony.Fetched
}

// keep ends the envelope and commits it. got is the whole form.
func (e *envelope) keep(got *form.Form) error {
	if e.sealer == nil {
		if err := e.begin(got, true); err != nil {
			return err
		}
	} else if e.empty(got) {
		return errEmpty
	}
	// A mark that comes behind a file is no probe's.
	if _, marked := got.Values[ProbeField]; got.Unknown || marked && e.kind != testimony.Probe {
		return errChanged
	}
	document, err := e.document()
	if err == nil {
		err = e.sealer.Close(document)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	// As late as can be: whoever is retired from here on could as well have been
	// retired just after the receipt.
	if err := e.server.stillReaders(e.list); err != nil {
		return err
	}
	if _, err := e.pending.Commit(vault.Label{Day: e.day, Epoch: e.list.Epoch}); err != nil {
		return fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	if e.kind == testimony.Addition || e.kind == testimony.Name {
		return e.stillThere()
	}
	return nil
}

// keepNote seals and keeps a note of the server's own.
func (e *envelope) keepNote(t thread) error {
	defer e.abort()
	e.open = func(*form.Form, questionnaire.Answers) (thread, error) { return t, nil }
	return e.keep(new(form.Form))
}

// empty reports whether a source sent nothing that can be kept: neither a text nor
// a file, or on the page of his name no answer at all.
func (e *envelope) empty(got *form.Form) bool {
	switch {
	case e.note():
		return false
	case e.kind == testimony.Name:
		return len(e.answers.Answers)+len(e.answers.Choices) == 0
	}
	return e.answers.Answers[testimony.Narrative] == "" && got.FileBytes == 0
}

// stillThere takes back what was just kept if the thread was withdrawn meanwhile on
// another page. A withdrawal keeps its note first and looks for parts then: either
// it has seen this part, or the note is seen here. Where that cannot be told it is
// taken back as well: the source reads that nothing was kept.
func (e *envelope) stillThere() error {
	// A server that stops does not cut this off: what is kept is told to be kept.
	ctx := context.WithoutCancel(e.server.stopping)
	seen, err := e.server.look(ctx, e.thread.Thread)
	if err == nil && !seen.withdrawn {
		return nil
	}
	if _, err := e.server.config.Store.Remove(ctx, []vault.ID{e.id}); err != nil {
		return fmt.Errorf("%w: take back an addition: %w", errCannotSeal, err)
	}
	if err != nil {
		return err
	}
	return errWithdrawn
}

// document is what is sealed besides the files.
func (e *envelope) document() (testimony.Testimony, error) {
	sum := e.server.sum(e.list)
	id := e.thread.ID()
	t := testimony.Testimony{
		Kind:     e.kind,
		Thread:   hex.EncodeToString(id[:]),
		Language: e.lang,
		Answers:  e.answers.Answers,
		Choices:  e.answers.Choices,
		Received: e.day,
		Roster:   testimony.Roster{Epoch: e.list.Epoch, SHA256: hex.EncodeToString(sum[:])},
		Fetched:  e.fetched,
	}
	if e.page != "" {
		q := e.asked
		t.Questionnaire = &testimony.Questionnaire{Name: q.Name, Version: q.Version, SHA256: hex.EncodeToString(q.SHA256[:])}
	}
	if e.thread.replies {
		identity, err := e.thread.Identity()
		if err != nil {
			return t, fmt.Errorf("make the source's identity: %w", err)
		}
		mailbox := e.thread.Mailbox()
		t.Reply = &testimony.Reply{Mailbox: hex.EncodeToString(mailbox[:]), Recipient: identity.Recipient().String()}
	}
	return t, nil
}
