package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"amana/vault"
)

// groupChanges bounds how many slips or confirmations are looked at in one
// transaction, also when nothing is to be written for them.
const groupChanges = 4096

// errNothing ends a transaction in which there was nothing to write.
var errNothing = errors.New("nothing to write")

// change is what a slip or a confirmation does to one record: next is the record
// afterwards, nil if it stays as it is.
type change func(rec vault.Record) (next *vault.Record, err error)

// Propose implements [vault.Store].
func (s *Store) Propose(ctx context.Context, slips []vault.Slip) ([]vault.Refusal, error) {
	refused, err := s.change(ctx, len(slips), false, func(i int) (vault.ID, change) {
		return slips[i].ID, func(rec vault.Record) (*vault.Record, error) { return propose(rec, &slips[i]) }
	})
	if err != nil {
		return refused, fmt.Errorf("vault: keep new headers: %w", err)
	}
	return refused, nil
}

func propose(rec vault.Record, slip *vault.Slip) (*vault.Record, error) {
	if err := checkHeader(slip.Next.Header); err != nil {
		return nil, err
	}
	next := slip.Next
	if rec.HeaderEpoch == next.Epoch && bytes.Equal(rec.Header, next.Header) {
		return nil, nil // confirmed already
	}
	if rec.HeaderEpoch > next.Epoch || sha256.Sum256(rec.Header) != slip.Replaces {
		return nil, vault.ErrStale
	}
	if old := rec.Next; old != nil && old.Epoch == next.Epoch && old.By == next.By && bytes.Equal(old.Header, next.Header) {
		return nil, nil
	}
	rec.Next = &next
	return &rec, nil
}

// checkHeader holds a header that comes alone to what is asked of the header of
// a new testimony.
func checkHeader(header []byte) error {
	var p pending
	rest, err := p.takeHeader(header)
	if err == nil && !p.whole {
		err = fmt.Errorf("%w: it ends within its header", vault.ErrNotAge)
	}
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%w: something follows its header", vault.ErrNotAge)
	}
	return err
}

// Settle implements [vault.Store].
func (s *Store) Settle(ctx context.Context, epoch uint32, by [16]byte, confirmed []vault.Confirmed) ([]vault.Refusal, error) {
	refused, err := s.change(ctx, len(confirmed), true, func(i int) (vault.ID, change) {
		return confirmed[i].ID, func(rec vault.Record) (*vault.Record, error) {
			return settle(rec, epoch, by, &confirmed[i])
		}
	})
	if err != nil {
		return refused, fmt.Errorf("vault: put new headers in force: %w", err)
	}
	return refused, nil
}

func settle(rec vault.Record, epoch uint32, by [16]byte, c *vault.Confirmed) (*vault.Record, error) {
	next := rec.Next
	now := sha256.Sum256(rec.Header)
	if rec.HeaderEpoch == epoch && now == c.Header {
		return nil, nil
	}
	if next == nil || next.Epoch != epoch || sha256.Sum256(next.Header) != c.Header || now != c.Replaces {
		return nil, vault.ErrStale
	}
	if next.By == by && by != ([16]byte{}) {
		return nil, vault.ErrSameHand
	}
	rec.Header, rec.HeaderEpoch, rec.Next = next.Header, next.Epoch, nil
	return &rec, nil
}

// change carries out n changes in transactions of bounded size. drops says that
// they drop headers, so that a rewrite is due after them.
func (s *Store) change(ctx context.Context, n int, drops bool, at func(i int) (vault.ID, change)) ([]vault.Refusal, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	var refused []vault.Refusal
	for done := 0; done < n; {
		if err := s.takeTurn(ctx); err != nil {
			return refused, err
		}
		g := &group{drops: drops}
		err := s.headers.update(func(tx *bbolt.Tx, bucket *bbolt.Bucket) error {
			return g.write(tx, bucket, n-done, func(i int) (vault.ID, change) { return at(done + i) })
		})
		if errors.Is(err, errNothing) {
			err = nil
		} else if err == nil {
			s.countGroup(g)
		}
		s.giveTurn()
		if err != nil {
			return refused, err
		}
		refused = append(refused, g.refused...)
		done += g.seen
	}
	return refused, nil
}

// takeTurn waits until no other call of Propose, Settle or Rewrite is at work: what
// they count must be in the order of what they write.
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

// group is what one transaction does.
type group struct {
	drops   bool
	seen    int // slips or confirmations
	refused []vault.Refusal

	epochs  map[uint32]int // to be added to the counts
	bytes   int
	waiting map[epochs]int // to be added to the counts
}

// write carries out changes, of which there are n, until the group is full.
func (g *group) write(tx *bbolt.Tx, bucket *bbolt.Bucket, n int, at func(i int) (vault.ID, change)) error {
	if err := upgrade(tx); err != nil {
		return err
	}
	g.epochs, g.waiting = map[uint32]int{}, map[epochs]int{}
	written := 0
	for ; g.seen < min(n, groupChanges) && written < groupRecords; g.seen++ {
		id, do := at(g.seen)
		encoded, err := g.one(bucket, id, do)
		if err != nil {
			g.refused = append(g.refused, vault.Refusal{ID: id, Err: err})
		}
		if encoded == nil {
			continue
		}
		if err := bucket.Put(id[:], encoded); err != nil {
			return err
		}
		written += len(encoded)
	}
	if written == 0 {
		return errNothing
	}
	if g.drops {
		return tx.Bucket(metaBucket).Put(dueKey, []byte("due"))
	}
	return nil
}

// one returns what a record becomes, nil if it stays as it is.
func (g *group) one(bucket *bbolt.Bucket, id vault.ID, do change) ([]byte, error) {
	value := bucket.Get(id[:])
	if value == nil {
		return nil, vault.ErrNotFound
	}
	rec, err := decodeRecord(id, value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	next, err := do(rec)
	if err != nil || next == nil {
		return nil, err
	}
	g.epochs[rec.HeaderEpoch]--
	g.epochs[next.HeaderEpoch]++
	g.bytes += len(next.Header) - len(rec.Header)
	if rec.Next != nil {
		g.waiting[epochsOf(&rec)]--
	}
	if next.Next != nil {
		g.waiting[epochsOf(next)]++
	}
	return encodeRecord(next), nil
}

// countGroup adds to the counts what a group that is durable has changed.
func (s *Store) countGroup(g *group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for epoch, n := range g.epochs {
		s.countEpoch(epoch, n)
	}
	for e, n := range g.waiting {
		s.countWaiting(e, n)
	}
	s.counts.Bytes += int64(g.bytes)
	s.counts.RewriteDue = s.counts.RewriteDue || g.drops
}
