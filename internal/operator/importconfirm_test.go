package operator

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/rewrap"
	"amana/vault"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// gone fails the test if one of the old headers' stanzas can still be found.
func (s *site) gone(what string) {
	s.t.Helper()
	for _, e := range s.old {
		at := bytes.Index(e.Header, []byte("x25519 ")) + 7
		s.noBytes(what, e.Header[at:at+64])
	}
}

// A confirmation counts only if it comes from another reviewer than the slips, and
// for the very headers that wait. Until then the old ones stay.
func TestImportConfirmation(t *testing.T) {
	s := newSite(t, 4)
	good := s.good(s.a, s.two)
	yes := s.confirmation(s.c, s.two, good, false)
	s.wantRefused("before the slips", s.take(yes), vault.ErrStale.Error())
	s.mustTake("slips", s.slips(s.a, s.two, good...))
	s.wantRefused("A's own", s.take(s.confirmation(s.a, s.two, good, false)), vault.ErrSameHand.Error())
	s.unchanged("A's own", 4, s.b)

	// Of headers that are not there, of others' headers, of unknown testimonies.
	other := slices.Clone(good)
	for i := range other {
		other[i].Header = s.wrap(s.old[i].Header, s.h, s.two.Recipients()...)
	}
	s.wantRefused("not there", s.take(s.confirmation(s.c, s.two, other, false)), vault.ErrStale.Error())
	for i := range other {
		other[i].Header = good[(i+1)%4].Header
	}
	s.wantRefused("of another", s.take(s.confirmation(s.c, s.two, other, true)), vault.ErrStale.Error())
	other[0] = good[0]
	other[0].ID = [16]byte(vault.NewID())
	s.wantRefused("unknown", s.take(s.confirmation(s.c, s.two, other[:1], true)), vault.ErrNotFound.Error())
	s.unchanged("not there", 4, s.b)

	// The good headers were confirmed on the way; meanwhile H replaced one of them.
	bad := good[2]
	bad.Header = marked(bad.Header)
	s.mustTake("H's slip", s.slips(s.h, s.two, bad))
	o := s.take(yes)
	if o.code != cli.ExitPartial || o.err.Error() != "1 of 4 were refused" || !strings.Contains(o.hints, "nothing is lost") ||
		!strings.Contains(o.said, "refused: testimony "+vault.ID(bad.ID).String()+": "+vault.ErrStale.Error()+"\n3 sealed parts have their new header now\n") ||
		!strings.Contains(o.said, "\n1 sealed part is still sealed to other reviewers") {
		t.Errorf("exit code %d, %v\n%s", o.code, o.err, o.said)
	}
	s.open("one replaced", 1, s.a)
	if r := s.records()[2]; r.HeaderEpoch != 1 || !bytes.Equal(r.Header, s.old[2].Header) {
		t.Error("the old header of the replaced one is gone")
	}
	// H takes A's good header and gives it as its own: it cannot confirm that.
	s.mustTake("under H's name", s.slips(s.h, s.two, good[2]))
	s.wantRefused("H's own", s.take(s.confirmation(s.h, s.two, good[2:3], true)), vault.ErrSameHand.Error())
	s.mustTake("again", yes)
	s.open("again", 0, s.a, s.c, s.h)
	s.gone("again")
}

