package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func one[T any](t *testing.T, all func(func(T, error) bool)) (value T) {
	t.Helper()
	n := 0
	for v, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		value = v
		n++
	}
	if n != 1 {
		t.Fatalf("%d records", n)
	}
	return value
}

// A bundle's manifest comes back byte for byte, however long, and its rosters too.
func TestBundles(t *testing.T) {
	w := newWork(t)
	manifest := make([]byte, 2*manifestPart+77)
	rand.NewChaCha8([32]byte{}).Read(manifest)
	digest := sha256.Sum256(manifest)
	sum := hex.EncodeToString(digest[:])
	b := Bundle{Sum: sum, Made: "2026-11-23", Intake: "key", Rosters: map[uint32]string{1: strings.Repeat("a", 64)}}
	writes, err := b.Writes(manifest, map[string][]byte{strings.Repeat("a", 64): []byte("roster")})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(writes...); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Manifest(sum); err != nil || !bytes.Equal(got, manifest) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got, err := w.Roster(strings.Repeat("a", 64)); err != nil || string(got) != "roster" {
		t.Errorf("%q %v", got, err)
	}
	if got := one(t, w.Bundles()); got.Sum != sum || got.Parts != 3 || !maps.Equal(got.Rosters, b.Rosters) {
		t.Errorf("%+v", got)
	}
	if _, err := w.Manifest(strings.Repeat("0", 64)); err == nil {
		t.Error("a manifest of a bundle that never came")
	}
	if err := w.Put(Write{manifests, partKey(sum, 1), nil}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Manifest(sum); err == nil {
		t.Error("a manifest without its middle")
	}
}

func TestState(t *testing.T) {
	w := newWork(t)
	server, _ := Server{Intake: "key", Since: "2026-11-23", First: "f"}.Write()
	failed, _ := Failed{ID: testID, Payload: "p", Reason: "damaged"}.Write()
	differs, _ := Failed{ID: testID, Payload: "q", Reason: Differs}.Write()
	view := View{Path: "/x/y", Token: "t", Parts: 3}
	made, _ := view.Write()
	if err := w.Put(server, failed, differs, made, Write{fresh, testID, []byte("t")}, Write{fresh, otherID, []byte("t")}); err != nil {
		t.Fatal(err)
	}
	if got := one(t, w.Servers()); got.First != "f" {
		t.Errorf("%+v", got)
	}
	if got := one(t, w.Views()); got != view {
		t.Errorf("%+v", got)
	}
	if got, found, err := w.Failure(testID); err != nil || !found || got.Reason != "damaged" {
		t.Errorf("%+v %v %v", got, found, err)
	}
	// When it is mended, that another one was refused stays known.
	if err := w.Put(append(Looked(testID), Mended(testID), view.Closed())...); err != nil {
		t.Fatal(err)
	}
	if got := one(t, w.Failures()); got.Reason != Differs {
		t.Errorf("%+v", got)
	}
	if got, err := w.New(); err != nil || !slices.Equal(slices.Collect(maps.Keys(got)), []string{otherID}) {
		t.Errorf("%v %v", got, err)
	}
	for range w.Views() {
		t.Error("a view is still known")
	}
}

// The length of a record tells little: few lengths, and never less than it holds.
func TestRecordsHideLengths(t *testing.T) {
	lengths := make(map[int]bool)
	for n := range 100_000 {
		p := padded(n)
		if p < n || n > leastRecord && p > n+n/8 || padded(p) != p || n > 0 && padded(n-1) > p {
			t.Fatalf("%d is filled up to %d", n, p)
		}
		lengths[p] = true
	}
	if len(lengths) > 150 {
		t.Errorf("%d lengths", len(lengths))
	}
	w := newWork(t)
	seal := func(value string) int {
		sealed, err := w.box.seal("s", w.box.name("s", "k"), "k", []byte(value))
		if err != nil {
			t.Fatal(err)
		}
		return len(sealed)
	}
	if a, b := seal(strings.Repeat("x", 1000)), seal(strings.Repeat("x", 1010)); a != b {
		t.Errorf("%d and %d bytes", a, b)
	}
	if _, err := w.box.seal("s", nil, strings.Repeat("k", maxKeyBytes+1), nil); err == nil {
		t.Error("a key that is too long")
	}
}
