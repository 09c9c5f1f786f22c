package roster

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Bounds of the signatures under a roster.
const (
	maxSignatures    = 40
	maxSignatureLine = 512 // bytes
)

// MaxSize is the most bytes that a roster has, with its signatures.
const MaxSize = maxText + 1 + maxSignatures*maxSignatureLine

// Bounds of the rosters of one server, from the first on: more is neither kept nor
// carried. A new one every week reaches them after nineteen years.
const (
	MaxChain      = 1_000
	MaxChainBytes = 32 << 20
)

const (
	sigPrefix = "— "
	sigSplit  = "\n\n" + sigPrefix // no line of a roster begins so
)

// Signed is a roster with the signatures that were made for it, if any: a draft
// has none. What is in it must not be changed.
type Signed struct {
	Roster
	text string // as it was signed
	sigs []signature
}

// signature is one line under a roster.
type signature struct {
	name string // of the note key
	hash uint32
	line string // whole, with its end
}

// Draft returns a roster that nobody has signed yet. It holds nothing of r.
func Draft(r *Roster) (*Signed, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	return Open(r.Text())
}

// Open reads a draft or a signed roster of at most [MaxSize] bytes. It verifies
// no signature: [Follows] does. Errors wrap [ErrMalformed] or [ErrSecretKey].
func Open(data []byte) (*Signed, error) {
	if len(data) > MaxSize {
		return nil, malformed("this is not a roster: it is longer than %d bytes", MaxSize)
	}
	if hasSecret(data) {
		return nil, errSecret("roster")
	}
	text, rest := data, []byte(nil)
	if i := bytes.Index(data, []byte(sigSplit)); i >= 0 {
		text, rest = data[:i+1], data[i+2:]
	}
	r, err := Parse(text)
	if err != nil {
		return nil, err
	}
	s := &Signed{Roster: *r, text: string(text)}
	if rest == nil {
		return s, nil
	}
	for line := range strings.SplitAfterSeq(string(rest), "\n") {
		if line == "" {
			continue // what SplitAfterSeq yields behind the last one
		}
		sig, err := parseSignature(line)
		if err != nil {
			return nil, err
		}
		if s.has(sig.name, sig.hash) {
			return nil, malformed("two signatures under the roster are by one key")
		}
		if s.sigs = append(s.sigs, sig); len(s.sigs) > maxSignatures {
			return nil, malformed("the roster has more than %d signatures", maxSignatures)
		}
	}
	// The library reads signatures by rules of its own: what it refuses, nobody
	// could verify.
	var unverified *note.UnverifiedNoteError
	if _, err := note.Open(s.Bytes(), nil); !errors.As(err, &unverified) {
		return nil, errDamagedSignature
	}
	return s, nil
}

var errDamagedSignature = problem("a signature under the roster is damaged or cut off. Take the file again from where it was made")

// parseSignature takes a signature line with its end, in its one spelling.
func parseSignature(line string) (signature, error) {
	rest, ok := strings.CutPrefix(line, sigPrefix)
	rest, ended := strings.CutSuffix(rest, "\n")
	name, b64, two := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.DecodeString(b64)
	if !ok || !ended || !two || err != nil || len(raw) < 5 || len(line) > maxSignatureLine || checkName(name) != nil ||
		base64.StdEncoding.EncodeToString(raw) != b64 { // the decoder passes over stray bits and ends of lines
		return signature{}, errDamagedSignature
	}
	return signature{name: name, hash: binary.BigEndian.Uint32(raw), line: line}, nil
}

func (s *Signed) has(name string, hash uint32) bool {
	for _, sig := range s.sigs {
		if sig.name == name && sig.hash == hash {
			return true
		}
	}
	return false
}

// Bytes returns the roster as a file, with its signatures.
func (s *Signed) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(s.text)
	if len(s.sigs) > 0 {
		b.WriteByte('\n')
	}
	for _, sig := range s.sigs {
		b.WriteString(sig.line)
	}
	return b.Bytes()
}

// Signatures returns how many signatures stand under the roster, valid or not.
func (s *Signed) Signatures() int { return len(s.sigs) }