// Everything may be imported twice, also late, and nothing comes back.
func TestImportTwice(t *testing.T) {
	s := newSite(t, 3)
	good := s.good(s.a, s.two)
	slips, yes := s.slips(s.a, s.two, good...), s.confirmation(s.c, s.two, good, false)
	if said := s.mustTake("roster", s.two.Bytes()); said != "roster 2 is the newest one already\n" {
		t.Error(said)
	}
	for range 2 {
		if said := s.mustTake("slips", slips); !strings.Contains(said, "\n3 are kept beside the old ones") {
			t.Error(said)
		}
		s.unchanged("slips", 3, s.b)
	}
	for range 2 {
		said := s.mustTake("confirmation", yes)
		if !strings.HasPrefix(said, "3 sealed parts have their new header now\n") ||
			!strings.HasSuffix(said, "\nevery testimony is sealed to exactly the reviewers of the newest roster\n") {
			t.Error(said)
		}
		s.open("confirmation", 0, s.a, s.c, s.h)
		s.gone("confirmation")
	}
	s.mustTake("slips, late", slips)
	s.mustTake("H's of the same headers", s.slips(s.h, s.two, good...))
	s.open("late", 0, s.a, s.c, s.h)
	// Others that were made of the old headers come too late.
	late := slices.Clone(good)
	for i := range late {
		late[i].Header = s.wrap(s.old[i].Header, s.b, s.two.Recipients()...)
	}
	s.wantRefused("others, late", s.take(s.slips(s.a, s.two, late...)), vault.ErrStale.Error())
	s.open("others, late", 0, s.a, s.c, s.h)
	// The roster of before does not come back.
	s.wantRefused("roster 1", s.take(s.one.Bytes()), "which was taken in before")
}

// A confirmation that comes damaged takes effect as far as it is whole; imported
// again whole, it does the rest, and only then nothing is left of the old headers.
func TestImportDamagedConfirmation(t *testing.T) {
	s := newSite(t, 6)
	good := s.good(s.a, s.two)
	s.mustTake("slips", s.slips(s.a, s.two, good...))
	var parts [][]byte
	for i, e := range good {
		parts = append(parts, carry.AppendConfirmedEntry(nil, carry.ConfirmedEntry{ID: e.ID, Replaces: sha256.Sum256(s.old[i].Header), Header: sha256.Sum256(e.Header)}))
	}
	file := s.file(carry.Confirmation, s.c, s.two, parts)
	for i := range 80 {
		data := bytes.Clone(file)
		at := len(data) * i / 80
		data[at] ^= 1 << (i % 8)
		o := s.take(data)
		if o.err == nil || o.code != cli.ExitRefused && o.code != cli.ExitDamaged || o.hints == "" {
			t.Errorf("byte %d changed: exit code %d, %v (%s)", at, o.code, o.err, o.hints)
		}
		for j, r := range s.records() {
			if !bytes.Equal(r.Header, s.old[j].Header) && !bytes.Equal(r.Header, good[j].Header) {
				t.Fatalf("byte %d changed: testimony %d has a header that nobody made", at, j)
			}
		}
	}
	u, err := s.store.Usage(t.Context())
	if err != nil || u.ByEpoch[2] == 0 {
		t.Errorf("nothing was ever taken of the parts before the damage: %v, %v", u.ByEpoch, err)
	}
	s.open("damaged", waits(u), s.a)
	s.mustTake("whole", file)
	s.open("whole", 0, s.a, s.c, s.h)
	s.gone("whole")
}

// Who was shut out by a hostile slip that another confirmed gets the headers made
// anew, for the same roster.
func TestImportMadeAnew(t *testing.T) {
	s := newSite(t, 2)
	bad := s.good(s.a, s.two)
	for i := range bad { // B in the place of C
		bad[i].Header = s.wrap(s.old[i].Header, s.h, s.a.Identities[0].Recipient(), s.b.Identities[0].Recipient(), s.h.Identities[0].Recipient())
	}
	s.mustTake("H's slips", s.slips(s.h, s.two, bad...))
	s.mustTake("A sees no more than A's own", s.confirmation(s.a, s.two, bad, false))
	s.open("shut out", 0, s.a, s.b)
	before := s.old
	s.old = s.entries() // what is in force now
	anew := s.good(s.a, s.two)
	s.mustTake("made anew", s.slips(s.a, s.two, anew...))
	s.unchanged("made anew", 2, s.b)
	s.wantRefused("A's own", s.take(s.confirmation(s.a, s.two, anew, false)), vault.ErrSameHand.Error())
	s.mustTake("C confirms", s.confirmation(s.c, s.two, anew, false))
	s.open("made anew", 0, s.a, s.c, s.h)
	s.gone("made anew")
	s.old = before
	s.gone("made anew, of before")
}

