package soak

import (
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/mailbox"
	"amana/internal/rig"
)

// A letterbox whose disk fails takes no reply and says so, keeps no testimony out, and
// takes the same reply when the disk is well, in the same process.
func TestLetterboxFails(t *testing.T) {
	s := newSite(t, nil)
	thread := mailbox.NewThread()
	file := filepath.Join(t.TempDir(), "replies.tar")
	if err := s.server.WriteReplies(file, rig.Letter{Thread: thread, Text: "words"}); err != nil {
		t.Fatal(err)
	}
	s.taken("before")
	mend := s.server.Tamper(t, "pwrite64,fdatasync:error=EIO")
	if out, err := s.server.TryRun("import", file); err == nil {
		t.Errorf("a reply is taken on a disk that fails: %s", out)
	}
	mend()
	s.taken("after")
	if out := s.server.Run(t, "import", file); !strings.Contains(out, "repl") {
		t.Errorf("import: %s", out)
	}
	if out := s.server.Run(t, "status"); !strings.Contains(out, "replies      1 wait") {
		t.Errorf("status: %s", out)
	}
	s.settle()
}
