package sticks

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// What is laid onto a stick to lead out of it, or to be waited for, is passed over.
func TestHostileStick(t *testing.T) {
	top := t.TempDir()
	tree(t, top, map[string]string{"A/good": "wanted", "elsewhere/secret": "wanted", "A/closed/in": "wanted"})
	for _, err := range []error{
		syscall.Mkfifo(filepath.Join(top, "A", "fifo"), 0o666),
		os.Symlink("../elsewhere/secret", filepath.Join(top, "A", "link")),
		os.Symlink("../elsewhere", filepath.Join(top, "A", "folder")),
		os.Symlink(".", filepath.Join(top, "A", "loop")),
		os.Symlink("elsewhere", filepath.Join(top, "B")),
		syscall.Mknod(filepath.Join(top, "A", "socket"), syscall.S_IFSOCK|0o666, 0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := Places{Roots: []string{top}, Any: true}.Find(t.Context(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/A", "/A/good", "/A/closed/in", "/elsewhere", "/elsewhere/secret"}
	if got := names(top, all); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A stick is found where it is mounted, however deep below a root the desktop does that;
// and root can let go of it.
func TestMounted(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can mount: make test runs as root, and so must whoever wants to see this")
	}
	top := t.TempDir()
	tree(t, top, map[string]string{"person/BLUE/": "", "RED/": "", "plain/b.tar": "wanted", "person/plain/b.tar": "wanted"})
	for _, folder := range []string{"person/BLUE", "RED"} {
		path := filepath.Join(top, folder)
		if err := syscall.Mount("amana-test", path, "tmpfs", 0, "size=64k"); errors.Is(err, syscall.EPERM) {
			t.Skipf("this machine lets nobody mount (%v); what is mounted is looked for by comparing devices", err)
		} else if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Unmount(path, syscall.MNT_DETACH) })
		tree(t, path, map[string]string{"b.tar": "wanted"})
	}
	all, err := Places{Roots: []string{top}}.Find(t.Context(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/RED", "/RED/b.tar", "/person/BLUE", "/person/BLUE/b.tar"}
	got := names(top, all)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if gone, err := Eject(filepath.Join(top, "RED")); !gone || err != nil {
		t.Errorf("gone %v, %v", gone, err)
	}
	if mountPoint(filepath.Join(top, "RED")) {
		t.Error("it is mounted still")
	}
}
