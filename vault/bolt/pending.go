package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"sync"
	"sync/atomic"

	"amana/vault"
)

const (
	ageIntro    = "age-encryption.org/v1\n"
	usualHeader = 6 << 10 // bytes; that of three reviewers is a little shorter
)

var (
	errEnded = errors.New("vault: the testimony was committed or aborted before")
	endMark  = []byte("---")
)

// pending is a testimony on its way in. Its payload goes to the committer of
// payloads chunk by chunk while it is being written.
type pending struct {
	s   *Store
	ctx context.Context
	id  vault.ID

	mu     sync.Mutex // others only ever try it, in squeeze
	ended  bool
	err    error // of an earlier call; final
	header []byte
	line   int // where the present line of the header begins
	whole  bool
	sum    hash.Hash
	size   int64 // of the payload so far
	buf    *buffer
	n      int // bytes in buf
	seq    uint32

	note    bool                  // it may use the reserve
	failed  atomic.Pointer[error] // the committer's first error
	written int64                 // bytes on disk; only the committer uses it, and abandon before
}

func newPending(ctx context.Context, s *Store, id vault.ID) *pending {
	return &pending{s: s, ctx: ctx, id: id, sum: sha256.New()}
}

// Write implements [vault.Pending].
func (p *pending) Write(data []byte) (int, error) {
	if err := p.s.enter(); err != nil {
		return 0, err
	}
	defer p.s.leave()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.check(); err != nil {
		return 0, err
	}
	rest, err := p.takeHeader(data)
	if err == nil && len(rest) > 0 {
		p.sum.Write(rest)
		p.size += int64(len(rest))
		err = p.takePayload(rest)
	}
	if err != nil {
		p.err = err
		return 0, err
	}
	if p.buf != nil && p.s.pool.starving() {
		p.flush(nil)
	}
	return len(data), nil
}

// check returns why the pending cannot go on, if so.
func (p *pending) check() error {
	switch {
	case p.ended:
		return errEnded
	case p.err != nil:
		return p.err
	case p.ctx.Err() != nil:
		p.err = p.ctx.Err()
	case p.failed.Load() != nil:
		p.err = *p.failed.Load()
	}
	return p.err
}

// takeHeader takes the age header off the front of data and returns the rest.
// The header ends with the first line that begins with "---"; no other line of
// it can, its bodies being base64 (C2SP age.md).
func (p *pending) takeHeader(data []byte) ([]byte, error) {
	if p.header == nil {
		p.header = make([]byte, 0, usualHeader)
	}
	for !p.whole && len(data) > 0 {
		n := bytes.IndexByte(data, '\n') + 1
		ends := n > 0
		if !ends {
			n = len(data)
		}
		if len(p.header)+n > vault.MaxHeader {
			return nil, fmt.Errorf("%w: its header is over %d bytes", vault.ErrNotAge, vault.MaxHeader)
		}
		p.header = append(p.header, data[:n]...)
		data = data[n:]
		known := min(len(p.header), len(ageIntro))
		if string(p.header[:known]) != ageIntro[:known] {
			return nil, fmt.Errorf("%w: it begins otherwise", vault.ErrNotAge)
		}
		if ends {
			p.whole = bytes.HasPrefix(p.header[p.line:], endMark)
			p.line = len(p.header)
		}
	}
	return data, nil
}

func (p *pending) takePayload(data []byte) error {
	for len(data) > 0 {
		if p.buf == nil {
			if p.seq == 1<<32-1 {
				return errors.New("vault: a testimony of too many chunks")
			}
			var err error
			if p.buf, err = p.s.pool.get(p.ctx, func() { p.s.squeeze(p) }); err != nil {
				return err
			}
			p.n = 0
		}
		n := copy(p.buf.data[p.n:], data)
		p.n += n
		data = data[n:]
		if p.n == chunkSize {
			p.flush(nil)
		}
	}
	return nil
}

// flush gives what is in the buffer to the committer, with the request to keep
// the testimony if there is one. It does not block for long: the committer waits
// for nothing but the disk, and the channel has room for all buffers twice.
func (p *pending) flush(req *request) {
	c := chunk{p: p, buf: p.buf, seq: p.seq, request: req}
	if p.buf != nil {
		c.n = p.n
		p.seq++
		p.s.pool.busy.Add(1)
		p.buf = nil
	}
	p.s.chunks <- c
}

// squeeze makes one idle upload other than p give its bytes to disk.
func (s *Store) squeeze(p *pending) {
	if q := s.idle(p); q != nil {
		q.flush(nil)
		q.mu.Unlock()
	}
}

// idle returns an upload other than p that keeps a buffer, with its lock held.
func (s *Store) idle(p *pending) *pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.pending {
		if q == p || !q.mu.TryLock() {
			continue
		}
		if q.buf != nil {
			return q
		}
		q.mu.Unlock()
	}
	return nil
}

// Commit implements [vault.Pending]. When ctx ends while the record is already
// being written, it waits for the end of that one transaction, because only then
// it is known whether the testimony is kept.
func (p *pending) Commit(label vault.Label) (vault.ID, error) {
	if err := p.s.enter(); err != nil {
		return vault.ID{}, err
	}
	defer p.s.leave()
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.check()
	if err == errEnded {
		return vault.ID{}, err
	}
	if err == nil && !p.whole {
		err = fmt.Errorf("%w: it ends within its header", vault.ErrNotAge)
	}
	if err == nil {
		err = checkLabel(label)
	}
	if err == nil {
		err = p.commit(label)
	}
	if err != nil {
		p.end()
		return vault.ID{}, fmt.Errorf("vault: keep the testimony: %w", err)
	}
	p.ended, p.header = true, nil
	return p.id, nil
}

func (p *pending) commit(label vault.Label) error {
	rec := vault.Record{ID: p.id, Label: label, Header: p.header, HeaderEpoch: label.Epoch, PayloadSize: p.size}
	p.sum.Sum(rec.PayloadSum[:0])
	return p.keep(rec)
}

// keep hands the record to the committers, after the payload, and waits.
func (p *pending) keep(rec vault.Record) error {
	req := &request{p: p, rec: rec, encoded: encodeRecord(&rec), done: make(chan error, 1)}
	p.flush(req)
	select {
	case err := <-req.done:
		return err
	case <-p.ctx.Done():
		if req.settled.CompareAndSwap(false, true) {
			return p.ctx.Err()
		}
		return <-req.done
	}
}

// Abort implements [vault.Pending].
func (p *pending) Abort() {
	if p.s.enter() != nil {
		return // what is left on disk goes when the vault is opened
	}
	defer p.s.leave()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.end()
	}
}

// end lets go of everything. What is on disk or on its way there is removed by
// the committer, after it.
func (p *pending) end() {
	p.ended, p.header = true, nil
	if p.buf != nil {
		p.s.pool.free <- p.buf
		p.buf = nil
	}
	if p.seq > 0 {
		p.s.chunks <- chunk{p: p, abort: true}
		return
	}
	p.s.forget(p)
}
