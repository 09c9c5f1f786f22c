package operator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/mailbox"
	"amana/internal/roster"
	"amana/vault"
	"amana/vault/letterbox"

	"filippo.io/age"
)

// acks returns a file that acknowledges entries, two in a part.
func (s *site) acks(by *keyfile.Key, to *roster.Signed, entries ...carry.AcknowledgedEntry) []byte {
	var parts [][]byte
	for some := range slices.Chunk(entries, 2) {
		var part []byte
		for _, e := range some {
			part = carry.AppendAcknowledgedEntry(part, e)
		}
		parts = append(parts, part)
	}
	return s.file(carry.Acknowledgement, by, to, parts)
}

// had returns what an honest reviewer acknowledges of all testimonies.
func (s *site) had() (entries []carry.AcknowledgedEntry) {
	for _, r := range s.records() {
		entries = append(entries, carry.AcknowledgedEntry{ID: r.ID, Payload: r.PayloadSum})
	}
	return entries
}

// collected fails the test unless exactly the testimonies with these numbers are
// marked, and nothing else has changed.
func (s *site) collected(what string, numbers ...int) {
	s.t.Helper()
	for i, r := range s.records() {
		if r.Collected != slices.Contains(numbers, i) {
			s.t.Errorf("%s: testimony %d is marked: %v", what, i, r.Collected)
		}
	}
	if u, err := s.store.Usage(context.Background()); err != nil || u.Collected != len(numbers) {
		s.t.Errorf("%s: %d are counted as collected, want %d (%v)", what, u.Collected, len(numbers), err)
	}
	s.unchanged(what, 0, s.b)
}

// What a reviewer of the newest roster signs for is marked, once and for good.
func TestImportAcknowledgement(t *testing.T) {
	s := newSite(t, 5)
	had := s.had()
	if said := s.mustTake("A's", s.acks(s.a, s.two, had[0], had[2], had[3])); said != "3 sealed parts are marked as collected\n" {
		t.Error(said)
	}
	s.collected("A's", 0, 2, 3)
	s.mustTake("the same again", s.acks(s.a, s.two, had[0], had[2], had[3]))
	s.mustTake("C's", s.acks(s.c, s.two, had[3], had[4]))
	s.collected("C's", 0, 2, 3, 4)

	// What is not there, or not the same, is refused by name; the rest is taken.
	unknown, other := had[0], had[1]
	unknown.ID = [16]byte(vault.NewID())
	other.Payload[0] ^= 1
	o := s.take(s.acks(s.a, s.two, unknown, other, had[0]))
	if o.code != cli.ExitPartial || o.err.Error() != "2 of 3 were refused" || !strings.Contains(o.hints, "open it with --ack") ||
		!strings.Contains(o.said, "refused: testimony "+vault.ID(unknown.ID).String()+": ") ||
		!strings.Contains(o.said, "refused: testimony "+vault.ID(other.ID).String()+": ") ||
		!strings.HasSuffix(o.said, "\n1 sealed part is marked as collected\n") {
		t.Errorf("exit code %d, %v (%s)\n%s", o.code, o.err, o.hints, o.said)
	}
	s.wantRefused("nothing of it", s.take(s.acks(s.a, s.two, unknown, other)), "nothing of the acknowledgement could be taken")
	s.collected("the wrong ones", 0, 2, 3, 4)
	s.mustTake("the last", s.acks(s.h, s.two, had[1]))
	s.collected("the last", 0, 1, 2, 3, 4)
}

// After a rotation the same payload is acknowledged.
func TestImportAcknowledgementAfterRotation(t *testing.T) {
	s := newSite(t, 2)
	file := s.acks(s.c, s.two, s.had()...)
	good := s.good(s.a, s.two)
	s.mustTake("slips", s.slips(s.a, s.two, good...))
	s.mustTake("acknowledged", file)
	s.mustTake("confirmed", s.confirmation(s.c, s.two, good, false))
	if u, err := s.store.Usage(t.Context()); err != nil || u.Collected != 2 || u.ByEpoch[2] != 2 {
		t.Errorf("%+v, %v", u, err)
	}
	s.open("rotated", 0, s.a, s.c, s.h)
}

