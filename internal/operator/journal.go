package operator

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"amana/internal/cli"
	"amana/internal/daylog"
)

// journal is what a server says while it serves. See package daylog for what is told
// at once and what waits until the day is over.
type journal struct {
	*slog.Logger
	tally   *daylog.Tally
	serving atomic.Bool // sources are answered from now on
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

// vault is told by the vault of what needs no answer: at once while it is opened, and
// the next day when it may be a source that has caused it.
func (j *journal) vault(format string, args ...any) {
	if err := fmt.Errorf(format, args...); j.serving.Load() {
		j.tally.Note(err)
	} else {
		j.problem(err)
	}
}
