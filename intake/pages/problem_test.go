package pages_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"amana/intake/pages"
)

// TestProblemInForm: the problem stands on top as an alert, leads to its field,
// and the field says that it is described by it.
func TestProblemInForm(t *testing.T) {
	p := mustNew(t)
	field := map[pages.ProblemKind]string{
		pages.Empty: "narrative", pages.TextTooLong: "narrative",
		pages.FileTooLarge: "files", pages.TotalTooLarge: "files", pages.TooManyFiles: "files",
	}
	for _, lang := range p.Languages() {
		for _, kind := range allKinds {
			f := pages.Form{Problem: kind, Token: token}
			for name, write := range map[string]func(io.Writer) error{
				"form":   func(w io.Writer) error { return p.Form(w, lang, state, f) },
				"thread": func(w io.Writer) error { return p.Thread(w, lang, state, pages.Thread{Token: token, Form: f}) },
			} {
				var b bytes.Buffer
				if err := write(&b); err != nil {
					t.Fatal(err)
				}
				page := b.String()
				if strings.Count(page, `role="alert"`) != 1 || strings.Index(page, `role="alert"`) > strings.Index(page, "<form") {
					t.Errorf("%s %s %s: no alert above the form", lang, name, kind)
				}
				for _, n := range parse(t, b.Bytes()) {
					id := attr(n, "id")
					if id != "narrative" && id != "files" {
						continue
					}
					about := field[kind] == id
					if got := strings.Contains(page, `<a href="#`+id+`">`); got != about {
						t.Errorf("%s %s %s: link to %s: %v", lang, name, kind, id, got)
					}
					if got := slices.Contains(strings.Fields(attr(n, "aria-describedby")), "problem"); got != about {
						t.Errorf("%s %s %s: %s described by the problem: %v", lang, name, kind, id, got)
					}
					if got := attr(n, "aria-invalid") == "true"; got != about {
						t.Errorf("%s %s %s: %s invalid: %v", lang, name, kind, id, got)
					}
				}
			}
		}
	}
}

func TestUnknownProblem(t *testing.T) {
	var unknown, internal bytes.Buffer
	p := mustNew(t)
	for kind, b := range map[pages.ProblemKind]*bytes.Buffer{"<b>": &unknown, pages.Internal: &internal} {
		if err := p.Problem(b, "en", pages.Problem{Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(unknown.Bytes(), internal.Bytes()) {
		t.Error("an unknown kind is not shown as Internal")
	}
}