// What is not signed by a reviewer of the newest roster, for it, marks nothing and
// brings nothing into a mailbox.
func TestImportBackOfStrangers(t *testing.T) {
	s := newSite(t, 3)
	stranger, err := keyfile.NewReviewer("Reviewer S")
	if err != nil {
		t.Fatal(err)
	}
	s.org.Rosters = s.org.Rosters[:1]
	other := s.next(0, 90, s.a, s.c, s.h)
	had, letters := s.had(), []carry.ReplyEntry{s.reply(1, "words")}
	for name, c := range map[string]struct {
		by    *keyfile.Key
		to    *roster.Signed
		words string
	}{
		"a reviewer of before": {s.b, s.two, "it is not signed by a reviewer of roster 2"},
		"a stranger":           {stranger, s.two, "it is not signed by a reviewer of roster 2"},
		"another roster 2":     {s.a, other, "it is for another roster 2 than the one here"},
		"the roster before":    {s.a, s.one, "it is for roster 1, and the newest here is 2"},
	} {
		s.wantRefused(name, s.take(s.acks(c.by, c.to, had...)), c.words)
		s.wantRefused(name, s.take(s.replies(c.by, c.to, letters...)), c.words)
	}
	s.collected("strangers")
	s.waiting("strangers", 0)
}

// Cut off or changed anywhere, the files do no harm, and can be imported whole
// afterwards.
func TestImportDamagedBack(t *testing.T) {
	s := newSite(t, 4)
	var letters []carry.ReplyEntry
	for i := range 4 {
		letters = append(letters, s.reply(i, "words"))
	}
	for what, file := range map[string][]byte{"acknowledgement": s.acks(s.a, s.two, s.had()...), "replies": s.replies(s.a, s.two, letters...)} {
		for i := range 40 {
			cut := len(file) * i / 40
			if o := s.take(file[:cut]); o.code != cli.ExitRefused || o.hints == "" {
				t.Errorf("%s cut off at %d: exit code %d, %v", what, cut, o.code, o.err)
			}
		}
	}
	s.collected("cut off")
	s.waiting("cut off", 0)
	for what, file := range map[string][]byte{"acknowledgement": s.acks(s.a, s.two, s.had()...), "replies": s.replies(s.a, s.two, letters...)} {
		for i := range 60 {
			data := bytes.Clone(file)
			data[len(data)*i/60] ^= 1 << (i % 8)
			if o := s.take(data); o.err == nil || o.code != cli.ExitRefused && o.code != cli.ExitDamaged {
				t.Errorf("%s changed at %d: exit code %d, %v", what, len(data)*i/60, o.code, o.err)
			}
		}
		s.mustTake("whole", file)
	}
	s.collected("whole", 0, 1, 2, 3)
	s.waiting("whole", 4)
}

// box returns the site's letterbox.
func (s *site) box() *letterbox.Box {
	s.t.Helper()
	box, err := s.in.letters.open()
	if err != nil {
		s.t.Fatal(err)
	}
	return box
}

// waiting fails the test unless so many replies are kept.
func (s *site) waiting(what string, want int) {
	s.t.Helper()
	if n, err := s.box().Count(context.Background()); err != nil || n != want {
		s.t.Errorf("%s: %d replies wait, want %d (%v)", what, n, want, err)
	}
}

// source returns the thread with a number.
func source(n int) mailbox.Thread {
	return mailbox.ThreadFrom(sha256.Sum256(fmt.Append(nil, "source ", n)))
}

// reply returns what an honest reviewer writes to a source.
func (s *site) reply(n int, text string) carry.ReplyEntry {
	s.t.Helper()
	thread := source(n)
	identity, err := thread.Identity()
	if err != nil {
		s.t.Fatal(err)
	}
	id := thread.ID()
	sealed, err := mailbox.Seal(mailbox.Reply{Thread: fmt.Sprintf("%x", id), Day: "2026-11-22", Text: text}, identity.Recipient())
	if err != nil {
		s.t.Fatal(err)
	}
	e := carry.ReplyEntry{Mailbox: thread.Mailbox(), Sealed: sealed}
	rand.Read(e.ID[:])
	return e
}

// replies returns a file of replies, two in a part.
func (s *site) replies(by *keyfile.Key, to *roster.Signed, entries ...carry.ReplyEntry) []byte {
	var parts [][]byte
	for some := range slices.Chunk(entries, 2) {
		var part []byte
		for _, e := range some {
			part = carry.AppendReplyEntry(part, e)
		}
		parts = append(parts, part)
	}
	return s.file(carry.Replies, by, to, parts)
}

// Replies wait in their mailboxes, as they were sealed, with the day and no more.
func TestImportReplies(t *testing.T) {
	s := newSite(t, 1)
	one, two, three := s.reply(1, "first"), s.reply(1, "second"), s.reply(2, "third")
	if said := s.mustTake("A's", s.replies(s.a, s.two, one, two, three)); said != "3 replies wait for their sources, for 180 days at most\n" {
		t.Error(said)
	}
	s.mustTake("the same again", s.replies(s.a, s.two, one, two, three))
	s.waiting("again", 3)
	letters, err := s.box().List(t.Context(), source(1).Mailbox())
	if err != nil || len(letters) != 2 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	for _, l := range letters {
		got, err := s.box().Get(t.Context(), l.Mailbox, l.ID)
		want := map[[16]byte][]byte{one.ID: one.Sealed, two.ID: two.Sealed}[l.ID]
		if err != nil || !bytes.Equal(got.Sealed, want) || got.Day != today() {
			t.Errorf("letter %x of %s came back different (%v)", l.ID, got.Day, err)
		}
		if _, err := source(1).Open(got.Sealed); err != nil {
			t.Error(err)
		}
	}
	s.collected("replies")
}

