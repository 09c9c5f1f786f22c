package operator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"amana/intake"
	"amana/intake/form"
	"amana/internal/cli"
	"amana/internal/forget"
	"amana/internal/systemd"
	"amana/internal/testimony"
	"amana/vault/bolt"
)

// Serve answers sources.
type Serve struct {
	Listen         []string `required:"" sep:"none" help:"Where to listen: unix:PATH, tcp:127.0.0.1:PORT, or systemd for the sockets that it opened; may be given several times."`
	AsRoot         bool     `env:"AMANA_AS_ROOT" help:"Serve although root runs it: a hole in this program is then a hole in the whole machine."`
	WithoutErasure bool     `help:"Serve although this program was built without the erasure: what sources send then stays in memory."`

	Questionnaire string `type:"path" placeholder:"FILE" help:"The questions to ask, in the place of the built-in ones."`
	Organisation  string `type:"path" placeholder:"FILE" help:"Who asks: a name, an introduction and support lines, for the pages."`

	Log string `default:"text" enum:"text,json" help:"How the log is written to the standard error: text for people, or json for programs. It tells the day, and no time."`

	MaxFile  byteSize `default:"2GiB" help:"Size of one file."`
	MaxTotal byteSize `default:"4GiB" help:"Size of all files of one testimony."`
	MaxFiles int      `default:"1000" help:"Files in one testimony."`
	Places   int      `default:"64" help:"Uploads in flight at once; further sources are asked to come back later. Texts and small files have 32 more."`
	Reserve  byteSize `default:"2GiB" help:"Free disk that is left untouched, but for short notes to the reviewers."`

	CircuitFlags `embed:""`
	Retention    retention `embed:"" prefix:"retention-"`

	Idle    time.Duration `default:"90s" help:"Longest wait for a source's next byte."`
	Window  time.Duration `default:"3m" help:"How long a source's speed is averaged over."`
	MinRate byteSize      `default:"1000" help:"Bytes a second below which a source is cut off."`
	Ceiling time.Duration `default:"48h" help:"Longest time for one testimony."`

	StopTime time.Duration `default:"10s" help:"How long uploads under way may go on when the server is told to stop."`
}

// The collector may let the heap grow to several times what is alive, which is
// little, but not past the limit. It has its own reasons to run besides: see
// forget.Collector.
const (
	memoryLimit = 80 << 20 // bytes
	gcPercent   = 400
)

// flushing is how many more threads may run Go code than there are cores: a
// thread that waits for the disk to flush keeps its share of a core for a while
// although it does nothing, and there are two that flush all the time.
const flushing = 4

// Validate refuses limits that the reviewers' side would refuse, or that make
// no sense.
func (c *Serve) Validate() error {
	switch {
	case c.MaxFiles < 1 || c.MaxFiles > testimony.MaxFiles:
		return fmt.Errorf("--max-files must be from 1 to %d", testimony.MaxFiles)
	case c.MaxFile < 1 || c.MaxTotal < c.MaxFile:
		return errors.New("--max-total must be at least --max-file, and both above 0")
	case c.Places < 1 || c.Reserve < 0 || c.MinRate < 1:
		return errors.New("--places and --min-rate must be above 0, --reserve not below 0")
	case c.Idle <= 0 || c.Window <= 0 || c.Ceiling <= 0:
		return errors.New("--idle, --window and --ceiling must be above 0")
	case c.StopTime < 0:
		return errors.New("--stop-time must not be below 0")
	}
	return errors.Join(c.CircuitFlags.validate(), c.addresses(), c.Retention.check())
}

// Run serves until the context ends.
func (c *Serve) Run(ctx context.Context, state State) error {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP) // at once: it would end the program
	defer signal.Stop(hangup)
	if err := c.allowed(state); err != nil {
		return err
	}
	questions, organisation, err := c.words()
	if err != nil {
		return err
	}
	manager, err := systemd.Connect()
	if err != nil {
		return err
	}
	defer manager.Close()
	inherited, err := c.inherit()
	if err != nil {
		return err
	}
	defer closeAll(inherited)
	log := newJournal(os.Stderr, c.Log)
	defer noTraces(log)()
	if err := c.confine(state, log); err != nil {
		return err
	}
	debug.SetMemoryLimit(memoryLimit)
	debug.SetGCPercent(gcPercent)
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + flushing)
	reserve := int64(c.Reserve)
	if reserve == 0 {
		reserve = -1
	}
	store, err := state.reviving(bolt.Options{
		Reserve: reserve,
		Logf:    log.vault,
	}, log)
	if errors.Is(err, bolt.ErrLocked) {
		return cli.Hint(err, "the server seems to run already")
	}
	if err != nil {
		return damage(err)
	}
	defer store.Close()
	u, err := store.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	rosters := state.rosters(u)
	letters := state.letters()
	defer letters.Close()
	server, err := intake.New(intake.Config{
		Store:         store,
		Letters:       letters.serving(log.problem),
		Rosters:       rosters,
		Questionnaire: questions,
		Organisation:  organisation,
		Limits:        form.Limits{File: int64(c.MaxFile), Total: int64(c.MaxTotal), Files: c.MaxFiles},
		Pace:          intake.Pace{Idle: c.Idle, Window: c.Window, Rate: int64(c.MinRate), Ceiling: c.Ceiling},
		Places:        c.Places,
		Circuits:      c.shares(),
		Problem:       log.problem,
		Tally:         log.tally,
	})
	if err != nil {
		return err
	}
	s := &serving{
		Serve: c, state: state, server: server, in: importer{store, rosters, letters, state.noteDay},
		manager: manager, hangup: hangup, log: log,
	}
	return s.run(ctx, inherited)
}

// allowed refuses what would endanger sources before anything is opened.
func (c *Serve) allowed(state State) error {
	if !forget.Enabled && !c.WithoutErasure {
		return cli.Hint(errors.New("this program was built without the erasure: what sources send would stay in its memory for anyone who seizes the running machine"),
			"build it with make, on linux/amd64 or linux/arm64; --without-erasure serves all the same, for trials only")
	}
	if os.Geteuid() == 0 && !c.AsRoot {
		return cli.Hint(errors.New("root runs this program: a hole in it would be a hole in the whole machine"),
			"run it as a user of its own, who owns %s; --as-root serves all the same, for trials only", state.Folder)
	}
	return state.check()
}
