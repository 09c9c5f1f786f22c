// Package pages holds every word and every page that a source sees: templates,
// the one style sheet, and a catalog of words for each language.
//
// It writes pages to an [io.Writer] and does nothing else. It may not import
// net/http, and it may not touch keys, the vault or the disk: everything is
// embedded and parsed once by [New].
//
// A language joins by adding one file to catalogs. The pages need no script, no
// image, no cookie and nothing from another place, and they stay readable when
// the style sheet does not arrive.
package pages

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
)

// DefaultLanguage is the language of "/" and of every page asked for in a
// language that is not offered.
const DefaultLanguage = "ar"

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed catalogs/*.toml
var catalogFiles embed.FS

//go:embed style.css
var style []byte

// State is what a page must know of the server to tell the truth about it.
type State struct {
	Reviewers int      // people who can open a testimony
	Epoch     uint32   // number of the list that they stand in; 0 if none is in force
	Sum       [32]byte // hash of that list, shown in words
	MaxText   int      // characters (Unicode code points) of the narrative
	MaxFile   int64    // bytes of one file
	MaxTotal  int64    // bytes of all files of one testimony
	MaxFiles  int      // files in one testimony
}

// Form is what the form shows besides its questions. The zero Form is the empty
// form that a source sees first.
type Form struct {
	Narrative string      // what the source had written, shown again as it was
	Problem   ProblemKind // why the form comes back, or "" if it does not
	FilesLost bool        // files had been chosen and must be attached again
}

// Receipt is what the source is told once a testimony is on stable storage.
type Receipt struct {
	Files int    // files kept with the text
	Day   string // the day received in UTC, "2026-11-22"
}

// Problem is what a page about something that went wrong shows.
type Problem struct {
	Kind  ProblemKind // a kind that is not known is shown as [Internal]
	State State       // for the limits that some kinds name
}

// Pages writes the pages. It may be used by any number of goroutines.
type Pages struct {
	languages []string // the default first
	sets      map[string]*set
}

// set is all that is needed to write pages in one language.
type set struct {
	catalog   *catalog
	templates *template.Template
}

// New parses the templates and catalogs. It fails if a catalog lacks a word
// that a template asks for, has one that none asks for, or lacks a plural form
// of its language, so that no page can fail for want of a word later.
func New() (*Pages, error) {
	return load(templateFiles, catalogFiles)
}

// load is New with the files given, so that a test can add a language.
func load(templates, catalogs fs.FS) (*Pages, error) {
	parsed, err := template.New("").Funcs(functions(nil)).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: failed to parse templates: %w", err)
	}
	list, err := loadCatalogs(catalogs, wanted(parsed))
	if err != nil {
		return nil, err
	}
	p := &Pages{sets: make(map[string]*set)}
	for _, c := range list {
		t, err := parsed.Clone()
		if err != nil {
			return nil, fmt.Errorf("pages: failed to copy templates: %w", err)
		}
		p.languages = append(p.languages, c.tag)
		p.sets[c.tag] = &set{catalog: c, templates: t.Funcs(functions(c))}
	}
	return p, p.rehearse()
}

// rehearse writes every page once, because html/template checks a template only
// when it is first executed.
func (p *Pages) rehearse() error {
	for _, lang := range p.languages {
		state := State{Reviewers: 1, Epoch: 1}
		errs := []error{
			p.Landing(io.Discard, lang, state),
			p.Form(io.Discard, lang, state, Form{}),
			p.Form(io.Discard, lang, State{}, Form{}),
			p.Receipt(io.Discard, lang, Receipt{Day: "2026-11-22"}),
		}
		for kind := range kinds {
			errs = append(errs,
				p.Problem(io.Discard, lang, Problem{Kind: kind}),
				p.Form(io.Discard, lang, state, Form{Problem: kind, FilesLost: true}))
		}
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Languages returns the BCP 47 tags offered, the default (Arabic) first.
func (p *Pages) Languages() []string {
	return append([]string(nil), p.languages...)
}

// Style returns the one style sheet, to be served as /style.css.
func (p *Pages) Style() []byte { return bytes.Clone(style) }

// Landing writes the page of "/" and "/{lang}/": what this is, who can read,
// what to know before writing, and what cannot be promised. Without a list of
// reviewers in force it would say what is not true, so that is an error.
func (p *Pages) Landing(w io.Writer, lang string, s State) error {
	if s.Epoch == 0 || s.Reviewers == 0 {
		return errors.New("pages: the first page needs a list of reviewers")
	}
	return p.write(w, lang, "landing.html", view{State: s, Switch: "/"}, "")
}

// Form writes the page of "/{lang}/testimony". It posts multipart/form-data to
// the same path: "narrative" first, then any number of "files".
//
// Who can read is left out when no list of reviewers is in force.
//
// The narrative goes to w in small pieces and nowhere else: neither it nor a
// copy of it passes through a template, a pool or a buffer that outlives the
// call. w should not be buffered by anything that outlives it either.
func (p *Pages) Form(w io.Writer, lang string, s State, f Form) error {
	v := view{State: s, Problem: f.Problem.known(), FilesLost: f.FilesLost}
	if v.Problem == "" && !f.FilesLost && f.Narrative == "" {
		// A link away from a form with words in it would lose them.
		v.Switch = "/testimony"
	}
	return p.write(w, lang, "form.html", v, f.Narrative)
}

// Receipt writes the page that answers a testimony which is sealed and on
// stable storage, and no other.
func (p *Pages) Receipt(w io.Writer, lang string, r Receipt) error {
	return p.write(w, lang, "receipt.html", view{Receipt: r}, "")
}

// Problem writes a page of its own about something that went wrong: what it
// means for the source and what to do, never the cause.
func (p *Pages) Problem(w io.Writer, lang string, pr Problem) error {
	kind := pr.Kind.known()
	if kind == "" {
		kind = Internal
	}
	v := view{State: pr.State, Problem: kind}
	if kind != Tor2web { // nothing on that page should lead further in
		v.Switch = "/"
	}
	return p.write(w, lang, "problem.html", v, "")
}

// view is what the templates see.
type view struct {
	Lang      string
	Languages []string
	Switch    string // path after the language for the other languages, or "" for no links
	State     State
	Problem   ProblemKind
	FilesLost bool
	Receipt   Receipt
}

// write executes one template and writes it with the narrative in its slot.
func (p *Pages) write(w io.Writer, lang, name string, v view, narrative string) error {
	s := p.sets[lang]
	if s == nil {
		s = p.sets[DefaultLanguage]
	}
	v.Lang, v.Languages = s.catalog.tag, p.languages
	var page bytes.Buffer // holds no word of the source
	if err := s.templates.ExecuteTemplate(&page, name, v); err != nil {
		return fmt.Errorf("pages: failed to write %s in %s: %w", name, s.catalog.tag, err)
	}
	before, after, _ := bytes.Cut(page.Bytes(), []byte(slot))
	if _, err := w.Write(before); err != nil {
		return fmt.Errorf("pages: failed to send page: %w", err)
	}
	if err := writeEscaped(w, narrative); err != nil {
		return fmt.Errorf("pages: failed to send page: %w", err)
	}
	if _, err := w.Write(after); err != nil {
		return fmt.Errorf("pages: failed to send page: %w", err)
	}
	return nil
}
