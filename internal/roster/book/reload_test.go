package book

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestReload(t *testing.T) {
	o := newOffice(t)
	chain := o.chain(t, 2)
	second := chain[1]
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:1])
	if err != nil {
		t.Fatal(err)
	}
	before := b.Newest()
	if err := b.Reload(); err != nil || b.Newest() != before {
		t.Errorf("nothing changed, and the newest roster is another object (%v)", err)
	}
	// One that was put there by hand.
	file := filepath.Join(folder, "2.txt")
	if err := os.WriteFile(file, second.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Reload(); err != nil || b.Newest().Sum() != second.Sum() {
		t.Errorf("a roster put there by hand is not taken: %v", err)
	}
	if again, err := Open(folder); err != nil || again.Newest().Epoch != 2 {
		t.Errorf("it is not pinned: %v", err)
	}
	// One that is gone, and a whole folder of another server's.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := b.Reload(); !errors.Is(err, ErrTampered) || b.Newest().Epoch != 2 {
		t.Errorf("the newest roster was removed: %v, and now it is roster %d", err, b.Newest().Epoch)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(folder, newOffice(t).chain(t, 2)); err != nil {
		t.Fatal(err)
	}
	if err := b.Reload(); !errors.Is(err, ErrTampered) || b.Newest().Sum() != second.Sum() {
		t.Errorf("another chain took the place: %v", err)
	}
}
