package promises

import (
	"slices"
	"testing"
	"time"

	"amana/internal/rig"
)

// memoryAfter returns which kinds of marks are in a server's memory: at the end, and
// after each of the answers that the last source got. Before each search it waits.
func memoryAfter(t *testing.T, b rig.Build, wait time.Duration, args ...string) map[string]int {
	t.Helper()
	s := rig.NewState(t, b, 3).Serve(t, nil, append(args, "--max-file", "2MiB", "--places", "6")...)
	program := rig.Program(t, b, "amana-intake")
	found := make(map[string]int)
	marks := handIn(t, s)
	look := func() {
		t.Helper()
		time.Sleep(wait)
		// Two words of a code may stand beside each other in a text of ours.
		marks.without(t, codePair, program)
		for kind, n := range scan(t, s.Cmd.Process.Pid, marks) {
			found[kind] += n
		}
	}
	look()
	s.Run(t, "status")
	s.Run(t, "check")
	// A few at the end, after which nothing happens that would make the collector
	// run of itself. What one step leaves the next might write over.
	for range 3 {
		if status, _, err := s.Post(dense(textMark, 500), rig.Text(fileNameMark, dense(fileMark, 2000))); err != nil || status != 200 {
			t.Errorf("status %d, %v", status, err)
		}
	}
	for n := range 2 {
		last := newSource(t, s, marks, 10*n, dense(textMark, 500))
		look()
		answer(t, s, last)
		last.after = look
		last.converse(true)
	}
	return found
}

// P2: no plaintext in memory once the response is sent: neither text, nor file
// content, nor file name, nor answer, nor code, nor what a code opens, nor a reply.
func TestP2NoPlaintextInMemory(t *testing.T) {
	for kind, n := range memoryAfter(t, rig.Erasing, 1500*time.Millisecond) {
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
