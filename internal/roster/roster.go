// Package roster reads, checks and signs the list of people: the reviewers whom
// testimonies are sealed to, and the administrators who decide who they are.
//
// It handles public halves only; it may not touch identities, files or the
// network. docs/formats-keys.md describes the texts, docs/formats.md the plain
// list of reviewers that old bundles hold.
package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"

	"amana/internal/wordlist"
)

// The names of the note keys (golang.org/x/mod/sumdb/note): a key made for one
// purpose does not serve for another.
const (
	KeyNameAdministrator = "amana-administrator"
	KeyNameReviewer      = "amana-reviewer"
	KeyNameIntake        = "amana-intake"
)

// Errors that a caller can tell apart.
var (
	// ErrMalformed: a text is not a roster or a card as it must be.
	ErrMalformed = errors.New("it is not as it must be")
	// ErrSecretKey: a text holds a secret key, which now is on a machine where
	// it must never be.
	ErrSecretKey = errors.New("this is a SECRET key")
	// ErrExpired: the last day of the roster is over.
	ErrExpired = errors.New("the roster has expired")
	// ErrNotYet: the first day of the roster has not come.
	ErrNotYet = errors.New("the roster is not valid yet")
	// ErrChain: a roster is not the next after the one before it.
	ErrChain = errors.New("the roster does not follow the one before it")
	// ErrSignatures: too few administrators signed, or a signature is false.
	ErrSignatures = errors.New("the signatures are not as they must be")
)

// Administrator is somebody who signs rosters.
type Administrator struct {
	Name string
	Key  string // verifier key, named amana-administrator
}

// Roster is one signed list of reviewers and administrators, without its
// signatures.
type Roster struct {
	Epoch    uint32   // its number: 1, 2, 3 … without gaps
	Previous [32]byte // Sum of the roster before; zero in the first one
	From     string   // first day, like 2026-11-22, UTC
	Until    string   // last day

	// Signatures is how many of these administrators must sign the next roster.
	Signatures     int
	Administrators []Administrator
	Reviewers      []Reviewer // each with its Key
}

// Sum returns the SHA-256 of Text: what the next roster, and every testimony
// sealed under this one, name it by.
func (r *Roster) Sum() [32]byte { return sha256.Sum256(r.Text()) }

// SHA256 returns Sum in hexadecimal.
func (r *Roster) SHA256() string {
	sum := r.Sum()
	return hex.EncodeToString(sum[:])
}

// Fingerprint returns Sum as words to read aloud, in one of
// [wordlist.Languages].
func (r *Roster) Fingerprint(lang string) string { return wordlist.Fingerprint(lang, r.Sum()) }

// Recipients returns the reviewers as age takes them.
func (r *Roster) Recipients() []age.Recipient {
	out := make([]age.Recipient, len(r.Reviewers))
	for i, v := range r.Reviewers {
		out[i] = v.Recipient
	}
	return out
}

// FindKey returns the reviewer with the given verifier key, or nil.
func (r *Roster) FindKey(vkey string) *Reviewer {
	for i := range r.Reviewers {
		if vkey != "" && r.Reviewers[i].Key == vkey {
			return &r.Reviewers[i]
		}
	}
	return nil
}

// InForce tells if the roster may be used on a day like 2026-11-22, in UTC. The
// error wraps [ErrExpired] or [ErrNotYet]; a day that is none, or a roster
// without days, is in force never.
func (r *Roster) InForce(day string) error {
	for _, d := range []string{day, r.From, r.Until} {
		if _, err := parseDay(d); err != nil {
			return err
		}
	}
	switch {
	case day < r.From:
		return fmt.Errorf("%w: roster %d begins on %s and today is %s. If the clock of this machine is right, wait; if not, set it", ErrNotYet, r.Epoch, r.From, day)
	case day > r.Until:
		return fmt.Errorf("%w: the last day of roster %d was %s and today is %s. Ask the administrators for the next one; if the clock of this machine is wrong, set it", ErrExpired, r.Epoch, r.Until, day)
	}
	return nil
}

// DaysLeft returns the number of days after the given one until the last one of
// the roster: 0 on the last day, negative after it, and -1 if a day is none.
func (r *Roster) DaysLeft(day string) int {
	from, err := parseDay(day)
	until, err2 := parseDay(r.Until)
	if err != nil || err2 != nil {
		return -1
	}
	return int((until.Unix() - from.Unix()) / (24 * 60 * 60))
}

// parseDay accepts a day in its one spelling.
func parseDay(s string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil || day.Format(time.DateOnly) != s {
		return time.Time{}, malformed("%.40q is not a day like 2026-11-22", s)
	}
	return day, nil
}

// problem is an error that wraps [ErrMalformed] without repeating its words.
type problem string

func (p problem) Error() string { return string(p) }
func (p problem) Unwrap() error { return ErrMalformed }

func malformed(format string, args ...any) error { return problem(fmt.Sprintf(format, args...)) }
