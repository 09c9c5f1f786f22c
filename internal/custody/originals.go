package custody

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"amana/internal/carry"
)

// original is one envelope to be compared, and all that is said of it.
type original struct {
	id       string
	recorded *recorded
	entry    *carry.Entry // nil if the server's word is not here
	intake   string       // the server's key
	buf      []byte       // of the goroutine that compares it
}

// originals compares every envelope of the record, bundle by bundle, on all cores.
func (v *verifier) originals(ctx context.Context, progress func(int64)) error {
	byBundle := make(map[sum][]string)
	for id, r := range v.all {
		byBundle[r.bundle] = append(byBundle[r.bundle], id)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	todo := make(chan original)
	var read atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 8) {
		workers.Go(func() {
			buf := make([]byte, 256<<10)
			for o := range todo {
				o.buf = buf
				err := v.original(ctx, o, func(n int64) {
					if n = read.Add(n); progress != nil {
						progress(n)
					}
				})
				if err != nil {
					stop(err)
				}
			}
		})
	}
	err := v.hand(ctx, byBundle, todo)
	close(todo)
	workers.Wait()
	v.result.Bytes = read.Load()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// hand hands out the envelopes, those of one bundle after those of another, in order.
func (v *verifier) hand(ctx context.Context, byBundle map[sum][]string, todo chan<- original) error {
	bundles := slices.SortedFunc(maps.Keys(byBundle), func(a, b sum) int { return bytes.Compare(a[:], b[:]) })
	for _, bundle := range bundles {
		intake, entries := "", make(map[string]*carry.Entry)
		if bundle != (sum{}) {
			m, _, err := v.manifest(bundle.String(), func(string, string, string, ...any) {})
			if err != nil {
				return err
			}
			intake = m.Intake
			for i := range m.Testimonies {
				entries[m.Testimonies[i].ID] = &m.Testimonies[i]
			}
		}
		ids := byBundle[bundle]
		slices.Sort(ids)
		for _, id := range ids {
			select {
			case todo <- original{id: id, recorded: v.all[id], entry: entries[id], intake: intake}:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// original compares one envelope: what the index says of it, its document, and its age
// file, with the record and with what the server signed.
func (v *verifier) original(ctx context.Context, o original, read func(int64)) error {
	say := func(where, format string, args ...any) { v.say(where, o.id, format, args...) }
	ref, found, err := v.w.Ref(o.id)
	switch {
	case spoilt(err):
		say("index", "its record in the index was changed")
	case err != nil:
		return err
	case !found:
		say("missing", "link %d tells how it came, and the index does not have it: it was taken out", o.recorded.link)
	default:
		v.compareRef(o, &ref)
	}
	if e := o.entry; e != nil {
		s := v.sums[o.intake][e.Epoch]
		if s != (sum{}) && o.recorded.roster != (sum{}) && s != o.recorded.roster || e.Day != o.recorded.day {
			v.say("link", fmt.Sprint(o.recorded.link), "it names another day or roster of testimony %s than the server signed", o.id)
		}
	}
	document, err := v.document(o)
	if err != nil {
		return err
	}
	file, err := v.w.Original(o.id)
	if errors.Is(err, fs.ErrNotExist) {
		say("missing", "its original is not there")
		return nil
	}
	if err != nil {
		return fmt.Errorf("original of %s: %w", o.id, err)
	}
	defer file.Close()
	good, err := v.compareFile(ctx, o, file, read)
	if err != nil || !good {
		return err
	}
	envelope, opened, err := v.w.Unchecked(o.id)
	if err != nil {
		say("original", "its bytes are those that were recorded, and it does not open with this key: %v", err)
		return nil
	}
	defer opened.Close()
	if document != nil && !bytes.Equal(envelope.Document, document) {
		say("document", "it is another than the original holds")
	}
	if found {
		v.compareFiles(o, &ref, envelope.Files)
	}
	return nil
}
