package boltfile

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Reading does not set the access time. A file system that sets none anyway would
// show nothing, so the flag is looked for as well.
func TestReadingLeavesNoTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	read := func(open func(string) (*os.File, error)) time.Time {
		t.Helper()
		if err := os.Chtimes(path, long, long.Add(time.Hour)); err != nil { // read before it was written
			t.Fatal(err)
		}
		f, err := open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.ReadAt(make([]byte, 100), 0); err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		return time.Unix(info.Sys().(*syscall.Stat_t).Atim.Unix())
	}
	if got := read(func(path string) (*os.File, error) { return Open(path, os.O_RDWR, 0) }); !got.Equal(long) {
		t.Errorf("reading set the access time to %v", got)
	}
	f, err := Open(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0); err != nil || flags&unix.O_NOATIME == 0 {
		t.Errorf("the file is open with the flags %#x, %v", flags, err)
	}
}
