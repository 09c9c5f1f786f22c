package bolt

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"amana/vault"
	"amana/vault/internal/boltfile"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

// template is a vault of a few testimonies, made once.
var template = sync.OnceValues(func() (map[string][]byte, map[vault.ID]uint64) {
	files, kept := map[string][]byte{}, map[vault.ID]uint64{}
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	s, err := Create(dir, Options{Reserve: -1})
	if err != nil {
		panic(err)
	}
	for seed := range uint64(12) {
		if seed == 6 {
			continue // 3 MiB
		}
		header, payload := testFile(seed)
		id, err := vaulttest.Put(context.Background(), s, header, payload, 1<<20)
		if err != nil {
			panic(err)
		}
		kept[id] = seed
	}
	if err := s.Close(); err != nil {
		panic(err)
	}
	for _, name := range []string{headersFile, payloadsFile} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			panic(err)
		}
		m, _, err := boltpages.NewestMeta(bytes.NewReader(files[name]))
		if err != nil {
			panic(err)
		}
		files[name] = files[name][:int64(m.High)*m.PageSize]
	}
	return files, kept
})

// fullVault returns the folder of a vault of a few testimonies.
func fullVault(t testing.TB) (dir string, kept map[vault.ID]uint64) {
	t.Helper()
	files, kept := template()
	dir = t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, maps.Clone(kept)
}

// rotate gives every testimony its next header, by way of Propose and Settle.
func rotate(t testing.TB, s *Store) {
	t.Helper()
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all {
		epoch := rec.HeaderEpoch + 1
		slip := vaulttest.Slip(&rec, epoch, [16]byte{}, 100, 1)
		slip.Next.Header = rotatedHeader(rec.ID, epoch)
		err := none(s.Propose(t.Context(), []vault.Slip{slip}))
		if err == nil {
			err = none(s.Settle(t.Context(), epoch, [16]byte{}, []vault.Confirmed{vaulttest.Confirm(slip)}))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// pieces cuts a header so that whatever 64 bytes of it stand somewhere, one of
// the pieces is among them. The first 32 bytes are those of every header.
func pieces(header []byte, all map[[32]byte]bool) {
	for off := 32; off+32 <= len(header); off += 32 {
		all[[32]byte(header[off:])] = true
	}
}

// found counts the places in a file where one of the pieces stands.
func found(t testing.TB, path string, all map[[32]byte]bool) (n int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 1<<20+31)
	for off := boltfile.NextData(f, 0); off < math.MaxInt64; off = boltfile.NextData(f, off+1<<20) {
		m, err := f.ReadAt(buf, off)
		if err != nil && err != io.EOF {
			t.Fatal(err)
		}
		if m == 0 {
			break
		}
		for i := 0; i+32 <= m; i++ {
			if buf[i] != 0 && all[[32]byte(buf[i:])] {
				n++
			}
		}
	}
	return n
}

// foundIn counts the pieces in all files of a folder.
func foundIn(t testing.TB, dir string, all map[[32]byte]bool) (n int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		n += found(t, filepath.Join(dir, e.Name()), all)
	}
	return n
}

// onlyTwo fails the test if the folder holds more than the two files.
func onlyTwo(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != headersFile && e.Name() != payloadsFile {
			t.Errorf("the folder holds %s too", e.Name())
		}
	}
}

// TestErased searches the raw bytes of the files for pieces of headers that were
// dropped.
func TestErased(t *testing.T) {
	for _, way := range []string{"none", "called", "at open"} {
		t.Run(way, func(t *testing.T) {
			dir, kept := fullVault(t)
			dropped, present := map[[32]byte]bool{}, map[[32]byte]bool{}
			for _, seed := range kept {
				header, _ := testFile(seed)
				pieces(header, dropped)
			}
			s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			// One that was replaced before it was ever in force is dropped too.
			all, err := vaulttest.All(t.Context(), s, 100)
			if err != nil {
				t.Fatal(err)
			}
			for i := range all {
				slip := vaulttest.Slip(&all[i], 4, [16]byte{}, 2000, uint64(500+i))
				if err := none(s.Propose(t.Context(), []vault.Slip{slip})); err != nil {
					t.Fatal(err)
				}
				pieces(slip.Next.Header, dropped)
			}
			rotate(t, s)
			rotate(t, s) // twice: of the first time too nothing may stay
			for id := range kept {
				pieces(rotatedHeader(id, 4), dropped)
				pieces(rotatedHeader(id, 5), present)
			}
			erases(t, s, way, dropped, present, nil)
		})
	}
}

// erases lets s write the headers anew in one of the ways, and closes it. It fails the
// test if then a piece or an id of what is gone is found, or a piece of what stays is
// not, or if the old file is not zeros. Before, what is gone must be found; the test
// would prove nothing else.
func erases(t *testing.T, s *Store, way string, gone, stays map[[32]byte]bool, ids []vault.ID) {
	t.Helper()
	defer func() { s.Close() }()
	dir := s.disk.dir
	headers := filepath.Join(dir, headersFile)
	idsIn := func() (n int) {
		data, err := os.ReadFile(headers)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			n += bytes.Count(data, id[:])
		}
		return n
	}
	if n := foundIn(t, dir, gone); n < 10 || len(ids) > 0 && idsIn() == 0 {
		t.Fatalf("%d pieces of %d are found before a rewrite: the test proves nothing", n, len(gone))
	}
	// The disk may still hold what the name no longer leads to.
	old, err := os.Open(headers)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	switch way {
	case "none":
		return
	case "called":
		if err := s.Rewrite(t.Context()); err != nil {
			t.Fatal(err)
		}
	case "at open":
		s = reopen(t, s)
	}
	for range 2 {
		if n := foundIn(t, dir, gone); n > 0 || idsIn() > 0 {
			t.Errorf("%d pieces of what is gone and %d ids are in the files", n, idsIn())
		}
		if n := foundIn(t, dir, stays); n < len(stays) {
			t.Errorf("%d pieces of %d of what stays are in the files", n, len(stays))
		}
		onlyTwo(t, dir)
		s = reopen(t, s)
	}
	if data, err := io.ReadAll(old); err != nil || len(data) == 0 || len(bytes.Trim(data, "\x00")) > 0 {
		t.Errorf("the old file was not overwritten (%d bytes, %v)", len(data), err)
	}
}
