package intake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"amana/intake/circuit"
	"amana/intake/form"
	"amana/intake/pages"
	"amana/intake/token"
	"amana/internal/mailbox"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/vault"
)

// The question by which a source asks for a code, and the entry that does.
const (
	wishQuestion = "contact_wish"
	wishCode     = "code"
)

// submit takes a testimony. The receipt is made only after the vault has it on
// stable storage.
func (p *posted) submit() {
	s := p.server
	e := p.envelope(testimony.First, questionnaire.PageForm)
	e.open = func(_ *form.Form, answers questionnaire.Answers) (thread, error) {
		if answers.Answers[wishQuestion] != wishCode {
			return thread{Thread: mailbox.NewThread()}, nil
		}
		code := mailbox.NewCode()
		t, err := s.derive(s.newCodes, &code, p.out.guest)
		return thread{Thread: t, replies: true, code: &code}, err
	}
	if kind := p.take(e, p.words.fields.form); kind != "" {
		back := p.returned(kind, e.problems)
		p.show(statuses[kind], func(w io.Writer) error { return p.words.pages.Form(w, p.lang, p.state(), back) })
		return
	}
	receipt := pages.Receipt{Files: len(p.got.FileNames), Day: p.day}
	if e.kind != testimony.Probe { // nothing is added to a probe
		receipt.Token = p.sealToken(e.thread)
	}
	if e.thread.code != nil {
		receipt.Code = e.thread.code.Words(p.lang)
	}
	p.show(http.StatusOK, func(w io.Writer) error { return p.words.pages.Receipt(w, p.lang, receipt) })
}

// deriveWait is how long a source may wait for others whose codes are being worked
// out.
const deriveWait = 20 * time.Second

// errBusy says that too many codes are being worked out.
var errBusy = errors.New("intake: too many codes at once")

// derive works out the thread of a code, in one of the places given: it takes memory
// and time on purpose. Of each circuit one code stands in the queue for a place, so
// that whoever sends many at once waits behind nobody but himself. The code comes by
// pointer: a trace of this function would show it otherwise.
func (s *Server) derive(at places, code *mailbox.Code, guest *circuit.Guest) (mailbox.Thread, error) {
	patience, cancel := context.WithTimeout(s.stopping, deriveWait)
	defer cancel()
	guest.Spend(codeCost)
	end, err := guest.Turn(patience)
	if errors.Is(err, circuit.ErrShare) {
		return mailbox.Thread{}, err
	}
	if err == nil {
		defer end()
		select {
		case at <- struct{}{}:
			defer at.leave()
			return code.Thread(), nil
		case <-patience.Done():
		}
	}
	if s.stopping.Err() != nil {
		return mailbox.Thread{}, s.stopping.Err()
	}
	return mailbox.Thread{}, errBusy
}

// kind sorts an error into what the source is told.
func (s *Server) kind(err error) pages.ProblemKind {
	for _, k := range []struct {
		err  error
		kind pages.ProblemKind
	}{
		{errRetired, pages.Changed},
		{errNoRoster, pages.Closed},
		{vault.ErrFull, pages.Full},
		{vault.ErrDisk, pages.Closed},
		{errTooSlow, pages.TooSlow},
		{errEmpty, pages.Empty},
		{errAnswers, pages.Invalid},
		{errBusy, pages.Busy},
		{circuit.ErrFull, pages.Busy},
		{circuit.ErrShare, pages.Much},
		{errWithdrawn, pages.Gone},
		{errTooMany, pages.Many},
		{token.ErrExpired, pages.Expired},
		{mailbox.ErrMistyped, pages.Mistyped},
		{errChanged, pages.Malformed},
		{form.ErrFileTooLarge, pages.FileTooLarge},
		{form.ErrTotalTooLarge, pages.TotalTooLarge},
		{form.ErrTooManyFiles, pages.TooManyFiles},
		{form.ErrMalformed, pages.Malformed},
	} {
		if errors.Is(err, k.err) {
			return k.kind
		}
	}
	if errors.Is(err, errCannotSeal) {
		if s.stopping.Err() == nil {
			s.report(err)
		}
		return pages.Internal
	}
	return pages.Interrupted // the line broke; most likely nobody reads this
}
