package bolt

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestLookSetsNoAccessTime: both files are read through handles that set no access
// time, also after headers.db was written anew.
func TestLookSetsNoAccessTime(t *testing.T) {
	s := create(t)
	for _, when := range []string{"opened", "written anew"} {
		for _, f := range []*file{s.headers, s.payloads} {
			if flags, err := unix.FcntlInt(f.os.Fd(), unix.F_GETFL, 0); err != nil || flags&unix.O_NOATIME == 0 {
				t.Errorf("%s, %s: flags %#x, %v", f.path, when, flags, err)
			}
		}
		if err := s.Rewrite(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
