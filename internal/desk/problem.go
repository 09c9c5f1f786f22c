//go:build tcell_minimal

package desk

import "errors"

// Kind says what is wrong in a way that the catalogs have words and advice for.
type Kind string

// The kinds of problems.
const (
	BadPassphrase Kind = "passphrase"
	NotKey        Kind = "notkey"
	NotReviewer   Kind = "notreviewer" // an administrator's key
	NotWorkspace  Kind = "notworkspace"
	NotOurs       Kind = "notours"
	Busy          Kind = "busy"
	Occupied      Kind = "occupied" // something stands where a workspace is to be made
	Damage        Kind = "damaged"
	CutOff        Kind = "cutoff"
	NotBundle     Kind = "notbundle"
	Full          Kind = "full"
	NotThere      Kind = "notthere"
	Forbidden     Kind = "forbidden"
	Newer         Kind = "newer"
	TakenBack     Kind = "takenback" // a withdrawn thread is not answered
	NoCode        Kind = "nocode"    // the source took no code
	BadText       Kind = "badtext"
	LongText      Kind = "longtext"
	NoText        Kind = "notext"
	NoSigning     Kind = "nosigning" // a key that cannot sign
	Refused       Kind = "refused"   // not trusted
	Other         Kind = "other"
)

// Problem is an error that a person can do something about.
type Problem struct {
	Kind  Kind
	Err   error
	Hints []string // in English, as the command gives them
}

// Error returns the text of the error.
func (p *Problem) Error() string { return p.Err.Error() }

// Unwrap returns the error inside.
func (p *Problem) Unwrap() error { return p.Err }

// problemOf returns what is known of an error.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return &Problem{Kind: Other, Err: err}
}
