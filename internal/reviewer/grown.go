package reviewer

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

// grown is one bundle on its way into a workspace. Several of its testimonies are
// opened at a time; what is done is committed in batches, each whole or not at all.
type grown struct {
	*growth
	job   *job
	sum   string         // SHA-256 of the signed manifest, in hexadecimal digits
	known int            // testimonies that were there before
	held  []*carry.Entry // all that the workspace has now; of what is new the committer's
	told  string         // what was learned of the server, for the person

	arrival  custody.Arrival
	ctx      context.Context
	stop     context.CancelCauseFunc
	full     chan *filled
	progress *cli.Progress
	total    int64 // bytes to open
	todo     int   // testimonies to open

	turn sync.RWMutex // of now: held for writing while it is handed over
	now  *filled

	mu    sync.Mutex
	done  int64 // bytes
	count int   // testimonies
	wrong []dossier.Failed
}

// filled is a batch with what it was filled with.
type filled struct {
	*workspace.Batch
	mu    sync.Mutex
	taken []taken
}

// taken is a testimony that was opened.
type taken struct {
	entry  *carry.Entry
	opened dossier.Opened
	reply  *testimony.Reply
}

// add adds what is new in a bundle. Its error is for what makes going on with this
// bundle useless; what was committed before it stays.
func (g *growth) add(ctx context.Context, r io.ReaderAt, size int64) (*grown, error) {
	bundle, err := carry.OpenBundle(r, size)
	if err != nil {
		return nil, bundleError(err)
	}
	sum := bundle.Sum()
	b := &grown{growth: g, sum: hex.EncodeToString(sum[:]),
		job: &job{bundle: bundle, ids: g.key.Identities, known: g.trust.Intake != nil, replies: true}}
	for _, id := range g.key.Identities {
		b.job.keys = append(b.job.keys, age.Identity(id))
	}
	m := &bundle.Manifest
	b.job.index.Made, b.job.index.Intake, b.job.index.Damaged = m.Made, m.Intake, bundle.Damaged
	if err := g.trust.checkIntake(m.Intake); err != nil {
		return nil, err
	}
	if err := b.job.learn(g.trust); err != nil {
		return nil, err
	}
	if err := b.remember(); err != nil {
		return nil, err
	}
	g.bundles = append(g.bundles, b)
	return b, b.openAll(ctx)
}

// openAll opens what the workspace does not have.
func (b *grown) openAll(ctx context.Context) error {
	// Where many cores make garbage faster than it is looked for, it is looked for
	// more often. What is in use is far less.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(96 << 20))
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // little is in use, and goes fast
	m := &b.job.bundle.Manifest
	todo, total, err := b.missing()
	if err != nil {
		return err
	}
	b.ctx, b.stop = context.WithCancelCause(ctx)
	defer b.stop(nil)
	b.progress = cli.NewProgress(os.Stderr, "opening", total)
	if b.quiet {
		b.progress = nil
	}
	b.total, b.todo = total, len(todo)
	defer b.progress.Done()
	b.now, b.full = b.begin(), make(chan *filled, 1)
	var next atomic.Int64
	var workers, committer sync.WaitGroup
	committer.Go(b.commitAll)
	for range min(runtime.GOMAXPROCS(0), 4) {
		workers.Go(func() {
			w := taker{grown: b}
			for b.ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(todo) {
					return
				}
				w.take(todo[i])
			}
		})
	}
	workers.Wait()
	b.full <- b.now // the last, which may be all that Ctrl-C left time for
	close(b.full)
	committer.Wait()
	b.finish()
	if b.ctx.Err() != nil {
		err := context.Cause(b.ctx)
		if ctx.Err() != nil {
			err = fmt.Errorf("stopped: %w", context.Cause(ctx))
		}
		return fmt.Errorf("%w; %d of %s are in the workspace, and the next run goes on from there", err, len(b.held), parts(len(m.Testimonies)))
	}
	return nil
}

// missing returns the testimonies that the workspace does not have, and their bytes.
// What has the id of one that it has, and is another, is refused.
func (b *grown) missing() (todo []int, total int64, err error) {
	m := &b.job.bundle.Manifest
	for i := range m.Testimonies {
		e := &m.Testimonies[i]
		ref, found, err := b.Ref(e.ID)
		switch {
		case err != nil:
			return nil, 0, workspaceError(err)
		case found && ref.Payload != hex.EncodeToString(e.PayloadSum[:]):
			b.wrong = append(b.wrong, dossier.Failed{ID: e.ID, Reason: workspace.Differs, Detail: "another testimony of this id was opened before, from a bundle made on " + b.madeOn(ref.Bundle) + "; that one stays"})
		case found && b.Lies(ref):
			b.known++
			b.held = append(b.held, e)
		default:
			todo = append(todo, i)
			total += e.Size()
		}
	}
	return todo, total, nil
}

func (b *grown) madeOn(sum string) string {
	if had, found, err := b.Bundle(sum); err == nil && found {
		return had.Made
	}
	return "an unknown day"
}

// verdict is that of the job, for what is not in the workspace now.
func (b *grown) verdict() error { return b.job.verdict() }

// print says in a few lines what was added.
func (b *grown) print(w io.Writer) {
	fmt.Fprintf(w, "added %d of %s", len(b.job.index.Opened), parts(len(b.job.bundle.Manifest.Testimonies)))
	if what := b.job.kinds(); what != "" {
		fmt.Fprintf(w, ": %s", what)
	}
	if b.known > 0 {
		fmt.Fprintf(w, "; %d were there before", b.known)
	}
	fmt.Fprintln(w)
	fmt.Fprint(w, b.told)
	b.job.printFlags(w)
	if len(b.job.index.Opened) > 0 {
		fmt.Fprintln(w, "see what is new with amana-decrypt list --new")
	}
}
