package unseal

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"

	"amana/internal/testimony"

	"filippo.io/age"
)

// replyTo is the recipient of a source of these tests, the same in each run.
var replyTo = sync.OnceValue(func() string {
	data, err := os.ReadFile("../../docs/example/reviewer.key")
	if err != nil {
		panic(err)
	}
	ids, err := age.ParseIdentities(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	return ids[0].(*age.HybridIdentity).Recipient().String()
})

// sample2 returns the harmless testimony of schema 2 that the attacks on its
// document are made from.
func sample2(t testing.TB, attack func(*sample)) *sample {
	t.Helper()
	s := newSample()
	s.testimony.Questionnaire = &testimony.Questionnaire{Name: "amana", Version: 1, SHA256: strings.Repeat("01", 32)}
	s.testimony.Answers["surrender_date"] = "2018-07~"
	s.testimony.Choices["decree"] = []string{"d18_2018", "unknown"}
	s.testimony.Reply = &testimony.Reply{Mailbox: strings.Repeat("7a", 16), Recipient: replyTo()}
	s.document = mustJSON(t, s.testimony)
	if attack != nil {
		attack(s)
	}
	return s
}

// doc2 returns a change of a part of the document.
func doc2(old, new string) func(*sample) {
	return func(s *sample) {
		if !bytes.Contains(s.document, []byte(old)) {
			panic(old)
		}
		s.document = bytes.Replace(s.document, []byte(old), []byte(new), 1)
	}
}

// cut returns a change that takes away what stands from one part to before another.
func cut(from, to string) func(*sample) {
	return func(s *sample) {
		at := bytes.Index(s.document, []byte(from))
		s.document = append(s.document[:at:at], s.document[bytes.Index(s.document, []byte(to)):]...)
	}
}

// as returns a change that makes a document of another kind, with what else is
// changed in it.
func as(kind testimony.Kind, change func(*testimony.Testimony)) func(*sample) {
	return func(s *sample) {
		s.document = nil
		in := &s.testimony
		in.Kind = kind
		if kind == testimony.Withdrawal || kind == testimony.Fetched {
			in.Answers, in.Choices = map[string]string{}, map[string][]string{}
			in.Questionnaire, in.Reply = nil, nil
		}
		if kind == testimony.Fetched {
			in.Fetched = []string{strings.Repeat("9f", 16)}
		}
		if change != nil {
			change(in)
		}
	}
}

// withFile gives a note a file that stands in the envelope too.
func withFile(kind testimony.Kind) func(*sample) {
	return func(s *sample) {
		as(kind, nil)(s)
		s.files = [][]byte{[]byte("x")}
		s.testimony.Files = []testimony.File{{Entry: "files/001.jpg"}}
	}
}

// fetched names n replies, the last of them so, unless it is empty.
func fetched(n int, last string) func(*testimony.Testimony) {
	return func(t *testimony.Testimony) {
		t.Fetched = []string{}
		for i := range n {
			t.Fetched = append(t.Fetched, fmt.Sprintf("%032x", i))
		}
		if last != "" {
			t.Fetched[n-1] = last
		}
	}
}

// hostile2 is what can be wrong with the document of schema 2 besides.
var hostile2 = map[string]func(*sample){
	"kind":                doc2(`"testimony","thread"`, `"order","thread"`),
	"no kind":             doc2(`"kind":"testimony",`, ``),
	"kind null":           doc2(`"testimony","thread"`, `null,"thread"`),
	"thread short":        doc2(`5c5c`, `5c`),
	"thread capital":      doc2(`5c5c`, `5C5C`),
	"thread a path":       doc2(`5c5c5c`, `../../`),
	"thread empty":        doc2(strings.Repeat("5c", 16), ""),
	"no thread":           doc2(`"thread":"`+strings.Repeat("5c", 16)+`",`, ``),
	"no choices":          doc2(`"choices":{"decree":["d18_2018","unknown"]},`, ``),
	"choices null":        doc2(`{"decree":["d18_2018","unknown"]}`, `null`),
	"answers null":        as(testimony.First, func(t *testimony.Testimony) { t.Answers = nil }),
	"files null":          doc2(`"files":[]`, `"files":null`),
	"no fetched":          doc2(`,"fetched":[]`, ``),
	"fetched null":        doc2(`"fetched":[]`, `"fetched":null`),
	"no reply":            cut(`,"reply":`, `,"fetched"`),
	"no questionnaire":    cut(`,"questionnaire":`, `,"answers"`),
	"unknown key":         doc2(`"reply"`, `"command":"rm","reply"`),
	"key twice":           doc2(`"reply"`, `"thread":"","reply"`),
	"key in other case":   doc2(`"kind"`, `"Kind"`),
	"answer key":          doc2(`"surrender_date"`, `"Surrender"`),
	"answer and choice":   doc2(`"surrender_date"`, `"decree"`),
	"choice key":          doc2(`"decree"`, `"../decree"`),
	"choice a text":       doc2(`["d18_2018","unknown"]`, `"d18_2018"`),
	"choice null":         doc2(`"d18_2018"`, `null`),
	"code capital":        doc2(`d18_2018`, `D18_2018`),
	"code a path":         doc2(`d18_2018`, `../x`),
	"code a digit":        doc2(`d18_2018`, `18_2018`),
	"code long":           doc2(`d18_2018`, strings.Repeat("d", 33)),
	"code twice":          doc2(`d18_2018`, `unknown`),
	"code with a newline": doc2(`d18_2018`, `d18_2018\n`),
	"questionnaire":       doc2(`"amana","version"`, `"Amana!","version"`),
	"questionnaire long":  doc2(`"amana","version"`, `"`+strings.Repeat("a", 33)+`","version"`),
	"questionnaire 0":     doc2(`"version":1`, `"version":0`),
	"questionnaire -1":    doc2(`"version":1`, `"version":-1`),
	"questionnaire half":  doc2(`"version":1`, `"version":1.5`),
	"questionnaire hash":  doc2(`0101`, `01`),
	"questionnaire empty": doc2(`{"name":"amana","version":1,"sha256":"`+strings.Repeat("01", 32)+`"}`, `{}`),
	"questionnaire more":  doc2(`{"name"`, `{"path":"/etc/passwd","name"`),
	"reply empty":         doc2(`{"mailbox":"`+strings.Repeat("7a", 16)+`",`, `{`),
	"mailbox":             doc2(`7a7a`, `../7`),
	"recipient":           doc2(`age1pq1`, `age1pq2`),
	"recipient classic":   doc2(replyTo(), "age1qfhksagj6t8qkqtfm2ljjlqjavv7ux7qztv7yxpf6x7m7htjm56ssrs0gl"),
	"recipient capital":   doc2(replyTo(), strings.ToUpper(replyTo())),
	"recipient two":       doc2(replyTo(), replyTo()+"\\n"+replyTo()),
	"recipient huge":      doc2(replyTo(), "age1pq1"+strings.Repeat("q", 1<<20)),
	"reply more":          doc2(`{"mailbox"`, `{"url":"x","mailbox"`),
	"epoch 0":             doc2(`"epoch":1`, `"epoch":0`),
	"day":                 doc2(`2026-11-22`, `2026-13-22`),
	"language":            doc2(`"ar"`, `"ar\" onload=\"x"`),
	"roster hash":         doc2(`abab`, `zzzz`),
	"not fetched":         as(testimony.First, fetched(1, "")),
	"fetched none":        as(testimony.Fetched, fetched(0, "")),
	"fetched many":        as(testimony.Fetched, fetched(21, "")),
	"fetched a path":      as(testimony.Fetched, fetched(2, "../../"+strings.Repeat("0", 26))),
	"fetched twice":       as(testimony.Fetched, fetched(2, strings.Repeat("0", 32))),
	"fetched answers":     as(testimony.Fetched, func(t *testimony.Testimony) { t.Answers["narrative"] = "" }),
	"fetched files":       withFile(testimony.Fetched),
	"withdrawal answers":  as(testimony.Withdrawal, func(t *testimony.Testimony) { t.Answers["narrative"] = "x" }),
	"withdrawal choices":  as(testimony.Withdrawal, func(t *testimony.Testimony) { t.Choices["x"] = []string{} }),
	"withdrawal files":    withFile(testimony.Withdrawal),
	"withdrawal fetched":  as(testimony.Withdrawal, fetched(1, "")),
	"schema 0":            doc2(`testimony/2`, `testimony/0`),
	"schema 02":           doc2(`testimony/2`, `testimony/02`),
	"schema +3":           doc2(`testimony/2`, `testimony/+3`),
	"schema 3x":           doc2(`testimony/2`, `testimony/3x`),
	"schema huge":         doc2(`testimony/2`, `testimony/99999999999999999999`),
	"schema 1":            doc2(`testimony/2`, `testimony/1`), // which had fewer keys
}

// kindsOf2 are harmless envelopes of schema 2, of every kind.
func kindsOf2(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"good":           sample2(t, nil).zip(t),
		"bare":           newSample().zip(t),
		"with files":     newSample([]byte("first"), []byte("second")).zip(t),
		"null":           sample2(t, as(testimony.First, func(t *testimony.Testimony) { t.Questionnaire, t.Reply = nil, nil })).zip(t),
		"addition":       sample2(t, as(testimony.Addition, nil)).zip(t),
		"name":           sample2(t, as(testimony.Name, nil)).zip(t),
		"withdrawal":     sample2(t, as(testimony.Withdrawal, nil)).zip(t),
		"fetched":        sample2(t, as(testimony.Fetched, nil)).zip(t),
		"fetched 20":     sample2(t, as(testimony.Fetched, fetched(20, ""))).zip(t),
		"nothing chosen": sample2(t, as(testimony.First, func(t *testimony.Testimony) { t.Choices["x"] = []string{} })).zip(t),
	}
}

