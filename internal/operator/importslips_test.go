package operator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/rewrap"
	"amana/internal/roster"
	"amana/vault"

	"filippo.io/age"
)

// onlyHonest fails the test if any header waits that the honest slips do not have.
func (s *site) onlyHonest(what string, honest []carry.SlipEntry) (waiting int) {
	s.t.Helper()
	for i, r := range s.records() {
		if r.Next == nil {
			continue
		}
		waiting++
		if r.Next.Epoch != 2 || !bytes.Equal(r.Next.Header, honest[i].Header) {
			s.t.Errorf("%s: a header waits for %s that nobody made", what, r.ID)
		}
	}
	return waiting
}

// Cut off or changed anywhere, a file of slips does no harm: what is whole of it
// is taken or nothing, and the whole file can be imported afterwards.
func TestImportDamagedSlips(t *testing.T) {
	s := newSite(t, 6)
	honest := s.good(s.a, s.two)
	file := s.slips(s.a, s.two, honest...)
	last := 0
	check := func(what string, o outcome, codes ...int) {
		t.Helper()
		if o.err == nil || !slices.Contains(codes, o.code) || !strings.Contains(o.hints, "copy") {
			t.Errorf("%s: exit code %d, %v (%s)", what, o.code, o.err, o.hints)
		}
		last = s.onlyHonest(what, honest)
	}
	for i := range 60 {
		cut := len(file) * i / 60
		check(fmt.Sprintf("cut off at %d", cut), s.take(file[:cut]), cli.ExitRefused)
	}
	for n := 1; n < 2500; n += 311 {
		check(fmt.Sprintf("%d bytes short", n), s.take(file[:len(file)-n]), cli.ExitRefused)
	}
	if last != 0 {
		t.Errorf("%d slips were taken of a file that was known to be cut off", last)
	}
	// A pipe does not tell its size: the parts before the end are taken.
	for i := range 30 {
		cut := len(file) * i / 30
		check(fmt.Sprintf("a stream cut off at %d", cut), s.takeFrom(bytes.NewReader(file[:cut]), -1), cli.ExitRefused, cli.ExitDamaged)
	}
	if last != 6 {
		t.Errorf("%d slips are taken of 6 when only the end is missing", last)
	}
	s.unchanged("cut off", 6, s.b)

	s = newSite(t, 6)
	honest = s.good(s.a, s.two)
	file = s.slips(s.a, s.two, honest...)
	taken := false
	for i := range 150 {
		data := bytes.Clone(file)
		data[len(data)*i/150] ^= 1 << (i % 8)
		check(fmt.Sprintf("byte %d changed", len(data)*i/150), s.take(data), cli.ExitRefused, cli.ExitDamaged)
		taken = taken || last > 0
	}
	if !taken {
		t.Error("nothing was ever taken of the parts before the damage: the test shows less than it should")
	}
	s.unchanged("changed", last, s.b)
	s.mustTake("whole in the end", file)
	s.unchanged("whole in the end", 6, s.b)
}

