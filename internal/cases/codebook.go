package cases

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"amana/internal/edtf"
	"amana/internal/questionnaire"

	"github.com/BurntSushi/toml"
)

// Codebook is the closed lists of what reviewers code.
type Codebook struct {
	Schema  string  `toml:"schema"`
	Version int     `toml:"version"`
	Fields  []Field `toml:"field"`
}

// Field is one field of the codebook.
type Field struct {
	Code     string            `toml:"code"`
	Type     string            `toml:"type"` // TypeOne, TypeMany or TypeText
	On       []string          `toml:"on"`   // "case", "thread"
	Huridocs int               `toml:"huridocs"`
	Label    map[string]string `toml:"label"` // by language: "ar", "en"
	Codes    []Code            `toml:"entries"`
}

// Code is one entry of a closed list.
type Code struct {
	Code       string                   `toml:"code"`
	Arabic     string                   `toml:"ar"`
	English    string                   `toml:"en"`
	Confidence questionnaire.Confidence `toml:"confidence"`
	Source     string                   `toml:"source"`
}

// The types of fields.
const (
	TypeOne  = "one"
	TypeMany = "many"
	TypeText = "text"
)

// Label returns the words of a code in a language.
func (c *Code) Label(lang string) string {
	if lang == "ar" {
		return c.Arabic
	}
	return c.English
}

//go:embed codebook.toml
var codebook []byte

// Book returns the codebook.
func Book() *Codebook { return readBook() }

var readBook = sync.OnceValue(func() *Codebook {
	b := new(Codebook)
	meta, err := toml.NewDecoder(bytes.NewReader(codebook)).Decode(b)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("%s is no key", meta.Undecoded()[0])
	}
	if err != nil {
		panic(fmt.Sprintf("cases: codebook.toml: %v", err)) // the tests have read the same bytes
	}
	return b
})

// Field returns a field by its code, or nil.
func (b *Codebook) Field(code string) *Field {
	for i := range b.Fields {
		if b.Fields[i].Code == code {
			return &b.Fields[i]
		}
	}
	return nil
}

// Entry returns an entry of the field's list by its code, or nil.
func (f *Field) Entry(code string) *Code {
	for i := range f.Codes {
		if f.Codes[i].Code == code {
			return &f.Codes[i]
		}
	}
	return nil
}

// Label returns the words of a code of a field in a language; the code itself if there
// are none.
func (b *Codebook) Label(field, code, lang string) string {
	if f := b.Field(field); f != nil {
		if e := f.Entry(code); e != nil {
			return e.Label(lang)
		}
	}
	return code
}

// ErrCode is wrapped by errors about a field or a value that cannot be coded.
var ErrCode = errors.New("it cannot be coded")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCode, fmt.Sprintf(format, args...))
}

// Check returns the value of a field in its one spelling: codes sorted, each once. A
// value that is empty takes back. questions are those that facts are checked against;
// the first that has the question counts. The error wraps [ErrCode], says what can be
// coded, and does not quote the value.
func (b *Codebook) Check(subject, field, value string, questions ...*questionnaire.Schema) (string, error) {
	value = strings.TrimSpace(value)
	if key, ok := strings.CutPrefix(field, FactPrefix); ok {
		return checkFact(key, value, questions)
	}
	f := b.Field(field)
	if f == nil {
		return "", wrong("there is no field %q", field)
	}
	if IsCase(subject) && !slices.Contains(f.On, "case") {
		return "", wrong("%s is coded of a thread, and not of a case: name one of its threads", field)
	}
	if value == "" {
		return "", nil
	}
	switch f.Type {
	case TypeText:
		return value, nil
	case TypeOne:
		return checkCodes(value, field, 1, f.codes())
	}
	return checkCodes(value, field, len(f.Codes), f.codes())
}

func (f *Field) codes() (codes []string) {
	for i := range f.Codes {
		codes = append(codes, f.Codes[i].Code)
	}
	return codes
}

func checkCodes(value, field string, most int, known []string) (string, error) {
	var codes []string
	for code := range strings.SplitSeq(value, Joiner) {
		code = strings.TrimSpace(code)
		if !slices.Contains(known, code) {
			return "", wrong("%s has no such code; it has %s", field, strings.Join(known, ", "))
		}
		codes = append(codes, code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) > most {
		return "", wrong("%s takes one code", field)
	}
	return strings.Join(codes, Joiner), nil
}

func checkFact(key, value string, questions []*questionnaire.Schema) (string, error) {
	for _, s := range questions {
		q, _ := s.Find(key)
		if q == nil {
			continue
		}
		if value == "" {
			return "", nil
		}
		switch q.Type {
		case questionnaire.TypeOne:
			return checkCodes(value, FactPrefix+key, 1, codesOf(s.Lists[q.List]))
		case questionnaire.TypeMany:
			return checkCodes(value, FactPrefix+key, len(s.Lists[q.List].Entries), codesOf(s.Lists[q.List]))
		case questionnaire.TypeDate:
			if _, err := edtf.Parse(value); err != nil {
				return "", wrong("%s%s is a date, like 2018, 2018-07, 2018-07-12 or 2018-07~", FactPrefix, key)
			}
			return value, nil
		case questionnaire.TypeText:
			return value, nil
		}
		return "", wrong("%s%s asks for files", FactPrefix, key)
	}
	return "", wrong("there is no question %q", key)
}

func codesOf(l *questionnaire.List) (codes []string) {
	for i := range l.Entries {
		codes = append(codes, l.Entries[i].Code)
	}
	return codes
}

// knows tells whether this version knows what an entry means. Facts it cannot tell: they
// are checked where they are coded, against questions that may not be here.
func (b *Codebook) knows(e *Entry) bool {
	if e.Field == FieldCase || strings.HasPrefix(e.Field, FactPrefix) || strings.HasPrefix(e.Field, NotPrefix) {
		return true
	}
	f := b.Field(e.Field)
	if f == nil || IsCase(e.Subject) && !slices.Contains(f.On, "case") {
		return false
	}
	if e.Value == "" || f.Type == TypeText {
		return true
	}
	value, err := b.Check(e.Subject, e.Field, e.Value)
	return err == nil && value == e.Value
}
