package intake

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"amana/intake/form"
	"amana/intake/pages"
	"amana/internal/forget"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"
	"amana/vault"
)

// besides is how many bytes a form may have besides its files: the text and the
// heads of the parts, generously.
const besides = 8 << 20

// errCannotSeal marks failures of ours while a testimony was being sealed.
var errCannotSeal = errors.New("intake: failed to seal testimony")

// submit takes a testimony. The receipt is written only after the vault has it
// on stable storage.
func (s *Server) submit(w http.ResponseWriter, r *http.Request) {
	boundary, ok := boundaryOf(r)
	if !ok {
		s.problem(w, r, pages.Malformed)
		return
	}
	var kind pages.ProblemKind
	var files int
	day := s.today()
	list, _ := s.inForce(day)
	forget.Do(func() {
		var got form.Form
		got, kind = s.take(w.(*answer), r, boundary, day, list)
		files = got.Files
		if kind != "" {
			s.giveBack(w.(*answer), r, got, kind)
		}
	})
	if kind == "" {
		w.Write(s.receipts.page(language(r), pages.Receipt{Files: files, Day: day}))
	}
}

// take keeps a testimony, or returns what could be read of it and why it was
// not kept. The place it takes is left when the answer was sent: words that are
// given back take memory until then. Without a roster nothing is kept.
func (s *Server) take(out *answer, r *http.Request, boundary, day string, list *roster.Signed) (form.Form, pages.ProblemKind) {
	if list == nil {
		return s.readOnly(out, r, boundary), pages.Closed
	}
	if closed := s.storeClosed(); closed != "" {
		return s.readOnly(out, r, boundary), closed
	}
	if r.ContentLength > s.config.Limits.Total+besides {
		return s.readOnly(out, r, boundary), pages.TotalTooLarge // said now, not after hours
	}
	if !s.places.take() {
		return s.readOnly(out, r, boundary), pages.Busy
	}
	out.after = append(out.after, s.places.leave)
	got, err := s.keep(r, boundary, day, list)
	if err != nil {
		return got, s.kind(err)
	}
	s.reported.Store(nil)
	return got, ""
}

// boundaryOf returns the boundary of a multipart form.
func boundaryOf(r *http.Request) (string, bool) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	boundary := params["boundary"]
	// RFC 2046, section 5.1.1: at most 70 characters.
	return boundary, err == nil && kind == "multipart/form-data" && boundary != "" && len(boundary) <= 70
}

// keep reads the form, seals it to the reviewers of a roster as it comes, and
// commits it.
func (s *Server) keep(r *http.Request, boundary, day string, list *roster.Signed) (form.Form, error) {
	// Not the request's context: what has arrived whole is kept even if the
	// line breaks before the receipt.
	pending, err := s.config.Store.Create(s.stopping)
	if err != nil {
		return form.Form{}, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	defer pending.Abort()
	sealer, err := seal.New(pending, list.Recipients())
	if err != nil {
		return form.Form{}, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	got, err := form.Read(r.Body, r.ContentLength, boundary, s.config.Limits, sealing{sealer})
	if err != nil {
		return got, err
	}
	sum := s.sum(list)
	err = sealer.Close(testimony.Testimony{
		Language: language(r),
		Answers:  map[string]string{testimony.Narrative: got.Narrative},
		Received: day,
		Roster:   testimony.Roster{Epoch: list.Epoch, SHA256: hex.EncodeToString(sum[:])},
	})
	if err != nil {
		return got, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	// As late as can be: whoever is retired from here on could as well have been
	// retired just after the receipt.
	if err := s.stillReaders(list); err != nil {
		return got, err
	}
	if _, err := pending.Commit(vault.Label{Day: day, Epoch: list.Epoch}); err != nil {
		return got, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	return got, nil
}

// sealing passes files into the envelope and marks failures as ours.
type sealing struct{ w *seal.Writer }

// File implements form.Sink.
func (s sealing) File(name, contentType string) (io.Writer, error) {
	f, err := s.w.File(name, contentType)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	return sealingFile{f}, nil
}

type sealingFile struct{ w io.Writer }

// Write implements io.Writer.
func (s sealingFile) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		err = fmt.Errorf("%w: %w", errCannotSeal, err)
	}
	return n, err
}

// kind sorts an error of keep into what the source is told.
func (s *Server) kind(err error) pages.ProblemKind {
	for _, k := range []struct {
		err  error
		kind pages.ProblemKind
	}{
		{errRetired, pages.Changed},
		{errNoRoster, pages.Closed},
		{vault.ErrFull, pages.Full},
		{errTooSlow, pages.TooSlow},
		{form.ErrEmpty, pages.Empty},
		{form.ErrTextTooLong, pages.TextTooLong},
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

// readOnly reads a form that cannot be taken now, so that its words can be given
// back; its files are passed over. When too many are being read already it
// returns none.
func (s *Server) readOnly(out *answer, r *http.Request, boundary string) form.Form {
	if !s.apologies.take() {
		return form.Form{}
	}
	out.after = append(out.after, s.apologies.leave)
	got, _ := form.Read(io.LimitReader(r.Body, s.config.Drain), r.ContentLength, boundary, s.config.Limits, passedOver{})
	return got
}

// passedOver is a sink that keeps nothing.
type passedOver struct{}

// File implements form.Sink.
func (passedOver) File(string, string) (io.Writer, error) { return passedOver{}, nil }

// Write implements io.Writer.
func (passedOver) Write(p []byte) (int, error) { return len(p), nil }

// giveBack answers with the form, the problem on top and the words still in it.
func (s *Server) giveBack(out *answer, r *http.Request, got form.Form, kind pages.ProblemKind) {
	out.WriteHeader(statuses[kind])
	state := s.limits
	if list, err := s.inForce(s.today()); err == nil {
		state = s.state(list)
	}
	out.page = func(w io.Writer) error {
		return s.pages.Form(w, language(r), state, pages.Form{
			Values:         map[string][]string{form.NarrativeField: {got.Narrative}},
			Problem:        kind,
			FilesMaybeLost: got.Files > 0 || kind != pages.Empty, // files may not have been read
		})
	}
}
