package bolt

import (
	"fmt"

	"go.etcd.io/bbolt"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

const (
	// freeBytes is how much free room payloads.db is given ahead of its use.
	// bbolt keeps the number of every free page in memory and writes all of
	// them with each transaction: the removal of a hundred aborted gigabytes at
	// once would take the server down, and again at each start. So orphans stay
	// until their room is needed, and count as room meanwhile.
	freeBytes = 32 << 20

	// removeChunks is how many chunks one transaction removes, about 16 MiB.
	removeChunks = 256
)

// orphan is a payload that will never have a record, or no longer has one.
type orphan struct {
	p     *pending // owns the id until the payload is gone
	bytes int64    // not yet removed, as far as known
}

func (s *Store) addOrphan(p *pending, bytes int64) {
	s.orphans = append(s.orphans, orphan{p, bytes})
	s.orphanBytes.Add(bytes)
}

func (s *Store) canRemove() bool {
	return len(s.orphans) > 0 && s.inside.Load() < freeBytes
}

// removeSlice removes some chunks of one orphan. One that cannot be removed is
// left to the next Open.
func (s *Store) removeSlice() {
	o := &s.orphans[len(s.orphans)-1]
	var removed int64
	done := false
	err := s.payloads.update(func(tx *bbolt.Tx, top *bbolt.Bucket) error {
		b := top.Bucket(o.p.id[:])
		if b == nil {
			done = true
			return nil
		}
		var keys [][]byte
		c := b.Cursor()
		k, v := c.First()
		for ; k != nil && len(keys) < removeChunks; k, v = c.Next() {
			keys = append(keys, k)
			removed += max(int64(len(v)), chunkSize) // of a bucket v is nil
		}
		if k == nil {
			done = true
			return top.DeleteBucket(o.p.id[:])
		}
		for _, k := range keys {
			remove := b.DeleteBucket
			if b.Bucket(k) == nil {
				remove = b.Delete
			}
			if err := remove(k); err != nil {
				return err
			}
		}
		return nil
	})
	s.inside.Store(s.payloads.reusable())
	if err != nil {
		s.logf("vault: what is left of an upload stays until the next start: %v", err)
		done = true
	} else {
		removed = min(removed, o.bytes)
		o.bytes -= removed
		s.orphanBytes.Add(-removed)
	}
	if done {
		s.orphanBytes.Add(-o.bytes)
		p := o.p
		s.orphans[len(s.orphans)-1] = orphan{}
		s.orphans = s.orphans[:len(s.orphans)-1]
		s.forget(p)
	}
}

// load reads all records, counts them, and finds the payloads without one.
func (s *Store) load() error {
	s.counts = vault.Usage{ByDay: map[string]int{}, ByEpoch: map[uint32]int{}, Waiting: map[uint32]map[uint32]int{}}
	if err := s.checkPair(); err != nil {
		return err
	}
	due, err := s.headers.meta(dueKey)
	if err != nil {
		return err
	}
	s.counts.RewriteDue = due != nil
	s.inside.Store(s.payloads.reusable())
	damaged := 0
	var kept tally
	err = s.headers.view(func(v *boltpages.View) error {
		var buf []byte
		return eachID(v, headersBucket, nil, func(id vault.ID, e *boltpages.Entry) error {
			var err error
			if buf, err = e.Read(buf, maxRecord); err != nil {
				return err
			}
			rec, err := decodeRecord(id, buf)
			if err == errPurged {
				return nil
			}
			if err != nil {
				damaged++
				return nil
			}
			kept.add(&rec, 1)
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, headersFile, err)
	}
	s.count(&kept)
	s.sound = damaged == 0 && !s.headers.fallback
	if damaged > 0 || s.headers.fallback || s.payloads.fallback {
		// A payload may seem to have no record just because its record, or the
		// id it stands under, is damaged. Nothing is removed on such evidence.
		s.logf("vault: something is damaged (%d records); nothing is cleaned up; run a check", damaged)
		return nil
	}
	if err := s.findOrphans(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, payloadsFile, err)
	}
	return nil
}

func (s *Store) findOrphans() error {
	return s.headers.view(func(hv *boltpages.View) error {
		records, ok, err := hv.Bucket(hv.Root, headersBucket)
		if err != nil || !ok {
			return err
		}
		return s.payloads.view(func(v *boltpages.View) error {
			return eachID(v, payloadsBucket, nil, func(id vault.ID, e *boltpages.Entry) error {
				if r, found, err := hv.Get(records, id[:]); err != nil || found && r.Len != purgedSize {
					return err
				}
				bytes, err := removable(v, e)
				if err != nil {
					s.logf("%s", leftAlone)
					return nil
				}
				p := &pending{id: id, ended: true}
				s.pending[id] = p
				s.addOrphan(p, bytes)
				return nil
			})
		})
	})
}

const leftAlone = "vault: a payload without a record is damaged and left alone; run a check"

// removable returns the size of the payload in e, or an error if its pages are not
// sound: bbolt will walk them to remove it.
func removable(v *boltpages.View, e *boltpages.Entry) (bytes int64, err error) {
	t, err := e.Tree()
	if err == nil {
		err = walkChunks(v, t, func(c *boltpages.Entry) error { bytes += c.Len; return nil })
	}
	return bytes, err
}
