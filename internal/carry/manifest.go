package carry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const (
	version       = "amana bundle 1"
	versionPrefix = "amana bundle "
)

// sumOf is what a manifest promises of a list: its size in bytes and its hash.
type sumOf struct {
	epoch uint32
	size  int64
	sum   [32]byte
}

// prepare returns the manifest as it is written: only the lists that are
// needed, and everything checked. The caller's slices are not changed.
func (m *Manifest) prepare() (*Manifest, []sumOf, error) {
	used := make(map[uint32]bool)
	for i := range m.Testimonies {
		used[m.Testimonies[i].Epoch] = true
	}
	out := &Manifest{Made: m.Made, Intake: m.Intake, Testimonies: m.Testimonies}
	var sums []sumOf
	for _, list := range m.Recipients {
		if !used[list.Epoch] {
			continue
		}
		out.Recipients = append(out.Recipients, list)
		sums = append(sums, sumOf{list.Epoch, int64(len(list.Text)), sha256.Sum256(list.Text)})
	}
	return out, sums, out.check(sums)
}

// check holds the manifest to the rules that its text cannot show.
func (m *Manifest) check(lists []sumOf) error {
	if err := checkDay(m.Made); err != nil {
		return fmt.Errorf("made: %w", err)
	}
	if len(lists) > maxLists {
		return fmt.Errorf("%d lists of reviewers are too many", len(lists))
	}
	used := make(map[uint32]bool, len(lists))
	for i, list := range lists {
		if i > 0 && lists[i-1].epoch >= list.epoch {
			return fmt.Errorf("list of reviewers %d is out of order", list.epoch)
		}
		if list.size < 0 || list.size > maxList {
			return fmt.Errorf("list of reviewers %d is longer than %d bytes", list.epoch, maxList)
		}
		used[list.epoch] = false
	}
	for i := range m.Testimonies {
		e := &m.Testimonies[i]
		if !validID(e.ID) {
			return fmt.Errorf("testimony %d: not an id", i+1)
		}
		if i > 0 && m.Testimonies[i-1].ID >= e.ID {
			return fmt.Errorf("testimony %s is out of order", e.ID)
		}
		if err := checkDay(e.Day); err != nil {
			return fmt.Errorf("testimony %s: %w", e.ID, err)
		}
		if _, ok := used[e.Epoch]; !ok {
			return fmt.Errorf("testimony %s: no list of reviewers %d", e.ID, e.Epoch)
		}
		used[e.Epoch] = true
		if e.HeaderSize < 1 || e.HeaderSize > maxHeader || e.PayloadSize < 0 || e.PayloadSize > maxPayload {
			return fmt.Errorf("testimony %s: sizes are out of range", e.ID)
		}
	}
	for epoch, ok := range used {
		if !ok {
			return fmt.Errorf("no testimony is sealed to list of reviewers %d", epoch)
		}
	}
	return nil
}

// checkDay accepts a day in its one spelling.
func checkDay(s string) error {
	if day, err := time.Parse(time.DateOnly, s); err != nil || day.Format(time.DateOnly) != s {
		return fmt.Errorf("not a day like 2026-11-22")
	}
	return nil
}

// text writes the manifest as it is signed.
func (m *Manifest) text(lists []sumOf) string {
	var b strings.Builder
	b.Grow(200*len(m.Testimonies) + 100*len(lists) + 300)
	var total int64
	for i := range m.Testimonies {
		total += m.Testimonies[i].Size()
	}
	fmt.Fprintf(&b, "%s\nmade %s\nintake %s\ntestimonies %d\nbytes %d\n\n",
		version, m.Made, m.Intake, len(m.Testimonies), total)
	for _, list := range lists {
		fmt.Fprintf(&b, "recipients %d %d %x\n", list.epoch, list.size, list.sum)
	}
	for i := range m.Testimonies {
		e := &m.Testimonies[i]
		fmt.Fprintf(&b, "testimony %s %s %d %d %x %d %x\n",
			e.ID, e.Day, e.Epoch, e.HeaderSize, e.HeaderSum, e.PayloadSize, e.PayloadSum)
	}
	return b.String()
}

// parseManifest reads a signed manifest and verifies its signature by the key
// that it names. It accepts the one spelling that text writes.
func parseManifest(signed []byte) (*Manifest, []sumOf, error) {
	first, rest, _ := strings.Cut(string(signed[:min(len(signed), 1024)]), "\n")
	if first != version {
		if strings.HasPrefix(first, versionPrefix) {
			return nil, nil, fmt.Errorf("%w that this program knows: it is of version %q", ErrNotBundle, first[len(versionPrefix):])
		}
		return nil, nil, fmt.Errorf("%w: the manifest does not begin with %q", ErrNotBundle, version)
	}
	_, rest, _ = strings.Cut(rest, "\nintake ")
	vkey, _, _ := strings.Cut(rest, "\n")
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the key that the bundle names cannot be read: %w", ErrIntake, err)
	}
	if verifier.Name() != keyName {
		return nil, nil, fmt.Errorf("%w: it is by a key named %.40q, not %s", ErrIntake, verifier.Name(), keyName)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the manifest's signature does not fit its text: %w", ErrIntake, err)
	}
	m, lists, err := parseText(n.Text)
	if err == nil {
		m.Intake = vkey
		err = m.check(lists)
	}
	if err == nil && m.text(lists) != n.Text {
		err = fmt.Errorf("it is not spelled as the format asks")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w that this program knows: manifest: %w", ErrNotBundle, err)
	}
	return m, lists, nil
}

// parseText reads the lines of a manifest. What it lets pass, the comparison
// with text finds.
func parseText(text string) (*Manifest, []sumOf, error) {
	m := &Manifest{Testimonies: make([]Entry, 0, min(strings.Count(text, "\n"), len(text)/150))}
	var lists []sumOf
	var fields []string
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		fields = appendFields(fields[:0], line)
		var ok bool
		switch {
		case number == 2 && len(fields) == 2:
			m.Made, ok = fields[1], true
		case number <= 6: // the rest of the head is compared whole
			ok = true
		case fields[0] == "recipients" && len(fields) == 4:
			var list sumOf
			ok = parseUint32(fields[1], &list.epoch) &&
				parseInt64(fields[2], &list.size) && parseSum(fields[3], &list.sum)
			lists = append(lists, list)
		case fields[0] == "testimony" && len(fields) == 8:
			e := Entry{ID: fields[1], Day: fields[2]}
			ok = parseUint32(fields[3], &e.Epoch) &&
				parseInt64(fields[4], &e.HeaderSize) && parseSum(fields[5], &e.HeaderSum) &&
				parseInt64(fields[6], &e.PayloadSize) && parseSum(fields[7], &e.PayloadSum)
			m.Testimonies = append(m.Testimonies, e)
		}
		if !ok {
			return nil, nil, fmt.Errorf("line %d cannot be read", number)
		}
	}
	return m, lists, nil
}

// appendFields splits a line at its spaces, at most ten times.
func appendFields(fields []string, line string) []string {
	for len(fields) < 10 {
		field, rest, more := strings.Cut(line, " ")
		fields = append(fields, field)
		if !more {
			break
		}
		line = rest
	}
	return fields
}

func parseUint32(s string, to *uint32) bool {
	n, err := strconv.ParseUint(s, 10, 32)
	*to = uint32(n)
	return err == nil
}

func parseInt64(s string, to *int64) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	*to = n
	return err == nil
}

func parseSum(s string, to *[32]byte) bool {
	if len(s) != 2*len(to) {
		return false
	}
	_, err := hex.Decode(to[:], []byte(s))
	return err == nil
}
