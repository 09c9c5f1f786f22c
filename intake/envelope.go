package intake

import (
	"errors"
	"fmt"
	"io"

	"amana/intake/form"
	"amana/internal/mailbox"
	"amana/internal/questionnaire"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"
	"amana/vault"
)

// Why an envelope is not kept, besides what form and vault say.
var (
	// errCannotSeal marks failures of ours while a testimony was being sealed.
	errCannotSeal = errors.New("intake: failed to seal testimony")
	errEmpty      = errors.New("intake: neither words nor a file")
	errAnswers    = errors.New("intake: some answers break a rule")
	errWithdrawn  = errors.New("intake: the thread is withdrawn")
	errChanged    = errors.New("intake: the form is of other questions than these")
	errTooMany    = errors.New("intake: the thread has no part left")
)

// envelope is one sealed envelope on its way into the vault. It is a form's sink:
// it is begun when the first file comes or, without one, at the end, so that what
// is refused for its answers never reaches the vault. It is used by one goroutine,
// inside the erasure.
type envelope struct {
	server *Server
	asked  *questionnaire.Schema
	list   *roster.Signed // whom it is sealed to
	day    string
	lang   string
	kind   testimony.Kind
	page   string // of the questionnaire, whose rules the answers are held to; "" for none

	// open says which thread it is of, once the answers are known; it may refuse.
	open func(got *form.Form, answers questionnaire.Answers) (thread, error)

	answers  questionnaire.Answers
	problems []questionnaire.Problem // with errAnswers
	thread   thread
	pending  vault.Pending
	sealer   *seal.Writer
	id       vault.ID
	fetched  []string // ids of replies that were shown
	refused  error    // why it was not begun
	patience int64    // bytes that are still read of what is refused
}

// thread is what an envelope belongs to.
type thread struct {
	mailbox.Thread
	replies bool          // the source has a code
	code    *mailbox.Code // to be shown on the receipt; nil if there is none
}

// File implements form.Sink. What is refused is still read for a while, so that
// the page can say which files to attach again.
func (e *envelope) File(got *form.Form, name, contentType string) (io.Writer, error) {
	if e.sealer == nil && e.refused == nil {
		e.refused = e.begin(got, false)
		e.patience = e.server.config.Drain
	}
	if e.refused != nil {
		return refusedFile{e}, nil
	}
	f, err := e.sealer.File(name, contentType)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	return sealingFile{f}, nil
}

// refusedFile passes over a file of a form that is refused already, and ends the
// reading when that takes too much.
type refusedFile struct{ e *envelope }

// Write implements io.Writer.
func (f refusedFile) Write(p []byte) (int, error) {
	if f.e.patience -= int64(len(p)); f.e.patience < 0 {
		return 0, f.e.refused
	}
	return len(p), nil
}

// sealingFile marks failures as ours.
type sealingFile struct{ w io.Writer }

// Write implements io.Writer.
func (s sealingFile) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		err = fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	return n, err
}

// begin holds the answers to the rules and opens the envelope. whole says that the
// form was read to its end.
func (e *envelope) begin(got *form.Form, whole bool) (err error) {
	if e.page != "" {
		e.answers, e.problems = e.asked.Check(e.page, got.Values, e.day)
		if len(e.problems) > 0 {
			return errAnswers
		}
	}
	if got.Unknown {
		return errChanged
	}
	if whole && e.empty(got) {
		return errEmpty // before a code is worked out for nothing
	}
	if e.thread, err = e.open(got, e.answers); err != nil {
		return err
	}
	if e.pending, err = e.create(); err != nil {
		return err
	}
	e.sealer, err = seal.New(e.pending, e.list.Recipients())
	if err != nil {
		return fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	return nil
}

// create takes the name in the vault that the thread has for this envelope.
func (e *envelope) create() (vault.Pending, error) {
	switch e.kind {
	case testimony.Withdrawal, testimony.Fetched:
		return e.createAs(e.id)
	case testimony.First: // its thread is new: there is nothing to look for
		return e.createAs(e.thread.Part(0))
	}
	seen, err := e.server.look(e.server.stopping, e.thread.Thread)
	if err != nil {
		return nil, err
	}
	if seen.withdrawn {
		return nil, errWithdrawn
	}
	for n, state := range seen.parts {
		if state != vault.Absent {
			continue
		}
		p, err := e.createAs(e.thread.Part(n))
		if !errors.Is(err, vault.ErrTaken) {
			return p, err
		}
		// Another page of the same source is sending at this moment.
	}
	return nil, errTooMany
}

func (e *envelope) createAs(id vault.ID) (vault.Pending, error) {
	// Not the request's context: what has arrived whole is kept even if the
	// line breaks before the receipt.
	create := e.server.config.Store.CreateAs
	if e.note() {
		create = e.server.config.Store.CreateNote
	}
	p, err := create(e.server.stopping, id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	e.id = id
	return p, nil
}

// abort lets go of what was not kept.
func (e *envelope) abort() {
	if e.pending != nil {
		e.pending.Abort()
	}
}
