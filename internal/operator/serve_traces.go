package operator

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// tracing are signals at which Go would write what every goroutine is doing to the
// standard error, with the arguments of its functions: a source's code among them.
var tracing = []os.Signal{
	syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGTRAP, syscall.SIGILL, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGSEGV,
}

// exitTraced is what Go itself ends with at these signals.
const exitTraced = 2

// noTraces ends the program at once at those signals, and writes nothing of what it was
// doing. Faults of the program's own are not signals to it; see GOTRACEBACK in the unit.
func noTraces(log *journal) (stop func()) {
	caught, stopped := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(caught, tracing...)
	go func() {
		select {
		case s := <-caught:
			log.Error(fmt.Sprintf("ended by a signal (%v); what it was doing is not told, for it might tell of a source", s))
			os.Exit(exitTraced)
		case <-stopped:
		}
	}()
	return func() {
		signal.Stop(caught)
		close(stopped)
	}
}
