package carry

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// makeOld writes a bundle of version 1, as programs did before there were
// rosters, with the key of the seeds.
func makeOld(t testing.TB, n int) *made {
	t.Helper()
	b := &made{ages: make(map[string][]byte), skey: seedKey, vkey: seedVkey}
	b.manifest = Manifest{Made: "2026-11-22", Intake: seedVkey}
	random := rand.NewChaCha8([32]byte{1})
	var members bytes.Buffer
	var sums strings.Builder
	write := func(name string, data []byte) {
		writeMember(&members, name, data)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
	}
	for i := range min(n, 2) {
		list := List{uint32(1 + 2*i), fmt.Appendf(nil, "# name: %d\nage1pq1\n", i)}
		b.manifest.Recipients = append(b.manifest.Recipients, list)
		write(fmt.Sprintf("recipients/%d.txt", list.Epoch), list.Text)
	}
	for i := range n {
		age := make([]byte, 1000+i*517)
		random.Read(age)
		id := fmt.Sprintf("%032x", i+1)
		b.ages[id] = age
		b.manifest.Testimonies = append(b.manifest.Testimonies, entryOf(id, uint32(1+i%2*2), age, 100+i))
		write("testimonies/"+id+".age", age)
	}
	signer, err := note.NewSigner(seedKey)
	if err != nil {
		t.Fatal(err)
	}
	text := b.manifest.text(&layout{version: 1, lists: sumsOf(b.manifest.Recipients)})
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writeMember(&out, "manifest", signed)
	out.Write(members.Bytes())
	writeMember(&out, "SHA256SUMS", []byte(sums.String()))
	out.Write(make([]byte, 2*block))
	b.bytes = out.Bytes()
	return b
}

// A bundle of version 1 opens, and says of each header that it is for the list
// that the testimony was sealed to.
func TestOldRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 4} {
		m := makeOld(t, n)
		b, err := openBytes(m.bytes)
		if err != nil {
			t.Fatalf("%d testimonies: %v", n, err)
		}
		if len(b.Damaged) != 0 || len(b.Manifest.Testimonies) != n || b.Manifest.Rosters != nil ||
			!reflect.DeepEqual(b.Manifest.Recipients, m.manifest.Recipients) {
			t.Fatalf("%d testimonies: got %+v", n, b.Manifest)
		}
		for i, e := range b.Manifest.Testimonies {
			if e != m.manifest.Testimonies[i] || e.HeaderEpoch != e.Epoch {
				t.Errorf("testimony %d is told of as %+v", i, e)
			}
			if err := b.verify(t.Context(), i); err != nil {
				t.Error(err)
			}
		}
	}
}

// Damage to an old bundle is found as in a new one.
func TestOldDamaged(t *testing.T) {
	m := makeOld(t, 3)
	for n := 0; n < len(m.bytes); n += 3 {
		if _, err := openBytes(m.bytes[:n]); !errors.Is(err, ErrNotWhole) {
			t.Fatalf("cut at %d of %d: %v", n, len(m.bytes), err)
		}
	}
	end := bytes.Index(m.bytes, []byte("SHA256SUMS\x00"))
	for at := 0; at < end; at += 11 {
		data := bytes.Clone(m.bytes)
		data[at] ^= 1 << (at % 8)
		b, err := openBytes(data)
		if err != nil {
			continue
		}
		bad := len(b.Damaged)
		for i := range b.Manifest.Testimonies {
			if b.verify(t.Context(), i) != nil {
				bad++
			}
		}
		if bad != 1 {
			t.Fatalf("byte %d: %d things are damaged, want 1", at, bad)
		}
	}
}

// The rules of version 1 are held to still.
func TestOldSignedButWrong(t *testing.T) {
	m := makeOld(t, 2)
	text, rest := split(t, m.bytes)
	for name, c := range map[string][2]string{
		"no list":      {" 2026-11-22 1 ", " 2026-11-22 2 "},
		"lone list":    {"\n\n", "\n\nrecipients 0 3 " + strings.Repeat("0", 64) + "\n"},
		"header epoch": {" 2026-11-22 1 ", " 2026-11-22 1 1 "},
		"rosters":      {"\ntestimonies", "\nrosters 0\ntestimonies"},
		"roster":       {"\nrecipients 1", "\nroster 1"},
		"as version 2": {"bundle 1", "bundle 2"},
		"list size":    {fmt.Sprintf("\nrecipients 1 %d ", len(m.manifest.Recipients[0].Text)), fmt.Sprintf("\nrecipients 1 %d ", maxList+1)},
		"long":         {"bundle 1", "bundle 01"},
	} {
		if !strings.Contains(text, c[0]) {
			t.Fatalf("%s: the text to change is not there", name)
		}
		data, ok := signedBundle(strings.Replace(text, c[0], c[1], 1), rest)
		if _, err := openBytes(data); !ok || !errors.Is(err, ErrNotBundle) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The bundle of the docs, made before there were rosters, opens.
func TestExample(t *testing.T) {
	data, err := os.ReadFile("../../docs/example/bundle.tar")
	if err != nil {
		t.Fatal(err)
	}
	b, err := openBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Damaged) > 0 || len(b.Manifest.Recipients) != 1 || len(b.Manifest.Testimonies) != 1 {
		t.Fatalf("got %+v", b.Manifest)
	}
	if err := b.verify(t.Context(), 0); err != nil {
		t.Error(err)
	}
}
