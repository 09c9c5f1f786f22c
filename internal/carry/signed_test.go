package carry

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// withText returns a bundle whose manifest text was changed and signed anew, as
// a hostile server could.
func withText(t *testing.T, m *made, change func(string) string) []byte {
	t.Helper()
	first, err := readFirst(bytes.NewReader(m.bytes), int64(len(m.bytes)))
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(first), "\n\n— ")
	signer, err := note.NewSigner(m.skey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: change(text + "\n")}, signer)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writeMember(&out, "manifest", signed)
	out.Write(m.bytes[block+filled(int64(len(first))):])
	return out.Bytes()
}

// rosterSize changes the size in the first line of a roster.
func rosterSize(text, size string) string {
	before, line, _ := strings.Cut(text, "\nroster 2 ")
	_, rest, _ := strings.Cut(line, " ")
	return before + "\nroster 2 " + size + " " + rest
}

// A roster whose signed size is not that of its bytes moves all that follows: the
// bundle is refused or its testimonies are damaged, never taken for good.
func TestWrongRosterSize(t *testing.T) {
	m := makeBundle(t, 2)
	for _, size := range []string{"1", "600", "200000"} {
		b, err := openBytes(withText(t, m, func(s string) string { return rosterSize(s, size) }))
		if err != nil {
			continue
		}
		if len(b.Damaged) == 0 {
			t.Errorf("size %s: nothing is damaged", size)
		}
	}
}

// Even with a good signature, only the one spelling of a manifest is accepted.
func TestSignedButWrong(t *testing.T) {
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				panic("the text to change is not there: " + old)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	for name, change := range map[string]func(string) string{
		"count":          replace("testimonies 2", "testimonies 3"),
		"bytes":          replace("bytes ", "bytes 1"),
		"two spaces":     replace("testimony ", "testimony  "),
		"sign":           replace(" 1 2 100 ", " 1 2 +100 "),
		"leading zero":   replace(" 1 2 100 ", " 1 2 0100 "),
		"overflow":       replace(" 1 2 100 ", " 1 2 99999999999999999999 "),
		"huge":           replace(" 1 2 100 ", " 1 2 9223372036854775807 "),
		"traversal":      replace(fmt.Sprintf("%032x", 1), "../../../../../../etc/cron.d/abcd"[:32]),
		"duplicate":      replace(fmt.Sprintf("%032x", 2), fmt.Sprintf("%032x", 1)),
		"unknown line":   func(s string) string { return s + "command rm\n" },
		"no blank":       replace("\n\n", "\n"),
		"lone list":      replace("\n\n", "\n\nrecipients 1 3 "+strings.Repeat("0", 64)+"\n"),
		"roster 0":       replace("\n\n", "\n\nroster 0 3 "+strings.Repeat("0", 64)+"\n"),
		"more rosters":   replace("rosters 3", "rosters 4"),
		"epoch":          replace("2026-11-22 1 ", "2026-11-22 4294967297 "),
		"header epoch":   replace("2026-11-22 1 2 ", "2026-11-22 1 4294967298 "),
		"older header":   replace("2026-11-22 2 3 ", "2026-11-22 2 1 "),
		"no epoch":       replace("2026-11-22 1 2 ", "2026-11-22 1 "),
		"sealed under 0": replace("2026-11-22 1 2 ", "2026-11-22 0 2 "),
		"old version":    replace("bundle 2", "bundle 1"),
		"size":           func(s string) string { return rosterSize(s, "999999999") },
		"size negative":  func(s string) string { return rosterSize(s, "-1") },
		"size spelling":  func(s string) string { return rosterSize(s, "027") },
		"capital hash":   func(s string) string { return s[:len(s)-20] + strings.ToUpper(s[len(s)-20:]) },
		"roster after":   func(s string) string { return s + "roster 9 3 " + strings.Repeat("0", 64) + "\n" },
		"other key":      replace("intake amana-intake", "intake amana-other"),
		"no key":         replace("intake amana-intake", "outtake amana-intake"),
		"empty":          func(string) string { return "\n" },
		"version alone":  func(string) string { return versionPrefix + "2\n" },
	} {
		m := makeBundle(t, 2)
		_, err := openBytes(withText(t, m, change))
		if !errors.Is(err, ErrNotBundle) && !errors.Is(err, ErrIntake) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// And what was changed without signing anew is refused.
	m := makeBundle(t, 2)
	data := bytes.Replace(m.bytes, []byte("made 2026-11-22"), []byte("made 2026-11-23"), 1)
	if _, err := openBytes(data); !errors.Is(err, ErrIntake) {
		t.Errorf("changed after signing: %v", err)
	}
}

// What is said of a key or a signature is what is wrong with it.
func TestWordsAboutTheSignature(t *testing.T) {
	m := makeBundle(t, 1)
	_, other := NewKey()
	for name, c := range map[string]struct {
		change     func(string) string
		said, left string
	}{
		"key unreadable": {func(s string) string { return strings.Replace(s, "intake amana-intake+", "intake amana-intake-", 1) },
			"key that the file names cannot be read", "not signed"},
		"other signer": {func(s string) string { return strings.Replace(s, m.vkey, other, 1) },
			"signature does not fit", "not signed"},
	} {
		_, err := openBytes(withText(t, m, c.change))
		if !errors.Is(err, ErrIntake) || !strings.Contains(err.Error(), c.said) || strings.Contains(err.Error(), c.left) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
