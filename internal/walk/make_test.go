package walk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/keyfile"
	"amana/internal/questionnaire"
	"amana/internal/synthetic"
	"amana/internal/tables"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

// What sources can answer to each question of consent. Their numbers have few divisors
// in common, so that forty sources see most that can stand together.
var (
	reports   = []string{"details", "numbers", "", "details", "no", "details", "unknown"}
	nations   = []string{"wgeid,iimp,iiim,coi", "", "wgeid", "none,wgeid", "iimp,coi", "wgeid,iimp,iiim,coi", "iiim", "wgeid,declined", "coi", "wgeid,strange", "wgeid,iimp,iiim,coi"}
	courts    = []string{"abroad,international,syrian", "abroad", "ask,abroad", "syrian", "", "abroad,international,syrian", "none", "international", "abroad,unknown"}
	nationals = []string{"yes", "", "yes", "ask", "no"}
)

// people is how many sources there are. Those of even numbers and the next speak of one
// person.
const people = 44

// told is what one source sent, and what may be done with it.
type told struct {
	n                          int
	said                       testimony.Testimony
	secret, cleared, withdrawn bool
	thread                     *synthetic.Thread
	day                        string
	sums                       []string // of its files
	recipient                  string
}

// word returns the word that stands in one place of what a source sent: letters and
// digits alone, so that no spelling of a format changes it. No key has its beginning,
// which has letters that those do without.
func word(n int, place string) string {
	return fmt.Sprintf("zqob%02dx%sqz", n, strings.ReplaceAll(place, "_", ""))
}

// secretID is an id that can be known again.
func secretID(n, kind int) string { return fmt.Sprintf("feedc0de%020d%04d", n, kind) }

func choose(all []string, n int) string { return all[n%len(all)] }

func codes(s string) []string {
	if s == "" {
		return []string{}
	}
	return strings.Split(s, ",")
}

