package cases

import (
	"regexp"
	"strings"
)

// The fields that mean something to the programs. All others are those of the
// codebook ([Book]) and, behind [FactPrefix], the keys of questions.
const (
	// FieldCase says of a thread which case it is of: that is a link.
	FieldCase = "case"
	// FieldSecret is what a reviewer codes of a thread whose source said what must never
	// be published: once it is [SecretCleared], its testimony may be told where the
	// source allows that.
	FieldSecret = "secret"
	// FieldWithhold is uses that a source took back in their own words.
	FieldWithhold = "withhold"
	// FieldNote is a reviewer's words to other reviewers. Notes stand beside each other
	// and never differ.
	FieldNote = "note"
	// FactPrefix stands before the key of a question: the value is a reviewer's reading
	// of the answer, which is counted in place of what sources answered. Of a question
	// with many answers it is their codes, sorted and joined by [Joiner].
	FactPrefix = "fact."
	// NotPrefix stands before the id of a second thread: two threads speak of different
	// people ([NotOther]), and are not suggested again.
	NotPrefix = "not."
)

// Joiner stands between the codes of a field that takes many.
const Joiner = ","

// The values of the fields above.
const (
	// SecretCleared says that a reviewer has read what must stay secret, and that nothing
	// of it stands in what would be told.
	SecretCleared = "cleared"
	// SecretKept says that it is not so.
	SecretKept = "kept"
	// NotOther says that two threads speak of different people, NotOpen that nobody
	// knows.
	NotOther = "other"
	NotOpen  = "open"
)

var (
	threadShape = regexp.MustCompile(`^[0-9a-f]{32}$`)
	caseShape   = regexp.MustCompile(`^C-[0-9a-f]{10}$`)
	fieldShape  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	factShape   = regexp.MustCompile(`^fact\.[a-z][a-z0-9_]{0,39}$`)
	notShape    = regexp.MustCompile(`^not\.[0-9a-f]{32}$`)
)

// IsThread tells whether a text is the id of a thread.
func IsThread(s string) bool { return threadShape.MatchString(s) }

// IsCase tells whether a text is the code of a case.
func IsCase(s string) bool { return caseShape.MatchString(s) }

func isField(s string) bool {
	return fieldShape.MatchString(s) || factShape.MatchString(s) || notShape.MatchString(s)
}

// about tells whether a field is only about a thread, and never about a case.
func aboutThread(field string) bool {
	return field == FieldCase || field == FieldSecret || strings.HasPrefix(field, NotPrefix)
}
