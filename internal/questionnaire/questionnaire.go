// Package questionnaire reads the file of questions that the form asks: sections,
// questions, closed lists, and their words in every language. docs/questionnaire.md
// is made from it.
//
// The form, the server's checks, the sealed document and the reviewers' labels all
// come from one [Schema]. The package touches no network and no vault, and keeps
// nothing of what it checks.
package questionnaire

import "io"

// Schema is a questionnaire. It is not changed after it was read.
type Schema struct {
	Name      string   // "amana"
	Version   int      // from 1
	SHA256    [32]byte // of the file
	Languages []string // BCP 47 tags; every text has all of them
	Sections  []Section
	Lists     map[string]*List // by code
}

// Text is words by language.
type Text map[string]string

// In returns the words in a language, or in the first language of the file's own
// order that has some.
func (t Text) In(lang string) string { panic("contract") }

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

// Builtin returns the questionnaire that is shipped.
func Builtin() *Schema { panic("contract") }

// Read reads a questionnaire. An error says the line and what is wrong, one line of
// text for each fault.
func Read(r io.Reader) (*Schema, error) { panic("contract") }

// Field is one field of a form, as it stands in its HTML: of a date there are four,
// of a question in a section that repeats several.
type Field struct {
	Name     string // "surrender_date_y", "place_2"
	Key      string // under which the answer is kept: "surrender_date", "place_2"
	Question *Question
	Part     string // of a date: PartYear, PartMonth, PartDay, PartAbout; else ""
	Row      int    // from 1 in a section that repeats; else 0
}

// The parts of a date; a field's name is the key, "_", and the part.
const (
	PartYear  = "y"
	PartMonth = "m"
	PartDay   = "d"
	PartAbout = "about" // a checkbox with the value "1"
)

// Fields returns the fields of a page in the order of the form, without files.
func (s *Schema) Fields(page string) []Field { panic("contract") }

// Input is what came with a form: the values of each field, by its name, in the
// order they came.
type Input map[string][]string

// Answers are checked answers, without those that are empty.
type Answers struct {
	Answers map[string]string   // free text, one code, or a date in EDTF; by Field.Key
	Choices map[string][]string // codes, in the order of the list; by Field.Key
}

// ProblemKind says what is wrong with one answer.
type ProblemKind string

// The kinds of problem.
const (
	TooLong    ProblemKind = "too_long"    // more than Question.Limit characters
	NotInList  ProblemKind = "not_in_list" // a code that the list does not have, or two where one can be
	Impossible ProblemKind = "impossible"  // no such date, a date to come, or not a number
	NotText    ProblemKind = "not_text"    // not UTF-8, or a control character other than tab and line feed
	TooMany    ProblemKind = "too_many"    // the field came more often than it can
)

// Problem is one thing that is wrong.
type Problem struct {
	Key      string // Field.Key
	Question *Question
	Kind     ProblemKind
}

// Check holds what came to the rules of a page. today is the day received, in UTC:
// no date may be later than the day after it. The problems are in the order of the
// form. A name in Input that is no field of the page is not looked at here.
func (s *Schema) Check(page string, in Input, today string) (Answers, []Problem) { panic("contract") }

// Find returns the question and the row (0 if it does not repeat) of an answer's
// key, or nil.
func (s *Schema) Find(key string) (q *Question, row int) { panic("contract") }

// Entry returns the entry of a list by its code, or nil.
func (l *List) Entry(code string) *Entry { panic("contract") }
