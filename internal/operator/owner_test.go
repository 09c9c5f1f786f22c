package operator

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What root restores into the empty folder of somebody else is theirs, so that their
// server can read it; and root itself no longer opens it.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give something away")
	}
	const owner = 12345
	state, _ := newState(t, 1, 1)
	out := filepath.Join(t.TempDir(), "backup")
	if err := (&Backup{Out: out}).Run(t.Context(), state, io.Discard); err != nil {
		t.Fatal(err)
	}
	to := State{Folder: filepath.Join(t.TempDir(), "s")}
	if err := os.Mkdir(to.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(to.Folder, owner, owner); err != nil {
		t.Fatal(err)
	}
	// A first try with a wrong file must not take the folder, and with it its owner, away.
	wrong := filepath.Join(t.TempDir(), "wrong")
	if err := os.WriteFile(wrong, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&Restore{From: wrong}).Run(t.Context(), to, io.Discard); err == nil || strings.Contains(err.Error(), "\n") {
		t.Fatalf("from an empty file: %v", err)
	}
	if err := (&Restore{From: out}).Run(t.Context(), to, io.Discard); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err := filepath.WalkDir(to.Folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		seen++
		info, err := e.Info()
		if err == nil && info.Sys().(*syscall.Stat_t).Uid != owner {
			t.Errorf("%s is not its owner's", path)
		}
		return err
	})
	if err != nil || seen < 8 {
		t.Errorf("%d files, %v", seen, err)
	}
	var said bytes.Buffer
	if err := (&Status{}).Run(t.Context(), to, &said); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("root opens it: %v\n%s", err, said.String())
	}
}
