package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/rewrap"
)

// sweep carries the headers of a file, on all cores, through a function that makes
// an entry of another file from each, or leaves it out.
//
// What it makes stands part by part in a work folder beside the result until the
// result is whole: stopped and run again, it goes on where it was. Three parts are
// on their way at most, one being read, one made and one written, so its memory
// is that of a few parts, however many there are and however many cores.
type sweep struct {
	in   *carry.PartsReader
	work *workFolder // nothing secret is in it
	most int         // bytes of the largest entry that can be made

	// entry appends what it makes of e to out, or returns why not. known is the
	// part that an earlier run made, or nil: what is in there need not be made anew.
	entry func(out []byte, e carry.HeaderEntry, known made) ([]byte, error)
	// index returns the entries of a part that was made before; nil means that
	// nothing made before is looked at.
	index func(part []byte) (made, error)

	out  []byte // what is being written
	left []left
	more int  // left out besides
	ours bool // something is for this key
	done int  // entries made
}

// errNotDue is about a header that asks for nothing of this task.
var errNotDue = errors.New("nothing is to be done with it")

// made is what an earlier run made, by testimony.
type made map[[16]byte][]byte

// left is a testimony that was left out, and why.
type left struct {
	id  [16]byte
	err error
}

// batch is what one part is made of: some of the entries of a part that was read,
// so few that what is made of them cannot be too large.
type batch struct {
	n       int
	entries []carry.HeaderEntry
	seen    int64 // bytes of the input up to its end

	before []byte // what an earlier run made of it, nil if nothing
	known  made

	results []result // one for each entry
	todo    atomic.Int64
	done    chan struct{} // closed when all are there
}

// step is one entry of a batch.
type step struct {
	*batch
	i int
}

// result is what was made of an entry, or why nothing was.
type result struct {
	data []byte
	err  error
}

// run makes the parts and returns the numbers of those that have entries, in order.
func (s *sweep) run(ctx context.Context, progress *cli.Progress) (parts []int, err error) {
	// Where many cores make garbage faster than it is looked for, it is looked for
	// more often. What is in use is far less.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(96 << 20))
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	batches := make(chan *batch, 1) // to be written, in order
	steps := make(chan step, 64)    // so many that no core waits while the next part is read
	var busy sync.WaitGroup
	busy.Go(func() {
		err = s.read(ctx, batches, steps)
		close(batches)
		close(steps)
	})
	for range runtime.GOMAXPROCS(0) {
		busy.Go(func() { s.make(ctx, steps) })
	}
	for b := range batches {
		select {
		case <-b.done:
			kept, err := s.keep(b)
			if err != nil {
				stop(err)
			} else if kept {
				parts = append(parts, b.n)
			}
			progress.Set(b.seen)
		case <-ctx.Done():
		}
	}
	busy.Wait()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return parts, err
}

// read cuts the input into batches and hands out their entries. It waits where the
// batches before are not yet made or written.
func (s *sweep) read(ctx context.Context, batches chan<- *batch, steps chan<- step) error {
	n, seen := 0, int64(0)
	for {
		data, err := s.in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var entries []carry.HeaderEntry
		for e, err := range carry.ParseHeaders(data) {
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		seen += int64(len(data))
		for some := range slices.Chunk(entries, max(1, carry.MaxPart/s.most)) {
			n++
			b := &batch{n: n, entries: some, seen: seen, results: make([]result, len(some)), done: make(chan struct{})}
			b.todo.Store(int64(len(some)))
			s.recall(b)
			select {
			case batches <- b:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			for i := range some {
				select {
				case steps <- step{b, i}:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
		}
	}
}

// recall looks for what an earlier run made.
func (s *sweep) recall(b *batch) {
	if s.index == nil {
		return
	}
	before, err := s.work.read(b.n)
	if err != nil {
		return // not there, or spoilt: it is made anew
	}
	if known, err := s.index(before); err == nil {
		b.before, b.known = before, known
	}
}

// make makes entries until there are no more.
func (s *sweep) make(ctx context.Context, steps <-chan step) {
	for t := range steps {
		if ctx.Err() != nil {
			continue
		}
		r := &t.results[t.i]
		r.data, r.err = s.entry(nil, t.entries[t.i], t.known)
		if t.todo.Add(-1) == 0 {
			close(t.done)
		}
	}
}

// keep writes what was made of a batch to the work folder, if anything was.
func (s *sweep) keep(b *batch) (kept bool, err error) {
	s.out = s.out[:0]
	for i, r := range b.results {
		if errors.Is(r.err, errNotDue) {
			continue
		}
		if r.err != nil {
			s.leave(left{b.entries[i].ID, r.err})
			continue
		}
		s.out = append(s.out, r.data...)
		s.done++
	}
	if len(s.out) == 0 || slices.Equal(b.before, s.out) {
		return len(s.out) > 0, nil
	}
	return true, s.work.write(b.n, s.out)
}

func (s *sweep) leave(l left) {
	s.ours = s.ours || !errors.Is(l.err, rewrap.ErrNotOurs)
	if len(s.left) < named {
		s.left = append(s.left, l)
	} else {
		s.more++
	}
}

// verdict returns nil if nothing was left out, or the error by which a person and
// a script learn what was.
func (s *sweep) verdict(total int) error {
	for _, l := range s.left {
		fmt.Fprintf(os.Stderr, "amana-decrypt: testimony %x was left out: %s\n", l.id, cli.Plain(l.err.Error()))
	}
	if s.more > 0 {
		fmt.Fprintf(os.Stderr, "amana-decrypt: … and %d more\n", s.more)
	}
	n := len(s.left) + s.more
	switch {
	case n == 0:
		return nil
	case s.done == 0 && !s.ours:
		return &cli.Error{Err: fmt.Errorf("none of the %d testimonies is for this key", total), Code: cli.ExitNotOurs,
			Hint: "it takes a reviewer to whom they are sealed now"}
	}
	return &cli.Error{Err: fmt.Errorf("%d of %d testimonies were left out", n, total), Code: cli.ExitPartial,
		Hint: "nothing is lost: the server keeps what it has; docs/keys.md says how to go on"}
}
