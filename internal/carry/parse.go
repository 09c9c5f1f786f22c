package carry

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// openSigned verifies a signed text by the key that its line of the given label
// names, which must be a key of the given name. It accepts one signature in its
// one spelling, so that no byte of a manifest can change unseen.
func openSigned(signed []byte, label, name string) (text, vkey string, err error) {
	head := string(signed[:min(len(signed), 1024)])
	_, rest, _ := strings.Cut(head, "\n"+label+" ")
	vkey, _, _ = strings.Cut(rest, "\n")
	verifier, err := note.NewVerifier(vkey)
	if err == nil && !oneSpelling(vkey) {
		err = fmt.Errorf("it is not spelled as keys are")
	}
	if err != nil {
		return "", "", fmt.Errorf("%w: the key that the file names cannot be read: %w", ErrIntake, err)
	}
	if verifier.Name() != name {
		return "", "", fmt.Errorf("%w: it is by a key named %.40q, not %s", ErrIntake, verifier.Name(), name)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return "", "", fmt.Errorf("%w: the manifest's signature does not fit its text: %w", ErrIntake, err)
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	if err != nil || n.Text+"\n— "+name+" "+base64.StdEncoding.EncodeToString(sig)+"\n" != string(signed) {
		return "", "", fmt.Errorf("%w: more than one signature stands under the manifest, or it is spelled in another way", ErrIntake)
	}
	return n.Text, vkey, nil
}

// oneSpelling tells whether a verifier key, which can be read, is spelled as
// note.GenerateKey does: name, hash in lower case, key in strict base 64.
func oneSpelling(vkey string) bool {
	fields := strings.Split(vkey, "+")
	if len(fields) < 3 || strings.ToLower(fields[1]) != fields[1] {
		return false
	}
	_, err := base64.StdEncoding.Strict().DecodeString(strings.Join(fields[2:], "+"))
	return err == nil
}

// parseManifest reads a signed manifest and verifies its signature by the key
// that it names. It accepts the one spelling that text writes.
func parseManifest(signed []byte) (*Manifest, *layout, error) {
	first, _, _ := strings.Cut(string(signed[:min(len(signed), 1024)]), "\n")
	l := &layout{version: 2}
	switch first {
	case versionPrefix + "1":
		l.version = 1
	case versionPrefix + "2":
	default:
		if rest, ok := strings.CutPrefix(first, versionPrefix); ok {
			return nil, nil, fmt.Errorf("%w that this program knows: it is of version %.20q", ErrNotBundle, rest)
		}
		return nil, nil, fmt.Errorf("%w: the manifest does not begin with %q", ErrNotBundle, versionPrefix+"2")
	}
	text, vkey, err := openSigned(signed, "intake", roster.KeyNameIntake)
	if err != nil {
		return nil, nil, err
	}
	m, err := parseText(text, l)
	if err == nil {
		m.Intake = vkey
		err = m.check(l)
	}
	if err == nil && m.text(l) != text {
		err = fmt.Errorf("it is not spelled as the format asks")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w that this program knows: manifest: %w", ErrNotBundle, err)
	}
	return m, l, nil
}

// parseText reads the lines of a manifest and adds its lists to l. What it lets
// pass, the comparison with text finds.
func parseText(text string, l *layout) (*Manifest, error) {
	m := &Manifest{Testimonies: make([]Entry, 0, min(strings.Count(text, "\n"), len(text)/150))}
	head, list := 6, "recipients" // lines of the head, with the empty one
	if l.version > 1 {
		head, list = 7, "roster"
	}
	var fields []string
	for number := 1; text != ""; number++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		fields = appendFields(fields[:0], line)
		var ok bool
		switch {
		case number == 2 && len(fields) == 2:
			m.Made, ok = fields[1], true
		case number <= head: // the rest of the head is compared whole
			ok = true
		case fields[0] == list:
			var sum sumOf
			ok = parseList(fields, &sum)
			l.lists = append(l.lists, sum)
		case fields[0] == "testimony":
			var e Entry
			ok = parseEntry(fields, l.version, &e)
			m.Testimonies = append(m.Testimonies, e)
		}
		if !ok {
			return nil, fmt.Errorf("line %d cannot be read", number)
		}
	}
	return m, nil
}

// parseList reads the line of a roster or list.
func parseList(fields []string, to *sumOf) bool {
	return len(fields) == 4 && parseUint32(fields[1], &to.epoch) &&
		parseInt64(fields[2], &to.size) && parseSum(fields[3], &to.sum)
}

// parseEntry reads the line of a testimony.
func parseEntry(fields []string, version int, e *Entry) bool {
	if len(fields) != 7+version || !parseUint32(fields[3], &e.Epoch) {
		return false
	}
	e.ID, e.Day, e.HeaderEpoch = fields[1], fields[2], e.Epoch
	fields = fields[4:]
	if version > 1 {
		if !parseUint32(fields[0], &e.HeaderEpoch) {
			return false
		}
		fields = fields[1:]
	}
	return parseInt64(fields[0], &e.HeaderSize) && parseSum(fields[1], &e.HeaderSum) &&
		parseInt64(fields[2], &e.PayloadSize) && parseSum(fields[3], &e.PayloadSum)
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

// parseInt reads a count, which has at most nine digits.
func parseInt(s string, to *int) bool {
	n, err := strconv.ParseInt(s, 10, 32)
	*to = int(n)
	return err == nil
}
