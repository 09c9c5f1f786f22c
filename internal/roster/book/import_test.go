package book

import (
	"bytes"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"amana/internal/roster"
)

func TestImport(t *testing.T) {
	o := newOffice(t)
	chain := o.chain(t, 4)
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:1])
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n <= 4; n++ {
		for range 2 { // again is no error
			s, err := b.Import(chain[n-1].Bytes(), today)
			if err != nil {
				t.Fatal(err)
			}
			if s.Epoch != uint32(n) || b.Newest() != s || len(b.All()) != n {
				t.Errorf("after roster %d the newest is %d of %d", n, b.Newest().Epoch, len(b.All()))
			}
			same(t, "imported", folder, files(chain[:n]))
		}
	}
	// The same text under other signatures, and on a day when it is over.
	other := sign(t, &chain[3].Roster, o.signers[1], o.signers[0])
	if s, err := b.Import(other.Bytes(), "2030-01-01"); err != nil || s != b.Newest() {
		t.Errorf("the newest again: %v", err)
	}
	same(t, "again", folder, files(chain))
	if again, err := Open(folder); err != nil || again.Newest().Epoch != 4 {
		t.Errorf("opened again: %v", err)
	}
	b.All()[0] = nil
	if b.All()[0] == nil {
		t.Error("All gives away the book's own list")
	}
}

// What is refused leaves the folder as it was, byte for byte, and the newest
// roster too.
func TestP4ImportRefuses(t *testing.T) {
	o := newOffice(t)
	chain := o.chain(t, 3)
	stranger := newOffice(t)
	next := func(change func(r *roster.Roster)) *roster.Roster {
		r := o.draft(t, chain[2])
		change(r)
		return r
	}
	as := func(*roster.Roster) {}
	all := func(r *roster.Roster) []byte { return sign(t, r, o.signers...).Bytes() }
	good := all(next(as))
	beyond := sign(t, next(as), o.signers...)
	for name, c := range map[string]struct {
		data []byte
		kind error
		want string
	}{
		"first":              {chain[0].Bytes(), roster.ErrChain, "this is roster 1, which was taken in before. The newest here is roster 3"},
		"the one before":     {chain[1].Bytes(), roster.ErrChain, "this is roster 2, which was taken in before"},
		"another first":      {sign(t, stranger.draft(t, nil), stranger.signers...).Bytes(), roster.ErrChain, "another roster 1 than the one here"},
		"another newest":     {all(o.draft(t, chain[1])), roster.ErrChain, "another roster 3 than the one here"},
		"another, unsigned":  {sign(t, o.draft(t, chain[1]), o.signers[0]).Bytes(), roster.ErrSignatures, "roster 3 must be signed by 2"},
		"gap":                {all(o.draft(t, beyond)), roster.ErrChain, "Take roster 4 first"},
		"of another":         {all(o.draft(t, sign(t, o.draft(t, chain[1]), o.signers...))), roster.ErrChain, "to follow another roster 3"},
		"one signature":      {sign(t, next(as), o.signers[0]).Bytes(), roster.ErrSignatures, "and 1 of them did"},
		"by strangers":       {sign(t, next(as), stranger.signers...).Bytes(), roster.ErrSignatures, "and 0 of them did"},
		"by itself":          {sign(t, next(func(r *roster.Roster) { r.Administrators = stranger.administrators }), stranger.signers...).Bytes(), roster.ErrSignatures, "and 0 of them did"},
		"draft":              {next(as).Text(), roster.ErrSignatures, "draft of roster 4"},
		"draft of newest":    {chain[2].Text(), roster.ErrSignatures, "draft of roster 3"},
		"expired":            {all(next(func(r *roster.Roster) { r.Until = "2026-11-30" })), roster.ErrExpired, "the last day of roster 4 was 2026-11-30"},
		"not yet":            {all(next(func(r *roster.Roster) { r.From = "2026-12-02" })), roster.ErrNotYet, "roster 4 begins on 2026-12-02"},
		"begins before":      {all(next(func(r *roster.Roster) { r.From = "2026-11-21" })), roster.ErrChain, "before roster 3 did"},
		"edited":             {bytes.Replace(good, []byte("until 2027"), []byte("until 2028"), 1), roster.ErrSignatures, "does not fit its text"},
		"cut":                {good[:len(good)-1], roster.ErrMalformed, "cut off"},
		"empty":              {nil, roster.ErrMalformed, "this is not a roster"},
		"garbage":            {[]byte("\x00\x01\xff\n\n— "), roster.ErrMalformed, "this is not a roster"},
		"huge":               {bytes.Repeat(good, 200), roster.ErrMalformed, "longer than"},
		"huge after a start": {append(bytes.Clone(good), make([]byte, roster.MaxSize)...), roster.ErrMalformed, "longer than"},
		"Windows":            {bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")), roster.ErrMalformed, "Windows"},
		"card":               {beyond.Reviewers[0].Card().Text(), roster.ErrMalformed, "this is not a roster"},
		"secret":             {[]byte("AGE-SECRET-KEY-PQ-1" + strings.Repeat("Q", 58)), roster.ErrSecretKey, "SECRET"},
	} {
		folder := filepath.Join(t.TempDir(), "rosters")
		b, err := Create(folder, chain)
		if err != nil {
			t.Fatal(err)
		}
		before := content(t, folder)
		s, err := b.Import(c.data, today)
		refused(t, name, err, c.kind, c.want)
		if s != nil || b.Newest().Sum() != chain[2].Sum() || len(b.All()) != 3 {
			t.Errorf("%s: it was taken all the same", name)
		}
		if after := content(t, folder); !maps.Equal(before, after) {
			t.Errorf("%s: the folder now holds %s", name, list(after))
		}
		if _, err := b.Import(good, today); err != nil {
			t.Errorf("%s: the good one after it: %v", name, err)
		}
	}
	// What another program has put there is not overwritten.
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:2])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder); err != nil {
		t.Fatal(err)
	}
	if err := put(folder, sign(t, o.draft(t, chain[1]), o.signers...)); err != nil {
		t.Fatal(err)
	}
	before := content(t, folder)
	if s, err := b.Import(chain[2].Bytes(), today); err == nil || s != nil || b.Newest().Epoch != 2 {
		t.Errorf("another one in its place: %v", err)
	}
	same(t, "another one in its place", folder, before)
}

// Whoever asks while rosters come in gets one of them whole, and never an older
// one than before.
func TestImportConcurrent(t *testing.T) {
	chain := newOffice(t).chain(t, 6)
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:1])
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for last := uint32(0); ; {
				s, err := b.InForce(today)
				if err != nil || s.Epoch < last || len(b.All()) < int(s.Epoch) {
					t.Errorf("after roster %d comes %v (%v)", last, s, err)
					return
				}
				last = s.Epoch
				if _, err := Open(folder); err != nil { // as another program does
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
		writers.Go(func() {
			for _, s := range chain[1:] {
				for b.Newest().Epoch < s.Epoch {
					// Another writer may be ahead: then it is one that is known.
					if _, err := b.Import(s.Bytes(), today); err != nil && b.Newest().Epoch <= s.Epoch {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	same(t, "in the end", folder, files(chain))
}
