package rewrap

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/carry"

	"filippo.io/age"
)

// people returns n reviewers: their identities, and themselves as recipients.
func people(t testing.TB, n int) (ids []*age.HybridIdentity, to []age.Recipient) {
	t.Helper()
	for range n {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		to = append(to, id.Recipient())
	}
	return ids, to
}

// content is what is sealed in these tests.
var content = bytes.Repeat([]byte("testimony "), 10_000)

// sealed returns an age file of content, in two pieces.
func sealed(t testing.TB, to []age.Recipient) (header, payload []byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(content)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header, err = age.ExtractHeader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return header, out.Bytes()[len(header):]
}

// newHeader makes one header with a Wrapper of its own.
func newHeader(old []byte, ids []*age.HybridIdentity, to []age.Recipient) ([]byte, error) {
	w, err := New(ids, to)
	if err != nil {
		return nil, err
	}
	return w.Header(old)
}

// opens tells whether an age file opens to content.
func opens(header, payload []byte, id age.Identity) bool {
	r, err := age.Decrypt(io.MultiReader(bytes.NewReader(header), bytes.NewReader(payload)), id)
	if err != nil {
		return false
	}
	got, err := io.ReadAll(r)
	return err == nil && bytes.Equal(got, content)
}

// The new header before the old payload opens with the new keys, all of them, and
// with the old one only if it is among them.
func TestHeader(t *testing.T) {
	ids, to := people(t, 6)
	for name, c := range map[string]struct{ from, with, to []int }{
		"one to one":     {[]int{0}, []int{0}, []int{1}},
		"one more":       {[]int{0, 1}, []int{0}, []int{0, 1, 2}},
		"one fewer":      {[]int{0, 1, 2}, []int{2}, []int{0, 2}},
		"to others":      {[]int{0, 1, 2}, []int{1}, []int{3, 4, 5}},
		"same":           {[]int{0, 1, 2}, []int{2}, []int{0, 1, 2}},
		"with two keys":  {[]int{0, 1}, []int{5, 1}, []int{5, 2}},
		"the second key": {[]int{0, 1}, []int{0, 3}, []int{2, 3}},
	} {
		old, payload := sealed(t, pick(to, c.from))
		next, err := newHeader(old, pick(ids, c.with), pick(to, c.to))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, id := range ids {
			if got, want := opens(next, payload, id), slices.Contains(c.to, i); got != want {
				t.Errorf("%s: key %d opens: %v, want %v", name, i, got, want)
			}
			if got, want := opens(old, payload, id), slices.Contains(c.from, i); got != want {
				t.Errorf("%s: the old header, key %d opens: %v, want %v", name, i, got, want)
			}
		}
		again, err := age.ExtractHeader(bytes.NewReader(next))
		if err != nil || !bytes.Equal(again, next) {
			t.Errorf("%s: age would write the header in another way (%v)", name, err)
		}
		if hybrid, other, err := carry.CountRecipients(next); hybrid != len(c.to) || other != 0 || err != nil {
			t.Errorf("%s: %d and %d recipients are counted (%v)", name, hybrid, other, err)
		}
		if want := 70 + 1557*len(c.to); len(next) != want { // as docs/formats-rotation.md says
			t.Errorf("%s: the header has %d bytes, want %d", name, len(next), want)
		}
		// Each of the new ones can say so.
		for _, i := range c.to {
			if err := Confirm(old, next, ids[i:i+1], len(c.to)); err != nil {
				t.Errorf("%s: key %d confirms: %v", name, i, err)
			}
		}
	}
}

func pick[T any](from []T, which []int) (picked []T) {
	for _, i := range which {
		picked = append(picked, from[i])
	}
	return picked
}

