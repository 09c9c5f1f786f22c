package operator

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLastDay(t *testing.T) {
	state := State{Folder: t.TempDir()}
	if day, err := state.lastDay(dayExported); day != "" || err != nil {
		t.Fatalf("before anything was done: %q, %v", day, err)
	}
	for range 2 {
		if err := state.noteDay(dayExported); err != nil {
			t.Fatal(err)
		}
		if day, err := state.lastDay(dayExported); day != today() || err != nil {
			t.Fatalf("after it was done: %q, %v; want %q", day, err, today())
		}
	}
	if err := os.WriteFile(filepath.Join(state.Folder, daysFolder, dayExported), []byte("yesterday"), 0o600); err != nil {
		t.Fatal(err)
	}
	if day, err := state.lastDay(dayExported); err == nil {
		t.Errorf("what is not a day is read as %q", day)
	}
}
