package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

// TestRewriteFull asks for a rewrite where there is no room for a copy.
func TestRewriteFull(t *testing.T) {
	dir, _ := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Close() }()
	rotate(t, s)
	before, err := os.ReadFile(filepath.Join(dir, headersFile))
	if err != nil {
		t.Fatal(err)
	}
	// The reserve may be used: whoever fills the disk up to it must not keep dropped
	// headers in it.
	s.disk.reserve = 1 << 60
	room := noRoom(t, s)
	if err := s.Rewrite(t.Context()); !errors.Is(err, vault.ErrFull) {
		t.Errorf("Rewrite: %v, want ErrFull", err)
	}
	if u, err := s.Usage(t.Context()); err != nil || !u.RewriteDue {
		t.Errorf("the rewrite is no longer due: %v", err)
	}
	s.Close()
	if now, err := os.ReadFile(filepath.Join(dir, headersFile)); err != nil || !bytes.Equal(now, before) {
		t.Errorf("the file was changed (%v)", err)
	}
	// A due rewrite that has no room does not keep the vault shut.
	said := ""
	s, err = Open(dir, Options{Reserve: -1, Logf: func(format string, args ...any) { said += fmt.Sprintf(format, args...) }})
	if err != nil {
		t.Fatal(err)
	}
	if u, err := s.Usage(t.Context()); err != nil || !u.RewriteDue || u.Testimonies != 11 {
		t.Errorf("usage %+v, %v", u, err)
	}
	if !strings.Contains(said, "full") {
		t.Errorf("nothing was said of the rewrite: %q", said)
	}
	onlyTwo(t, dir)
	room(s)
	s.disk.reserve = 1 << 60
	if err := s.Rewrite(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// noRoom lets the disk seem full, until the function that it returns is called.
func noRoom(t *testing.T, s *Store) (room func(*Store)) {
	measure := freeOf
	again := func(s *Store) {
		s.disk.mu.Lock()
		s.disk.measured = time.Time{}
		s.disk.mu.Unlock()
	}
	freeOf = func(string) (int64, error) { return 0, nil }
	t.Cleanup(func() { freeOf = measure })
	if s != nil {
		again(s)
	}
	return func(s *Store) {
		freeOf = measure
		again(s)
	}
}

// TestLeftover puts things in the place where a rewrite writes.
func TestLeftover(t *testing.T) {
	dir, kept := fullVault(t)
	path := filepath.Join(dir, rewriteFile)
	old, err := os.ReadFile(filepath.Join(dir, headersFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]func() error{
		"a new one, cut off": func() error { return os.WriteFile(path, old[:len(old)/2], 0o600) },
		"an old one":         func() error { return os.WriteFile(path, old, 0o600) },
		"an empty one":       func() error { return os.WriteFile(path, nil, 0o600) },
		"a link":             func() error { return os.Symlink(headersFile, path) },
		"a dead link":        func() error { return os.Symlink("elsewhere", path) },
		"a folder":           func() error { return os.Mkdir(path, 0o700) },
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		verify(t, dir, kept, true)
		onlyTwo(t, dir)
		if info.Mode().IsRegular() {
			if data, rerr := io.ReadAll(f); err != nil || rerr != nil || len(bytes.Trim(data, "\x00")) > 0 {
				t.Errorf("%s was not overwritten (%v, %v)", name, err, rerr)
			}
		}
		f.Close()
	}
	// What cannot be removed hinders a rewrite and nothing else.
	if err := os.MkdirAll(filepath.Join(path, "in it"), 0o700); err != nil {
		t.Fatal(err)
	}
	verify(t, dir, kept, true)
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, s)
	if err := s.Rewrite(t.Context()); err == nil {
		t.Error("Rewrite over a folder: no error")
	}
	if u, err := s.Usage(t.Context()); err != nil || !u.RewriteDue {
		t.Errorf("the rewrite is no longer due: %v", err)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	if u, err := s.Usage(t.Context()); err != nil || u.RewriteDue {
		t.Errorf("the rewrite is still due: %v", err)
	}
	s.Close()
}

// TestOtherProcess opens a vault again while it is rewritten: it is always locked,
// and what the rewrite is at is left alone.
func TestOtherProcess(t *testing.T) {
	dir, kept := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			if err := s.Rewrite(context.Background()); err != nil {
				t.Errorf("Rewrite: %v", err)
				break
			}
		}
		done <- n
	}()
	for range 4 {
		if other, err := Open(dir, Options{Reserve: -1}); !errors.Is(err, ErrLocked) {
			t.Errorf("Open: %v, want ErrLocked", err)
			if err == nil {
				other.Close()
			}
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	if n := <-done; n < 3 {
		t.Errorf("only %d rewrites came to an end meanwhile", n)
	}
	s.Close()
	verify(t, dir, kept, true)
}

// TestRewriteUnknown puts what this program does not know into the file: a
// rewrite would lose it.
func TestRewriteUnknown(t *testing.T) {
	for name, put := range map[string]func(*filler) error{
		"a bucket": func(f *filler) error {
			_, err := f.tx.CreateBucket([]byte("mailboxes"))
			return err
		},
		"a key": func(f *filler) error { return f.tx.Bucket(metaBucket).Put([]byte("more"), []byte("x")) },
	} {
		dir, kept := fullVault(t)
		f := &filler{file: &file{path: filepath.Join(dir, headersFile), bucket: headersBucket}}
		err := f.open()
		if err == nil {
			f.tx, err = f.db.Begin(true)
		}
		if err == nil {
			err = put(f)
		}
		if err = f.end(err); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(f.path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, Options{Reserve: -1})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Rewrite(t.Context()); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Rewrite: %v, want ErrDamaged", name, err)
		}
		s.Close()
		if now, err := os.ReadFile(f.path); err != nil || !slices.Equal(now, before) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
		onlyTwo(t, dir)
		verify(t, dir, kept, true)
	}
}

// ending is a context that ends after it was looked at a number of times.
type ending struct {
	context.Context
	left int
	end  func()
}

func (c *ending) Err() error {
	if c.left--; c.left > 0 {
		return nil
	}
	if c.left == 0 {
		c.end()
	}
	return context.Canceled
}

// TestRewriteEnded ends a rewrite in the middle. The copy that it had begun must go
// as an old file does: it holds headers that may be dropped one day.
func TestRewriteEnded(t *testing.T) {
	dir, kept := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	rotate(t, s)
	begun := 0
	for n := 1; ; n++ {
		var copied *os.File
		before := 0
		ctx := &ending{t.Context(), n, func() {
			if f, err := os.Open(filepath.Join(dir, rewriteFile)); err == nil {
				copied = f
				data, err := io.ReadAll(f)
				if err != nil {
					t.Error(err)
				}
				before = len(bytes.Trim(data, "\x00"))
			}
		}}
		err := s.Rewrite(ctx)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrDamaged) {
			t.Errorf("Rewrite: %v, want context.Canceled", err)
		}
		if u, err := s.Usage(t.Context()); err != nil || !u.RewriteDue {
			t.Errorf("the rewrite is no longer due: %v", err)
		}
		onlyTwo(t, dir)
		if copied == nil {
			continue
		}
		if before > 0 {
			begun++
		}
		data := make([]byte, 1<<20)
		m, err := copied.ReadAt(data, 0)
		if err != io.EOF || len(bytes.Trim(data[:m], "\x00")) > 0 {
			t.Errorf("ended at %d, the copy was not overwritten (%d bytes, %v)", n, m, err)
		}
		copied.Close()
	}
	if begun < 20 {
		t.Errorf("%d copies were begun, want 20: the test no longer reaches them", begun)
	}
	if found := vaulttest.Findings(t, s); len(found) > 0 {
		t.Errorf("findings %v", found)
	}
	if all, err := vaulttest.All(t.Context(), s, 10); err != nil || len(all) != len(kept) {
		t.Errorf("%d are listed, %v; want %d", len(all), err, len(kept))
	}
	s.Close()
}

