package admin

import (
	"context"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"amana/internal/cli"
	"amana/vault"
	"amana/vault/letterbox"
)

// numbered makes an id that stands at place n.
func numbered(n int) (id vault.ID) {
	binary.BigEndian.PutUint32(id[:], uint32(n+1))
	return id
}

// letter makes the reply of number n.
func letter(n int) letterbox.Letter {
	return letterbox.Letter{Mailbox: numbered(n / 3), ID: numbered(n), Day: "2026-11-22", Sealed: []byte("age\xff\x00")}
}

// Purged of the fake tells of as many as the fake has replies.
func (f *fake) Purged(_ context.Context, after vault.ID, limit int) (some []vault.ID, err error) {
	f.asked = append(f.asked, limit)
	for n := range f.replies {
		if id := numbered(n); string(id[:]) > string(after[:]) && len(some) < limit {
			some = append(some, id)
		}
	}
	return some, f.err
}

func (f *fake) All(_ context.Context, mailbox, id [16]byte, limit int) (some []letterbox.Letter, damaged int, err error) {
	f.asked = append(f.asked, limit)
	for n := range f.replies {
		l := letter(n)
		if string(l.Mailbox[:])+string(l.ID[:]) > string(mailbox[:])+string(id[:]) && len(some) < limit {
			some = append(some, l)
		}
	}
	return some, 1, f.err
}

func (f *fake) Purge(_ context.Context, ids []vault.ID, last bool) (int, error) {
	f.asked = append(f.asked, len(ids))
	if last {
		f.asked = append(f.asked, -1)
	}
	return len(ids), f.err
}

func (f *fake) Metrics(context.Context) ([]byte, error) { return []byte("a 1\n"), f.err }

// What was purged and what waits is listed whole, in bounded answers; what is to be
// purged is sent in bounded questions, of which the last is the last.
func TestActs(t *testing.T) {
	f := &fake{replies: 2*maxPurged + 7}
	c := start(t, f)
	ids, err := c.Purged(t.Context(), vault.ID{}, 1_000_000)
	if err != nil || len(ids) != f.replies || ids[len(ids)-1] != numbered(f.replies-1) {
		t.Errorf("%d ids, %v", len(ids), err)
	}
	f.replies = 2*maxLetters + 7
	all, damaged, err := c.All(t.Context(), [16]byte{}, [16]byte{}, 1_000_000)
	if err != nil || len(all) != f.replies || damaged != 3 || !reflect.DeepEqual(all[f.replies-1], letter(f.replies-1)) {
		t.Errorf("%d replies, %d damaged, %v", len(all), damaged, err)
	}
	for _, limit := range f.asked {
		if limit > maxPurged {
			t.Errorf("%d were asked for at once", limit)
		}
	}
	f.asked = nil
	if n, err := c.Purge(t.Context(), ids, true); err != nil || n != len(ids) {
		t.Errorf("%d are purged, %v", n, err)
	}
	if n, err := c.Purge(t.Context(), nil, true); err != nil || n != 0 {
		t.Errorf("%d are purged, %v", n, err)
	}
	if want := []int{maxPurged, maxPurged, 7, -1, 0, -1}; !reflect.DeepEqual(f.asked, want) {
		t.Errorf("%v were sent to be purged, want %v", f.asked, want)
	}
	if text, err := c.Metrics(t.Context()); err != nil || string(text) != "a 1\n" {
		t.Errorf("metrics %q, %v", text, err)
	}
	f.err = &cli.Error{Err: errors.New("the disk is gone"), Hint: "buy one", Code: cli.ExitDamaged}
	_, err = c.Purge(t.Context(), ids[:1], true)
	if hints, code := cli.Advice(err); err == nil || err.Error() != "the disk is gone" || code != cli.ExitDamaged || len(hints) != 1 {
		t.Errorf("the error is %v, with the code %d and the hints %v", err, code, hints)
	}
	_, purged := c.Purged(t.Context(), vault.ID{}, 5)
	_, _, letters := c.All(t.Context(), [16]byte{}, [16]byte{}, 5)
	_, metrics := c.Metrics(t.Context())
	for _, err := range []error{purged, letters, metrics} {
		if err == nil || !strings.Contains(err.Error(), "the disk is gone") {
			t.Errorf("the error is %v", err)
		}
	}
}
