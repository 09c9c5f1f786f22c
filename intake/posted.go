package intake

import (
	"fmt"
	"io"
	"mime"
	"net/http"

	"amana/intake/form"
	"amana/intake/pages"
	"amana/intake/token"
	"amana/internal/forget"
	"amana/internal/questionnaire"
	"amana/internal/roster"
	"amana/internal/testimony"
)

const (
	// besides is how many bytes a form may have besides its files: the texts and the
	// heads of the parts, generously.
	besides = 8 << 20
	// smallForm is as much of a form without files as holds no long text.
	smallForm = 64 << 10
	// maxCode is the longest text that is looked at as a code, in characters.
	maxCode = 500
)

// Fields of the forms besides the questions.
const (
	tokenField = "token"
	codeField  = "code"
	idField    = "id"
	sendField  = "send" // the page of his name is handed in, not asked for
	sureField  = "sure" // the withdrawal is meant
	// ProbeField is where the token stands that marks the operator's own probe. No page
	// has it, and no question can.
	ProbeField = "amana-probe"
)

var tokenOnly = form.Field{Max: token.Size, Times: 1}

// fieldsOf returns the fields of a page of questions, with those added.
func fieldsOf(q *questionnaire.Schema, page string, more form.Fields) form.Fields {
	fields := make(form.Fields)
	for _, f := range q.Fields(page) {
		field := form.Field{Max: 16, Times: 1} // a number of a date
		switch f.Question.Type {
		case questionnaire.TypeText:
			field.Max = f.Question.Limit
		case questionnaire.TypeOne:
			field.Max = maxChoice
		case questionnaire.TypeMany:
			field = form.Field{Max: maxChoice, Times: len(q.Lists[f.Question.List].Entries)}
		}
		fields[f.Name] = field
	}
	for name, field := range more {
		fields[name] = field
	}
	return fields
}

// maxChoice is more than every code of a list has, in characters.
const maxChoice = 64

// posted is one form that is being answered. It lives inside the erasure, and so
// does everything that is made of it.
type posted struct {
	server   *Server
	out      *answer
	words    *words
	r        *http.Request
	boundary string
	day      string
	lang     string
	list     *roster.Signed // nil: nothing is taken
	got      form.Form
}

// posting answers forms. Whether a roster is in force is asked for outside of the
// erasure: that takes longer inside.
func (s *Server) posting(do func(*posted)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		boundary, ok := boundaryOf(r)
		if !ok {
			s.problem(w, r, pages.Malformed)
			return
		}
		day := s.today()
		list, _ := s.inForce(day)
		forget.Do(func() {
			do(&posted{server: s, out: w.(*answer), words: wordsOf(r), r: r, boundary: boundary, day: day, lang: language(r), list: list})
		})
	}
}

// boundaryOf returns the boundary of a multipart form.
func boundaryOf(r *http.Request) (string, bool) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	boundary := params["boundary"]
	// RFC 2046, section 5.1.1: at most 70 characters.
	return boundary, err == nil && kind == "multipart/form-data" && boundary != "" && len(boundary) <= 70
}

