package pages

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"amana/internal/shallow"

	"github.com/BurntSushi/toml"
)

// Organisation is who runs the pages, in its own words, by language (BCP 47 tag):
// the pages are offered in its languages only. docs/organisation.example.toml shows
// the file.
type Organisation struct {
	Name         map[string]string   // one line
	Introduction map[string][]string // one to three paragraphs, without a way to reach anybody
	Support      map[string][]string // one line each: who helps those for whom telling is hard; may be empty
}

// organisation is an Organisation in one language.
type organisation struct {
	Name                  string
	Introduction, Support []string
}

// in returns the words of a language; of no organisation there are none.
func (o *Organisation) in(lang string) (*organisation, error) {
	if o == nil {
		return nil, nil
	}
	mine := &organisation{o.Name[lang], o.Introduction[lang], o.Support[lang]}
	if mine.Name == "" || len(mine.Introduction) == 0 {
		return nil, fmt.Errorf("pages: the organisation has no name or no introduction in %s", lang)
	}
	return mine, nil
}

// organisationFormat is the first line of the file.
const organisationFormat = "amana/organisation/1"

// Bounds of the file.
const (
	maxOrganisationSize  = 16 << 10 // bytes
	maxOrganisationLines = 400
	maxSupport           = 4 // lines of support
)

// organisationFile is the file as it is written.
type organisationFile struct {
	Schema       string              `toml:"schema"`
	Name         map[string]string   `toml:"name"`
	Introduction map[string][]string `toml:"introduction"`
	Support      []map[string]string `toml:"support"`
}

// ReadOrganisation reads the file about an organisation. languages are those that
// the pages can be offered in; the file may have words in some of them, the default
// among them, and then each text must have all of those. An error has one line of
// text for each fault, with the line of the file where it can be told.
func ReadOrganisation(r io.Reader, languages []string) (*Organisation, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxOrganisationSize+1))
	if err != nil {
		return nil, fmt.Errorf("pages: failed to read organisation: %w", err)
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if len(data) > maxOrganisationSize || len(lines) > maxOrganisationLines {
		return nil, fmt.Errorf("pages: organisation: the file has more than %d bytes or %d lines", maxOrganisationSize, maxOrganisationLines)
	}
	file, unknown, err := decodeOrganisation(data)
	if err != nil {
		return nil, fmt.Errorf("pages: organisation: %s", tomlFault(err))
	}
	var faults []string
	for _, fault := range append(unknown, file.wrong(languages)...) {
		faults = append(faults, fmt.Sprintf("line %d: %s", lineOf(lines, languages, fault), fault))
	}
	faults = append(faults, file.missing()...)
	if len(faults) > 0 {
		return nil, fmt.Errorf("pages: organisation: %s", strings.Join(faults, "\n"))
	}
	o := &Organisation{file.Name, file.Introduction, make(map[string][]string)}
	for _, line := range file.Support {
		for lang, text := range line {
			o.Support[lang] = append(o.Support[lang], text)
		}
	}
	return o, nil
}

// decodeOrganisation parses the file, and names the keys that it may not have.
func decodeOrganisation(data []byte) (file organisationFile, unknown []string, err error) {
	if err := shallow.Check(string(data)); err != nil {
		return file, nil, err
	}
	meta, err := toml.Decode(string(data), &file)
	for _, key := range meta.Undecoded() {
		unknown = append(unknown, fmt.Sprintf("there is no %q in this file", key.String()))
	}
	return file, unknown, err
}

// tomlFault says where a file is not TOML, and why, on one line.
func tomlFault(err error) string {
	if e, ok := err.(toml.ParseError); ok {
		return fmt.Sprintf("line %d: %s", e.Position.Line, e.Message)
	}
	return strings.TrimPrefix(err.Error(), "toml: ")
}

// lineOf returns the line at whose end a fault is first found: the parser does not
// say where a value stood. The files are short.
func lineOf(lines [][]byte, languages []string, fault string) int {
	for n := range lines {
		file, unknown, err := decodeOrganisation(bytes.Join(lines[:n+1], nil))
		if err == nil && slices.Contains(append(unknown, file.wrong(languages)...), fault) {
			return n + 1
		}
	}
	return len(lines)
}

// missing lists what the file lacks: each text must stand in every language that
// any of them has.
func (f organisationFile) missing() []string {
	var faults []string
	spoken := map[string]bool{DefaultLanguage: true}
	for _, texts := range append(slices.Clone(f.Support), f.Name) {
		for lang := range texts {
			spoken[lang] = true
		}
	}
	for lang := range f.Introduction {
		spoken[lang] = true
	}
	if f.Schema == "" {
		faults = append(faults, fmt.Sprintf("the file must begin with schema = %q", organisationFormat))
	}
	for _, lang := range slices.Sorted(maps.Keys(spoken)) {
		if f.Name[lang] == "" {
			faults = append(faults, fmt.Sprintf("[name] has nothing for %q", lang))
		}
		if len(f.Introduction[lang]) == 0 {
			faults = append(faults, fmt.Sprintf("[introduction] has nothing for %q", lang))
		}
		for i, line := range f.Support {
			if line[lang] == "" {
				faults = append(faults, fmt.Sprintf("[[support]] number %d has nothing for %q", i+1, lang))
			}
		}
	}
	return faults
}

// wrong lists what stands in the file and may not.
func (f organisationFile) wrong(languages []string) []string {
	var faults []string
	check := func(where, lang, text string, most int, reachable bool) {
		if !slices.Contains(languages, lang) {
			faults = append(faults, fmt.Sprintf("%s: %q is not a language of the pages: they are %s", where, lang, strings.Join(languages, ", ")))
		} else if fault := wrongText(text, most, reachable); fault != "" {
			faults = append(faults, fmt.Sprintf("%s: %s: %s", where, lang, fault))
		}
	}
	if f.Schema != "" && f.Schema != organisationFormat {
		faults = append(faults, fmt.Sprintf("schema is not %q", organisationFormat))
	}
	for _, lang := range slices.Sorted(maps.Keys(f.Name)) {
		check("name", lang, f.Name[lang], maxName, false)
	}
	for _, lang := range slices.Sorted(maps.Keys(f.Introduction)) {
		paragraphs := f.Introduction[lang]
		if len(paragraphs) > maxParagraphs {
			faults = append(faults, fmt.Sprintf("introduction: %s: more than %d paragraphs", lang, maxParagraphs))
		}
		for i, text := range paragraphs {
			check(fmt.Sprintf("introduction, paragraph %d", i+1), lang, text, maxParagraph, false)
		}
	}
	if len(f.Support) > maxSupport {
		faults = append(faults, fmt.Sprintf("support: more than %d lines", maxSupport))
	}
	for i, line := range f.Support {
		for _, lang := range slices.Sorted(maps.Keys(line)) {
			check(fmt.Sprintf("support, number %d", i+1), lang, line[lang], maxLine, true)
		}
	}
	return faults
}
