package bolt

import (
	"context"
	"fmt"

	"go.etcd.io/bbolt"

	"amana/vault"
)

// Restoring is a testimony on its way from a backup into a vault, with all that was
// known of it. It is used by one goroutine at a time; the caller must end it with
// Commit or Abort.
type Restoring struct{ p *pending }

// Restore begins to keep a testimony under the id that it had in another vault. The
// error wraps [vault.ErrTaken] if something is kept under it, and [vault.ErrFull] when
// there is no room.
func (s *Store) Restore(ctx context.Context, id vault.ID) (*Restoring, error) {
	p, err := s.createAs(ctx, id, false)
	if err != nil {
		return nil, err
	}
	r := &Restoring{p.(*pending)}
	r.p.whole = true // its header comes with its record
	return r, nil
}

// Write takes the next bytes of the payload.
func (r *Restoring) Write(data []byte) (int, error) { return r.p.Write(data) }

// Commit keeps the testimony with the record given, and returns once that is on stable
// storage. It refuses a record that is not of this id and payload, or that no vault
// could have written. After an error nothing of the testimony is kept.
func (r *Restoring) Commit(rec vault.Record) error {
	p := r.p
	if err := p.s.enter(); err != nil {
		return err
	}
	defer p.s.leave()
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.check()
	if err == errEnded {
		return err
	}
	if err == nil {
		err = p.fits(&rec)
	}
	if err == nil {
		err = p.keep(rec)
	}
	if err != nil {
		p.end()
		return fmt.Errorf("vault: restore testimony %s: %w", p.id, err)
	}
	p.ended = true
	return nil
}

// Abort lets go of what was written. After Commit it does nothing.
func (r *Restoring) Abort() { r.p.Abort() }

// fits returns an error unless the record is of what was written, and one that
// encodeRecord may write.
func (p *pending) fits(rec *vault.Record) error {
	if rec.ID != p.id || rec.PayloadSize != p.size || [32]byte(p.sum.Sum(nil)) != rec.PayloadSum {
		return fmt.Errorf("%w: the payload is not that of its record", ErrRecord)
	}
	if err := checkHeader(rec.Header); err != nil {
		return err
	}
	if rec.Next != nil {
		if err := checkHeader(rec.Next.Header); err != nil {
			return err
		}
		if rec.Next.Epoch == 0 {
			return ErrRecord
		}
	}
	if err := checkLabel(rec.Label); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	_, err := decodeRecord(rec.ID, encodeRecord(rec))
	return err
}

// RestorePurged keeps that testimonies with those ids were purged, and returns once
// that is on stable storage. The error wraps [vault.ErrTaken] if one of them is known
// already; then none of the call may be kept.
func (s *Store) RestorePurged(ctx context.Context, ids []vault.ID) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	defer s.giveTurn()
	err := s.headers.update(func(tx *bbolt.Tx, bucket *bbolt.Bucket) error {
		if err := upgrade(tx); err != nil {
			return err
		}
		for _, id := range ids {
			if id == (vault.ID{}) || bucket.Get(id[:]) != nil {
				return vault.ErrTaken
			}
			if err := bucket.Put(id[:], encodePurged(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("vault: restore what was purged: %w", err)
	}
	return nil
}
