package questionnaire

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"golang.org/x/text/language"
)

// Format is what a file says it is. docs/formats-questionnaire.md describes it.
const Format = "amana/questionnaire/1"

// Limits of a file.
const (
	maxFile      = 1 << 20 // bytes
	maxSections  = 60
	maxQuestions = 300 // also of one section
	maxLists     = 100
	maxEntries   = 300 // of one list
	maxLanguages = 50
	maxRepeat    = 9
	maxRows      = 50
	maxVersion   = 1_000_000
	// maxPage is how many characters all texts of one page can have together: a
	// testimony that says all of it still fits into testimony.MaxDocument, with every
	// character as \u003c.
	maxPage = 1_200_000
)

// Read reads a questionnaire. An error says the line and what is wrong, one line of
// text for each fault.
func Read(r io.Reader) (*Schema, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("questionnaire: failed to read: %w", err)
	}
	if len(data) > maxFile {
		return nil, atLine(1, fmt.Sprintf("the file is larger than %d bytes", maxFile))
	}
	if !utf8.Valid(data) { // first of all: what else can be said of it would mislead
		return nil, notUTF8(data)
	}
	lines, err := locate(data)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if _, err := toml.Decode(string(data), &values); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, atLine(max(1, syntax.Position.Line), strings.Join(strings.Fields(syntax.Message), " "))
		}
		return nil, atLine(1, "not TOML: "+strings.Join(strings.Fields(err.Error()), " "))
	}
	rd := &reader{schema: &Schema{SHA256: sha256.Sum256(data), Lists: make(map[string]*List)}}
	rd.file(&table{r: rd, values: values, at: lines})
	if err := rd.faults.err(); err != nil {
		return nil, err
	}
	return rd.schema, nil
}

// notUTF8 says on which line a file is not UTF-8.
func notUTF8(data []byte) error {
	line := 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		data = data[n:]
	}
	return atLine(line, "the file is not UTF-8 text: save it anew as UTF-8")
}

// reader makes a Schema of a file's tables.
type reader struct {
	schema            *Schema
	languages         []string // nil while they are not known
	unknown, declined Text
	faults            faults
	placed            []placed
}

// placed is a question and where it stands.
type placed struct {
	*Question
	section *Section
	table   *table
}

func (r *reader) file(t *table) {
	if t.values["schema"] != Format {
		t.fault("schema", "schema is not %q", Format)
		return // of another version nothing else can be said
	}
	t.only("schema", "name", "version", "languages", "unknown", "declined", "section", "list")
	s := r.schema
	if s.Name = t.text("name"); t.has("name") && !nameForm.MatchString(s.Name) {
		t.fault("name", "name is not 1 to 32 of a-z, 0-9 and -")
	}
	s.Version = t.number("version", 1, maxVersion, -1)
	r.tags(t)
	r.unknown, r.declined = t.words("unknown"), t.words("declined")
	lists := t.tables("list", maxLists)
	seen := make(map[string]bool)
	for i := range lists {
		r.list(&lists[i], i, seen)
	}
	sections := t.tables("section", maxSections)
	codes, questions := make(map[string]bool), make(map[string]bool)
	for i := range sections {
		s.Sections = append(s.Sections, r.section(&sections[i], i, codes, questions))
	}
	for i := range lists {
		r.used(&lists[i])
	}
	r.order(t)
}

// tags reads the languages.
func (r *reader) tags(t *table) {
	var tags []string
	for _, tag := range t.texts("languages") {
		switch parsed, err := language.Parse(tag); {
		case err != nil || parsed == language.Und:
			t.fault("languages", "%q is not a language tag of BCP 47", tag)
		case parsed.String() != tag:
			t.fault("languages", "the language tag %q is written %q", tag, parsed.String())
		case slices.Contains(tags, tag):
			t.fault("languages", "language %q stands there twice", tag)
		default:
			tags = append(tags, tag)
			continue
		}
		return // which languages every text has to have is not known
	}
	if len(tags) > maxLanguages {
		t.fault("languages", "more than %d languages", maxLanguages)
		return
	}
	r.languages, r.schema.Languages = tags, tags
}

// text makes the words of a table, of the file's languages alone. Under "" stand
// those of the first language, see [Text].
func (r *reader) text(values map[string]any) Text {
	words := make(Text, len(r.languages)+1)
	for i, tag := range r.languages {
		words[tag], _ = values[tag].(string)
		if i == 0 {
			words[""] = words[tag]
		}
	}
	return words
}

var (
	nameForm = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)
	codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
)

// code reads the code of a table, and calls the table by it from then on: named
// "question", "question unit". A table without a code is called unnamed. seen are the
// codes before it.
func (r *reader) code(t *table, unnamed, named string, seen map[string]bool) string {
	t.who = unnamed + ": "
	code := t.text("code")
	if code == "" {
		return ""
	}
	if !codeForm.MatchString(code) {
		t.fault("code", "code %q is not a letter a-z and up to 31 of a-z, 0-9 and _", code)
		return code
	}
	t.who = named + " " + code + ": "
	if seen[code] {
		t.fault("code", "the code stands there twice")
	}
	seen[code] = true
	return code
}

// list reads a closed list.
func (r *reader) list(t *table, i int, seen map[string]bool) {
	list := &List{Code: r.code(t, fmt.Sprintf("list %d", i+1), "list", seen)}
	t.only("code", "entries")
	codes := make(map[string]bool)
	for i, entry := range t.tables("entries", maxEntries) {
		list.Entries = append(list.Entries, r.entry(&entry, t.who, i, codes))
	}
	list.Entries = append(list.Entries,
		Entry{Code: CodeUnknown, Label: r.unknown, Confidence: High},
		Entry{Code: CodeDeclined, Label: r.declined, Confidence: High})
	r.schema.Lists[list.Code] = list
}

// entry reads an entry of a list.
func (r *reader) entry(t *table, list string, i int, seen map[string]bool) Entry {
	e := Entry{Code: r.code(t, fmt.Sprintf("%sentry %d", list, i+1), list+"entry", seen)}
	if e.Code == CodeUnknown || e.Code == CodeDeclined {
		t.fault("code", "the program itself adds this entry")
	}
	if len(r.languages) > 0 {
		t.only(append([]string{"code", "confidence", "source", "note"}, r.languages...)...)
		t.languages("label")
	}
	e.Label = r.text(t.values)
	e.Confidence = Confidence(t.text("confidence"))
	e.Source, e.Note = t.optional("source", ""), t.optional("note", "")
	switch {
	case !t.has("confidence"):
	case e.Confidence != High && e.Confidence != Medium && e.Confidence != Low:
		t.fault("confidence", "confidence is not H, M or L")
	case e.Confidence == Medium && !t.has("source"):
		t.fault("source", "no source, and the confidence is M")
	}
	return e
}
