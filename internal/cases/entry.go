package cases

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"amana/internal/attest"

	"golang.org/x/mod/sumdb/note"
)

// Schema is that of an entry. A change to it changes its version.
const Schema = "amana/coding/1"

// Bounds of an entry.
const (
	MaxText     = 20_000  // characters of a value or a note
	MaxReplaces = 100     // entries that one replaces
	MaxEntry    = 200_000 // bytes of an entry with its signature
)

// What can be wrong with an entry. No error quotes one.
var (
	ErrEntry   = errors.New("it is no entry of coding")
	ErrVersion = errors.New("the entry is of a newer version of Amana")
)

// Entry is one thing that a reviewer said, as it is signed. Entries are never changed:
// a later one names those that it replaces. docs/formats-coding.md describes them.
type Entry struct {
	Schema   string   `json:"schema"`
	Subject  string   `json:"subject"`  // a thread's id or a case's code
	Field    string   `json:"field"`    // a field of this package
	Value    string   `json:"value"`    // a code, codes joined by [Joiner], or text; empty takes back
	Note     string   `json:"note"`     // why
	By       string   `json:"by"`       // verifier key of the reviewer
	Name     string   `json:"name"`     // of the reviewer, as they give it
	Day      string   `json:"day"`      // "2026-11-27", by the clock of the reviewer's machine
	Replaces []string `json:"replaces"` // ids of entries, sorted
	Nonce    string   `json:"nonce"`    // 32 random hexadecimal digits
}

// Signed is an entry with its signature.
type Signed struct {
	Entry
	ID        string // SHA-256 of Text, in hexadecimal digits
	Signature string // base64
}

// Author is the reviewer who makes entries.
type Author struct {
	Name   string
	Key    string // verifier key
	Signer note.Signer
}

// Today returns the day in UTC, as entries have it.
func Today() string { return time.Now().UTC().Format(time.DateOnly) }

// Sign makes an entry of the author's. It fills in all but subject, field, value, note
// and what is replaced, and the day if there is none.
func (a Author) Sign(e Entry) (*Signed, error) {
	nonce := make([]byte, 16)
	rand.Read(nonce) // never fails: it ends the program instead
	e.Schema, e.By, e.Name, e.Nonce = Schema, a.Key, a.Name, hex.EncodeToString(nonce)
	if e.Day == "" {
		e.Day = Today()
	}
	e.Replaces = append([]string{}, e.Replaces...)
	slices.Sort(e.Replaces)
	e.Replaces = slices.Compact(e.Replaces)
	if err := e.check(); err != nil {
		return nil, err
	}
	text := e.Text()
	signature, err := attest.Sign(attest.Coding, a.Signer, text)
	if err != nil {
		return nil, fmt.Errorf("sign entry: %w", err)
	}
	return &Signed{e, idOf(text), signature}, nil
}

func idOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Text returns the one spelling of an entry, which is signed: JSON in one line, its
// keys in the order of the type, no space, nothing escaped that need not be.
func (e *Entry) Text() []byte {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.Encode(e) // texts and nothing else: it does not fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// record is an entry as it is kept and carried: its text in a line, its signature in
// the next.
func (s *Signed) record() []byte {
	return append(append(s.Text(), '\n'), s.Signature+"\n"...)
}

// parse reads a record and verifies nothing but its form. The error wraps [ErrEntry] or
// [ErrVersion].
func parse(record []byte) (*Signed, error) {
	text, rest, _ := bytes.Cut(record, []byte("\n"))
	signature, ended := bytes.CutSuffix(rest, []byte("\n"))
	if !ended || len(record) > MaxEntry {
		return nil, fmt.Errorf("%w: it is cut off, or too long", ErrEntry)
	}
	s := &Signed{ID: idOf(text), Signature: string(signature)}
	if json.Unmarshal(text, &s.Entry) != nil { // not its error: it may quote words
		return nil, fmt.Errorf("%w: it cannot be read", ErrEntry)
	}
	if s.Schema != Schema {
		if strings.HasPrefix(s.Schema, "amana/coding/") {
			return nil, ErrVersion
		}
		return nil, fmt.Errorf("%w: it has another schema", ErrEntry)
	}
	if !bytes.Equal(s.Text(), text) {
		return nil, fmt.Errorf("%w: it is not in its one spelling", ErrEntry)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// verify returns an error wrapping [attest.ErrSignature] unless the entry is signed by
// the key that it names.
func (s *Signed) verify() error {
	return attest.Verify(attest.Coding, s.By, s.Text(), s.Signature)
}

// check holds an entry to its form. What a value means is for [Codebook.Check].
func (e *Entry) check() error {
	bad := func(what string) error { return fmt.Errorf("%w: %s", ErrEntry, what) }
	day, err := time.Parse(time.DateOnly, e.Day)
	switch {
	case !IsThread(e.Subject) && !IsCase(e.Subject):
		return bad("its subject is neither a thread nor a case")
	case !isField(e.Field):
		return bad("its field is none")
	case aboutThread(e.Field) && !IsThread(e.Subject):
		return bad("its field is about a thread")
	case e.Field == FieldCase && !IsCase(e.Value):
		return bad("it links to no case")
	case strings.HasPrefix(e.Field, NotPrefix) && (e.Subject >= e.Field[len(NotPrefix):] || e.Value != NotOther && e.Value != NotOpen):
		return bad("it tells no two threads apart")
	case err != nil || day.Format(time.DateOnly) != e.Day:
		return bad("its day is none")
	case !isHex(e.Nonce, 16):
		return bad("its random number is none")
	case len(e.Replaces) > MaxReplaces || !slices.IsSorted(e.Replaces) || len(slices.Compact(slices.Clone(e.Replaces))) != len(e.Replaces):
		return bad("it replaces too many, or not in order")
	case slices.ContainsFunc(e.Replaces, func(id string) bool { return !isHex(id, 32) }):
		return bad("what it replaces is no entry")
	case !plain(e.Name, 100, false) || !plain(e.By, 300, false) || e.By == "":
		return bad("it names nobody")
	case !plain(e.Value, MaxText, true) || !plain(e.Note, MaxText, true):
		return bad("a text is too long, or has characters that cannot be seen")
	}
	return nil
}

// plain tells whether a text shows what it says.
func plain(s string, most int, lines bool) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.Is(unicode.Cc, r) && !(lines && r == '\n') || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
			r == 0x2028 || r == 0x2029 || r == utf8.RuneError
	})
}

// isHex tells whether s is so many bytes in lower-case hexadecimal.
func isHex(s string, bytes int) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == bytes && hex.EncodeToString(b) == s
}
