package carry

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"filippo.io/age"
)

// What age's hybrid recipients put into a stanza (C2SP age.md).
const (
	hybridType = "mlkem768x25519"
	hybridEnc  = 1088 + 32 // bytes of the encapsulated key: ML-KEM-768, X25519
	hybridBody = 16 + 16   // bytes of the file key, sealed
)

// CountRecipients counts whom an age header is for, without any key: recipients
// of age's hybrid (post-quantum) kind, and all other stanzas. A stanza that calls
// itself hybrid but has not the form of one is counted as another. The error
// wraps [ErrMalformed] if header is not exactly one age header of at most 1 MiB.
//
// It says nothing about who they are or whether they can open it: only they can
// tell.
func CountRecipients(header []byte) (hybrid, other int, err error) {
	stanzas, err := Stanzas(header)
	hybrid, other = Count(stanzas)
	return hybrid, other, err
}

// Count is [CountRecipients] for the stanzas of a header.
func Count(stanzas []*age.Stanza) (hybrid, other int) {
	for _, s := range stanzas {
		if isHybrid(s) {
			hybrid++
		}
	}
	return hybrid, len(stanzas) - hybrid
}

// Stanzas returns the stanzas of an age header. The error wraps [ErrMalformed] if
// header is not exactly one age header of at most 1 MiB.
func Stanzas(header []byte) ([]*age.Stanza, error) {
	if !WholeHeader(header) {
		return nil, fmt.Errorf("age header: %w", ErrMalformed)
	}
	p := new(probe)
	_, err := age.DecryptHeader(header, p)
	// age's words quote the header, which strangers wrote.
	if none := (*age.NoIdentityMatchError)(nil); !errors.As(err, &none) {
		return nil, fmt.Errorf("age header: %w", ErrMalformed)
	}
	return p.stanzas, nil
}

// probe is an identity that opens nothing and remembers what it was shown.
type probe struct{ stanzas []*age.Stanza }

func (p *probe) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	p.stanzas = stanzas
	return nil, age.ErrIncorrectIdentity
}

// macLine is the size of the last line of a header: dashes, a space, a hash of 32
// bytes in base 64, and the end of the line.
const macLine = len("--- \n") + 43

// WholeHeader tells whether header has at most 1 MiB and ends with its first line
// of dashes. There age ends a header, and does not look at what follows.
func WholeHeader(header []byte) bool {
	at := bytes.Index(header, []byte("\n---"))
	return len(header) <= maxHeader && at >= 0 && at+1+macLine == len(header)
}

func isHybrid(s *age.Stanza) bool {
	if s.Type != hybridType || len(s.Args) != 1 || len(s.Body) != hybridBody {
		return false
	}
	enc, err := base64.RawStdEncoding.Strict().DecodeString(s.Args[0])
	return err == nil && len(enc) == hybridEnc
}