// textKeys are the questions that are answered in words: of the form, and of the page
// of his name.
func textKeys(page string) []string {
	var keys []string
	for _, f := range questionnaire.Builtin().Fields(page) {
		if f.Question.Type == questionnaire.TypeText && f.Key != "never_publish" {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// source makes what one source sent.
func source(t *testing.T, n int) *told {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	s := &told{
		n: n, secret: n%7 == 3, cleared: n%14 == 3, withdrawn: n%13 == 5, recipient: id.Recipient().String(),
		day: time.Date(2021, 1, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
	}
	s.said = s.envelope(testimony.First)
	for _, key := range textKeys(questionnaire.PageForm) {
		s.said.Answers[key] = word(n, key)
	}
	s.said.Answers["strange_text"] = word(n, "strange")
	s.said.Answers["his_name"] = word(n, "namedinform")
	for key, value := range map[string]string{
		"use_report": choose(reports, n), "share_national": choose(nationals, n), "risk": "him", "contact_wish": "code", "family_agrees": "agrees",
		"fate": "missing", "arrest_date": "2018-07", "arrest_gov": "daraa", "place_1": "sednaya", "place_from_1": "2018-08", "court": "field",
	} {
		if value != "" {
			s.said.Answers[key] = value
		}
	}
	for key, list := range map[string]string{"share_un": choose(nations, n), "share_court": choose(courts, n), "arrest_by": "mi_215", "told_before": "un"} {
		s.said.Choices[key] = codes(list)
	}
	if s.secret {
		s.said.Answers["never_publish"] = word(n, "never")
	}
	s.said.Reply = &testimony.Reply{Mailbox: secretID(n, 9), Recipient: s.recipient}
	s.thread = &synthetic.Thread{ID: s.said.Thread, Withdrawn: s.withdrawn}
	s.add(0, s.said, s.files()...)
	added := s.envelope(testimony.Addition)
	added.Answers["narrative"] = word(n, "added")
	s.add(1, added)
	name := s.envelope(testimony.Name)
	for _, key := range textKeys(questionnaire.PageName) {
		name.Answers[key] = word(n, key)
	}
	s.add(2, name)
	back := s.envelope(testimony.Fetched)
	back.Fetched = []string{secretID(n, 8)}
	s.add(3, back)
	if s.withdrawn {
		s.add(4, s.envelope(testimony.Withdrawal))
	}
	return s
}

func (s *told) envelope(kind testimony.Kind) testimony.Testimony {
	return testimony.Testimony{
		Schema: testimony.Schema, Kind: kind, Thread: secretID(s.n, 7), Language: "ar", Received: s.day,
		Answers: map[string]string{}, Choices: map[string][]string{}, Files: []testimony.File{}, Fetched: []string{},
		Roster: testimony.Roster{Epoch: 1, SHA256: strings.Repeat("5c", 32)},
	}
}

func (s *told) add(kind int, t testimony.Testimony, files ...synthetic.File) {
	s.thread.Envelopes = append(s.thread.Envelopes, &synthetic.Envelope{ID: secretID(s.n, kind), Testimony: t, Files: files})
}

// files are a text, and a picture that says in its metadata who made it.
func (s *told) files() []synthetic.File {
	var all []synthetic.File
	for i, data := range [][]byte{[]byte("a text: " + word(s.n, "bytes0")), picture(word(s.n, "bytes1"), s.n)} {
		sum := sha256.Sum256(data)
		s.sums = append(s.sums, hex.EncodeToString(sum[:]))
		name := fmt.Sprintf("../%s%d.%s", word(s.n, "filename"), i, []string{"txt", "png"}[i])
		all = append(all, synthetic.File{Name: name, Type: "image/" + word(s.n, "filetype"), Data: func() []byte { return data }})
	}
	return all
}

// picture returns a PNG with a text in its metadata, and behind its end.
func picture(text string, n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 {
		m.Set(i, (i*n)%64, color.RGBA{uint8(n), uint8(i), 200, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	data := b.Bytes()
	body := append([]byte("tEXtAuthor\x00"), text...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, body...), crc32.ChecksumIEEE(body))
	return append(slices.Insert(data, 33, chunk...), text...) // behind IHDR
}

// desk is the workspace of the walk.
type desk struct {
	*workspace.Workspace
	log   *custody.Log
	told  []*told
	cases []*cases.Case
	key   string // of the reviewer

	tables map[consent.Use][]*tables.Table // that were made before
}

const reviewer = "zqob99xreviewerqz"

func newDesk(t *testing.T) *desk {
	t.Helper()
	key, err := keyfile.NewReviewer(reviewer)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{key: key.VerifierKey(), tables: make(map[consent.Use][]*tables.Table)}
	if d.Workspace, err = workspace.Create(filepath.Join(t.TempDir(), "work"), key.Identities); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	var made []*synthetic.Case
	for n := range people {
		d.told = append(d.told, source(t, n))
		made = append(made, &synthetic.Case{Threads: []*synthetic.Thread{d.told[n].thread}})
	}
	if err := synthetic.Fill(t.Context(), d.Workspace, key.Identities, made); err != nil {
		t.Fatal(err)
	}
	if d.log, err = custody.Open(d.Workspace, key); err != nil {
		t.Fatal(err)
	}
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	d.code(t, cases.Author{Name: reviewer, Key: d.key, Signer: signer})
	return d
}

// personOf is the code of the case that a source speaks of.
func personOf(n int) string { return cases.CodeOf(secretID(n-n%2, 7)) }

// code links the sources, two and two, and codes of each what a reviewer may.
func (d *desk) code(t *testing.T, by cases.Author) {
	t.Helper()
	var entries []*cases.Signed
	sign := func(subject, field, value, note string) {
		signed, err := by.Sign(cases.Entry{Subject: subject, Field: field, Value: value, Note: note})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, signed)
	}
	var events []custody.Event
	for n, s := range d.told {
		id := s.said.Thread
		sign(id, cases.FieldCase, personOf(n), word(n, "whylinked"))
		sign(id, cases.FieldNote, word(n, "note"), "")
		sign(id, "fact.unit", word(n, "codedunit"), word(n, "whycoded"))
		if n%2 == 0 {
			sign(personOf(n), "fact.charge", word(n, "codedcase"), "")
		}
		if s.cleared {
			sign(id, cases.FieldSecret, cases.SecretCleared, word(n, "whycleared"))
		}
		events = append(events, custody.Event{Act: custody.Coded, Subjects: []custody.Subject{{Thread: id}}, Detail: "of " + word(n, "custody")},
			custody.Event{Act: custody.Exported, Subjects: []custody.Subject{{Thread: id}}, Purpose: word(n, "purpose"), Recipient: word(n, "recipient")})
	}
	writes, err := cases.Writes(entries...)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.log.Put(events, writes...); err != nil {
		t.Fatal(err)
	}
	if d.cases, err = cases.Load(d.Workspace); err != nil {
		t.Fatal(err)
	}
	if len(d.cases) != people/2 {
		t.Fatalf("%d cases", len(d.cases))
	}
}

// allows says whether a source allows a use: the rules once more, from the lists above.
func (s *told) allows(use consent.Use) bool {
	if use == consent.Own {
		return true
	}
	if s.withdrawn || s.secret && !s.cleared && use != consent.Numbers {
		return false
	}
	report, un, court := choose(reports, s.n), codes(choose(nations, s.n)), codes(choose(courts, s.n))
	spoilt := func(all []string) bool {
		return slices.ContainsFunc(all, func(c string) bool {
			return slices.Contains([]string{"none", "ask", "unknown", "declined", "strange"}, c)
		})
	}
	switch use {
	case consent.Numbers:
		return report == "details" || report == "numbers"
	case consent.Report:
		return report == "details"
	case consent.National:
		return choose(nationals, s.n) == "yes"
	case consent.CourtAbroad, consent.CourtWorld, consent.CourtInternal:
		return !spoilt(court) && slices.Contains(court, strings.TrimPrefix(string(use), "court-"))
	}
	return !spoilt(un) && slices.Contains(un, string(use))
}

// other is the source that speaks of the same person.
func (d *desk) other(s *told) *told { return d.told[s.n^1] }

// named tells whether his name may go along.
func (d *desk) named(s *told, use consent.Use) bool {
	hidden := func(s *told) bool { return s.secret && !s.cleared }
	return use == consent.Own || !hidden(s) && !hidden(d.other(s)) && use != consent.Report && use != consent.Numbers
}