// P7 for schema 2: the harmless ones open, and each attack on a document, and each
// on the ZIP around it, is refused.
func TestP7NothingInsideIsTrusted2(t *testing.T) {
	for name, plain := range kindsOf2(t) {
		if _, _, err := openAll(sealBytes(t, plain), testIdentity()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, attack := range hostile2 {
		refused(t, name, sample2(t, attack).zip(t))
	}
	for name, attack := range hostile {
		s := newSample([]byte("first"), []byte("second"))
		attack(s)
		refused(t, name, s.zip(t))
	}
	// The document of schema 1 has none of the new keys.
	for _, key := range []string{`"kind":"testimony"`, `"thread":"` + strings.Repeat("5c", 16) + `"`, `"choices":{}`,
		`"questionnaire":null`, `"reply":null`, `"fetched":[]`} {
		refused(t, key+" in schema 1", hostileSample(doc(`"language"`, key+`,"language"`)).zip(t))
	}
}

// What a document of each schema says comes back.
func TestSchemas(t *testing.T) {
	e, _, err := openAll(sealBytes(t, hostileSample(nil).zip(t)), testIdentity())
	if err != nil {
		t.Fatal(err)
	}
	if got := e.Testimony; got.Schema != testimony.Schema1 || got.Kind != testimony.First || got.Thread != "" || got.Reply != nil {
		t.Errorf("schema 1 is told of as %+v", got)
	}
	in := sample2(t, nil)
	e, _, err = openAll(sealBytes(t, in.zip(t)), testIdentity())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(e.Testimony, in.testimony) {
		t.Errorf("schema 2 is told of as %+v", e.Testimony)
	}
}
