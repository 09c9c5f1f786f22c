package reviewer

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/questionnaire"
	"amana/internal/rig"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// The newest example of docs/formats.md, in which nobody is real.
const (
	exampleBundle = "../../docs/example/bundle-4.tar"
	exampleKey    = "../../docs/example/reviewer-4.key"
)

// TestExamples opens the examples of all formats: what was sealed once keeps opening.
// AMANA_WRITE_EXAMPLE=1 makes the newest anew, with new keys.
func TestExamples(t *testing.T) {
	if os.Getenv("AMANA_WRITE_EXAMPLE") != "" {
		writeExample(t)
	}
	for _, c := range []struct {
		bundle, key, heading string
		kinds                []testimony.Kind
	}{
		{"../../docs/example/bundle.tar", "../../docs/example/reviewer.key", "Without a thread", []testimony.Kind{testimony.First}},
		{"../../docs/example/bundle-2.tar", "../../docs/example/reviewer-2.key", "Without a thread", []testimony.Kind{testimony.First}},
		{exampleBundle, exampleKey, "Probes by the operator", []testimony.Kind{testimony.Probe, testimony.First}},
		{"../../docs/example/bundle-3.tar", "../../docs/example/reviewer-3.key", "Thread 2", []testimony.Kind{testimony.Addition, testimony.Fetched, testimony.Name, testimony.First, testimony.Withdrawal}},
	} {
		key, err := os.Open(c.key)
		if err != nil {
			t.Fatal(err)
		}
		defer key.Close()
		ids, err := age.ParseIdentities(key)
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := os.ReadFile(c.bundle)
		if err != nil {
			t.Fatal(err)
		}
		j := newJob(t, bytes.NewReader(bundle), len(bundle), ids[0], t.TempDir())
		if err := j.openAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := j.finish(); err != nil {
			t.Fatal(err)
		}
		var kinds []testimony.Kind
		for _, o := range j.index.Opened {
			kinds = append(kinds, o.Kind)
		}
		slices.Sort(kinds)
		if len(j.index.Failed) > 0 || !slices.Equal(kinds, c.kinds) {
			t.Errorf("%s: opened %v, left out %v", c.bundle, kinds, j.index.Failed)
		}
		page, err := os.ReadFile(filepath.Join(j.folder.Path(), "index.html"))
		if err != nil || !bytes.Contains(page, []byte("هذا مثال، وليس فيه شخص حقيقي.")) || !bytes.Contains(page, []byte(c.heading)) ||
			!bytes.Contains(page, []byte("keep secret")) {
			t.Errorf("%s: the page does not show the testimony (%v)", c.bundle, err)
		}
	}
}

// writeExample makes the bundle and the key of one of its reviewers.
func writeExample(t *testing.T) {
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const day = "2026-11-27"
	org, err := rig.NewOrg("Reviewer 1", "Reviewer 2")
	check(err)
	list, err := org.Next(day, "2027-05-25")
	check(err)
	check(rig.WriteKey(exampleKey, org.Reviewers[0]))
	check(os.Chmod(exampleKey, 0o644))
	m := &carry.Manifest{Made: day, Rosters: []carry.List{{Epoch: 1, Text: list.Bytes()}}}
	ages := make(map[string][]byte)
	for _, said := range examples(t, day, list) {
		var out bytes.Buffer
		w, err := seal.New(&out, list.Recipients())
		check(err)
		if said.Kind == testimony.First {
			f, err := w.File("ورقة.txt", "text/plain")
			check(err)
			_, err = io.WriteString(f, "paper, and nobody on it\n")
			check(err)
		}
		check(w.Close(said))
		data, id := out.Bytes(), random16()
		header := bytes.Index(data, []byte("\n--- "))
		header += bytes.IndexByte(data[header+1:], '\n') + 2
		ages[id] = data
		m.Testimonies = append(m.Testimonies, carry.Entry{ID: id, Day: day, Epoch: 1, HeaderEpoch: 1,
			HeaderSize: int64(header), HeaderSum: sha256.Sum256(data[:header]),
			PayloadSize: int64(len(data) - header), PayloadSum: sha256.Sum256(data[header:])})
		t.Logf("%s: %s", id, said.Kind)
	}
	slices.SortFunc(m.Testimonies, func(a, b carry.Entry) int { return strings.Compare(a.ID, b.ID) })
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	check(err)
	out, err := os.Create(exampleBundle)
	check(err)
	check(carry.WriteBundle(context.Background(), out, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(ages[e.ID])), nil
	}))
	check(out.Close())
	t.Logf("made by %s; the first roster: %s", vkey, list.Fingerprint("ar"))
}

func random16() string {
	id := make([]byte, 16)
	rand.Read(id)
	return hex.EncodeToString(id)
}

// examples are a testimony, and a probe of the operator's.
func examples(t *testing.T, day string, list *roster.Signed) []testimony.Testimony {
	source, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	q := questionnaire.Builtin()
	asked := &testimony.Questionnaire{Name: q.Name, Version: q.Version, SHA256: hex.EncodeToString(q.SHA256[:])}
	first := testimony.Testimony{Kind: testimony.First, Thread: random16(), Language: "ar", Received: day, Questionnaire: asked,
		Roster:  testimony.Roster{Epoch: 1, SHA256: list.SHA256()},
		Reply:   &testimony.Reply{Mailbox: random16(), Recipient: source.Recipient().String()},
		Answers: map[string]string{testimony.Narrative: "هذا مثال، وليس فيه شخص حقيقي.", "surrender_date": "2018-07~", "use_report": "numbers"},
		Choices: map[string][]string{"share_un": {"iimp"}}}
	probe := first
	probe.Kind, probe.Thread, probe.Reply, probe.Choices = testimony.Probe, random16(), nil, nil
	probe.Answers = map[string]string{testimony.Narrative: "فحص من المشغّل، وليس شهادة."}
	return []testimony.Testimony{first, probe}
}
