// Package mailbox is what a source's code of words opens: where their testimonies
// and the replies to them are kept, and the identity that opens the replies.
// docs/formats-mailbox.md describes it.
//
// It computes and keeps nothing. It may not touch a vault, a file or the network.
// The server calls it inside the erasure only.
package mailbox

import (
	"errors"
	"fmt"
	"io"
)

// ErrMistyped is wrapped by errors about words that are no code: a word that is in
// no list, too few or too many, or a checksum that does not fit. It says nothing of
// what was typed.
var ErrMistyped = errors.New("mailbox: this is not a code")

// ErrReply is wrapped by errors about a sealed reply that cannot be read. They say
// nothing of what is in it.
var ErrReply = errors.New("mailbox: this reply cannot be read")

// redacted is what secrets print.
const redacted = "**redacted**"

// Format prints a word in place of the secret, whatever the verb.
func (Code) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// MarshalText gives the same word to JSON and to whatever else writes texts.
func (Code) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Format prints a word in place of the secret, whatever the verb.
func (Thread) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// MarshalText gives the same word to JSON and to whatever else writes texts.
func (Thread) MarshalText() ([]byte, error) { return []byte(redacted), nil }
