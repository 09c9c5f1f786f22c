package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"amana/intake"
	"amana/intake/form"
	"amana/internal/admin"
	"amana/internal/cli"
	"amana/internal/forget"
	"amana/internal/testimony"
	"amana/vault"
	"amana/vault/bolt"
)

// Serve answers sources.
type Serve struct {
	Listen         []string `required:"" sep:"none" help:"Where to listen: unix:PATH or tcp:127.0.0.1:PORT; may be given several times."`
	AsRoot         bool     `env:"AMANA_AS_ROOT" help:"Serve although root runs it: a hole in this program is then a hole in the whole machine."`
	WithoutErasure bool     `help:"Serve although this program was built without the erasure: what sources send then stays in memory."`

	Questionnaire string `type:"path" placeholder:"FILE" help:"The questions to ask, in the place of the built-in ones."`
	Organisation  string `type:"path" placeholder:"FILE" help:"Who asks: a name, an introduction and support lines, for the pages."`

	MaxFile  byteSize `default:"2GiB" help:"Size of one file."`
	MaxTotal byteSize `default:"4GiB" help:"Size of all files of one testimony."`
	MaxFiles int      `default:"1000" help:"Files in one testimony."`
	Places   int      `default:"64" help:"Uploads in flight at once; further sources are asked to come back later. Texts and small files have 32 more."`
	Reserve  byteSize `default:"2GiB" help:"Free disk that is left untouched, but for short notes to the reviewers."`

	CircuitFlags `embed:""`

	Idle    time.Duration `default:"90s" help:"Longest wait for a source's next byte."`
	Window  time.Duration `default:"3m" help:"How long a source's speed is averaged over."`
	MinRate byteSize      `default:"1000" help:"Bytes a second below which a source is cut off."`
	Ceiling time.Duration `default:"48h" help:"Longest time for one testimony."`
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

// stopTime is how long uploads under way may go on when the server is told to
// stop.
const stopTime = 10 * time.Second

// watchTime is how often the server asks whether the vault can still write.
const watchTime = 2 * time.Second

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
	}
	return c.CircuitFlags.validate()
}

// Run serves until the context ends.
func (c *Serve) Run(ctx context.Context, state State, stdout io.Writer) error {
	if !forget.Enabled && !c.WithoutErasure {
		return cli.Hint(errors.New("this program was built without the erasure: what sources send would stay in its memory for anyone who seizes the running machine"),
			"build it with make, on linux/amd64 or linux/arm64; --without-erasure serves all the same, for trials only")
	}
	if os.Geteuid() == 0 && !c.AsRoot {
		return cli.Hint(errors.New("root runs this program: a hole in it would be a hole in the whole machine"),
			"run it as a user of its own, who owns %s; --as-root serves all the same, for trials only", state.Folder)
	}
	if err := state.check(); err != nil {
		return err
	}
	questions, organisation, err := c.words()
	if err != nil {
		return err
	}
	debug.SetMemoryLimit(memoryLimit)
	debug.SetGCPercent(gcPercent)
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + flushing)
	problem := func(err error) { fmt.Fprintf(os.Stderr, "amana-intake: %v\n", err) }
	reserve := int64(c.Reserve)
	if reserve == 0 {
		reserve = -1
	}
	store, err := bolt.Open(state.path(vaultFolder), bolt.Options{
		Reserve: reserve,
		Logf:    func(format string, args ...any) { problem(fmt.Errorf(format, args...)) },
	})
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
		Letters:       letters.serving(problem),
		Rosters:       rosters,
		Questionnaire: questions,
		Organisation:  organisation,
		Limits:        form.Limits{File: int64(c.MaxFile), Total: int64(c.MaxTotal), Files: c.MaxFiles},
		Pace:          intake.Pace{Idle: c.Idle, Window: c.Window, Rate: int64(c.MinRate), Ceiling: c.Ceiling},
		Places:        c.Places,
		Circuits:      c.shares(),
		Problem:       problem,
	})
	if err != nil {
		return err
	}
	return c.run(ctx, state, server, importer{store, rosters, letters}, problem, stdout)
}

// run opens all sockets, answers on them, and stops when the context ends or
// one of them fails.
func (c *Serve) run(ctx context.Context, state State, server *intake.Server, in importer, problem func(error), stdout io.Writer) error {
	store, rosters := in.store, in.rosters
	ctx, cancel := context.WithCancel(ctx)
	tidier := &tidier{store: store, letters: in.letters, problem: problem, now: time.Now, believed: rosters.believed}
	defer tidier.stop()
	defer cancel()
	defer func() {
		patience, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		server.Close(patience)
	}()
	failed := make(chan error, len(c.Listen)+1)
	door, err := admin.Listen(state.path(adminSocket))
	if err != nil {
		return err
	}
	operators := admin.NewServer(store, in, in.letters)
	defer operators.Close()
	go func() {
		if err := operators.Serve(door); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("admin: serve: %w", err)
		}
	}()
	var listeners []net.Listener
	for _, address := range c.Listen {
		l, err := intake.Listen(address)
		if err != nil {
			for _, l := range listeners {
				l.Close()
			}
			return err
		}
		listeners = append(listeners, l)
	}
	if !forget.Enabled {
		fmt.Fprintln(stdout, "warning: built without the erasure; what sources send stays in memory")
	}
	for i, l := range listeners {
		go func() {
			if err := server.Serve(l); err != nil {
				failed <- err
			}
		}()
		address := c.Listen[i]
		if l.Addr().Network() == "tcp" { // port 0 has become a real one
			address = "tcp:" + l.Addr().String()
		}
		fmt.Fprintf(stdout, "serving on %s\n", address)
	}
	if _, err := rosters.InForce(today()); err != nil {
		hints, _ := cli.Advice(closed(err))
		fmt.Fprintf(stdout, "warning: %s; sources are turned away; %s\n", cli.Plain(err.Error()), strings.Join(hints, "; "))
	}
	if err := store.Ready(); errors.Is(err, vault.ErrFull) {
		fmt.Fprintf(stdout, "warning: less disk is free than --reserve (%s): sources are turned away\n", c.Reserve)
	}
	tidier.tick(ctx)
	watch := time.NewTicker(watchTime)
	defer watch.Stop()
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintf(stdout, "stopping; uploads under way have %v to end\n", stopTime)
			return nil
		case err := <-failed:
			return err
		case <-watch.C:
			// A line about the roster is written when the day comes, not when a source
			// does: that would say when.
			server.Watch()
			// After a disk that failed in the middle of a flush the vault takes
			// nothing more until it is opened anew. Whoever supervises the
			// server starts it again.
			if err := store.Ready(); err != nil && !errors.Is(err, vault.ErrFull) {
				return cli.Hint(err, "start the server again; if it ends again, look at the disk")
			}
			tidier.tick(ctx)
		}
	}
}
