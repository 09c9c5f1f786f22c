package letterbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"
)

// letter returns the letter that a mailbox and a number stand for. Its names and bytes
// are random to look at and always the same.
func letter(mailbox, n int, day string) Letter {
	name := func(kind string, n int) (out [16]byte) {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
		return [16]byte(sum[:])
	}
	l := Letter{Mailbox: name("mailbox", mailbox), ID: name("id", n), Day: day}
	for i := range 13947 / 32 {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32(l.ID[:], uint32(i)))
		l.Sealed = append(l.Sealed, sum[:]...)
	}
	return l
}

const day = "2026-11-22"

func open(t testing.TB, path string) *Box {
	t.Helper()
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func newBox(t testing.TB) (*Box, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "letters.db")
	return open(t, path), path
}

func put(t testing.TB, b *Box, letters ...Letter) {
	t.Helper()
	if refused, err := b.Put(t.Context(), letters); err != nil || len(refused) > 0 {
		t.Fatalf("%v, refused %v", err, refused)
	}
}

// holds fails the test unless these letters and no others are in the box.
func holds(t testing.TB, b *Box, letters ...Letter) {
	t.Helper()
	if n, err := b.Count(t.Context()); err != nil || n != len(letters) {
		t.Errorf("%d letters (%v), want %d", n, err, len(letters))
	}
	want := map[[16]byte][]Letter{}
	for _, l := range letters {
		got, err := b.Get(t.Context(), l.Mailbox, l.ID)
		if err != nil || got.Mailbox != l.Mailbox || got.ID != l.ID || got.Day != l.Day || !bytes.Equal(got.Sealed, l.Sealed) {
			t.Errorf("a letter of %s comes back otherwise: %v", l.Day, err)
		}
		l.Sealed = nil
		want[l.Mailbox] = append(want[l.Mailbox], l)
	}
	for mailbox, all := range want {
		slices.SortFunc(all, func(a, b Letter) int {
			return strings.Compare(a.Day+string(a.ID[:]), b.Day+string(b.ID[:]))
		})
		got, err := b.List(t.Context(), mailbox)
		if err != nil || !slices.EqualFunc(got, all, equal) {
			t.Errorf("%d letters are listed where there are %d (%v)", len(got), len(all), err)
		}
	}
}

func equal(a, b Letter) bool {
	return a.Mailbox == b.Mailbox && a.ID == b.ID && a.Day == b.Day && bytes.Equal(a.Sealed, b.Sealed)
}