// Where there is only one reviewer nobody else can confirm.
func TestImportOnlyReviewer(t *testing.T) {
	s := newSite(t, 2)
	three := s.next(0, 100, s.a)
	said := s.mustTake("roster 3", three.Bytes())
	if !strings.Contains(said, "\n2 sealed parts are still sealed to other reviewers") {
		t.Error(said)
	}
	good := s.good(s.a, three)
	s.mustTake("slips", s.slips(s.a, three, good...))
	s.wantRefused("C's", s.take(s.confirmation(s.c, three, good, true)), "it is not signed by a reviewer of roster 3")
	s.unchanged("C's", 2, s.b)
	s.mustTake("A's own", s.confirmation(s.a, three, good, false))
	s.open("A's own", 0, s.a)
	s.gone("A's own")
}

// What is something else is refused with a word on what to give.
func TestImportSomethingElse(t *testing.T) {
	s := newSite(t, 1)
	headers := &carry.PartsManifest{Kind: carry.Headers, Made: "2026-11-22", Epoch: 2, RosterSum: s.two.Sum(), Parts: make([]carry.Part, 1)}
	for _, r := range s.in.rosters.all() {
		headers.Rosters = append(headers.Rosters, carry.List{Epoch: r.Epoch, Text: r.Bytes()})
	}
	skey, vkey := carry.NewKey()
	headers.Signer = vkey
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	good := s.slips(s.a, s.two, s.good(s.a, s.two)...)
	for name, c := range map[string]struct {
		file        []byte
		words, hint string
	}{
		"nothing":      {nil, "neither a roster nor slips nor a confirmation", "amana-decrypt rewrap"},
		"text":         {[]byte(marker), "neither a roster nor slips nor a confirmation", "copy it again"},
		"zeros":        {make([]byte, 5000), "neither a roster nor slips nor a confirmation", "copy it again"},
		"headers":      {s.signed(headers, signer, [][]byte{carry.AppendHeaderEntry(nil, s.old[0])}), "these are the headers", "give the file that comes back"},
		"two in one":   {slices.Concat(good, good), "bytes follow its end", "copy it again"},
		"a later kind": {bytes.Replace(good, []byte("amana slips 1\n"), []byte("amana slips 2\n"), 1), "it is of version", "copy it again"},
	} {
		o := s.take(c.file)
		s.wantRefused(name, o, c.words)
		if !strings.Contains(o.hints, c.hint) {
			t.Errorf("%s: the hint is %s", name, o.hints)
		}
		s.unchanged(name, 0, s.b)
		s.noMarker(name)
	}
	if n := s.in.rosters.Newest().Epoch; n != 2 {
		t.Errorf("roster %d is the newest", n)
	}
}

// A hostile reviewer hands in headers with a file key of her own, and on the way
// exchanges the file of headers, so that an honest one compares them with old headers
// that she has made too. They fit; but they are not the server's.
func TestImportConfirmedAgainstForgedHeaders(t *testing.T) {
	s := newSite(t, 3)
	forged := s.good(s.a, s.two)
	var part []byte
	for i := range forged {
		var sealed bytes.Buffer
		if _, err := age.Encrypt(&sealed, s.b.Identities[0].Recipient()); err != nil {
			t.Fatal(err)
		}
		fake, err := age.ExtractHeader(&sealed)
		if err != nil {
			t.Fatal(err)
		}
		forged[i].Header = s.wrap(fake, s.b, s.two.Recipients()...)
		if err := rewrap.Confirm(fake, forged[i].Header, s.c.Identities, len(s.two.Reviewers)); err != nil {
			t.Fatalf("the attack is not as good as it should be: %v", err)
		}
		part = carry.AppendConfirmedEntry(part, carry.ConfirmedEntry{ID: forged[i].ID, Replaces: sha256.Sum256(fake), Header: sha256.Sum256(forged[i].Header)})
	}
	s.mustTake("forged slips", s.slips(s.a, s.two, forged...))
	s.wantRefused("confirmed against forged headers", s.take(s.file(carry.Confirmation, s.c, s.two, [][]byte{part})), vault.ErrStale.Error())
	s.open("forged", len(forged), s.a)
}
