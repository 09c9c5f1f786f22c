package operator

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"amana/vault/letterbox"
)

// A letterbox whose disk failed is opened anew by the call that finds it so, once.
func TestLettersOpenAnew(t *testing.T) {
	l := State{Folder: t.TempDir()}.letters()
	defer l.Close()
	letter := letterbox.Letter{Mailbox: [16]byte{1}, ID: [16]byte{2}, Day: today(), Sealed: []byte("sealed")}
	for _, broken := range []error{letterbox.ErrBroken, letterbox.ErrClosed} {
		var boxes []*letterbox.Box
		err := l.use(func(box *letterbox.Box) error {
			if boxes = append(boxes, box); len(boxes) == 1 {
				return fmt.Errorf("it failed: %w", broken)
			}
			_, err := box.Put(t.Context(), []letterbox.Letter{letter})
			return err
		})
		if err != nil || len(boxes) != 2 || boxes[0] == boxes[1] {
			t.Errorf("%v: it ended with %v after %d calls", broken, err, len(boxes))
		}
	}
	calls := 0
	err := l.use(func(*letterbox.Box) error { calls++; return letterbox.ErrBroken })
	if !errors.Is(err, letterbox.ErrBroken) || calls != 2 {
		t.Errorf("a disk that goes on failing: %v after %d calls", err, calls)
	}
	if n, err := l.Count(t.Context()); n != 1 || err != nil {
		t.Errorf("%d replies, %v", n, err)
	}
	l.Close()
	if _, err := l.Count(t.Context()); !errors.Is(err, letterbox.ErrClosed) {
		t.Errorf("after the end it is opened again: %v", err)
	}
}

// A letterbox that is damaged when the server starts is told of once, keeps the server
// from nothing, and is found when it is mended, without a restart.
func TestLettersMendedWhileServing(t *testing.T) {
	l := State{Folder: t.TempDir()}.letters()
	defer l.Close()
	if err := os.WriteFile(l.path, []byte(strings.Repeat("no letterbox ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	var told []string
	s := l.serving(func(err error) { told = append(told, err.Error()) })
	for range 3 {
		if _, err := s.List(t.Context(), [16]byte{1}); !errors.Is(err, letterbox.ErrDamaged) {
			t.Errorf("a damaged letterbox: %v", err)
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], "sources find no replies until then") {
		t.Errorf("told %q", told)
	}
	if err := os.Rename(l.path, l.path+".damaged"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.List(t.Context(), [16]byte{1}); !errors.Is(err, letterbox.ErrDamaged) {
		t.Error("it is opened again for each source")
	}
	l.failed = time.Now().Add(-lettersRest)
	if all, err := s.List(t.Context(), [16]byte{1}); err != nil || len(all) != 0 {
		t.Errorf("when it is mended: %d letters, %v", len(all), err)
	}
	if err := s.Remove(t.Context(), [16]byte{1}); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(t.Context(), [16]byte{1}, [16]byte{}); !errors.Is(err, letterbox.ErrNotFound) {
		t.Error(err)
	}
}
