package bolt

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"amana/vault"
)

// groupChanges bounds how many changes are looked at in one transaction, also when
// nothing is to be written for them.
const groupChanges = 4096

// errNothing ends a transaction in which there was nothing to write.
var errNothing = errors.New("nothing to write")

// change is what one item of a call does to one record: next is the record
// afterwards, nil if it stays as it is, and removed or purged if it goes.
type change func(rec vault.Record) (next *vault.Record, err error)

// removed is what a record becomes that goes, and purged one of which its id stays.
var removed, purged = new(vault.Record), new(vault.Record)

// outcome says what changes have done that are durable.
type outcome struct {
	refused []vault.Refusal
	removed int
}

// change carries out n changes in transactions of bounded size. drops says that
// they drop headers, so that a rewrite is due after them.
func (s *Store) change(ctx context.Context, n int, drops bool, at func(i int) (vault.ID, change)) (outcome, error) {
	var all outcome
	if err := s.enter(); err != nil {
		return all, err
	}
	defer s.leave()
	for done := 0; done < n; {
		if err := s.takeTurn(ctx); err != nil {
			return all, err
		}
		g := &group{s: s, drops: drops}
		err := s.headers.update(func(tx *bbolt.Tx, bucket *bbolt.Bucket) error {
			return g.write(tx, bucket, n-done, func(i int) (vault.ID, change) { return at(done + i) })
		})
		if err == nil {
			s.count(&g.counts)
			s.due(drops)
		}
		s.giveTurn()
		if err != nil && !errors.Is(err, errNothing) {
			for _, p := range g.removed {
				s.forget(p)
			}
			return all, err
		}
		for _, p := range g.removed {
			s.abandon(p)
		}
		all.refused = append(all.refused, g.refused...)
		all.removed += len(g.removed)
		done += g.seen
	}
	return all, nil
}

// takeTurn waits until no other call that changes records, or Rewrite, is at work:
// what they count must be in the order of what they write.
func (s *Store) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) giveTurn() { <-s.turn }

// due notes that a rewrite is due if headers were dropped.
func (s *Store) due(dropped bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.RewriteDue = s.counts.RewriteDue || dropped
}

// group is what one transaction does.
type group struct {
	s       *Store
	drops   bool
	seen    int // items of the call
	refused []vault.Refusal
	removed []*pending // the new owners of the ids whose records are removed
	counts  tally
}

// write carries out changes, of which there are n, until the group is full.
func (g *group) write(tx *bbolt.Tx, bucket *bbolt.Bucket, n int, at func(i int) (vault.ID, change)) error {
	if err := upgrade(tx); err != nil {
		return err
	}
	written := 0
	for ; g.seen < min(n, groupChanges) && written < groupRecords; g.seen++ {
		id, do := at(g.seen)
		size, err := g.one(bucket, id, do)
		if err != nil {
			return err
		}
		written += size
	}
	if written == 0 {
		return errNothing
	}
	if g.drops {
		return tx.Bucket(metaBucket).Put(dueKey, []byte("due"))
	}
	return nil
}

// one carries out one change and returns the size of what it wrote or removed.
func (g *group) one(bucket *bbolt.Bucket, id vault.ID, do change) (int, error) {
	value := bucket.Get(id[:])
	rec, next, err := apply(id, value, do)
	if err != nil {
		g.refused = append(g.refused, vault.Refusal{ID: id, Err: err})
		return 0, nil
	}
	if next == nil {
		return 0, nil
	}
	size := len(value)
	g.counts.add(&rec, -1)
	if next == removed || next == purged {
		g.removed = append(g.removed, g.s.disown(id))
		if next == purged {
			return size, bucket.Put(id[:], encodePurged(id))
		}
		return size, bucket.Delete(id[:])
	}
	g.counts.add(next, 1)
	encoded := encodeRecord(next)
	return len(encoded), bucket.Put(id[:], encoded)
}

// apply returns the record in value and what a change makes of it.
func apply(id vault.ID, value []byte, do change) (rec vault.Record, next *vault.Record, err error) {
	if value == nil {
		return rec, nil, vault.ErrNotFound
	}
	rec, err = decodeRecord(id, value)
	if err == errPurged {
		return rec, nil, err
	}
	if err != nil {
		return rec, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	next, err = do(rec)
	return rec, next, err
}