// What is not sealed to exactly one source, in the way that resists quantum
// computers, is refused one by one and never comes to the disk.
func TestImportWrongReplies(t *testing.T) {
	s := newSite(t, 1)
	sealTo := func(to ...age.Recipient) []byte {
		var out bytes.Buffer
		w, err := age.Encrypt(&out, to...)
		if err == nil {
			_, err = w.Write([]byte("words"))
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	word, err := age.NewScryptRecipient("words")
	if err != nil {
		t.Fatal(err)
	}
	word.SetWorkFactor(2)
	good := s.reply(1, "good")
	header, err := age.ExtractHeader(bytes.NewReader(good.Sealed))
	if err != nil {
		t.Fatal(err)
	}
	a, c := s.a.Identities[0].Recipient(), s.c.Identities[0].Recipient()
	for name, sealed := range map[string][]byte{
		"text":        []byte(marker),
		"zeros":       make([]byte, 5000),
		"two readers": sealTo(a, c),
		"classic":     sealTo(classic.Recipient()),
		"passphrase":  sealTo(word),
		"no payload":  header,
		"short":       sealTo(a),
		"longer":      append(bytes.Clone(good.Sealed), 0),
		"cut off":     header[:len(header)-3],
		"one more":    bytes.Replace(marked(good.Sealed), []byte("\n--- "), []byte("\n-> "+marker+"\n\n--- "), 1),
		"armor":       append([]byte("-----BEGIN AGE ENCRYPTED FILE-----\n"), good.Sealed...),
	} {
		bad := carry.ReplyEntry{ID: [16]byte(vault.NewID()), Mailbox: good.Mailbox, Sealed: sealed}
		o := s.take(s.replies(s.a, s.two, bad))
		s.wantRefused(name, o, "nothing of the replies could be taken")
		if !strings.HasPrefix(o.said, "refused: reply "+vault.ID(bad.ID).String()+": it ") && !strings.Contains(o.said, ": age header: ") || strings.Contains(o.said+o.err.Error(), marker) {
			t.Errorf("%s: %v\n%s", name, o.err, o.said)
		}
		s.noMarker(name)
	}
	s.waiting("wrong ones", 0)
	o := s.take(s.replies(s.a, s.two, carry.ReplyEntry{ID: [16]byte{1}, Mailbox: good.Mailbox, Sealed: []byte("no")}, good))
	if o.code != cli.ExitPartial || o.err.Error() != "1 of 2 were refused" || !strings.Contains(o.said, "\n1 reply waits") || !strings.Contains(o.hints, "write the reply again") {
		t.Errorf("exit code %d, %v (%s)\n%s", o.code, o.err, o.hints, o.said)
	}
	s.waiting("the good one", 1)
}

// A mailbox that is full takes no more, and others still do.
func TestImportRepliesFull(t *testing.T) {
	s := newSite(t, 1)
	for range letterbox.MaxPerMailbox {
		s.mustTake("one", s.replies(s.a, s.two, s.reply(1, "words")))
	}
	o := s.take(s.replies(s.a, s.two, s.reply(1, "too many"), s.reply(2, "words")))
	if o.code != cli.ExitPartial || !strings.Contains(o.said, letterbox.ErrFull.Error()) || !strings.Contains(o.said, "\n1 reply waits") {
		t.Errorf("exit code %d, %v\n%s", o.code, o.err, o.said)
	}
	s.waiting("full", letterbox.MaxPerMailbox+1)
}

// Replies that nobody came for go when others come, and their bytes with them.
func TestRepliesExpire(t *testing.T) {
	s := newSite(t, 1)
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateOnly) }
	old, last := s.reply(1, "old"), s.reply(1, "not yet old")
	for e, ago := range map[*carry.ReplyEntry]int{&old: replyDays + 1, &last: replyDays} {
		refused, err := s.box().Put(t.Context(), []letterbox.Letter{{Mailbox: e.Mailbox, ID: e.ID, Day: day(ago), Sealed: e.Sealed}})
		if err != nil || len(refused) > 0 {
			t.Fatal(err, refused)
		}
	}
	s.waiting("before", 2)
	s.mustTake("another", s.replies(s.a, s.two, s.reply(2, "new")))
	s.waiting("after", 2)
	s.noBytes("expired", old.Sealed[300:400])
	if _, err := s.box().Get(t.Context(), last.Mailbox, last.ID); err != nil {
		t.Error(err)
	}
}