// What is not signed by a reviewer of the newest roster, for that roster, is
// refused whole, and nothing of it comes to the disk.
func TestImportSlipsOfStrangers(t *testing.T) {
	s := newSite(t, 3)
	_, signing, err := s.org.Administrators[0].Seeds()
	if err != nil {
		t.Fatal(err)
	}
	identity := make([]byte, 32)
	rand.Read(identity)
	administrator, err := keyfile.FromSeeds("Administrator", identity, signing)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := keyfile.NewReviewer("Reviewer S")
	if err != nil {
		t.Fatal(err)
	}
	// Another roster 2, as two administrators who disagree may sign it.
	s.org.Rosters = s.org.Rosters[:1]
	other := s.next(0, 90, s.a, s.c, s.h)
	s.org.Rosters = append(s.org.Rosters[:1], s.two)
	three := s.next(0, 90, s.a, s.c, s.h)
	slips := s.good(s.a, s.two)
	for i := range slips {
		slips[i].Header = marked(slips[i].Header)
	}
	mine := s.slips(s.a, s.two, slips...)
	nobody := bytes.Clone(mine)
	at := bytes.Index(nobody, []byte("\n— ")) // the signature; what comes before it stays
	copy(nobody[at+80:at+110], strings.Repeat("A", 30))
	none := bytes.Replace(mine, []byte("\n— amana-reviewer"), []byte("\n- amana-reviewer  "), 1)
	for name, c := range map[string]struct {
		file  []byte
		words string
	}{
		"a reviewer of before":      {s.slips(s.b, s.two, slips...), "it is not signed by a reviewer of roster 2"},
		"an administrator":          {s.slips(administrator, s.two, slips...), "it is not signed by a reviewer of roster 2"},
		"a stranger":                {s.slips(stranger, s.two, slips...), "it is not signed by a reviewer of roster 2"},
		"a wrong signature":         {nobody, "nothing of the slips is taken"},
		"no signature":              {none, "nothing of the slips is taken"},
		"another roster 2":          {s.slips(s.a, other, slips...), "it is for another roster 2 than the one here"},
		"the roster before":         {s.slips(s.a, s.one, slips...), "it is for roster 1, and the newest here is 2"},
		"a roster to come":          {s.slips(s.a, three, slips...), "it is for roster 3, and the newest here is 2"},
		"a stranger's confirmation": {s.confirmation(stranger, s.two, slips, true), "it is not signed by a reviewer of roster 2"},
		"confirmed by B":            {s.confirmation(s.b, s.two, slips, true), "it is not signed by a reviewer of roster 2"},
		"confirmed for roster 1":    {s.confirmation(s.a, s.one, slips, true), "it is for roster 1, and the newest here is 2"},
		"confirmed for another":     {s.confirmation(s.a, other, slips, true), "it is for another roster 2 than the one here"},
	} {
		s.wantRefused(name, s.take(c.file), c.words)
		s.unchanged(name, 0, s.b)
		s.noMarker(name)
	}
	// The search finds what is there.
	s.mustTake("slips of A", mine)
	found := false
	for _, r := range s.records() {
		found = found || bytes.Contains(r.Next.Header, []byte(marker))
	}
	if !found {
		t.Error("the marker is not in what was taken either: the test proves nothing")
	}
}

// marked puts the marker into a header; it has the form of a good one.
func marked(header []byte) []byte {
	header = bytes.Clone(header)
	copy(header[bytes.Index(header, []byte("x25519 "))+20:], marker)
	return header
}

// Headers of a wrong form are refused one by one, and never come to the disk; the
// others are taken.
func TestImportHeadersOfWrongForm(t *testing.T) {
	s := newSite(t, 2)
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	good := s.good(s.a, s.two)
	old, header := s.old[0].Header, marked(good[0].Header)
	to := s.two.Recipients()
	var x bytes.Buffer
	if _, err := age.Encrypt(&x, classic.Recipient()); err != nil {
		t.Fatal(err)
	}
	stanza := x.Bytes()[bytes.Index(x.Bytes(), []byte("-> ")):bytes.Index(x.Bytes(), []byte("--- "))]
	mac := bytes.Index(header, []byte("--- "))
	first := bytes.Index(header, []byte("-> "))
	second := first + 3 + bytes.Index(header[first+3:], []byte("-> "))
	insert := func(at int, what []byte) []byte { return slices.Concat(header[:at], what, header[at:]) }
	for name, bad := range map[string][]byte{
		"one reader too few":  marked(s.wrap(old, s.a, to[:2]...)),
		"one reader":          marked(s.wrap(old, s.a, to[0])),
		"one reader too many": marked(s.wrap(old, s.a, append(to, s.b.Identities[0].Recipient())...)),
		"an X25519 more":      insert(mac, stanza),
		"X25519 for one":      slices.Concat(header[:second], stanza, header[mac:]),
		"only X25519":         slices.Concat(header[:first], stanza, stanza, stanza, header[mac:]),
		"a stanza more":       insert(mac, []byte("-> grease "+marker+"\n\n")),
		"a body too long":     insert(second-1, []byte("AAAA")),
		"an argument more":    insert(first+3+bytes.IndexByte(header[first+3:], '\n'), []byte(" "+marker)),
		"with a payload":      append(bytes.Clone(header), marker...),
		"twice":               slices.Concat(header, header),
		"cut off":             header[:len(header)-2],
		"no MAC":              header[:mac],
		"text":                []byte(marker + "\n"),
		"no stanza":           slices.Concat(header[:first], header[mac:]),
		"large":               insert(mac, bytes.Repeat([]byte("-> "+marker+"\n\n"), 45_000)),
	} {
		slip := carry.SlipEntry{ID: s.old[0].ID, Replaces: sha256.Sum256(old), Header: bad}
		o := s.take(s.slips(s.a, s.two, slip))
		s.wantRefused(name, o, "nothing of the slips could be taken")
		if !strings.HasPrefix(o.said, "refused: testimony "+vault.ID(slip.ID).String()+": ") || strings.Contains(o.said, marker) {
			t.Errorf("%s: %s", name, o.said)
		}
		s.unchanged(name, 0, s.b)
		s.noMarker(name)
	}
	// The others of the same part are taken.
	bad := carry.SlipEntry{ID: s.old[0].ID, Replaces: sha256.Sum256(old), Header: marked(s.wrap(old, s.a, to[:2]...))}
	o := s.take(s.slips(s.a, s.two, bad, good[1]))
	if o.code != cli.ExitPartial || !strings.Contains(o.said, "its new header is for 2 readers, and the roster has 3 reviewers") || o.err.Error() != "1 of 2 were refused" {
		t.Errorf("exit code %d, %v\n%s", o.code, o.err, o.said)
	}
	s.unchanged("the others", 1, s.b)
	s.noMarker("the others")
}