func TestPutAndGet(t *testing.T) {
	b, path := newBox(t)
	holds(t, b)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	letters := []Letter{letter(1, 1, "2026-11-24"), letter(1, 2, day), letter(2, 3, day), letter(1, 4, day), letter(3, 1, "2026-01-01")}
	put(t, b, letters...)
	holds(t, b, letters...)
	again := slices.Clone(letters)
	again[0].Day = "2026-12-31" // taken in a second time, later
	put(t, b, append(again, again[1])...)
	holds(t, b, letters...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	holds(t, b, letters...)
	for _, c := range [][2][16]byte{{letters[0].Mailbox, letters[2].ID}, {letters[2].Mailbox, letters[0].ID}, {}} {
		if l, err := b.Get(t.Context(), c[0], c[1]); !errors.Is(err, ErrNotFound) || l.Sealed != nil {
			t.Errorf("a letter that is not there: %v", err)
		}
	}
	if all, err := b.List(t.Context(), [16]byte{1}); err != nil || len(all) != 0 {
		t.Errorf("a mailbox that is not there: %d letters, %v", len(all), err)
	}
}

func TestPutRefuses(t *testing.T) {
	b, _ := newBox(t)
	there := letter(1, 1, day)
	put(t, b, there)
	other := letter(1, 2, day)
	other.ID = there.ID
	empty, long, large := letter(2, 1, day), letter(2, 2, day), letter(2, 3, day)
	empty.Sealed, long.Sealed, large.Sealed = nil, make([]byte, MaxLetter+1), make([]byte, MaxLetter)
	letters := []Letter{other, empty, long, large, letter(2, 4, ""), letter(2, 5, "2026-02-30"), letter(2, 6, "2026-11-22T10:00"), letter(2, 7, day)}
	refused, err := b.Put(t.Context(), letters)
	if err != nil || !slices.Equal(slices.Sorted(maps.Keys(refused)), []int{0, 1, 2, 4, 5, 6}) || !errors.Is(refused[0], ErrTaken) {
		t.Errorf("refused %v, %v", refused, err)
	}
	holds(t, b, there, large, letters[7])
}

func TestMailboxIsFull(t *testing.T) {
	b, _ := newBox(t)
	var letters []Letter
	for n := range MaxPerMailbox + 2 {
		letters = append(letters, letter(1, n, day))
	}
	letters = append(letters, letter(2, 0, day))
	refused, err := b.Put(t.Context(), letters)
	if err != nil || len(refused) != 2 || !errors.Is(refused[MaxPerMailbox], ErrFull) || !errors.Is(refused[MaxPerMailbox+1], ErrFull) {
		t.Errorf("refused %v, %v", refused, err)
	}
	kept := append(slices.Clone(letters[:MaxPerMailbox]), letters[MaxPerMailbox+2])
	holds(t, b, kept...)
	put(t, b, letters[:MaxPerMailbox]...) // those that are there are not refused
	if err := b.Remove(t.Context(), letters[0].Mailbox); err != nil {
		t.Fatal(err)
	}
	put(t, b, letters[MaxPerMailbox])
	holds(t, b, letters[MaxPerMailbox], letters[MaxPerMailbox+2])
}

// Put takes more letters than one transaction does.
func TestPutMany(t *testing.T) {
	b, path := newBox(t)
	var letters []Letter
	for n := range 2*putAtOnce + 7 {
		l := letter(n/5, n, day)
		l.Sealed = l.Sealed[:100+n]
		letters = append(letters, l)
	}
	put(t, b, letters...)
	holds(t, b, letters...)
	b.Close()
	holds(t, open(t, path), letters...)
}

func TestExpire(t *testing.T) {
	b, _ := newBox(t)
	letters := []Letter{letter(1, 1, "2026-11-21"), letter(1, 2, "2026-11-22"), letter(2, 3, "2025-12-31"), letter(3, 4, "2026-11-23")}
	put(t, b, letters...)
	for _, bad := range []string{"", "tomorrow", "2026-1-1"} {
		if n, err := b.Expire(t.Context(), bad); err == nil || n != 0 {
			t.Errorf("%q: %d, %v", bad, n, err)
		}
	}
	for _, c := range []struct {
		before string
		n      int
		left   []Letter
	}{{"2025-12-31", 0, letters}, {day, 2, []Letter{letters[1], letters[3]}}, {day, 0, []Letter{letters[1], letters[3]}}, {"2027-01-01", 2, nil}} {
		if n, err := b.Expire(t.Context(), c.before); err != nil || n != c.n {
			t.Errorf("before %s: %d, %v", c.before, n, err)
		}
		holds(t, b, c.left...)
	}
}

// Whoever looks leaves no trace in the file, nor beside it.
func TestLooksLeaveNoTrace(t *testing.T) {
	b, path := newBox(t)
	letters := []Letter{letter(1, 1, day), letter(2, 2, day)}
	put(t, b, letters...)
	look := func() (string, fs.FileInfo) {
		data, err := os.ReadFile(path)
		info, err2 := os.Stat(path)
		names, err3 := os.ReadDir(filepath.Dir(path))
		if err := errors.Join(err, err2, err3); err != nil || len(names) != 1 {
			t.Fatalf("%d files, %v", len(names), err)
		}
		return fmt.Sprintf("%x", sha256.Sum256(data)), info
	}
	sum, info := look()
	holds(t, b, letters...)
	for _, l := range append(letters, letter(9, 9, day)) {
		b.List(t.Context(), l.Mailbox)
		b.Get(t.Context(), l.Mailbox, l.ID)
	}
	// Nor does what turns out to have nothing to do.
	put(t, b, letters...)
	if err := errors.Join(b.Remove(t.Context(), [16]byte{5}), b.Erase(t.Context())); err != nil {
		t.Error(err)
	}
	if n, err := b.Expire(t.Context(), day); n != 0 || err != nil {
		t.Error(n, err)
	}
	b.Close()
	open(t, path).Close()
	if again, info2 := look(); again != sum || !info2.ModTime().Equal(info.ModTime()) || !os.SameFile(info, info2) {
		t.Error("the file is another than before the look")
	}
	// The comparison can fail.
	put(t, open(t, path), letter(3, 3, day))
	if again, _ := look(); again == sum {
		t.Error("a letter leaves no trace: the comparison does not look")
	}
}

func TestClosed(t *testing.T) {
	b, path := newBox(t)
	if _, err := Open(path); !errors.Is(err, ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	_, errPut := b.Put(t.Context(), []Letter{letter(1, 1, day)})
	_, errList := b.List(t.Context(), [16]byte{})
	_, errGet := b.Get(t.Context(), [16]byte{}, [16]byte{})
	_, errExpire := b.Expire(t.Context(), day)
	_, errCount := b.Count(t.Context())
	for i, err := range []error{errPut, errList, errGet, errExpire, errCount, b.Remove(t.Context(), [16]byte{}), b.Erase(t.Context()), b.Close()} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	b, _ := newBox(t)
	l := letter(1, 1, day)
	put(t, b, l)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, errPut := b.Put(ctx, []Letter{letter(1, 2, day)})
	_, errList := b.List(ctx, l.Mailbox)
	_, errGet := b.Get(ctx, l.Mailbox, l.ID)
	_, errExpire := b.Expire(ctx, "2027-01-01")
	_, errCount := b.Count(ctx)
	for i, err := range []error{errPut, errList, errGet, errExpire, errCount, b.Remove(ctx, l.Mailbox)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	holds(t, b, l)
}

func TestOpenRefuses(t *testing.T) {
	b, path := newBox(t)
	put(t, b, letter(1, 1, day))
	b.Close()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(metaBucket).Put(versionKey, []byte("amana/letters/2"))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrVersion) {
		t.Errorf("another version: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("not a letterbox\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("another file: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none", "letters.db")); err == nil {
		t.Error("opened in a folder that is not there")
	}
	link := filepath.Join(t.TempDir(), "letters.db")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(link); err == nil {
		t.Error("a link was followed")
	}
}

// Letters are read while others come and go and the file is written anew.
func TestConcurrent(t *testing.T) {
	b, path := newBox(t)
	stay := []Letter{letter(1, 1, day), letter(1, 2, day), letter(2, 3, day)}
	put(t, b, stay...)
	var all sync.WaitGroup
	for worker := range 3 {
		all.Go(func() {
			for range 40 {
				for _, l := range stay {
					if got, err := b.Get(t.Context(), l.Mailbox, l.ID); err != nil || !equal(got, l) {
						t.Errorf("a letter comes back otherwise: %v", err)
						return
					}
				}
			}
		})
		all.Go(func() {
			for n := range 15 {
				l := letter(100+worker, 1000*worker+n, day)
				_, err := b.Put(t.Context(), []Letter{l})
				if n%3 == 2 {
					err = errors.Join(err, b.Remove(t.Context(), l.Mailbox), b.Erase(t.Context()))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	holds(t, b, stay...)
	b.Close()
	holds(t, open(t, path), stay...)
}

// All lists every letter once, in the order of their names, however many are asked for
// at once; those that are damaged are counted.
func TestAll(t *testing.T) {
	path, data, want := image(t)
	slices.SortFunc(want, func(a, b Letter) int {
		return bytes.Compare(key(a.Mailbox, a.ID), key(b.Mailbox, b.ID))
	})
	list := func(b *Box, limit int) (all []Letter, damaged int) {
		var last Letter
		for {
			some, bad, err := b.All(t.Context(), last.Mailbox, last.ID, limit)
			if err != nil {
				t.Fatal(err)
			}
			if all, damaged = append(all, some...), damaged+bad; len(some) < limit {
				return all, damaged
			}
			last = some[len(some)-1]
		}
	}
	b := open(t, path)
	for _, limit := range []int{1, 7, 30, 100} {
		if all, damaged := list(b, limit); damaged != 0 || !slices.EqualFunc(all, want, equal) {
			t.Errorf("by %d: %d letters, %d damaged", limit, len(all), damaged)
		}
	}
	b.Close()
	part := want[3].Sealed[100:140] // which may stand in a page that is free, too
	data = bytes.ReplaceAll(data, part, append([]byte{part[0] ^ 1}, part[1:]...))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	for _, limit := range []int{7, 100} {
		if all, damaged := list(b, limit); damaged != 1 || !slices.EqualFunc(all, slices.Delete(slices.Clone(want), 3, 4), equal) {
			t.Errorf("one damaged, by %d: %d letters, %d damaged", limit, len(all), damaged)
		}
	}
}
