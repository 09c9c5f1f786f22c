package operator

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/keyfile"
	"amana/internal/rig"
	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// chainFiles returns what is in the folder of rosters.
func (s *site) chainFiles() map[string]string {
	s.t.Helper()
	folder := filepath.Join(s.folder, rostersFolder)
	entries, err := os.ReadDir(folder)
	if err != nil {
		s.t.Fatal(err)
	}
	all := make(map[string]string)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			s.t.Fatal(err)
		}
		all[e.Name()] = string(data)
	}
	return all
}

// A roster that does not follow, or not enough sign, or that is not in force, is
// refused; the one before stays in force, and nothing of the other is kept.
func TestImportRosterRefused(t *testing.T) {
	s := newSite(t, 2)
	evil, err := keyfile.NewReviewer("Reviewer " + marker)
	if err != nil {
		t.Fatal(err)
	}
	honest, others := s.org.Administrators, mustOrg(t)
	three := s.next(0, 100, s.a, s.c, evil)
	four := s.next(0, 100, s.a, s.c, evil)
	s.org.Rosters = s.org.Rosters[:2]
	expired := s.next(-20, -1, s.a, s.c, evil)
	s.org.Rosters = s.org.Rosters[:2]
	early := s.next(1, 20, s.a, s.c, evil)
	s.org.Rosters = s.org.Rosters[:1]
	another := s.next(0, 90, s.a, evil)
	s.org.Rosters = s.org.Rosters[:2]
	s.org.Administrators = others.Administrators // who take over
	taken := s.next(0, 100, s.a, s.c, evil)
	first := func() *roster.Signed {
		s.org.Rosters = nil
		return s.next(0, 100, s.a, s.c, evil)
	}()
	s.org.Administrators = honest
	draft, err := roster.Draft(&three.Roster)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := s.h.Signer() // a reviewer signs, who is no administrator
	if err != nil {
		t.Fatal(err)
	}
	var byReviewer []byte
	if d, err := draft.Sign(signer); err == nil {
		byReviewer = d.Bytes()
	} else if byReviewer, err = note.Sign(&note.Note{Text: string(three.Text())}, signer); err != nil {
		t.Fatal(err)
	}
	text := three.Bytes()
	files := map[string][]byte{
		"nobody signed":       draft.Bytes(),
		"a reviewer signed":   byReviewer,
		"others signed":       taken.Bytes(),
		"another first":       first.Bytes(),
		"another roster 2":    another.Bytes(),
		"one left out":        four.Bytes(),
		"expired":             expired.Bytes(),
		"not yet":             early.Bytes(),
		"the one of before":   s.one.Bytes(),
		"two in one":          append(bytes.Clone(text), text...),
		"something follows":   append(bytes.Clone(text), "\n"+marker+"\n"...),
		"other line ends":     bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
		"a mark before":       append([]byte("\ufeff"), text...),
		"two megabytes":       append(bytes.Clone(text), bytes.Repeat([]byte(marker), 120_000)...),
		"only its first line": []byte("amana roster 1\n"),
		"a date changed":      bytes.Replace(text, []byte("until "+rig.Day(100)), []byte("until "+rig.Day(101)), 1),
		"a name changed":      bytes.Replace(text, []byte("Reviewer C"), []byte("Reviewer "+marker), 1),
	}
	bad := bytes.Replace(four.Bytes(), []byte("until "+rig.Day(100)), []byte("until "+rig.Day(101)), 1)
	files["two, the second is bad"] = slices.Concat(text, []byte{0}, bad)
	files["two, the second is nothing"] = slices.Concat(text, []byte{0})
	files["two, the first is bad"] = slices.Concat(bad, []byte{0}, text)
	files["two in the wrong order"] = slices.Concat(four.Bytes(), []byte{0}, text)
	files["two that follow, but do not follow ours"] = slices.Concat(taken.Bytes(), []byte{0}, text)
	for i := range 50 {
		files["cut off at "+string(rune('a'+i))] = text[:len(text)*i/50]
		flipped := bytes.Clone(text)
		flipped[len(text)*i/50] ^= 1 << (i % 8)
		files["changed at "+string(rune('a'+i))] = flipped
	}
	before := s.chainFiles()
	for name, file := range files {
		o := s.take(file)
		s.wantRefused(name, o, "")
		if after := s.chainFiles(); !maps.Equal(before, after) {
			t.Errorf("%s: the folder of rosters has changed", name)
		}
		if newest := s.in.rosters.Newest(); newest.Epoch != 2 || newest.Sum() != s.two.Sum() {
			t.Fatalf("%s: the newest is roster %d", name, newest.Epoch)
		}
	}
	s.noMarker("refused")
	s.unchanged("refused", 0, s.b)
	// What is right is taken, and found by the same search.
	if said := s.mustTake("right", text); !strings.Contains(said, `retires reviewer "Reviewer H"`) || !strings.Contains(said, marker) {
		t.Error(said)
	}
	if data := s.chainFiles()["3.txt"]; !strings.Contains(data, marker) {
		t.Error("the marker is not in what was taken either: the test proves nothing")
	}
	s.unchanged("right", 0, s.b)
}

// A secret key that somebody gives by mistake is not kept, and the person is told.
func TestImportSecret(t *testing.T) {
	s := newSite(t, 1)
	three := s.next(0, 100, s.a, s.c)
	secret := s.a.Identities[0].String()
	for name, file := range map[string][]byte{
		"in a roster": bytes.Replace(three.Bytes(), []byte("Reviewer A"), []byte(secret), 1),
		"behind it":   append(three.Bytes(), "\n"+secret+"\n"...),
	} {
		o := s.take(file)
		s.wantRefused(name, o, "")
		if !strings.Contains(o.hints, "whoever it belongs to must make a new key") || strings.Contains(o.err.Error()+o.said+o.hints, secret[:40]) {
			t.Errorf("%s: the hint is %s", name, o.hints)
		}
		s.noBytes(name, []byte(secret[:40]))
	}
}
