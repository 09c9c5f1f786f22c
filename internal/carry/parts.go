package carry

import (
	"fmt"
	"strings"

	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// Kind says what a file of parts holds. docs/formats-rotation.md describes the
// first three, docs/formats-back.md the others.
type Kind string

// The kinds.
const (
	Headers      Kind = "headers"      // the server's age headers, for the reviewers
	Slips        Kind = "slips"        // new headers that a reviewer made of them
	Confirmation Kind = "confirmation" // what another reviewer saw open

	Acknowledgement Kind = "acknowledgement" // which testimonies a reviewer has opened and has
	Replies         Kind = "replies"         // what reviewers write to sources, sealed
)

// allKinds are the kinds, as far as this version knows them.
var allKinds = []Kind{Headers, Slips, Confirmation, Acknowledgement, Replies}

// MaxPart is the largest part of a file, in bytes. The largest entry is smaller:
// a part that is ended before the entry that would make it larger always has one.
const MaxPart = 4 << 20

// maxPartsManifest is the largest signed manifest of a file of parts, in bytes:
// about 10,000 parts.
const maxPartsManifest = 1 << 20

const partsVersion = "1"

// PartsManifest says what a file of parts holds.
type PartsManifest struct {
	Kind   Kind
	Made   string // day in UTC, "2026-11-22"
	Signer string // verifier key of the server (Headers) or of the reviewer

	Epoch       uint32   // of the roster that the file is for, the server's newest
	RosterSum   [32]byte // SHA-256 of the text of that roster, without its signatures
	Rosters     []List   // the server's chain up to that roster; in Headers only
	Testimonies int      // entries in all parts together: testimonies, or in Replies replies
	Parts       []Part
}

// Part is what the manifest says of one part.
type Part struct {
	Entries int      // at least 1
	Size    int64    // bytes, at most [MaxPart]
	SHA256  [32]byte // of its bytes
}

// label returns the word before the signer's key, and the name of such keys.
func (k Kind) label() (label, name string) {
	if k == Headers {
		return "intake", roster.KeyNameIntake
	}
	return "reviewer", roster.KeyNameReviewer
}

// entries returns the word before the number of entries.
func (k Kind) entries() string {
	if k == Replies {
		return "replies"
	}
	return "testimonies"
}

// member returns the name of part i, counted from 0.
func (k Kind) member(i int) string {
	folder := string(k)
	switch k {
	case Confirmation:
		folder = "confirmed"
	case Acknowledgement:
		folder = "acknowledged"
	}
	return fmt.Sprintf("%s/%06d", folder, i+1)
}

// check holds the manifest to the rules that its text cannot show.
func (m *PartsManifest) check(rosters []sumOf) error {
	if err := checkDay(m.Made); err != nil {
		return fmt.Errorf("made: %w", err)
	}
	if m.Epoch == 0 {
		return fmt.Errorf("there is no roster 0")
	}
	if err := checkRosters(rosters); err != nil {
		return err
	}
	switch m.Kind {
	case Headers:
		if len(rosters) == 0 || rosters[len(rosters)-1].epoch != m.Epoch {
			return fmt.Errorf("the last of its rosters is not roster %d, which it is for", m.Epoch)
		}
	case Slips, Confirmation, Acknowledgement, Replies:
		if len(rosters) > 0 {
			return fmt.Errorf("rosters have no place in it")
		}
	default:
		return fmt.Errorf("no such kind as %.20q", m.Kind)
	}
	total := 0
	for i, p := range m.Parts {
		if p.Entries < 1 || p.Size < 1 || p.Size > MaxPart || int64(p.Entries) > p.Size {
			return fmt.Errorf("part %d: sizes are out of range", i+1)
		}
		total += p.Entries
	}
	if total != m.Testimonies {
		return fmt.Errorf("its parts have %d entries, and %d are promised", total, m.Testimonies)
	}
	return nil
}

// text writes the manifest as it is signed.
func (m *PartsManifest) text(rosters []sumOf) string {
	var b strings.Builder
	label, _ := m.Kind.label()
	fmt.Fprintf(&b, "amana %s %s\nmade %s\n%s %s\nroster %d %x\n%s %d\n\n",
		m.Kind, partsVersion, m.Made, label, m.Signer, m.Epoch, m.RosterSum, m.Kind.entries(), m.Testimonies)
	for _, r := range rosters {
		fmt.Fprintf(&b, "roster %d %d %x\n", r.epoch, r.size, r.sum)
	}
	for i, p := range m.Parts {
		fmt.Fprintf(&b, "part %d %d %d %x\n", i+1, p.Entries, p.Size, p.SHA256)
	}
	return b.String()
}

// sign returns the signed text of m, checked.
func (m *PartsManifest) sign(rosters []sumOf, signer note.Signer) ([]byte, error) {
	if err := m.check(rosters); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: m.text(rosters)}, signer)
	if err != nil {
		return nil, err
	}
	if len(signed) > maxPartsManifest {
		return nil, fmt.Errorf("%d %s are too many for one file: its manifest would have %d bytes, and may have %d",
			m.Testimonies, m.Kind.entries(), len(signed), maxPartsManifest)
	}
	// Reading it back shows that signer and m.Signer belong together.
	if _, _, err := parsePartsManifest(signed); err != nil {
		return nil, err
	}
	return signed, nil
}