// TestCompare changes one byte of a header in a copy.
func TestCompare(t *testing.T) {
	dir, kept := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pair, err := s.headers.meta(pairKey)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, rewriteFile)
	var want digest
	err = s.headers.view(func(v *boltpages.View) (err error) {
		want, err = s.headers.fill(t.Context(), v, path, pair)
		return err
	})
	if err != nil || want.records != len(kept) {
		t.Fatalf("%d records, %v", want.records, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(pair []byte, want digest) error {
		f, err := openFile(path, headersBucket)
		if err != nil {
			return err
		}
		return errors.Join(f.compare(t.Context(), pair, want), f.close())
	}
	if err := compare(pair, want); err != nil {
		t.Errorf("a good copy: %v", err)
	}
	if compare(pair[1:], want) == nil || compare(pair, digest{want.records - 1, want.sum}) == nil || compare(pair, digest{records: want.records}) == nil {
		t.Error("a copy of something else is taken for good")
	}
	for _, seed := range kept {
		header, _ := testFile(seed)
		for _, piece := range [][]byte{header[:64], header[len(header)-64:]} {
			at := bytes.Index(data, piece)
			if at < 0 {
				t.Fatal("a header is not in the copy")
			}
			bad := bytes.Clone(data)
			bad[at+len(piece)-2] ^= 2
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if compare(pair, want) == nil {
				t.Errorf("a copy that differs at %d is taken for good", at)
			}
		}
	}
}
