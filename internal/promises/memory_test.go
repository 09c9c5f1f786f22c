package promises

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"amana/internal/rig"
)

// memoryAfter returns how often marks of each kind are in a server's memory: after
// hundreds of testimonies, and after each of the answers that a last source gets. It
// waits before it searches, or if wait is 0 stops the server as soon as the answer is
// there.
func memoryAfter(t *testing.T, b rig.Build, wait time.Duration, args ...string) map[string]int {
	t.Helper()
	s := rig.NewState(t, b, 3).Serve(t, nil, append(args, "--circuits", "--max-file", "2MiB", "--places", "6")...)
	s.State = s.OnNew(1)
	marks := handIn(t, s)
	found := make(map[string]int)
	came := func() {
		if wait == 0 {
			s.Cmd.Process.Signal(syscall.SIGSTOP)
		}
	}
	look := func() {
		time.Sleep(wait)
		for _, key := range fileKeys(t, s.State) {
			marks.add(fileKey, string(key))
		}
		marks.without(t, rig.Program(t, b, "amana-intake"))
		for kind, n := range scan(t, s.Cmd.Process.Pid, marks) {
			found[kind] += n
		}
		s.Cmd.Process.Signal(syscall.SIGCONT)
	}
	came()
	look()
	s.Run(t, "status")
	s.Run(t, "check")
	if status, _, err := s.Post(dense(textMark, 500), rig.Text(fileNameMark, dense(fileMark, 2000))); err != nil || status != 200 {
		t.Errorf("status %d, %v", status, err)
	}
	// What one step leaves the next might write over. After each nothing happens that
	// would make the collector run of itself.
	last := &source{t: t, s: s, marks: marks, lang: "ar", came: came, look: look}
	last.begin(dense(textMark, 500))
	answer(t, s, last)
	last.converse(true)
	return found
}

// P2: no plaintext in memory once the response is sent: neither text, nor file
// content, nor file name, nor answer, nor code, nor what a code opens, nor a reply.
func TestP2NoPlaintextInMemory(t *testing.T) {
	for kind, n := range memoryAfter(t, rig.Erasing, time.Second) {
		t.Errorf("%d copies of %s are in the server's memory", n, kind)
	}
}

// The same search must find the marks in a build without the erasure, or it proves
// nothing.
func TestP2SearchFindsPlaintextWithoutErasure(t *testing.T) {
	found := memoryAfter(t, rig.Plain, 0, "--without-erasure")
	for kind, n := range found {
		t.Logf("%d copies of %s", n, kind)
	}
	kinds := slices.Clone(secretKinds)
	for kind := range sentKinds {
		kinds = append(kinds, kind)
	}
	for _, kind := range kinds {
		if found[kind] == 0 {
			t.Errorf("the search does not find %s in a server that erases nothing", kind)
		}
	}
}
