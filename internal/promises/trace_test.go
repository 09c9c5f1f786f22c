package promises

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"amana/internal/rig"
)

// P1 and P5, when somebody wants to see what the server does: Go would write the
// arguments of all functions to the log, and so most of a code that is being looked up.
func TestNoTraceAtSignals(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGSEGV} {
		state := rig.NewState(t, rig.Erasing, 1)
		server := state.Serve(t, nil, "--reserve", "0")
		hold(t, state, "شهادة")
		must(t, server.Cmd.Process.Signal(s))
		ended := time.AfterFunc(time.Minute, func() { server.Cmd.Process.Kill() })
		server.Cmd.Wait()
		ended.Stop()
		if code := server.Cmd.ProcessState.ExitCode(); code != 2 {
			t.Errorf("%v: it ended with %d", s, code)
		}
		for _, trace := range []string{"goroutine ", "amana/intake", "rax "} {
			if strings.Contains(server.Log.String(), trace) {
				t.Errorf("%v: the log tells what the server did:\n%.2000s", s, server.Log)
			}
		}
		if !strings.Contains(server.Log.String(), "ended by a signal") {
			t.Errorf("%v: the log does not say why it ended:\n%s", s, server.Log)
		}
	}
}
