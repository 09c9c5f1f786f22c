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
	"slices"
	"strings"
	"testing"
	"time"

	"amana/internal/questionnaire"
	"amana/internal/synthetic"
	"amana/internal/testimony"

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
