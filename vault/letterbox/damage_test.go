package letterbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"amana/vault/internal/boltpages"
)

// image returns a letterbox with some letters and free pages, and its bytes.
func image(t *testing.T) (path string, data []byte, letters []Letter) {
	t.Helper()
	b, path := newBox(t)
	for n := range 30 {
		l := letter(n/4, n, day)
		if n%5 == 0 {
			l.Sealed = l.Sealed[:200]
		}
		put(t, b, l)
		letters = append(letters, l)
	}
	b.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := boltpages.NewestMeta(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return path, data[:int64(m.High)*m.PageSize], letters
}

// whole counts the letters that come back as they were. Others must give an error that
// is about damage, and none may come back otherwise.
func whole(t *testing.T, b *Box, letters []Letter) (n int) {
	t.Helper()
	for _, l := range letters {
		got, err := b.Get(t.Context(), l.Mailbox, l.ID)
		switch {
		case err == nil && equal(got, l):
			n++
		case err == nil:
			t.Error("a letter comes back otherwise")
		case !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotFound):
			t.Errorf("an error that does not say that it is damaged: %v", err)
		}
		if all, err := b.List(t.Context(), l.Mailbox); err != nil && !errors.Is(err, ErrDamaged) || len(all) > MaxPerMailbox {
			t.Errorf("%d listed, %v", len(all), err)
		}
	}
	return n
}

// One damaged letter is one: the others are read, and the same letter can be put again.
func TestDamagedLetter(t *testing.T) {
	path, data, letters := image(t)
	bad := letters[7]
	part := bad.Sealed[6000:6064]
	changed := bytes.Clone(part)
	changed[5] ^= 4
	data = bytes.ReplaceAll(data, part, changed) // free pages may hold copies
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(t, path)
	if n := whole(t, b, letters); n != len(letters)-1 {
		t.Errorf("%d of %d are whole", n, len(letters))
	}
	if _, err := b.Get(t.Context(), bad.Mailbox, bad.ID); !errors.Is(err, ErrDamaged) {
		t.Errorf("the damaged one: %v", err)
	}
	if all, err := b.List(t.Context(), bad.Mailbox); err != nil || len(all) != 4 || all[0].ID != bad.ID || all[0].Day != "" || all[1].Day != day {
		t.Errorf("%d are listed, %v", len(all), err)
	}
	if n, err := b.Expire(t.Context(), "2026-01-01"); n != 0 || err != nil {
		t.Errorf("%d expired, %v", n, err)
	}
	put(t, b, bad)
	holds(t, b, letters...)
}

// Bits are flipped all over the file. Nothing may crash, hang or come back otherwise.
func TestBitFlips(t *testing.T) {
	path, data, letters := image(t)
	r := rand.New(rand.NewPCG(1, 2))
	var places []int
	for page := 0; page < len(data); page += 4096 {
		// The head of each page, its first elements, and anywhere.
		places = append(places, page+r.IntN(16), page+16+r.IntN(48), page+r.IntN(4096))
	}
	noticed := 0
	for i, at := range places {
		changed := bytes.Clone(data)
		changed[at] ^= 1 << r.IntN(8)
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := Open(path)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrVersion) {
				t.Errorf("flipped at %d: Open: %v", at, err)
			}
			noticed++
			continue
		}
		if n := whole(t, b, letters); n < len(letters) {
			noticed++
			// At most the one that was hit; one more key may have lost its place.
			if n < len(letters)-1 {
				t.Errorf("flipped at %d: only %d of %d letters are whole", at, n, len(letters))
			}
		}
		b.Count(t.Context())
		if i%8 == 0 { // flushes take most of the time
			b.Put(t.Context(), []Letter{letter(500, 500, day)})
			b.Remove(t.Context(), letters[0].Mailbox)
			b.Erase(t.Context())
		}
		b.Close()
		if t.Failed() {
			t.Fatalf("flipped at %d", at)
		}
	}
	t.Logf("%d of %d flips were in a place that matters", noticed, len(places))
	if noticed < len(places)/10 {
		t.Error("hardly any was noticed: the flips do not reach what matters")
	}
}

// A page that hides the only letter it has, by a wrong count, is damage: else the letter
// would be gone without a word.
func TestHiddenLetter(t *testing.T) {
	b, path := newBox(t)
	l := letter(1, 1, day)
	put(t, b, l)
	b.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	noticed := 0
	for page := 2 * 4096; page < len(data); page += 4096 {
		changed := bytes.Clone(data)
		if order := binary.NativeEndian; order.Uint16(changed[page+10:]) == 1 {
			order.PutUint16(changed[page+10:], 0)
		}
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := Open(path)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("page %d: %v", page/4096, err)
			}
			noticed++
			continue
		}
		holds(t, b, l)
		b.Close()
	}
	if noticed == 0 {
		t.Error("no page with one key is in use")
	}
}

func TestTruncation(t *testing.T) {
	path, data, _ := image(t)
	for _, size := range []int{0, 1, 79, 80, 4095, 4096, 8192, 10000, len(data) / 2, len(data) - 4096, len(data) - 1} {
		if err := os.WriteFile(path, data[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", size, err)
		}
	}
}

// A file that is cut under an open letterbox, as by a broken disk, makes calls fail,
// and nothing crashes or hangs.
func TestCutWhileOpen(t *testing.T) {
	for _, size := range []int64{0, 4096, 8192, 16384} {
		path, data, letters := image(t)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, path)
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		done := make(chan bool)
		go func() {
			if n := whole(t, b, letters); n == len(letters) {
				t.Errorf("cut to %d bytes all letters are whole", size)
			}
			b.Put(t.Context(), []Letter{letter(500, 500, day)})
			b.Remove(t.Context(), letters[0].Mailbox)
			b.Erase(t.Context())
			b.Count(t.Context())
			b.Close()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatalf("cut to %d bytes: it hangs", size)
		}
	}
}

// What bbolt writes is never taken for damage, however letters come and go.
func TestPagesAreUnderstood(t *testing.T) {
	b, path := newBox(t)
	r := rand.New(rand.NewPCG(3, 4))
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for round := range 60 {
		var letters []Letter
		for range r.IntN(40) {
			n := r.IntN(1000)
			l := letter(n%50, n, day)
			l.Sealed = l.Sealed[:1+r.IntN(len(l.Sealed)-1)*r.IntN(2)]
			letters = append(letters, l)
		}
		_, err := b.Put(t.Context(), letters) // some are taken, or there
		for range r.IntN(20) {
			err = errors.Join(err, b.Remove(t.Context(), letter(r.IntN(50), 0, day).Mailbox))
		}
		if round%20 == 19 {
			_, err2 := b.Expire(t.Context(), "2027-01-01") // all
			err = errors.Join(err, err2)
		}
		if err := errors.Join(err, checkPages(f)); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	b.Close()
	holds(t, open(t, path))
}