// kindOf returns the kind and the version that a manifest's first line names, or
// nothing.
func kindOf(text string) (k Kind, version string) {
	for _, k := range allKinds {
		if rest, ok := strings.CutPrefix(text, "amana "+string(k)+" "); ok {
			version, _, _ = strings.Cut(rest, "\n")
			return k, version
		}
	}
	return "", ""
}

// parsePartsManifest reads a signed manifest and verifies its signature by the
// key that it names. It accepts the one spelling that text writes. The rosters
// are not in it, only what is promised of them.
func parsePartsManifest(signed []byte) (*PartsManifest, []sumOf, error) {
	m := new(PartsManifest)
	var version string
	m.Kind, version = kindOf(string(signed[:min(len(signed), 1024)]))
	switch {
	case m.Kind == "":
		return nil, nil, ErrNotParts
	case version != partsVersion:
		return nil, nil, fmt.Errorf("%w that this program knows: it is of version %.20q", ErrNotParts, version)
	}
	label, name := m.Kind.label()
	text, vkey, err := openSigned(signed, label, name)
	if err != nil {
		return nil, nil, err
	}
	m.Signer = vkey
	rosters, err := m.parse(text)
	if err == nil {
		err = m.check(rosters)
	}
	if err == nil && m.text(rosters) != text {
		err = fmt.Errorf("it is not spelled as the format asks")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w that this program knows: manifest: %w", ErrNotParts, err)
	}
	return m, rosters, nil
}

// parse reads the lines of a manifest. What it lets pass, the comparison with
// text finds.
func (m *PartsManifest) parse(text string) ([]sumOf, error) {
	var rosters []sumOf
	var fields []string
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		fields = appendFields(fields[:0], line)
		ok := true
		switch {
		case number == 2 && len(fields) == 2:
			m.Made = fields[1]
		case number == 4 && len(fields) == 3:
			ok = parseUint32(fields[1], &m.Epoch) && parseSum(fields[2], &m.RosterSum)
		case number == 5 && len(fields) == 2:
			ok = parseInt(fields[1], &m.Testimonies)
		case number <= 6: // the rest of the head is compared whole
		case fields[0] == "roster":
			var sum sumOf
			ok = parseList(fields, &sum)
			rosters = append(rosters, sum)
		case fields[0] == "part" && len(fields) == 5:
			var p Part
			ok = parseInt(fields[2], &p.Entries) && parseInt64(fields[3], &p.Size) && parseSum(fields[4], &p.SHA256)
			m.Parts = append(m.Parts, p)
		default:
			ok = false
		}
		if !ok {
			return nil, fmt.Errorf("line %d cannot be read", number)
		}
	}
	return rosters, nil
}
