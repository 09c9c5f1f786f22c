package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/rewrap"
)

// sweep carries the headers of a file, part by part and on all cores, through a
// function that makes an entry of another file from each, or leaves it out.
//
// What it makes stands part by part in a work folder beside the result until the
// result is whole: stopped and run again, it goes on where it was. Its memory is
// that of a few parts, however many there are.
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

	mu    sync.Mutex
	left  []left
	more  int          // left out besides
	ours  bool         // something is for this key
	done  int          // entries made
	empty map[int]bool // parts of which nothing was made
}

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
}

// run makes the parts and returns the numbers of those that have entries, in order.
func (s *sweep) run(ctx context.Context, progress *cli.Progress) ([]int, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	batches := make(chan batch)
	var busy sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		busy.Go(func() {
			for b := range batches {
				if ctx.Err() != nil {
					continue
				}
				if err := s.part(ctx, b); err != nil {
					stop(err)
				}
			}
		})
	}
	n, seen := 0, int64(0)
	err := func() error {
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
			for some := range slices.Chunk(entries, max(1, carry.MaxPart/s.most)) {
				n++
				select {
				case batches <- batch{n, some}:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			seen += int64(len(data))
			progress.Set(seen)
		}
	}()
	close(batches)
	busy.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	var parts []int
	for i := 1; i <= n && err == nil; i++ {
		if !s.empty[i] {
			parts = append(parts, i)
		}
	}
	return parts, err
}

// part makes one part and writes it to the work folder.
func (s *sweep) part(ctx context.Context, b batch) error {
	var known made
	var before []byte
	if s.index != nil {
		var err error
		if before, err = s.work.read(b.n); err == nil {
			known, err = s.index(before)
		}
		if err != nil {
			known, before = nil, nil // not there, or spoilt: it is made anew
		}
	}
	var out []byte
	t := tally{n: b.n}
	for _, e := range b.entries {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		next, err := s.entry(out, e, known)
		if err != nil {
			t.left = append(t.left, left{e.ID, err})
			continue
		}
		out = next
		t.made++
	}
	s.note(&t)
	if t.made == 0 || slices.Equal(before, out) {
		return nil
	}
	return s.work.write(b.n, out)
}

// tally is what became of one part.
type tally struct {
	n, made int
	left    []left
}

func (s *sweep) note(t *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += t.made
	if t.made == 0 {
		if s.empty == nil {
			s.empty = make(map[int]bool)
		}
		s.empty[t.n] = true
	}
	for _, l := range t.left {
		s.ours = s.ours || !errors.Is(l.err, rewrap.ErrNotOurs)
		if len(s.left) < named {
			s.left = append(s.left, l)
		} else {
			s.more++
		}
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
