package operator

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"amana/internal/cli"
	"amana/internal/daylog"
	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/revive"
)

// journal is what a server says while it serves. See package daylog for what is told
// at once and what waits until the day is over.
type journal struct {
	*slog.Logger
	tally   *daylog.Tally
	serving atomic.Bool // sources are answered from now on

	mu     sync.Mutex
	closed string // the day on which it was told last that the disk failed
	known  bool   // the failure that is not over yet was told
}

func newJournal(w io.Writer, format string) *journal {
	return &journal{Logger: daylog.New(w, format), tally: daylog.NewTally(time.Now)}
}

// problem tells at once of what no source has caused, with what to do about it.
func (j *journal) problem(err error) {
	hints, _ := cli.Advice(err)
	if len(hints) > 0 {
		j.Error(err.Error(), "hint", strings.Join(hints, "; "))
		return
	}
	j.Error(err.Error())
}

// disk is told that the disk failed. The first time on a day it tells it at once, for
// somebody must act. A disk that fails again and again, whenever somebody sends much,
// would say each time when that was: so later on that day it is held. What was lost is
// always told.
func (j *journal) disk(why error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	lost := errors.Is(why, revive.ErrLost) || errors.Is(why, bolt.ErrDamaged)
	if j.known = j.closed != today() || lost; j.known {
		j.closed = today()
		j.problem(diskFailed(why))
		return
	}
	j.tally.Note(diskFailed(why))
}

// well is told that the disk is well again, which it tells if the failure was told.
func (j *journal) well(findings []vault.Finding) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.known {
		j.Info("the disk is well again, and the intake is open: no testimony that was acknowledged is missing", "hint", "amana-intake check reads every byte")
	}
	j.known = false
	if len(findings) > 0 {
		j.problem(cli.Hint(fmt.Errorf("%s damaged", cli.Count(len(findings), "thing is", "things are")), "%s, and run amana-intake check", keepCopy))
	}
}

// vault is told by the vault of what needs no answer: at once while it is opened, and
// the next day when it may be a source that has caused it.
func (j *journal) vault(format string, args ...any) {
	if err := fmt.Errorf(format, args...); j.serving.Load() {
		j.tally.Note(err)
	} else {
		j.problem(err)
	}
}
