package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/custody"
	"amana/internal/keyfile"
	"amana/internal/mailbox"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

// desk is a workspace of a test.
type desk struct {
	*workspace.Workspace
	t   *testing.T
	key *keyfile.Key
	log *custody.Log
	n   int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	key, err := keyfile.NewReviewer("Layla")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, key: key}
	if d.Workspace, err = workspace.Create(filepath.Join(t.TempDir(), "work"), key.Identities); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if d.log, err = custody.Open(d.Workspace, key); err != nil {
		t.Fatal(err)
	}
	for i, server := range []string{"one", "two"} {
		writes, err := workspace.Bundle{Sum: strings.Repeat(fmt.Sprint(i), 64), Intake: server}.Writes([]byte("manifest"), nil)
		if err == nil {
			err = d.Put(writes...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// add adds an envelope of a thread, from bundle 0 or 1, and returns its id.
func (d *desk) add(bundle int, thread byte, kind testimony.Kind, reply *testimony.Reply, fetched ...string) string {
	d.t.Helper()
	d.n++
	id := fmt.Sprintf("%032x", d.n)
	doc, err := json.Marshal(testimony.Testimony{Schema: testimony.Schema, Kind: kind, Thread: threadID(thread), Reply: reply, Fetched: fetched})
	d.must(err)
	b := d.Begin()
	ref := workspace.Ref{ID: id, Kind: kind, Thread: threadID(thread), Received: fmt.Sprintf("2026-11-%02d", d.n), Size: 1, Payload: strings.Repeat("a", 64), Bundle: strings.Repeat(fmt.Sprint(bundle), 64)}
	d.must(b.Add(d.t.Context(), ref, doc, strings.NewReader("x"), nil))
	d.must(b.Commit())
	return id
}

func threadID(b byte) string { return strings.Repeat(string(b), 32) }

// place is where thread b is answered.
func place(t *testing.T, b byte) (mailbox.Thread, *testimony.Reply) {
	t.Helper()
	var root [32]byte
	root[0] = b
	thread := mailbox.ThreadFrom(root)
	id, err := thread.Identity()
	if err != nil {
		t.Fatal(err)
	}
	return thread, &testimony.Reply{Mailbox: fmt.Sprintf("%x", thread.Mailbox()), Recipient: id.Recipient().String()}
}

func (d *desk) due(intake string, again bool) (acknowledge, replies int) {
	d.t.Helper()
	due, err := DueTo(d.Workspace, intake, again)
	d.must(err)
	return len(due.Acknowledge), len(due.Replies)
}

func (d *desk) want(what, intake string, again bool, acknowledge, replies int) {
	d.t.Helper()
	if a, r := d.due(intake, again); a != acknowledge || r != replies {
		d.t.Errorf("%s: due to %s are %d testimonies and %d replies, want %d and %d", what, intake, a, r, acknowledge, replies)
	}
}

// A reply waits, goes on a stick, and is read; each server is told of what came from it
// and of nothing else, once.
func TestWay(t *testing.T) {
	d := newDesk(t)
	_, one := place(t, 1)
	first := d.add(0, 'a', testimony.First, one)
	d.add(1, 'b', testimony.First, nil)
	d.want("new", "one", false, 1, 0)
	d.want("new", "two", false, 1, 0)
	d.want("new", "three", false, 0, 0)
	to, err := To(d.Workspace, threadID('a'))
	d.must(err)
	r, err := Queue(d.Workspace, d.log, to, "we have it", d.key.Name, d.key.VerifierKey())
	d.must(err)
	if r.State() != "waiting" {
		t.Error(r.State())
	}
	d.want("queued", "one", false, 1, 1)
	d.want("queued", "two", false, 1, 0)
	s := &Sent{Folder: "amana-outbox-2026-11-27", Day: "2026-11-27", Intake: "one", Acknowledged: []string{first}, Replies: []string{r.ID}}
	keep := func() {
		write, err := s.Write()
		d.must(err)
		d.must(d.Put(write))
	}
	keep()
	d.want("not done", "one", false, 1, 1)
	s.Done = true
	keep()
	d.want("done", "one", false, 0, 0)
	d.want("again", "one", true, 1, 1)
	all, err := Of(d.Workspace, threadID('a'))
	d.must(err)
	if len(all) != 1 || all[0].State() != "sent" || all[0].Text != "we have it" || len(all[0].Sealed) != mailbox.SealedLength {
		t.Errorf("%+v", all)
	}
	// A note of another thread, or of another reply, says nothing of this one.
	d.add(0, 'c', testimony.Fetched, nil, r.ID)
	d.add(0, 'a', testimony.Fetched, nil, threadID('9'))
	all, err = Of(d.Workspace, threadID('a'))
	d.must(err)
	if all[0].State() != "sent" {
		t.Error("a note of another thread counts")
	}
	d.add(0, 'a', testimony.Fetched, nil, threadID('9'), r.ID)
	all, err = Of(d.Workspace, threadID('a'))
	d.must(err)
	if all[0].State() != "read" || all[0].Read != "2026-11-05" {
		t.Errorf("%+v", all[0])
	}
	d.want("read", "one", true, 4, 0)
	if all, err = Of(d.Workspace, threadID('b')); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
}

// What waits can be taken back, and what left cannot. Both are in the record.
func TestCancel(t *testing.T) {
	d := newDesk(t)
	_, reply := place(t, 1)
	d.add(0, 'a', testimony.First, reply)
	to, err := To(d.Workspace, threadID('a'))
	d.must(err)
	r, err := Queue(d.Workspace, d.log, to, "x", "Layla", "key")
	d.must(err)
	begun := *r
	begun.Begun = true
	if Cancel(d.Workspace, d.log, &begun) == nil {
		t.Error("what may be on a stick was taken back")
	}
	d.must(Cancel(d.Workspace, d.log, r))
	d.want("taken back", "one", false, 1, 0)
	r.Sent = "somewhere"
	if Cancel(d.Workspace, d.log, r) == nil {
		t.Error("it was taken back from the stick")
	}
	if h, err := d.log.Head(); err != nil || h.Number != 2 {
		t.Errorf("%v %v", h, err)
	}
}

// Who cannot be answered, or should not, is not.
func TestTo(t *testing.T) {
	d := newDesk(t)
	_, good := place(t, 1)
	_, other := place(t, 2)
	classic, err := age.GenerateX25519Identity()
	d.must(err)
	d.add(0, 'a', testimony.First, nil)
	d.add(0, 'b', testimony.First, good)
	d.add(0, 'b', testimony.Withdrawal, nil)
	d.add(0, 'c', testimony.First, good)
	d.add(0, 'c', testimony.Addition, other)
	d.add(0, 'd', testimony.First, &testimony.Reply{Mailbox: "../../etc", Recipient: good.Recipient})
	d.add(0, 'e', testimony.First, &testimony.Reply{Mailbox: good.Mailbox, Recipient: classic.Recipient().String()})
	d.add(0, 'f', testimony.Probe, good)
	for thread, want := range map[byte]error{'a': ErrNoReply, 'b': ErrWithdrawn, 'c': ErrSpoilt, 'd': ErrSpoilt, 'e': ErrSpoilt, 'f': ErrNoThread, '0': ErrNoThread} {
		if to, err := To(d.Workspace, threadID(thread)); !errors.Is(err, want) {
			t.Errorf("%c: %v %v", thread, to, err)
		}
	}
	d.add(0, '1', testimony.First, good)
	d.add(0, '1', testimony.Addition, good)
	to, err := To(d.Workspace, threadID('1'))
	if err != nil || to.Parts != 2 || to.Last != "2026-11-10" || to.Mailbox != good.Mailbox {
		t.Errorf("%+v %v", to, err)
	}
	if _, err := Queue(d.Workspace, d.log, to, " ", "Layla", "key"); err == nil {
		t.Error("an empty reply is kept")
	}
	unsigned, err := custody.Open(d.Workspace, &keyfile.Key{Identities: d.key.Identities})
	d.must(err)
	if _, err := Queue(d.Workspace, unsigned, to, "x", "", ""); !errors.Is(err, custody.ErrUnsigned) {
		t.Error(err)
	}
	d.want("nothing kept", "one", false, 10, 0)
}
