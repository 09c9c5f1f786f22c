// Package questionnaire reads the file of questions that the form asks: sections,
// questions, closed lists, and their words in every language. docs/questionnaire.md
// is made from it.
//
// The form, the server's checks, the sealed document and the reviewers' labels all
// come from one [Schema]. The package touches no network and no vault, and keeps
// nothing of what it checks.
package questionnaire

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"
)

// Schema is a questionnaire. It is not changed after it was read.
type Schema struct {
	Name      string   // "amana"
	Version   int      // from 1
	SHA256    [32]byte // of the file
	Languages []string // BCP 47 tags; every text has all of them
	Sections  []Section
	Lists     map[string]*List // by code
}

// Text is words by language. Under "" stand those of the file's first language
// again.
type Text map[string]string

// In returns the words in a language, or in the first language of the file if it has
// none in that one.
func (t Text) In(lang string) string {
	if words := t[lang]; words != "" {
		return words
	}
	return t[""]
}

// Section is a part of the form that folds.
type Section struct {
	Code      string // "surrender"
	Title     Text
	Intro     Text   // nil if it has none
	Page      string // PageForm or PageName
	Repeat    int    // how often its questions can be answered; 1 if once
	Questions []*Question
}

// The pages that a section can stand on.
const (
	PageForm = "form" // the one long form
	PageName = "name" // the optional page of his name, sealed on its own
)

// Type is how a question is answered.
type Type string

// The types.
const (
	TypeText  Type = "text"  // free words
	TypeDate  Type = "date"  // a date of which parts may be unknown
	TypeOne   Type = "one"   // one entry of a list
	TypeMany  Type = "many"  // any entries of a list
	TypeFiles Type = "files" // files; exactly one question of a file has it, the last of its page
)

// Question is one question.
type Question struct {
	Code  string // "surrender_date"
	Type  Type
	List  string // code of a list, for TypeOne and TypeMany
	Label Text
	Hint  Text     // nil if it has none
	For   []string // report sentences and standards that ask for it: "R6", "WGEID"
	Limit int      // characters (code points), for TypeText
	Rows  int      // lines of its box, for TypeText; 1 is a single line
}

// List is a closed list.
type List struct {
	Code    string
	Entries []Entry // the last two are always CodeUnknown and CodeDeclined
}

// Codes that every list ends with.
const (
	CodeUnknown  = "unknown"  // I don't know
	CodeDeclined = "declined" // I'd rather not say
)

// Confidence says how sure it is that an entry is right (domain facts).
type Confidence string

// The grades.
const (
	High   Confidence = "H" // an official text, or two or more sources that agree
	Medium Confidence = "M" // one press or NGO source
	Low    Confidence = "L" // from memory, no source found
)

// Entry is one entry of a closed list.
type Entry struct {
	Code       string
	Label      Text
	Confidence Confidence
	Source     string // where it comes from; may be empty for High
	Note       string // for reviewers: dates, grace periods, doubts; may be empty
}

//go:embed amana.toml
var builtin []byte

// Builtin returns the questionnaire that is shipped.
func Builtin() *Schema { return readBuiltin() }

var readBuiltin = sync.OnceValue(func() *Schema {
	s, err := Read(bytes.NewReader(builtin))
	if err != nil {
		panic(fmt.Sprintf("questionnaire: amana.toml: %v", err)) // the tests have read the same bytes
	}
	return s
})

// Entry returns the entry of a list by its code, or nil.
func (l *List) Entry(code string) *Entry {
	for i := range l.Entries {
		if l.Entries[i].Code == code {
			return &l.Entries[i]
		}
	}
	return nil
}
