package book

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/roster"
)

// What no file can carry is not taken in: else every export would fail, for good.
func TestP4NoMoreThanIsCarried(t *testing.T) {
	o := newOffice(t)
	chain := o.chain(t, 2)
	// A chain of a thousand takes long to sign, and room only counts.
	many := func(n int) []*roster.Signed {
		all := make([]*roster.Signed, n)
		for i := range all {
			all[i] = chain[0]
		}
		return all
	}
	if err := room(many(roster.MaxChain)); err != nil {
		t.Error(err)
	}
	refused(t, "one too many", room(many(roster.MaxChain+1)), roster.ErrChain, "make a new server")
	if n := roster.MaxChainBytes / roster.MaxSize; n >= roster.MaxChain {
		t.Fatalf("%d of the largest rosters fit: the bytes bound nothing", n)
	}
	large := o.draft(t, nil)
	for i := len(large.Reviewers); i < 25; i++ {
		large.Reviewers = append(large.Reviewers, newReviewer(t, fmt.Sprintf("Reviewer %d", i)))
	}
	chain[0] = sign(t, large, o.signers...)
	n := roster.MaxChainBytes / len(chain[0].Bytes())
	if n >= roster.MaxChain {
		t.Fatal("the large roster is not large enough")
	}
	if err := room(many(n)); err != nil {
		t.Error(err)
	}
	refused(t, "too long", room(many(n+1)), roster.ErrChain, "make a new server")

	chain = o.chain(t, 2)
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:1])
	if err != nil {
		t.Fatal(err)
	}
	before := content(t, folder)
	full := many(roster.MaxChain)
	b.chain.Store(&full)
	next := o.draft(t, chain[0])
	next.Epoch = roster.MaxChain + 1
	full[len(full)-1] = sign(t, thousandth(o.draft(t, chain[0])), o.signers...)
	next.Previous = full[len(full)-1].Sum()
	s, err := b.Import(sign(t, next, o.signers...).Bytes(), today)
	refused(t, "imported", err, roster.ErrChain, "make a new server")
	if s != nil || len(b.All()) != roster.MaxChain {
		t.Error("it was taken all the same")
	}
	same(t, "imported", folder, before)
}

func thousandth(r *roster.Roster) *roster.Roster {
	r.Epoch = roster.MaxChain
	return r
}

// A refusal can be told from an error of the disk, whatever refuses.
func TestRefusalsAreTold(t *testing.T) {
	refusal := func(err error) bool {
		for _, kind := range []error{roster.ErrMalformed, roster.ErrSecretKey, roster.ErrChain, roster.ErrSignatures, roster.ErrExpired, roster.ErrNotYet} {
			if errors.Is(err, kind) {
				return true
			}
		}
		return false
	}
	o := newOffice(t)
	chain := o.chain(t, 3)
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:2])
	if err != nil {
		t.Fatal(err)
	}
	// Another program put another third one there.
	if err := put(folder, sign(t, o.draft(t, chain[1]), o.signers...)); err != nil {
		t.Fatal(err)
	}
	good := chain[2].Bytes()
	texts := map[string][]byte{"another in its place": good, "nothing": nil, "roster 1": chain[0].Bytes(), "draft": chain[2].Text()}
	for i := 0; i < len(good); i += 97 {
		changed := append([]byte(nil), good...)
		changed[i] ^= 0x20
		texts[fmt.Sprint("cut at ", i)], texts[fmt.Sprint("changed at ", i)] = good[:i], changed
	}
	for name, text := range texts {
		if _, err := b.Import(text, today); !refusal(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.Import(good, "2027-05-23"); !errors.Is(err, roster.ErrExpired) {
		t.Error(err)
	}
	// The disk: no place to write to, and a mark that cannot be replaced.
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Import(good, today); !errors.Is(err, fs.ErrNotExist) || refusal(err) {
		t.Errorf("no folder: %v", err)
	}
	if b, err = Create(folder, chain[:2]); err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(folder, pinName)
	if err := errors.Join(os.Remove(mark), os.MkdirAll(filepath.Join(mark, "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Import(good, today); err == nil || refusal(err) {
		t.Errorf("no mark: %v", err)
	}
	if _, err := os.Lstat(path(folder, 3)); err != nil {
		t.Errorf("what Import says that it leaves is not there: %v", err)
	}
}