// value returns the first value of a field, "" if it did not come.
func (p *posted) value(field string) string {
	if v := p.got.Values[field]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// read reads a form that has no files, and returns why it cannot be taken, or "". A
// large one takes a place, for what it holds stays in memory until the answer was
// sent.
func (p *posted) read(fields form.Fields) pages.ProblemKind {
	if p.out.guest.Over() {
		return p.readOnly(fields, pages.Much)
	}
	if n := p.r.ContentLength; n < 0 || n > smallForm {
		place, err := p.server.apologies.Take(p.server.stopping, p.out.guest, placeWait)
		if err != nil {
			return p.server.kind(err)
		}
		p.out.after = append(p.out.after, place.Leave)
	}
	if !p.out.guest.Reserve(p.held()) {
		return pages.Much
	}
	var err error
	body := io.LimitReader(p.r.Body, besides)
	p.got, err = form.Read(body, p.r.ContentLength, p.boundary, form.Limits{}, fields, passedOver{})
	if err != nil {
		return p.server.kind(err)
	}
	return ""
}

// show answers with a page. It is made when it is sent, twice, and must be the same
// each time.
func (p *posted) show(status int, page func(io.Writer) error) {
	p.out.WriteHeader(status)
	p.out.page = page
}

// fail answers with a page about a problem.
func (p *posted) fail(kind pages.ProblemKind) {
	p.show(statuses[kind], func(w io.Writer) error {
		return p.words.pages.Problem(w, p.lang, pages.Problem{Kind: kind, State: p.state()})
	})
}

// state is what pages are told, with the roster if there is one now: while a form
// arrived it may have changed.
func (p *posted) state() pages.State {
	list, err := p.server.inForce(p.server.today())
	if err != nil {
		return p.words.limits
	}
	return p.server.state(p.words, list)
}

// envelope returns an envelope for what is posted, to be begun by its first file or
// at the end.
func (p *posted) envelope(kind testimony.Kind, page string) *envelope {
	return &envelope{server: p.server, asked: p.words.questionnaire, list: p.list, day: p.day, lang: p.lang, kind: kind, page: page}
}

// take reads a form into an envelope and keeps it, or returns why not; what could
// be read of the form is in p.got. The place it takes is left when the answer was
// sent: words that are given back take memory until then.
func (p *posted) take(e *envelope, fields form.Fields) pages.ProblemKind {
	s := p.server
	if p.list == nil {
		return p.readOnly(fields, pages.Closed)
	}
	if closed := s.storeClosed(); closed != "" {
		return p.readOnly(fields, closed)
	}
	if p.r.ContentLength > s.config.Limits.Total+besides {
		return p.readOnly(fields, pages.TotalTooLarge) // said now, not after hours
	}
	if p.out.guest.Over() {
		return p.readOnly(fields, pages.Much)
	}
	if err := p.place(); err != nil {
		return p.readOnly(fields, s.kind(err))
	}
	p.out.guest.Spend(formCost)
	defer e.abort()
	var err error
	p.got, err = form.Read(p.r.Body, p.r.ContentLength, p.boundary, s.config.Limits, fields, e)
	switch {
	case e.refused != nil:
		err = e.refused
	case err == nil:
		err = e.keep(&p.got)
	}
	if err != nil {
		return s.kind(err)
	}
	return ""
}

// readOnly reads a form that cannot be taken now, so that its words can be given
// back; its files are passed over. When too many are being read already nothing is
// read.
func (p *posted) readOnly(fields form.Fields, kind pages.ProblemKind) pages.ProblemKind {
	place, err := p.server.apologies.Take(p.server.stopping, p.out.guest, 0)
	if err != nil {
		return kind
	}
	p.out.after = append(p.out.after, place.Leave)
	body := io.LimitReader(p.r.Body, p.server.config.Drain)
	p.got, _ = form.Read(body, p.r.ContentLength, p.boundary, p.server.config.Limits, fields, passedOver{})
	return kind
}

// passedOver is a sink that keeps nothing.
type passedOver struct{}

// File implements form.Sink.
func (passedOver) File(*form.Form, string, string) (io.Writer, error) { return passedOver{}, nil }

// Write implements io.Writer.
func (passedOver) Write(b []byte) (int, error) { return len(b), nil }

// returned is a form as it comes back, with the problem on top and everything that
// was typed still in it.
func (p *posted) returned(kind pages.ProblemKind, problems []questionnaire.Problem) pages.Form {
	return pages.Form{
		Values: p.got.Values, Problem: kind, Fields: problems,
		FilesLost:      p.got.FileNames,
		FilesMaybeLost: kind != pages.Empty, // some may not have been read
	}
}

// openToken returns the thread that the form's token carries.
func (p *posted) openToken(got *form.Form) (thread, error) {
	var text string
	if v := got.Values[tokenField]; len(v) > 0 {
		text = v[0]
	}
	t, err := p.server.tokens.Open(text)
	if err != nil {
		return thread{}, fmt.Errorf("intake: open page token: %w", err)
	}
	return thread{Thread: t.Thread, replies: t.Replies}, nil
}

// sealToken returns a token for the next page.
func (p *posted) sealToken(t thread) string {
	return p.server.tokens.Seal(token.Thread{Thread: t.Thread, Replies: t.replies})
}
