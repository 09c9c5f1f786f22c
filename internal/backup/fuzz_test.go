package backup

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRead reads anything as a backup: nothing in it may bring the program down, and
// what is taken for whole must be a backup that could be written.
func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		_, sum, err := Read(bytes.NewReader(data), Nothing{})
		if err == nil && (len(sum.Digest) != 64 || sum.Bytes < 0) {
			t.Errorf("a backup says %+v", sum)
		}
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrNotBackup) {
			t.Errorf("an error that nobody can tell apart: %v", err)
		}
	})
}

// FuzzRecordLine decodes anything as a record or a reply: it has one spelling.
func FuzzRecordLine(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if rec, err := decodeRecord(data); err == nil && !bytes.Equal(encodeRecord(&rec), data) {
			t.Error("a record has two spellings")
		}
		if l, err := decodeLetter(data); err == nil && !bytes.Equal(encodeLetter(&l), data) {
			t.Error("a reply has two spellings")
		}
	})
}

func TestFuzzSeeds(t *testing.T) {
	for name, want := range map[string]int{"FuzzRead": 3, "FuzzRecordLine": 3} {
		if seeds, err := os.ReadDir(filepath.Join("testdata", "fuzz", name)); err != nil || len(seeds) < want {
			t.Errorf("%d seeds of %s are checked in, %v; want %d", len(seeds), name, err, want)
		}
	}
}