// Slips for testimonies that are not there, or that have another header by now,
// are refused by name, and the others taken.
func TestImportSlipsForOthers(t *testing.T) {
	s := newSite(t, 4)
	good := s.good(s.a, s.two)
	unknown, stale := good[0], good[1]
	unknown.ID = [16]byte(vault.NewID())
	unknown.Header = marked(unknown.Header)
	stale.Replaces[0] ^= 1
	stale.Header = marked(stale.Header)
	o := s.take(s.slips(s.a, s.two, unknown, stale, good[2], good[3]))
	if o.code != cli.ExitPartial || o.err.Error() != "2 of 4 were refused" || !strings.Contains(o.hints, "nothing is lost") ||
		!strings.Contains(o.said, "refused: testimony "+vault.ID(unknown.ID).String()+": vault: no such testimony; perhaps its source has withdrawn it, or it was purged\n") ||
		!strings.Contains(o.said, "refused: testimony "+vault.ID(stale.ID).String()+": vault: the testimony has another header by now\n") ||
		!strings.Contains(o.said, "\n2 are kept beside the old ones") {
		t.Errorf("exit code %d, %v (%s)\n%s", o.code, o.err, o.hints, o.said)
	}
	s.unchanged("unknown and stale", 2, s.b)
	s.noMarker("unknown and stale")

	// Thousands of unknown ones: counted, not listed.
	many := slices.Repeat([]carry.SlipEntry{unknown}, 200)
	for i := range many {
		many[i].ID = [16]byte(vault.NewID())
	}
	o = s.take(s.slips(s.h, s.two, many...))
	s.wantRefused("many", o, "nothing of the slips could be taken")
	if strings.Count(o.said, "\n") != most+1 || !strings.Contains(o.said, fmt.Sprintf("refused: %d more\n", 200-most)) {
		t.Errorf("many:\n%s", o.said)
	}
	s.unchanged("many", 2, s.b)

	// The same testimony twice in one file: the later counts.
	again := good[2]
	again.Header = s.wrap(s.old[2].Header, s.a, s.two.Recipients()...)
	s.mustTake("twice", s.slips(s.a, s.two, good[2], again))
	s.unchanged("twice", 2, s.b)
	if next := s.records()[2].Next; next == nil || !bytes.Equal(next.Header, again.Header) {
		t.Error("twice: the earlier one counts")
	}
}

// fresh returns the header of a file that has nothing to do with any testimony.
func fresh(t *testing.T, to *roster.Signed) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := age.Encrypt(&out, to.Recipients()...); err != nil {
		t.Fatal(err)
	}
	mac := bytes.Index(out.Bytes(), []byte("\n--- ")) + 1
	return out.Bytes()[:mac+bytes.IndexByte(out.Bytes()[mac:], '\n')+1]
}

