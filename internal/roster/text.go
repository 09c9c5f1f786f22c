package roster

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

const (
	version       = "amana roster 1"
	versionPrefix = "amana roster "
	none          = "none" // the hash before the first roster
)

// Bounds of a roster.
const (
	maxText           = 256 << 10 // bytes
	maxReviewers      = 100
	maxAdministrators = 20
)

// Text returns the roster as it is signed: the one spelling that [Parse] takes.
func (r *Roster) Text() []byte {
	var b bytes.Buffer
	previous := none
	if r.Epoch != 1 {
		previous = hex.EncodeToString(r.Previous[:])
	}
	fmt.Fprintf(&b, "%s\nepoch %d\nprevious %s\nfrom %s\nuntil %s\nsignatures %d\n\n",
		version, r.Epoch, previous, r.From, r.Until, r.Signatures)
	for _, a := range r.Administrators {
		fmt.Fprintf(&b, "administrator %s\n  key %s\n  fingerprint %s\n", a.Name, a.Key, a.Card().Fingerprint(english))
	}
	for _, p := range r.Reviewers {
		fmt.Fprintf(&b, "reviewer %s\n  signing %s\n  fingerprint %s\n  recipient %s\n",
			p.Name, p.Key, p.Card().Fingerprint(english), recipientText(p.Recipient))
	}
	return b.Bytes()
}

// Parse reads the text of a roster without signatures. It takes only what Text
// writes, byte for byte, and only what passes Check. Errors wrap [ErrMalformed]
// or [ErrSecretKey].
func Parse(text []byte) (*Roster, error) {
	p, err := newParser(text, versionPrefix, "roster")
	if err != nil {
		return nil, err
	}
	r := new(Roster)
	p.head(r)
	for p.has("administrator ") && len(r.Administrators) <= maxAdministrators {
		a := Administrator{Name: p.value("administrator "), Key: p.value("  key ")}
		p.fingerprint("  fingerprint ", a.Card(), a.Name)
		r.Administrators = append(r.Administrators, a)
	}
	for p.has("reviewer ") && len(r.Reviewers) <= maxReviewers {
		v := Reviewer{Name: p.value("reviewer "), Key: p.value("  signing ")}
		words, at := p.value("  fingerprint "), p.at
		v.Recipient = p.recipient("  recipient ")
		p.compare(words, at, english, v.Card(), v.Name)
		r.Reviewers = append(r.Reviewers, v)
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	// Whatever was read too kindly above ends here.
	if !bytes.Equal(r.Text(), text) {
		return nil, errSpelling
	}
	return r, nil
}

// head reads the lines up to the empty one.
func (p *parser) head(r *Roster) {
	r.Epoch = uint32(p.number("epoch ", 32))
	if previous := p.value("previous "); previous != none {
		sum, err := hex.DecodeString(previous)
		if err != nil || len(sum) != len(r.Previous) {
			p.fail("the hash of the roster before is not one")
		}
		copy(r.Previous[:], sum)
	}
	r.From, r.Until = p.value("from "), p.value("until ")
	r.Signatures = int(p.number("signatures ", 16))
	if p.value("") != "" {
		p.fail("here must stand an empty line")
	}
}
