package pages_test

import (
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"amana/intake/form"
	"amana/intake/pages"
	"amana/internal/questionnaire"
)

// desk serves the pages on the way to a testimony, and reads and checks what is
// handed in as the intake does.
type desk struct {
	*httptest.Server
	t         *testing.T
	pages     *pages.Pages
	questions *questionnaire.Schema
	mu        sync.Mutex
	got       *questionnaire.Answers // nil until something was taken
}

// newDesk starts a desk that ends with the test.
func newDesk(t *testing.T) *desk {
	t.Helper()
	p, err := pages.New(pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, pages: p, questions: questionnaire.Builtin()}
	d.Server = httptest.NewServer(d)
	t.Cleanup(d.Close)
	return d
}

// taken returns what was handed in, or nil.
func (d *desk) taken() *questionnaire.Answers {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.got
}

// ServeHTTP implements http.Handler.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var err error
	switch r.Method + " " + r.URL.Path {
	case "GET /ar/":
		err = d.pages.Landing(w, "ar", state)
	case "GET /ar/before":
		err = d.pages.Before(w, "ar", state)
	case "GET /ar/testimony":
		err = d.pages.Form(w, "ar", state, pages.Form{})
	case "POST /ar/testimony":
		err = d.take(w, r)
	case "GET /style.css":
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, err = w.Write(d.pages.Style())
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		d.t.Error(err)
	}
}

// take answers a form that is handed in.
func (d *desk) take(w io.Writer, r *http.Request) error {
	fields := make(form.Fields)
	for _, f := range d.questions.Fields(questionnaire.PageForm) {
		fields[f.Name] = form.Field{Max: max(f.Question.Limit, 64), Times: 100}
	}
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	got, err := form.Read(r.Body, r.ContentLength, params["boundary"], form.Limits{File: 1, Total: 1, Files: 1}, fields, noFiles{})
	if err != nil {
		return err
	}
	answers, wrong := d.questions.Check(questionnaire.PageForm, got.Values, "2026-11-22")
	if len(wrong) > 0 {
		return d.pages.Form(w, "ar", state, pages.Form{Values: got.Values, Problem: pages.Invalid, Fields: wrong})
	}
	d.mu.Lock()
	d.got = &answers
	d.mu.Unlock()
	_, err = io.WriteString(w, `<!doctype html><html lang="ar"><title>t</title><main id="taken"></main><footer></footer></html>`)
	return err
}

// noFiles is a form.Sink for a form without files.
type noFiles struct{}

// File implements form.Sink.
func (noFiles) File(*form.Form, string, string) (io.Writer, error) { return io.Discard, nil }
