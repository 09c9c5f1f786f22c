package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

const readBytes = 1 << 20 // at most in one transaction

// eachID calls fn for every key of a top-level bucket, all of which are ids, from
// the one behind after on; nil begins at the start.
func eachID(v *boltpages.View, bucket []byte, after *vault.ID, fn func(id vault.ID, e *boltpages.Entry) error) error {
	t, ok, err := v.Bucket(v.Root, bucket)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("a bucket is missing")
	}
	var from []byte
	if after != nil {
		from = after[:]
	}
	return v.Walk(t, from, func(e *boltpages.Entry) error {
		if len(e.Key) != len(vault.ID{}) {
			return errors.New("a key is not an id")
		}
		if after != nil && vault.ID(e.Key) == *after {
			return nil
		}
		return fn(vault.ID(e.Key), e)
	})
}

// empty says whether the file's bucket holds no id.
func (f *file) empty() (bool, error) {
	empty := true
	err := f.view(func(v *boltpages.View) error {
		return eachID(v, f.bucket, nil, func(vault.ID, *boltpages.Entry) error {
			empty = false
			return boltpages.ErrStop
		})
	})
	return empty, err
}

// checkPair sees that the two files belong together: with the headers of another
// vault every payload would seem to be an orphan.
func (s *Store) checkPair() error {
	a, err := s.headers.meta(pairKey)
	if err != nil {
		return err
	}
	b, err := s.payloads.meta(pairKey)
	if err != nil {
		return err
	}
	if len(a) == 0 || !bytes.Equal(a, b) {
		return fmt.Errorf("%w: %s and %s are not of one vault", ErrDamaged, headersFile, payloadsFile)
	}
	return nil
}

// Records implements [vault.Reader]. A record that is damaged is left out; Check
// reports it, and Open of its id fails.
func (s *Store) Records(ctx context.Context, after vault.ID, limit int) ([]vault.Record, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	var records []vault.Record
	if limit <= 0 {
		return nil, ctx.Err()
	}
	var behind *vault.ID
	if after != (vault.ID{}) {
		behind = &after
	}
	err := s.headers.view(func(v *boltpages.View) error {
		return eachID(v, headersBucket, behind, func(id vault.ID, e *boltpages.Entry) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b, err := e.Read(nil, maxRecord)
			if err != nil {
				return err
			}
			rec, err := decodeRecord(id, b)
			if err == errPurged {
				return nil
			}
			if err != nil {
				s.logf("vault: testimony %s is left out of a list: %v", id, err)
				return nil
			}
			records = append(records, rec)
			if len(records) == limit {
				return boltpages.ErrStop
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("vault: list testimonies: %w", err)
	}
	return records, nil
}

// record returns the record of one testimony.
func (s *Store) record(id vault.ID) (rec vault.Record, err error) {
	err = s.headers.view(func(v *boltpages.View) error {
		t, ok, err := v.Bucket(v.Root, headersBucket)
		if err != nil {
			return err
		}
		e, found, err := v.Get(t, id[:])
		if err != nil {
			return err
		}
		if !ok || !found {
			return vault.ErrNotFound
		}
		b, err := e.Read(nil, maxRecord)
		if err != nil {
			return err
		}
		if rec, err = decodeRecord(id, b); err == errPurged {
			return err
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return nil
	})
	return rec, err
}

// Open implements [vault.Reader].
func (s *Store) Open(ctx context.Context, id vault.ID) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	removals := s.removals.Load()
	rec, err := s.record(id)
	if err != nil {
		return nil, fmt.Errorf("vault: open testimony %s: %w", id, err)
	}
	return &reader{ctx: ctx, s: s, id: id, header: rec.Header, left: rec.PayloadSize, sum: rec.PayloadSum, removals: removals}, nil
}

// reader reads an age file. Each Read is a transaction of its own and goes
// straight into the caller's memory.
type reader struct {
	ctx    context.Context
	s      *Store
	id     vault.ID
	header []byte // not yet read
	left   int64  // bytes of the payload not yet read
	seq    uint32
	off    int64 // in the chunk
	err    error

	sum      [32]byte
	removals uint64 // those of the store when it was last seen that the record is there
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.s.enter(); err != nil {
		return 0, err
	}
	defer r.s.leave()
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	if len(r.header) > 0 {
		n := copy(p, r.header)
		r.header = r.header[n:]
		return n, nil
	}
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.readPayload(p[:min(int64(len(p)), r.left, readBytes)])
	if now := r.s.removals.Load(); now != r.removals {
		if r.removals = now; r.s.gone(r.id, r.sum) {
			n, err = 0, vault.ErrNotFound // what was read may be of another already
		}
	}
	r.left -= int64(n)
	if err != nil {
		r.err = fmt.Errorf("vault: read testimony %s: %w", r.id, err)
	}
	return n, r.err
}

func (r *reader) readPayload(p []byte) (n int, err error) {
	err = r.s.payloads.view(func(v *boltpages.View) error {
		top, ok, err := v.Bucket(v.Root, payloadsBucket)
		if err != nil {
			return err
		}
		var t boltpages.Tree
		if ok {
			if t, ok, err = v.Bucket(top, r.id[:]); err != nil {
				return err
			}
		}
		for n < len(p) {
			var e boltpages.Entry
			if ok {
				if e, ok, err = chunkOf(v, t, r.seq); err != nil {
					return err
				}
			}
			if !ok {
				return io.ErrUnexpectedEOF
			}
			m := max(0, min(int64(len(p)-n), e.Len-r.off))
			if err := e.ReadPart(p[n:n+int(m)], r.off); err != nil {
				return err
			}
			n, r.off = n+int(m), r.off+m
			if r.off >= e.Len {
				r.seq, r.off = r.seq+1, 0
			}
		}
		return nil
	})
	return n, err
}

// Close implements [io.Closer].
func (r *reader) Close() error {
	r.err = errors.New("vault: the testimony was closed")
	return nil
}

// Usage implements [vault.Reader]. The counts are those of this process, which
// is the only one to write.
func (s *Store) Usage(ctx context.Context) (vault.Usage, error) {
	if err := ctx.Err(); err != nil {
		return vault.Usage{}, err
	}
	if err := s.enter(); err != nil {
		return vault.Usage{}, err
	}
	defer s.leave()
	room, err := s.room()
	if err != nil {
		return vault.Usage{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.counts
	u.ByDay, u.ByEpoch, u.Waiting = maps.Clone(u.ByDay), maps.Clone(u.ByEpoch), maps.Clone(u.Waiting)
	for epoch, next := range u.Waiting {
		u.Waiting[epoch] = maps.Clone(next)
	}
	u.Free = max(room, 0)
	return u, nil
}
