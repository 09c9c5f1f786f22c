package bolt

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"amana/vault"
)

// groupRecords bounds one transaction of the committer of records, in bytes.
const groupRecords = 2 << 20

// chunk is one piece of a payload on its way to disk. Its request, if it has
// one, may be carried out once the chunk and all before it are durable.
type chunk struct {
	p       *pending
	buf     *buffer // nil if there is nothing to write
	n       int     // bytes in buf
	seq     uint32
	request *request
	abort   bool // remove all that is under the id; nothing comes after it
}

// request asks for a record to be written.
type request struct {
	p       *pending
	rec     vault.Record
	encoded []byte
	settled atomic.Bool // set by whoever comes first: the committer, or a waiter that gives up
	done    chan error
}

// commitPayloads writes the chunks of all uploads, many in one transaction, so
// that small testimonies share a flush and a large one seals while it writes.
func (s *Store) commitPayloads() {
	defer s.ended.Done()
	defer close(s.requests)
	var group []chunk
	for {
		group = group[:0]
		if s.canRemove() {
			select {
			case c, open := <-s.chunks:
				if !open {
					return
				}
				group = append(group, c)
			default:
				s.removeSlice()
				continue
			}
		} else {
			c, open := <-s.chunks
			if !open {
				return
			}
			group = append(group, c)
		}
		bytes := group[0].n
	gather:
		for bytes < groupBytes {
			select {
			case c, open := <-s.chunks:
				if !open {
					break gather // what is there is still carried out; the loop ends after it
				}
				group = append(group, c)
				bytes += c.n
			default:
				break gather
			}
		}
		s.finish(group, s.writeChunks(group, bytes))
		clear(group)
		if s.canRemove() {
			s.removeSlice()
		}
	}
}

// finish hands back the buffers of a group and passes on what waited for it.
func (s *Store) finish(group []chunk, err error) {
	for _, c := range group {
		if c.buf != nil {
			s.pool.put(c.buf)
			if err != nil {
				c.p.failed.CompareAndSwap(nil, &err)
			} else if c.p.failed.Load() == nil { // as in writeChunks
				c.p.written += int64(c.n)
			}
		}
		if c.request != nil {
			if failed := c.p.failed.Load(); failed != nil {
				c.request.done <- *failed
			} else {
				s.requests <- c.request
			}
		}
		if c.abort {
			s.addOrphan(c.p, c.p.written)
		}
	}
}

func (s *Store) writeChunks(group []chunk, bytes int) error {
	if bytes == 0 {
		return nil
	}
	if err := s.takeRoom(group); err != nil {
		return err
	}
	err := s.payloads.update(func(tx *bbolt.Tx, top *bbolt.Bucket) error {
		if err := upgrade(tx); err != nil {
			return err
		}
		for _, c := range group {
			// What belongs to an upload that has failed would only be removed again.
			if c.buf == nil || c.p.failed.Load() != nil {
				continue
			}
			b, err := top.CreateBucketIfNotExists(c.p.id[:])
			if err != nil {
				return err
			}
			// Chunks come in order, so pages behind need no room for more.
			b.FillPercent = 1
			// A value is written again with each neighbour that comes to its
			// page, and a page takes four. So each chunk has a bucket, and thus
			// a page, of its own; a payload of one chunk is alone anyway.
			if c.seq > 0 || c.request == nil {
				if b, err = b.CreateBucket(chunkKey(c.seq)); err != nil {
					return err
				}
			}
			if err := b.Put(chunkKey(c.seq), c.buf.data[:c.n]); err != nil {
				return err
			}
		}
		return nil
	})
	s.inside.Store(s.payloads.reusable())
	return err
}

// takeRoom accounts for what a group is about to write. Where the reserve is reached
// only the notes in it go on.
func (s *Store) takeRoom(group []chunk) error {
	var notes, others int64
	for _, c := range group {
		if c.buf != nil && c.p.note {
			notes += int64(c.n)
		} else if c.buf != nil {
			others += int64(c.n)
		}
	}
	if others > 0 {
		if err := s.disk.take(others, s.inside.Load()+s.orphanBytes.Load()); err != nil {
			if notes == 0 {
				return err
			}
			for _, c := range group {
				if !c.p.note {
					c.p.failed.CompareAndSwap(nil, &err)
				}
			}
		}
	}
	if notes > 0 {
		return s.disk.takeReserve(notes)
	}
	return nil
}

func chunkKey(seq uint32) []byte { return binary.BigEndian.AppendUint32(nil, seq) }

// commitRecords writes the records of testimonies whose payload is durable. A
// testimony is kept from the moment its transaction is.
func (s *Store) commitRecords() {
	defer s.ended.Done()
	var group []*request
	for req := range s.requests {
		group = append(group[:0], req)
		for bytes := len(req.encoded); bytes < groupRecords && len(s.requests) > 0; {
			next := <-s.requests
			group = append(group, next)
			bytes += len(next.encoded)
		}
		group = slices.DeleteFunc(group, func(r *request) bool { return !r.settled.CompareAndSwap(false, true) })
		err := s.writeRecords(group)
		if err == nil {
			var kept tally
			for _, req := range group {
				kept.add(&req.rec, 1)
				s.forget(req.p)
			}
			s.count(&kept)
		}
		for _, req := range group {
			req.done <- err
		}
		clear(group)
	}
}

func (s *Store) writeRecords(group []*request) error {
	if len(group) == 0 {
		return nil
	}
	return s.headers.update(func(tx *bbolt.Tx, bucket *bbolt.Bucket) error {
		if err := upgrade(tx); err != nil {
			return err
		}
		for _, req := range group {
			if bucket.Get(req.rec.ID[:]) != nil {
				return errors.New("an id is taken")
			}
			if err := bucket.Put(req.rec.ID[:], req.encoded); err != nil {
				return err
			}
		}
		return nil
	})
}
