package book

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Whoever only looks sees what is pinned, and changes nothing: what an Import left
// half done is for the server to end.
func TestRead(t *testing.T) {
	chain := newOffice(t).chain(t, 4)
	for n := 1; n <= 4; n++ {
		state := files(chain[:n])
		for beyond := n; beyond <= 4; beyond++ {
			if beyond > n {
				state[fmt.Sprintf("%d.txt", beyond)] = string(chain[beyond-1].Bytes())
			}
			folder := lay(t, state)
			b, err := Read(folder)
			if err != nil {
				t.Fatal(err)
			}
			if b.Newest().Sum() != chain[n-1].Sum() || len(b.All()) != n {
				t.Errorf("of %d files, %d pinned, the newest is %d of %d", beyond, n, b.Newest().Epoch, len(b.All()))
			}
			if s, err := b.InForce(today); err != nil || s != b.Newest() {
				t.Error(err)
			}
			for _, s := range chain {
				if got, err := b.Import(s.Bytes(), today); err == nil || got != nil {
					t.Errorf("roster %d was imported where one only looks", s.Epoch)
				}
			}
			same(t, "read", folder, state)
		}
	}
	_, err := Read(filepath.Join(t.TempDir(), "none"))
	refused(t, "no folder", err, ErrAbsent, "")
}

// It needs no right to write.
func TestReadOnlyFolder(t *testing.T) {
	chain := newOffice(t).chain(t, 2)
	state := files(chain)
	state["pin"] = files(chain[:1])["pin"]
	folder := lay(t, state)
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(folder, 0o700)
	b, err := Read(folder)
	if err != nil || b.Newest().Epoch != 1 {
		t.Error(err)
	}
	same(t, "read", folder, state)
}