// The stock age command opens what was rewrapped, with the new key and not with
// the old one.
func TestStockAge(t *testing.T) {
	dir := t.TempDir()
	stock := filepath.Join(dir, "age")
	if out, err := exec.Command("go", "build", "-o", stock, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("build the stock age command: %v\n%s", err, out)
	}
	ids, to := people(t, 3)
	old, payload := sealed(t, to[:1])
	next, err := newHeader(old, ids[:1], to[1:])
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data ...[]byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, slices.Concat(data...), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	oldKey := write("old.key", []byte(ids[0].String()+"\n"))
	newKey := write("new.key", []byte(ids[2].String()+"\n"))
	before, after := write("before.age", old, payload), write("after.age", next, payload)
	for _, c := range []struct {
		key, file string
		want      bool
	}{{oldKey, before, true}, {newKey, before, false}, {oldKey, after, false}, {newKey, after, true}} {
		out, err := exec.Command(stock, "-d", "-i", c.key, c.file).Output()
		if got := err == nil && bytes.Equal(out, content); got != c.want {
			t.Errorf("age -d -i %s %s: %v, want it to open: %v", filepath.Base(c.key), filepath.Base(c.file), err, c.want)
		}
	}
}

// Whatever is wrong with the old header, none is made of it.
func TestHeaderRefuses(t *testing.T) {
	ids, to := people(t, 2)
	old, payload := sealed(t, to)
	stranger, _ := people(t, 1)
	if _, err := newHeader(old, stranger, to); !errors.Is(err, ErrNotOurs) {
		t.Errorf("another key: %v", err)
	}
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("MARKER MARKER\n"), "with payload": slices.Concat(old, payload), "newline": append(bytes.Clone(old), '\n'),
		"twice": slices.Concat(old, old), "no stanza": []byte("age-encryption.org/v1\n--- " + strings.Repeat("A", 43) + "\n"),
		"marker": bytes.Replace(old, []byte("-> mlkem"), []byte("-> MARKER mlkem"), 1), "bad body": bytes.Replace(old, []byte("\n-> "), []byte("\nMARKER!\n-> "), 1),
		"large": slices.Concat([]byte("age-encryption.org/v1\n-> x\n"), bytes.Repeat([]byte(strings.Repeat("A", 64)+"\n"), maxHeader/65+1), []byte("\n"+tail(old))),
	} {
		_, err := newHeader(data, ids, to)
		if !errors.Is(err, ErrDamaged) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range old {
		if _, err := newHeader(old[:n], ids, to); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut off at %d of %d: %v", n, len(old), err)
		}
		data := bytes.Clone(old)
		data[n] ^= 1 << (n % 8)
		if _, err := newHeader(data, ids[:1], to[:1]); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotOurs) {
			t.Fatalf("byte %d changed: %v", n, err)
		}
	}
}

// tail returns the last line of a header.
func tail(header []byte) string { return string(header[bytes.LastIndex(header, []byte("---")):]) }

// Only hybrid recipients are wrapped for, and at least one.
func TestRecipientsRefused(t *testing.T) {
	ids, to := people(t, 1)
	old, _ := sealed(t, to)
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	many := slices.Repeat(to, 700)
	for name, c := range map[string]struct {
		ids []*age.HybridIdentity
		to  []age.Recipient
	}{
		"no key": {nil, to}, "nobody": {ids, nil}, "classic": {ids, []age.Recipient{to[0], classic.Recipient()}},
		"nil": {ids, []age.Recipient{nil}}, "nil hybrid": {ids, []age.Recipient{(*age.HybridRecipient)(nil)}}, "too many": {ids, many},
	} {
		if next, err := newHeader(old, c.ids, c.to); err == nil || next != nil {
			t.Errorf("%s: %d bytes, %v", name, len(next), err)
		}
	}
}

// The proof that comes before a new header is given out can fail.
func TestProof(t *testing.T) {
	ids, to := people(t, 2)
	next, _ := sealed(t, to[:1])
	key, err := age.DecryptHeader(next, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids { // among the recipients, and not
		w, err := New([]*age.HybridIdentity{id}, to[:1])
		if err != nil {
			t.Fatal(err)
		}
		damaged := bytes.Clone(next)
		damaged[len(damaged)-10] ^= 1
		other := bytes.Clone(key)
		other[0] ^= 1
		if !w.proved(next, key) || w.proved(damaged, key) || w.proved(next, other) {
			t.Errorf("key %d: what is good is refused, or what is not passes", i)
		}
	}
}
