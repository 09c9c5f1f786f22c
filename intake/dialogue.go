package intake

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"

	"amana/intake/form"
	"amana/intake/pages"
	"amana/internal/mailbox"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/vault"
	"amana/vault/letterbox"
)

// enter shows what has happened to a code's testimonies. A code that nobody has is
// answered like any other.
func (p *posted) enter() {
	if kind := p.read(p.words.fields.code); kind != "" {
		p.ask(kind)
		return
	}
	code, err := mailbox.ParseCode(p.value(codeField))
	if err != nil {
		p.ask(pages.Mistyped)
		return
	}
	t, err := p.server.derive(p.server.keyholes, &code, p.out.guest)
	if err != nil {
		p.ask(p.server.kind(err))
		return
	}
	// Words that could not be added before the code was asked for again.
	p.thread(thread{Thread: t, replies: true}, pages.Thread{Form: pages.Form{Values: p.got.Values}})
}

// ask answers with the page that asks for the code, and the words that were
// written on a page which is too old.
func (p *posted) ask(kind pages.ProblemKind) {
	back := pages.Return{Problem: kind, Words: p.value(testimony.Narrative), FilesLost: p.got.FileNames}
	p.show(statuses[kind], func(w io.Writer) error { return p.words.pages.Return(w, p.lang, back) })
}

// back shows a thread again.
func (p *posted) back() {
	if t, ok := p.readToken(p.words.fields.token); ok {
		p.thread(t, pages.Thread{})
	}
}

// readToken reads a form without files that carries a token.
func (p *posted) readToken(fields form.Fields) (thread, bool) {
	kind := p.read(fields)
	t, err := p.openToken(&p.got)
	switch {
	case kind != "" && err == nil:
		p.thread(t, pages.Thread{Form: pages.Form{Problem: kind}})
	case kind != "":
		p.fail(kind)
	case err != nil:
		p.ask(p.server.kind(err))
	}
	return t, kind == "" && err == nil
}

// thread answers with the page of a thread. The vault and the letterbox are always
// both asked.
func (p *posted) thread(t thread, page pages.Thread) {
	seen, err := p.server.look(p.server.stopping, t.Thread)
	letters, lettersErr := p.server.config.Letters.List(p.server.stopping, t.Mailbox())
	if lettersErr != nil {
		p.server.report(fmt.Errorf("intake: the letterbox cannot be read: %w", lettersErr))
	}
	if err != nil {
		p.fail(p.server.kind(err))
		return
	}
	page.Parts, page.Collected, page.Purged = seen.count()
	page.Unreadable = lettersErr != nil
	page.Withdrawn = seen.withdrawn
	if page.Withdrawn && page.Form.Problem != "" {
		// Nothing can be mended or chosen again there.
		page.Form = pages.Form{Values: page.Form.Values, Problem: pages.Gone}
	}
	page.Unfinished = seen.withdrawn && (len(seen.left(t.Thread)) > 0 || len(letters) > 0)
	for _, l := range letters {
		page.Replies = append(page.Replies, pages.ReplyHead{ID: hex.EncodeToString(l.ID[:]), Day: l.Day})
	}
	page.Refused = p.refused()
	page.Token = p.sealToken(t)
	status := http.StatusOK
	if page.Form.Problem != "" {
		status = statuses[page.Form.Problem]
	}
	p.show(status, func(w io.Writer) error { return p.words.pages.Thread(w, p.lang, p.state(), page) })
}

// refused returns why nothing could be taken now, or "": nobody is to type for nothing.
func (p *posted) refused() pages.ProblemKind {
	if p.list == nil {
		return pages.Closed
	}
	return p.server.noRoom()
}

