package outbox

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"amana/internal/custody"
	"amana/internal/mailbox"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

// Reply is what reviewers wrote to a source, as the workspace keeps it.
type Reply struct {
	ID      string `json:"id"`      // 32 hexadecimal digits
	Thread  string `json:"thread"`  // that it answers
	Mailbox string `json:"mailbox"` // 32 hexadecimal digits
	Day     string `json:"day"`     // when it was written, in UTC
	By      string `json:"by"`      // name of the reviewer
	Key     string `json:"key"`     // their verifier key; empty for a key of age-keygen
	Text    string `json:"text"`
	Sealed  []byte `json:"sealed"` // what goes to the server

	Sent string `json:"-"` // folder in which it was written to a stick; empty if it waits
	// Begun tells that a run which was killed may have left it on a stick; it waits still.
	Begun bool   `json:"-"`
	Read  string `json:"-"` // day on which it was fetched by the source, as a bundle tells; empty if not
}

// State says in a word where a reply is: "waiting", "sent" or "read".
func (r *Reply) State() string {
	switch {
	case r.Read != "":
		return "read"
	case r.Sent != "":
		return "sent"
	}
	return "waiting"
}

// Recipient is where the source of a thread can be answered.
type Recipient struct {
	Thread    string
	Mailbox   string
	Parts     int    // testimonies and additions that came
	Last      string // day on which the latest was received
	Recipient *age.HybridRecipient
}

// To returns where the source of a thread can be answered, as the workspace's own
// records tell. The error wraps [ErrNoThread], [ErrNoReply], [ErrWithdrawn] or
// [ErrSpoilt].
func To(w *workspace.Workspace, thread string) (*Recipient, error) {
	to := &Recipient{Thread: thread}
	var reply *testimony.Reply
	found, withdrawn := false, false
	for ref, err := range w.Refs() {
		if err != nil {
			return nil, fmt.Errorf("look for thread: %w", err)
		}
		if ref.Thread != thread || ref.Kind == testimony.Probe {
			continue
		}
		found = true
		t, err := w.Testimony(ref.ID)
		if err != nil {
			return nil, fmt.Errorf("look for thread: %w", err)
		}
		switch ref.Kind {
		case testimony.Withdrawal:
			withdrawn = true
		case testimony.First, testimony.Addition:
			to.Parts++
			to.Last = max(to.Last, ref.Received)
		}
		switch {
		case t.Reply == nil:
		case reply == nil:
			reply = t.Reply
		case *reply != *t.Reply:
			return nil, fmt.Errorf("thread %s: %w: it names more than one place for replies", thread, ErrSpoilt)
		}
	}
	switch {
	case !found:
		return nil, fmt.Errorf("thread %s: %w", thread, ErrNoThread)
	case withdrawn:
		return nil, fmt.Errorf("thread %s cannot be answered: %w", thread, ErrWithdrawn)
	case reply == nil:
		return nil, fmt.Errorf("thread %s cannot be answered: %w", thread, ErrNoReply)
	}
	if id, err := hex.DecodeString(reply.Mailbox); err != nil || len(id) != 16 || hex.EncodeToString(id) != reply.Mailbox {
		return nil, fmt.Errorf("thread %s: %w: its mailbox is not an id of 32 hexadecimal digits", thread, ErrSpoilt)
	}
	to.Mailbox = reply.Mailbox
	var err error
	if to.Recipient, err = age.ParseHybridRecipient(reply.Recipient); err != nil { // not err: it quotes a stranger's words
		return nil, fmt.Errorf("thread %s: %w: what it names as its recipient is no post-quantum age recipient", thread, ErrSpoilt)
	}
	return to, nil
}

// Queue seals a text to the source of a thread, keeps it until it is written to a
// stick, and records it. The text must be as mailbox.Seal takes it.
func Queue(w *workspace.Workspace, log *custody.Log, to *Recipient, text, by, key string) (*Reply, error) {
	r := &Reply{Thread: to.Thread, Mailbox: to.Mailbox, Day: time.Now().UTC().Format(time.DateOnly), By: by, Key: key, Text: text}
	var id [16]byte
	rand.Read(id[:]) // never fails: it ends the program instead
	r.ID = hex.EncodeToString(id[:])
	var err error
	if r.Sealed, err = mailbox.Seal(mailbox.Reply{Thread: r.Thread, Day: r.Day, Text: text}, to.Recipient); err != nil {
		return nil, err
	}
	record, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("keep reply: %w", err)
	}
	err = log.Put([]custody.Event{{Act: custody.Replied, Subjects: []custody.Subject{{Thread: r.Thread, Detail: "reply " + r.ID}}, Purpose: "dialogue with the source"}},
		workspace.Write{Shelf: repliesShelf, Key: r.ID, Value: record})
	if err != nil {
		return nil, fmt.Errorf("keep reply: %w", err)
	}
	return r, nil
}

// Cancel takes back a reply that waits. One that was written to a stick stays.
func Cancel(w *workspace.Workspace, log *custody.Log, r *Reply) error {
	if r.State() != "waiting" {
		return fmt.Errorf("reply %s was written to a stick already", r.ID)
	}
	if r.Begun {
		return fmt.Errorf("reply %s may be on a stick: a run was stopped while it wrote it", r.ID)
	}
	return log.Put([]custody.Event{{Act: custody.Replied, Subjects: []custody.Subject{{Thread: r.Thread, Detail: "reply " + r.ID + " taken back before it left"}}}},
		workspace.Write{Shelf: repliesShelf, Key: r.ID})
}

// Replies returns all that was written to sources, the oldest first, with where each
// is.
func Replies(w *workspace.Workspace) ([]*Reply, error) {
	var all []*Reply
	for item, err := range w.Shelf(repliesShelf).All() {
		if err != nil {
			return nil, fmt.Errorf("read replies: %w", err)
		}
		r := new(Reply)
		if json.Unmarshal(item.Value, r) != nil {
			return nil, fmt.Errorf("read replies: %w: a record cannot be read", workspace.ErrDamaged)
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil, nil
	}
	if err := follow(w, all); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *Reply) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// follow finds out where replies are.
func follow(w *workspace.Workspace, all []*Reply) error {
	byID := make(map[string]*Reply)
	for _, r := range all {
		byID[r.ID] = r
	}
	sent, err := All(w)
	if err != nil {
		return err
	}
	for _, s := range sent {
		for _, id := range s.Replies {
			switch r := byID[id]; {
			case r == nil:
			case s.Done:
				r.Sent = s.Folder
			default:
				r.Begun = true
			}
		}
	}
	for ref, err := range w.Refs() {
		if err != nil {
			return fmt.Errorf("look for read replies: %w", err)
		}
		if ref.Kind != testimony.Fetched {
			continue
		}
		t, err := w.Testimony(ref.ID)
		if err != nil {
			return fmt.Errorf("look for read replies: %w", err)
		}
		for _, id := range t.Fetched {
			// Whoever has the reviewers' public keys can claim to have read for a thread;
			// for another thread than the note's own it counts for nothing.
			if r := byID[id]; r != nil && r.Thread == ref.Thread && (r.Read == "" || ref.Received < r.Read) {
				r.Read = ref.Received
			}
		}
	}
	return nil
}

// Of returns the replies to a thread, the oldest first.
func Of(w *workspace.Workspace, thread string) ([]*Reply, error) {
	all, err := Replies(w)
	return slices.DeleteFunc(all, func(r *Reply) bool { return r.Thread != thread }), err
}