// What has the right form but opens nothing is kept beside the old header, and no
// more: an honest reviewer does not confirm it.
func TestImportHostileCandidates(t *testing.T) {
	s := newSite(t, 3)
	good := s.good(s.a, s.two)
	header := fresh(t, s.two) // of another file, so with another file key
	shut := s.two.Recipients()
	shut[1] = s.b.Identities[0].Recipient() // B in the place of C
	for name, c := range map[string]struct {
		header func(i int) []byte
		want   error // of C, who looks at it
	}{
		"noise":          {func(i int) []byte { return marked(good[i].Header) }, nil},
		"another key":    {func(int) []byte { return header }, rewrap.ErrOtherKey},
		"of another":     {func(i int) []byte { return good[(i+1)%3].Header }, rewrap.ErrOtherKey},
		"another reader": {func(i int) []byte { return s.wrap(s.old[i].Header, s.h, shut...) }, rewrap.ErrNotOurs},
	} {
		bad := slices.Clone(good)
		for i := range bad {
			bad[i].Header = c.header(i)
			err := rewrap.Confirm(s.old[i].Header, bad[i].Header, s.c.Identities, 3)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: C says %v", name, err)
			}
		}
		s.mustTake(name, s.slips(s.h, s.two, bad...))
		s.unchanged(name, 3, s.b)
		if file := s.confirmation(s.c, s.two, bad, false); file != nil {
			t.Errorf("%s: C confirms something", name)
		}
		// H alone cannot put it in force.
		s.wantRefused(name+", confirmed by H", s.take(s.confirmation(s.h, s.two, bad, true)), vault.ErrSameHand.Error())
		s.unchanged(name+", confirmed by H", 3, s.b)
	}
	// A good one takes the place of what waits, and C confirms that.
	s.mustTake("good", s.slips(s.a, s.two, good...))
	s.mustTake("confirmed", s.confirmation(s.c, s.two, good, false))
	s.open("good", 0, s.a, s.c, s.h)
}

// While slips arrive the roster is replaced: from then on they are for an old one.
func TestImportWhileTheRosterChanges(t *testing.T) {
	s := newSite(t, 6)
	honest := s.good(s.a, s.two)
	file := s.slips(s.a, s.two, honest...)
	three := s.next(0, 100, s.a, s.c)
	half := len(file) / 2
	changes := readerFunc(func([]byte) (int, error) {
		s.mustTake("roster 3", three.Bytes())
		return 0, io.EOF
	})
	o := s.takeFrom(io.MultiReader(bytes.NewReader(file[:half]), changes, bytes.NewReader(file[half:])), int64(len(file)))
	if o.err == nil || o.code != cli.ExitRefused || !strings.Contains(o.err.Error(), "roster 3 was imported meanwhile") || !strings.Contains(o.hints, "export the headers again") {
		t.Errorf("exit code %d, %v (%s)", o.code, o.err, o.hints)
	}
	waiting := s.onlyHonest("meanwhile", honest)
	if waiting == 0 || waiting == 6 {
		t.Errorf("%d slips were taken before the roster changed: the test proves nothing", waiting)
	}
	s.unchanged("meanwhile", waiting, s.b)
	s.wantRefused("afterwards", s.take(file), "it is for roster 2, and the newest here is 3")
	s.wantRefused("confirmed", s.take(s.confirmation(s.c, s.two, honest, false)), "it is for roster 2, and the newest here is 3")
	s.unchanged("afterwards", waiting, s.b)
	// Begun anew for the newest roster it ends well.
	again := s.good(s.a, three)
	s.mustTake("for roster 3", s.slips(s.a, three, again...))
	s.mustTake("confirmed for roster 3", s.confirmation(s.c, three, again, false))
	s.open("in the end", 0, s.a, s.c)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// An import that is stopped takes nothing more.
func TestImportStopped(t *testing.T) {
	s := newSite(t, 2)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	file := s.slips(s.a, s.two, s.good(s.a, s.two)...)
	if err := s.in.Import(ctx, bytes.NewReader(file), int64(len(file)), func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("imported although it was stopped: %v", err)
	}
	s.unchanged("stopped", 0, s.b)
}
