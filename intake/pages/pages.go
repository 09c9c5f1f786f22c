// Package pages holds every word and every page that a source sees: templates,
// the one style sheet, and a catalog of words for each language.
//
// It writes pages to an [io.Writer] and does nothing else. It may not import
// net/http, and it may not touch keys, the vault or the disk: everything is
// embedded, or given, and parsed once by [New].
//
// A language joins by adding one file to catalogs, once the questionnaire has it
// too. The pages need no script, no image, no cookie and nothing from another
// place, and they stay readable when the style sheet does not arrive.
//
// No word of a source and nothing that opens a thread passes through a template
// or a buffer that outlives the call: see slots.
package pages

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"slices"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
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

// Options is what an organisation can set. The zero Options asks the questions
// that are shipped and names no organisation.
type Options struct {
	Questionnaire *questionnaire.Schema // what the form asks; nil means the one that is shipped
	Organisation  *Organisation         // who runs the pages; nil means that they do not say
}

// Pages writes the pages. It may be used by any number of goroutines.
type Pages struct {
	questions *questionnaire.Schema
	narrative *questionnaire.Question
	codes     bool     // the questionnaire offers a code
	languages []string // the default first
	sets      map[string]*set
	receipts  receipts
}

// set is all that is needed to write pages in one language.
type set struct {
	catalog      *catalog
	templates    *template.Template
	form, name   *asked
	organisation *organisation // or nil
}

// New parses the templates and catalogs. It fails if a catalog lacks a word
// that a template asks for, has one that none asks for, or lacks a plural form
// of its language, so that no page can fail for want of a word later.
//
// Offered are the languages that a catalog, the questionnaire and the organisation,
// if there is one, have. The default language must be among them.
func New(o Options) (*Pages, error) {
	return load(templateFiles, catalogFiles, o)
}

// load is New with the files given, so that a test can add a language.
func load(templates, catalogs fs.FS, o Options) (*Pages, error) {
	p := &Pages{questions: o.Questionnaire, sets: make(map[string]*set)}
	if p.questions == nil {
		p.questions = questionnaire.Builtin()
	}
	if p.narrative = narrative(p.questions); p.narrative == nil {
		return nil, errors.New("pages: the questionnaire does not ask for the narrative")
	}
	p.codes = offersCode(p.questions)
	parsed, err := template.New("").Funcs(functions(nil)).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("pages: failed to parse templates: %w", err)
	}
	list, err := loadCatalogs(catalogs, wanted(parsed))
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		if !slices.Contains(p.questions.Languages, c.tag) || o.Organisation != nil && o.Organisation.Name[c.tag] == "" {
			continue
		}
		s, err := p.newSet(c, parsed, o.Organisation)
		if err != nil {
			return nil, err
		}
		p.languages = append(p.languages, c.tag)
		p.sets[c.tag] = s
	}
	if p.sets[DefaultLanguage] == nil {
		return nil, fmt.Errorf("pages: the questionnaire, or the organisation, has no words in %s", DefaultLanguage)
	}
	return p, p.rehearse()
}

// newSet makes what is needed to write pages in the language of a catalog.
func (p *Pages) newSet(c *catalog, parsed *template.Template, o *Organisation) (*set, error) {
	t, err := parsed.Clone()
	if err != nil {
		return nil, fmt.Errorf("pages: failed to copy templates: %w", err)
	}
	s := &set{catalog: c, templates: t.Funcs(functions(c))}
	if s.form, err = newAsked(c, p.questions, questionnaire.PageForm); err != nil {
		return nil, err
	}
	if s.name, err = newAsked(c, p.questions, questionnaire.PageName); err != nil {
		return nil, err
	}
	s.organisation, err = o.in(c.tag)
	return s, err
}

// narrative returns the one question that every questionnaire has, or nil.
func narrative(s *questionnaire.Schema) *questionnaire.Question {
	if len(s.Sections) == 0 || len(s.Sections[0].Questions) == 0 || s.Sections[0].Questions[0].Code != testimony.Narrative {
		return nil
	}
	return s.Sections[0].Questions[0]
}

// offersCode reports whether the form has the question, with the entry, by which a
// source asks for a code.
func offersCode(s *questionnaire.Schema) bool {
	for _, section := range s.Sections {
		for _, q := range section.Questions {
			if section.Page != questionnaire.PageForm || q.Code != "contact_wish" || q.Type != questionnaire.TypeOne {
				continue
			}
			list := s.Lists[q.List]
			return list != nil && list.Entry("code") != nil
		}
	}
	return false
}

// Languages returns the BCP 47 tags offered, the default (Arabic) first.
func (p *Pages) Languages() []string {
	return append([]string(nil), p.languages...)
}

// Style returns the one style sheet, to be served as /style.css.
func (p *Pages) Style() []byte { return bytes.Clone(style) }
