package bolt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

const (
	checkSlice  = 64        // records or ids read in one transaction
	checkBuffer = 256 << 10 // bytes of payload read in one transaction
)

// Check implements [vault.Reader]. Besides its findings it says nothing of a
// testimony. Its memory is bounded: a bit for each page of 4 KiB, 32 MiB for a
// terabyte, and some buffers.
func (s *Store) Check(ctx context.Context, report func(vault.Finding)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	damaged := map[vault.ID]bool{}
	for _, f := range []*file{s.headers, s.payloads} {
		if err := s.checkStructure(ctx, f, report, damaged); err != nil {
			return err
		}
	}
	err := s.checkRecords(ctx, report, func(rec *vault.Record) error {
		if damaged[rec.ID] {
			return nil // reported before
		}
		err := s.checkPayload(ctx, rec)
		if err != nil && s.gone(rec.ID, rec.PayloadSum) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.checkOrphans(ctx, report)
}

// CheckRecords implements [vault.Reader]. A record that is gone without a trace
// in headers.db shows by its payload, which has no record then.
func (s *Store) CheckRecords(ctx context.Context, report func(vault.Finding)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	for _, f := range []*file{s.headers, s.payloads} {
		err := f.view(func(v *boltpages.View) error {
			if err := v.Length(f.os); err != nil {
				return err
			}
			if !f.metasSound() {
				return errMetas
			}
			return nil
		})
		if err != nil {
			report(f.finding(err))
		}
	}
	if err := s.checkRecords(ctx, report, func(*vault.Record) error { return nil }); err != nil {
		return err
	}
	return s.checkOrphans(ctx, report)
}

var errMetas = errors.New("one of its two first pages is damaged; what was kept last may be missing")

// finding is what is reported of a file as a whole.
func (f *file) finding(err error) vault.Finding {
	return vault.Finding{Problem: fmt.Sprintf("the file of %s is damaged: %v", f.bucket, err)}
}

// checkStructure reads the heads of all pages in one transaction. While that
// runs, pages set free are not used again. That is acceptable: apart from
// removals a transaction frees only the few small pages that it replaces, and
// one page in seventeen at most is read here, none of it payload.
func (s *Store) checkStructure(ctx context.Context, f *file, report func(vault.Finding), damaged map[vault.ID]bool) error {
	var found []vault.Finding
	err := f.view(func(v *boltpages.View) error {
		c, err := f.structure(ctx, v)
		if err != nil {
			return err
		}
		for id := range c.damaged {
			damaged[id] = true
		}
		found = c.problems
		return nil
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		found = append(found, vault.Finding{Problem: err.Error()})
	}
	for _, x := range found {
		if x.ID == (vault.ID{}) {
			x = f.finding(errors.New(x.Problem))
		}
		report(x)
	}
	return nil
}

// structure checks the state of the file that v shows.
func (f *file) structure(ctx context.Context, v *boltpages.View) (*structure, error) {
	if err := v.Length(f.os); err != nil {
		return nil, err
	}
	c := newStructure(v)
	v.Visit = func(id, pages uint64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return c.used.Mark(id, pages)
	}
	defer func() { v.Visit = nil }()
	if !f.metasSound() {
		c.problem(vault.ID{}, errMetas)
	}
	err := c.trees(v.Root, true)
	if err == nil && len(c.problems) == 0 {
		// The page that names the list of free pages is overwritten by the
		// next transaction but one; if it is gone the list is not checked.
		if m, merr := boltpages.ReadMeta(f.os, int64(v.TxID%2)*v.PageSize); merr == nil && m.TxID == v.TxID && m.Freelist != boltpages.NoFreelist {
			if err = c.used.Freelist(m.Freelist); err == nil {
				c.unused()
			}
		}
	}
	if err != nil {
		c.problem(vault.ID{}, err)
	}
	return c, ctx.Err()
}

// metasSound says whether both first pages are valid. One may just be on its way
// to disk, so a bad one is looked at again. A page that was bad when the file was
// opened counts until then, though the next transaction replaces it. It is called
// within view, or another file may take the place of this one meanwhile.
func (f *file) metasSound() bool {
	for range 3 {
		if _, both, err := boltpages.NewestMeta(f.os); err == nil && both {
			return !f.fallback
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// checkRecords checks every record, and calls payload for every sound one.
func (s *Store) checkRecords(ctx context.Context, report func(vault.Finding), payload func(*vault.Record) error) error {
	type item struct {
		id  vault.ID
		rec vault.Record
		err error
	}
	var after *vault.ID
	for {
		var items []item
		err := s.headers.view(func(v *boltpages.View) error {
			return eachID(v, headersBucket, after, func(id vault.ID, e *boltpages.Entry) error {
				b, err := e.Read(nil, maxRecord)
				it := item{id: id, err: err}
				if err == nil {
					it.rec, it.err = decodeRecord(id, b)
				}
				items = append(items, it)
				if len(items) == checkSlice {
					return boltpages.ErrStop
				}
				return nil
			})
		})
		if err != nil {
			report(vault.Finding{Problem: fmt.Sprintf("the list of testimonies cannot be read: %v", err)})
		}
		for i := range items {
			it := &items[i]
			if it.err == errPurged {
				it.err = nil
				continue
			}
			if it.err == nil {
				it.err = payload(&it.rec)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if it.err != nil {
				report(vault.Finding{ID: it.id, Problem: it.err.Error()})
			}
		}
		if err != nil || len(items) < checkSlice {
			return nil
		}
		after = &items[len(items)-1].id
	}
}

// checkPayload compares a payload with its record.
func (s *Store) checkPayload(ctx context.Context, rec *vault.Record) error {
	r := &reader{ctx: ctx, s: s, id: rec.ID, left: rec.PayloadSize}
	h := sha256.New()
	buf := make([]byte, checkBuffer)
	for r.left > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.readPayload(buf[:min(r.left, checkBuffer)])
		h.Write(buf[:n])
		r.left -= int64(n)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%d bytes of its payload are missing", r.left)
		}
		if err != nil {
			return fmt.Errorf("its payload cannot be read: %w", err)
		}
	}
	if [sha256.Size]byte(h.Sum(nil)) != rec.PayloadSum {
		return errors.New("the hash of its payload is wrong")
	}
	r.left = 1
	if n, err := r.readPayload(buf[:1]); n > 0 || !errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("its payload is longer than it should be")
	}
	return nil
}

// checkOrphans looks for payloads that no record and no upload owns.
func (s *Store) checkOrphans(ctx context.Context, report func(vault.Finding)) error {
	var after *vault.ID
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		ids, err := s.payloadIDs(after)
		if err != nil {
			report(vault.Finding{Problem: fmt.Sprintf("the list of payloads cannot be read: %v", err)})
			return nil
		}
		for _, id := range ids {
			orphan, err := s.isOrphan(id)
			if err != nil {
				report(vault.Finding{Problem: fmt.Sprintf("the list of testimonies cannot be read: %v", err)})
				return nil
			}
			if orphan {
				report(vault.Finding{ID: id, Problem: "there is a payload under this id and no record of it"})
			}
		}
		if len(ids) < checkSlice {
			return nil
		}
		after = &ids[len(ids)-1]
	}
}

func (s *Store) payloadIDs(after *vault.ID) (ids []vault.ID, err error) {
	err = s.payloads.view(func(v *boltpages.View) error {
		return eachID(v, payloadsBucket, after, func(id vault.ID, _ *boltpages.Entry) error {
			ids = append(ids, id)
			if len(ids) == checkSlice {
				return boltpages.ErrStop
			}
			return nil
		})
	})
	return ids, err
}

// isOrphan looks in this order because an upload gets its record before it ends,
// and loses its payload before it ends. It looks twice because a record may be
// removed just after it was seen that nobody owns the id.
func (s *Store) isOrphan(id vault.ID) (bool, error) {
	for range 2 {
		s.mu.Lock()
		_, owned := s.pending[id]
		s.mu.Unlock()
		if owned {
			return false, nil
		}
		kept, err := keeps(s.headers, id)
		if err != nil || kept {
			return false, err
		}
		there, err := holds(s.payloads, payloadsBucket, id)
		if err != nil || !there {
			return false, err
		}
	}
	return true, nil
}

// keeps says whether there is a record of a testimony that is kept.
func keeps(f *file, id vault.ID) (ok bool, err error) {
	err = f.view(func(v *boltpages.View) error {
		t, found, err := v.Bucket(v.Root, headersBucket)
		if err != nil || !found {
			return err
		}
		e, found, err := v.Get(t, id[:])
		ok = found && e.Len != purgedSize
		return err
	})
	return ok, err
}

func holds(f *file, bucket []byte, id vault.ID) (ok bool, err error) {
	err = f.view(func(v *boltpages.View) error {
		t, found, err := v.Bucket(v.Root, bucket)
		if err != nil || !found {
			return err
		}
		_, ok, err = v.Get(t, id[:])
		return err
	})
	return ok, err
}
