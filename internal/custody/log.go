package custody

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"amana/internal/attest"
	"amana/internal/keyfile"
	"amana/internal/workspace"

	"golang.org/x/mod/sumdb/note"
)

// The shelf of this package: the links by their number, and the head.
const (
	shelf   = "custody"
	headKey = "head"
)

// appending lets one goroutine at a time append: two links after the same one would
// be a fork. Between programs the workspace's lock does.
var appending sync.Mutex

// Log is the record of custody of a workspace.
type Log struct {
	w      *workspace.Workspace
	name   string
	key    string
	signer note.Signer // nil if the key cannot sign

	today func() string
}

// Open opens the record of a workspace, for the reviewer whose key this is. A key
// without a signing key reads it; Add, Put, Commit and Writes then return an error
// wrapping [ErrUnsigned].
func Open(w *workspace.Workspace, key *keyfile.Key) (*Log, error) {
	l := &Log{w: w, name: key.Name, key: key.VerifierKey(), today: func() string { return time.Now().UTC().Format(time.DateOnly) }}
	signer, err := key.Signer()
	if err != nil && !errors.Is(err, keyfile.ErrNoSigningKey) {
		return nil, fmt.Errorf("record of custody: %w", err)
	}
	l.signer = signer
	return l, nil
}

// Signs tells whether this reviewer can append to the record.
func (l *Log) Signs() bool { return l.signer != nil }

// ReadOnly tells whether nothing can be appended because of the workspace's medium.
func (l *Log) ReadOnly() bool { return l.w.ReadOnly() }

// Head names the last link of a chain, and with it the whole chain.
type Head struct {
	Number int    // 0 for an empty chain
	Hash   string // 64 zeros for an empty chain
}

// String spells a head so that it can be written down: "7:9f86d0…".
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Number, h.Hash) }

// ParseHead reads what String writes.
func ParseHead(s string) (Head, error) {
	number, hash, _ := strings.Cut(strings.TrimSpace(s), ":")
	n, err := strconv.ParseUint(number, 10, 31)
	h := Head{int(n), strings.ToLower(hash)}
	if err != nil || !hashShape.MatchString(h.Hash) || n == 0 != (h.Hash == first) {
		return Head{}, errors.New("not the head of a record of custody (number:hash)")
	}
	return h, nil
}

// Head returns the head that the workspace keeps. Exports, reports and what goes back
// to the server name it, so that a record cut off later is found.
func (l *Log) Head() (Head, error) {
	data, err := l.w.Shelf(shelf).Get(headKey)
	if err != nil {
		return Head{}, fmt.Errorf("record of custody: %w", err)
	}
	if data == nil {
		return Head{0, first}, nil
	}
	h, err := ParseHead(string(data))
	if err != nil {
		return h, fmt.Errorf("%w: its head cannot be read", ErrBroken)
	}
	return h, nil
}

// Add appends events, in their order, and returns when they are on stable storage.
func (l *Log) Add(events ...Event) error { return l.Put(events) }

// Put appends events, and keeps what they tell of in the same transaction.
func (l *Log) Put(events []Event, with ...workspace.Write) error {
	appending.Lock()
	defer appending.Unlock()
	writes, err := l.Writes(events...)
	if err != nil {
		return err
	}
	return l.w.Put(append(writes, with...)...)
}

// Commit commits a batch, and appends the events that tell of it in the same
// transaction.
func (l *Log) Commit(b *workspace.Batch, events []Event, with ...workspace.Write) error {
	appending.Lock()
	defer appending.Unlock()
	writes, err := l.Writes(events...)
	if err != nil {
		return err
	}
	return b.Commit(append(writes, with...)...)
}

// Writes returns the links that tell of events, to be kept in one transaction with
// what they tell of. They must be put before Writes is called again: Add, Put and
// Commit see to that and are to be preferred.
func (l *Log) Writes(events ...Event) ([]workspace.Write, error) {
	if len(events) == 0 {
		return nil, nil
	}
	if l.signer == nil {
		return nil, ErrUnsigned
	}
	h, err := l.Head()
	if err != nil {
		return nil, err
	}
	var writes []workspace.Write
	for i := range events {
		for _, e := range split(events[i]) {
			link := Link{Number: h.Number + 1, Before: h.Hash, Day: l.today(), By: l.name, Key: l.key, Event: e}
			if err := link.check(); err != nil {
				return nil, err
			}
			if link.Signature, err = attest.Sign(attest.Custody, l.signer, []byte(link.statement())); err != nil {
				return nil, fmt.Errorf("record of custody: %w", err)
			}
			writes = append(writes, workspace.Write{Shelf: shelf, Key: keyOf(link.Number), Value: link.record()})
			h = Head{link.Number, link.Hash()}
		}
	}
	return append(writes, workspace.Write{Shelf: shelf, Key: headKey, Value: []byte(h.String())}), nil
}

// split makes events that fit into a link of an event, its texts in one line each.
func split(e Event) []Event {
	e.Purpose, e.Recipient, e.Detail = clean(e.Purpose), clean(e.Recipient), clean(e.Detail)
	var all []Event
	for left := e.Subjects; ; {
		n := min(len(left), MaxSubjects)
		part := e
		part.Subjects = make([]Subject, n)
		copy(part.Subjects, left)
		for i := range part.Subjects {
			part.Subjects[i].Detail = clean(part.Subjects[i].Detail)
		}
		all = append(all, part)
		if left = left[n:]; len(left) == 0 {
			return all
		}
	}
}

// keyOf is under what a link is kept.
func keyOf(number int) string { return fmt.Sprintf("%08d", number) }

// Links yields the links in their order, as they are kept: neither the chain nor a
// signature is checked. An error is the last that is yielded.
func (l *Log) Links() iter.Seq2[*Link, error] {
	return func(yield func(*Link, error) bool) {
		h, err := l.Head()
		if err != nil {
			yield(nil, err)
			return
		}
		for n := 1; n <= h.Number; n++ {
			link, err := l.link(n)
			if !yield(link, err) || err != nil {
				return
			}
		}
	}
}

func (l *Log) link(n int) (*Link, error) {
	record, err := l.w.Shelf(shelf).Get(keyOf(n))
	if err == nil && record == nil {
		err = errMissing
	}
	if err != nil {
		return nil, fmt.Errorf("link %d: %w", n, err)
	}
	link, err := ParseLink(record)
	if err != nil {
		return nil, fmt.Errorf("link %d: %w", n, err)
	}
	return link, nil
}
