package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"amana/internal/dossier"
	"amana/internal/preview"
)

//go:embed templates/*.html
var templates embed.FS

var (
	//go:embed style.css
	styleText string
	//go:embed index.js
	scriptText string
)

// language is a report in one language.
type language struct {
	Code, Dir string
	RTL       bool
	Style     template.CSS
	style     string
	Script    template.JS
	labels    *labels
	pages     *template.Template
	rows      []indexRow
	m         *maker
}

func newLanguage(code string, m *maker) (*language, error) {
	if !slices.Contains(Languages, code) {
		return nil, fmt.Errorf("there are no words in %q", code)
	}
	l := &language{Code: code, Dir: dossier.Direction(code), style: styleText, Script: template.JS(scriptText), m: m}
	l.RTL = l.Dir == "rtl"
	if m.working() {
		l.style += l.printedMark()
	}
	l.Style = template.CSS(l.style)
	l.labels = newLabels(m.Questions, code)
	l.pages = template.New("").Funcs(template.FuncMap{
		"say": l.say, "visible": dossier.VisibleName, "text": dossier.VisibleText, "size": dossier.Size, "plain": plainDate,
		"warning": func(w preview.Warning) string { return w.In(code) },
		"plus":    func(a, b int) int { return a + b },
	})
	if err := l.parse(); err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	return l, nil
}

var said = regexp.MustCompile(`\{\{say "([a-z-]+)"\}\}`)

// parse reads the templates. Words that are the same on all pages are put in here, once,
// and not for each of a thousand rows.
func (l *language) parse() error {
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := templates.ReadFile(name)
		if err != nil {
			return err
		}
		whole := said.ReplaceAllStringFunc(string(text), func(call string) string {
			return template.HTMLEscapeString(l.say(said.FindStringSubmatch(call)[1]))
		})
		if _, err := l.pages.New(name).Parse(whole); err != nil {
			return err
		}
	}
	return nil
}

// printedMark puts the mark of the reviewers' own desk on every sheet of paper.
func (l *language) printedMark() string {
	return fmt.Sprintf("@page { @top-center { content: %q; color: #700; border-bottom: 2px solid #700; font: bold 9pt system-ui, sans-serif; direction: %s; } }\n",
		l.say("working-mark"), l.Dir)
}

// frame is what every page has.
type frame struct {
	*language
	Title   string
	Policy  string
	Up      string // from the page to the folder of its language, with a slash
	Other   string // the same page in the other language; empty if there is none
	OtherIn string // that language
	Working bool
	Scripts bool
	Day     string
	For     string // the use
	Purpose, Recipient,
	Here string
	Tables bool
	Body   any
}

// page writes a page of the language by the template of a name.
func (l *language) page(m *maker, name, kind string, body titled) error {
	depth := strings.Count(name, "/") - 1
	f := frame{language: l, Title: body.title(), Up: strings.Repeat("../", depth), Working: m.working(), Scripts: kind == "index",
		Day: m.Day, For: m.sel.Use.In(l.Code), Purpose: m.Purpose, Recipient: m.Recipient, Here: kind, Tables: len(m.Extras) > 0, Body: body}
	f.Policy = l.policy(f.Scripts)
	if f.Working { // browsers that print no margins of ours print the title
		f.Title += " – " + l.say("working-short")
	}
	for _, other := range m.lang {
		if other != l {
			f.Other, f.OtherIn = strings.Repeat("../", depth+1)+other.Code+strings.TrimPrefix(name, l.Code), other.Code
		}
	}
	return m.out.WriteFile(name, func(w io.Writer) error { return l.pages.ExecuteTemplate(w, kind, f) })
}

// titled is the body of a page.
type titled interface{ title() string }

// policy lets a page do nothing but show itself in its own style, with pictures that
// stand in it, and run the script of ours where it has it.
func (l *language) policy(scripts bool) string {
	p := "default-src 'none'; style-src '" + hashOf(l.style) + "'; img-src data:; base-uri 'none'; form-action 'none'"
	if scripts {
		p += "; script-src '" + hashOf(scriptText) + "'"
	}
	return p
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Say is say, for templates.
func (l *language) Say(key string) string { return l.say(key) }

// say returns words of the report in the language.
func (l *language) say(key string) string {
	w, known := words[key]
	if !known {
		return key
	}
	if l.Code == "ar" {
		return w[0]
	}
	return w[1]
}
