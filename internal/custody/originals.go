package custody

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"amana/internal/carry"
	"amana/internal/workspace"
)

// original is one envelope to be compared, and all that is said of it.
type original struct {
	id       string
	recorded *recorded
	entry    *carry.Entry // nil if the server's word is not here
	intake   string       // the server's key
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
			for o := range todo {
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
			case todo <- original{id, v.all[id], entries[id], intake}:
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
		s := v.rosters[o.intake][e.Epoch]
		if s != nil && o.recorded.roster != (sum{}) && sum(s.Sum()) != o.recorded.roster || e.Day != o.recorded.day {
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

// compareRef holds what the index says of an envelope against the record and the
// server's word.
func (v *verifier) compareRef(o original, ref *workspace.Ref) {
	say := func(what, is, was string) {
		v.say("index", o.id, "%s is said to be %s there, and the record says %s", what, is, was)
	}
	r := o.recorded
	if !r.file.is(ref.SHA256) {
		say("the hash of its original", ref.SHA256, r.file.String())
	}
	if !r.payload.is(ref.Payload) {
		say("the hash of its payload", ref.Payload, r.payload.String())
	}
	if !r.bundle.is(ref.Bundle) {
		say("its bundle", ref.Bundle, r.bundle.String())
	}
	if ref.Received != r.day {
		say("the day it was received", ref.Received, r.day)
	}
	if hex.EncodeToString(r.thread[:]) != ref.Thread {
		say("its thread", ref.Thread, hex.EncodeToString(r.thread[:]))
	}
	if e := o.entry; e != nil && (e.Day != ref.Received || e.Epoch != ref.Epoch || e.Size() != ref.Size) {
		v.say("index", o.id, "its day, roster or size is another than the server signed")
	}
}

// document returns testimony.json as the index has it, compared with the record; nil
// if it is not there as it was.
func (v *verifier) document(o original) ([]byte, error) {
	document, err := v.w.Document(o.id)
	if spoilt(err) {
		v.say("document", o.id, "it was changed in the index, or taken out")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(document); sum(got) != o.recorded.document {
		v.say("document", o.id, "it has the hash %x, and the record says %s", got, o.recorded.document)
	}
	return document, nil
}

// compareFile hashes an original. It tells whether it is the one that was recorded.
func (v *verifier) compareFile(ctx context.Context, o original, file io.Reader, read func(int64)) (good bool, err error) {
	whole, header, payload := sha256.New(), sha256.New(), sha256.New()
	left := int64(0)
	if o.entry != nil {
		left = o.entry.HeaderSize
	}
	buf := make([]byte, 256<<10)
	for {
		if err := context.Cause(ctx); err != nil {
			return false, err
		}
		n, err := file.Read(buf)
		part := buf[:n]
		read(int64(n))
		whole.Write(part)
		if o.entry != nil {
			head := part[:min(left, int64(n))]
			header.Write(head)
			payload.Write(part[len(head):])
			left -= int64(len(head))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, fmt.Errorf("read original of %s: %w", o.id, err)
		}
	}
	v.mu.Lock()
	v.result.Originals++
	v.mu.Unlock()
	good = true
	differs := func(what string, h hash.Hash, want sum, who string) {
		if got := sum(h.Sum(nil)); got != want {
			good = false
			v.say("original", o.id, "%s has the hash %s, and %s %s", what, got, who, want)
		}
	}
	if e := o.entry; e != nil {
		differs("its header", header, e.HeaderSum, "the server signed")
		differs("its payload", payload, e.PayloadSum, "the server signed")
		if o.recorded.payload != e.PayloadSum {
			v.say("link", fmt.Sprint(o.recorded.link), "it names another payload of testimony %s than the server signed", o.id)
		}
	} else if o.recorded.bundle != (sum{}) {
		v.say("manifest", o.recorded.bundle.String(), "it is not there, or does not name testimony %s", o.id)
	}
	differs("the age file", whole, o.recorded.file, "the record says")
	return good, nil
}