// add takes more text and files under the same thread, in an envelope of their own.
func (p *posted) add() {
	e := p.envelope(testimony.Addition, questionnaire.PageForm)
	e.open = func(got *form.Form, _ questionnaire.Answers) (thread, error) { return p.openToken(got) }
	kind := p.take(e, p.words.fields.add)
	t, err := p.openToken(&p.got)
	switch {
	case err != nil && kind == "": // it expired at this very moment, but it is kept
		t = e.thread
	case err != nil && (kind == pages.Expired || p.value(tokenField) != ""):
		p.ask(pages.Expired)
		return
	case err != nil:
		p.fail(kind) // nothing could be read of it
		return
	}
	if kind == "" {
		p.thread(t, pages.Thread{Added: true})
		return
	}
	if kind == pages.Invalid { // there is one answer on that page
		kind = pages.Malformed
		if e.problems[0].Kind == questionnaire.TooLong {
			kind = pages.TextTooLong
		}
	}
	p.thread(t, pages.Thread{Form: p.returned(kind, nil)})
}

// name shows the page of his name, or keeps what was written there, in an envelope
// of its own.
func (p *posted) name() {
	kind := p.read(p.words.fields.name)
	t, err := p.openToken(&p.got)
	switch {
	case err != nil && kind != "":
		p.fail(kind) // nothing could be read of it
		return
	case err != nil:
		p.ask(pages.Expired)
		return
	}
	status := http.StatusOK
	back := pages.Form{Values: p.got.Values}
	if kind == "" && p.value(sendField) != "" {
		e := p.envelope(testimony.Name, questionnaire.PageName)
		e.open = func(*form.Form, questionnaire.Answers) (thread, error) { return t, nil }
		if kind = p.keep(e); kind == "" {
			p.thread(t, pages.Thread{Added: true})
			return
		}
		back.Fields = e.problems
	}
	if kind != "" {
		status, back.Problem = statuses[kind], kind
	}
	back.Token = p.sealToken(t)
	p.show(status, func(w io.Writer) error { return p.words.pages.Name(w, p.lang, p.state(), back) })
}

// keep keeps an envelope of a form without files that was read before.
func (p *posted) keep(e *envelope) pages.ProblemKind {
	s := p.server
	if p.list == nil {
		return pages.Closed
	}
	if closed := s.storeClosed(); closed != "" {
		return closed
	}
	place, err := s.texts.Take(s.stopping, p.out.guest, placeWait)
	if err != nil {
		return s.kind(err)
	}
	defer place.Leave()
	p.out.guest.Spend(formCost)
	defer e.abort()
	if err := e.keep(&p.got); err != nil {
		return s.kind(err)
	}
	return ""
}

// reply shows one reply, and leaves the reviewers a sealed note that it was shown.
func (p *posted) reply() {
	t, ok := p.readToken(p.words.fields.reply)
	if !ok {
		return
	}
	raw, err := hex.DecodeString(p.value(idField))
	if err != nil || len(raw) != 16 {
		p.fail(pages.Malformed)
		return
	}
	id := [16]byte(raw)
	letter, err := p.server.config.Letters.Get(p.server.stopping, t.Mailbox(), id)
	if errors.Is(err, letterbox.ErrNotFound) {
		p.thread(t, pages.Thread{}) // it says what is there
		return
	}
	var reply mailbox.Reply
	if err == nil {
		reply, err = t.Open(letter.Sealed)
	}
	if err != nil {
		p.server.report(errors.New("intake: a reply that waits could not be opened: it was sealed to somebody else than its mailbox says, or damaged"))
		p.thread(t, pages.Thread{BadReply: true})
		return
	}
	p.noteFetched(t, id)
	page := pages.Reply{Token: p.sealToken(t), Day: reply.Day, Text: reply.Text}
	p.show(http.StatusOK, func(w io.Writer) error { return p.words.pages.Reply(w, p.lang, page) })
}

// noteFetched leaves the note, once for each reply. That it cannot be left is no
// reason to keep the reply from the source.
func (p *posted) noteFetched(t thread, reply [16]byte) {
	if p.list == nil {
		return // nobody to seal it to
	}
	e := p.envelope(testimony.Fetched, "")
	e.id = t.Fetched(reply)
	e.fetched = []string{hex.EncodeToString(reply[:])}
	if err := e.keepNote(t); err != nil && !errors.Is(err, vault.ErrTaken) && !errors.Is(err, vault.ErrFull) && !errors.Is(err, vault.ErrDisk) && p.server.stopping.Err() == nil {
		p.server.report(fmt.Errorf("intake: a note to the reviewers could not be kept: %w", err))
	}
}
