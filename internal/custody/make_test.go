package custody

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/keyfile"
	"amana/internal/rig"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"
	"amana/internal/unseal"
	"amana/internal/workspace"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// place is a workspace with what came in one bundle, and who works in it.
type place struct {
	*workspace.Workspace
	path string
	org  *rig.Org
	key  *keyfile.Key
	log  *Log
	ids  []string
}

// make makes a workspace with n testimonies, two of each thread, recorded as
// amana-decrypt open does.
func makePlace(t testing.TB, n int) *place {
	t.Helper()
	org, err := rig.NewOrg("Layla", "Omar")
	if err != nil {
		t.Fatal(err)
	}
	one, err := org.Next(rig.Day(-30), rig.Day(300))
	if err != nil {
		t.Fatal(err)
	}
	p := &place{path: filepath.Join(t.TempDir(), "work"), org: org, key: org.Reviewers[0]}
	if p.Workspace, err = workspace.Create(p.path, p.key.Identities); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if p.log, err = Open(p.Workspace, p.key); err != nil {
		t.Fatal(err)
	}
	p.arrive(t, one, n)
	return p
}

// arrive takes in a bundle of n testimonies.
func (p *place) arrive(t testing.TB, to *roster.Signed, n int) {
	t.Helper()
	m := &carry.Manifest{Made: "2026-11-23"}
	for _, r := range p.org.Rosters {
		m.Rosters = append(m.Rosters, carry.List{Epoch: r.Epoch, Text: r.Bytes()})
	}
	ages := make(map[string][]byte)
	for i := range n {
		data := sealed(t, to, i)
		header := bytes.Index(data, []byte("\n--- "))
		header += bytes.IndexByte(data[header+1:], '\n') + 2
		id := fmt.Sprintf("%028x%04x", to.Epoch, i+1)
		ages[id] = data
		m.Testimonies = append(m.Testimonies, carry.Entry{
			ID: id, Day: "2026-11-22", Epoch: to.Epoch, HeaderEpoch: to.Epoch,
			HeaderSize: int64(header), HeaderSum: sha256.Sum256(data[:header]),
			PayloadSize: int64(len(data) - header), PayloadSum: sha256.Sum256(data[header:]),
		})
	}
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = carry.WriteBundle(context.Background(), &out, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(ages[e.ID])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := carry.OpenBundle(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	p.take(t, b, ages)
}

// take puts all of a bundle into the workspace and records it.
func (p *place) take(t testing.TB, b *carry.Bundle, ages map[string][]byte) {
	t.Helper()
	digits := func(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
	a := Arrival{Bundle: digits(b.Sum()), Made: b.Manifest.Made, Intake: b.Manifest.Intake, Rosters: make(map[uint32]string)}
	texts := make(map[string][]byte)
	for _, l := range b.Manifest.Rosters {
		s, err := roster.Open(l.Text)
		if err != nil {
			t.Fatal(err)
		}
		a.Rosters[l.Epoch] = s.SHA256()
		texts[s.SHA256()] = l.Text
	}
	with, err := workspace.Bundle{Sum: a.Bundle, Made: a.Made, Intake: a.Intake, Total: len(b.Manifest.Testimonies), Rosters: a.Rosters}.Writes(b.Signed(), texts)
	if err != nil {
		t.Fatal(err)
	}
	batch := p.Begin()
	var refs []workspace.Ref
	var documents []string
	for i := range b.Manifest.Testimonies {
		e := &b.Manifest.Testimonies[i]
		data := ages[e.ID]
		envelope, err := unseal.Open(bytes.NewReader(data), int64(len(data)), p.key.Identities[0])
		if err != nil {
			t.Fatal(err)
		}
		tt := &envelope.Testimony
		ref := workspace.Ref{ID: e.ID, Kind: tt.Kind, Thread: tt.Thread, Received: e.Day, Language: "ar", Epoch: e.Epoch, Size: e.Size(),
			SHA256: digits(sha256.Sum256(data)), Payload: digits(e.PayloadSum), Bundle: a.Bundle, Opened: "2026-11-27"}
		for _, f := range envelope.Files {
			ref.Files = append(ref.Files, workspace.File{Entry: f.Entry, Size: f.Size, SHA256: digits(f.SHA256)})
		}
		if err := batch.Add(t.Context(), ref, envelope.Document, bytes.NewReader(data), nil); err != nil {
			t.Fatal(err)
		}
		refs, documents, p.ids = append(refs, ref), append(documents, digits(sha256.Sum256(envelope.Document))), append(p.ids, e.ID)
	}
	if err := p.log.Commit(batch, Arrived(a, refs, documents), with...); err != nil {
		t.Fatal(err)
	}
}

// sealed returns testimony i.
func sealed(t testing.TB, to *roster.Signed, i int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := seal.New(&out, to.Recipients())
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.File("paper.jpg", "image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "paper %d", i)
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	kind := testimony.First
	if i%2 == 1 {
		kind = testimony.Addition
	}
	err = w.Close(testimony.Testimony{
		Kind: kind, Thread: fmt.Sprintf("%032x", 0xabc000+i/2), Language: "ar", Received: "2026-11-22",
		Answers: map[string]string{testimony.Narrative: "words"}, Roster: testimony.Roster{Epoch: to.Epoch, SHA256: to.SHA256()},
		Reply: &testimony.Reply{Mailbox: strings.Repeat("7", 32), Recipient: id.Recipient().String()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// verified verifies, and returns the faults as they are printed.
func (p *place) verified(t testing.TB) (*Result, []string) {
	t.Helper()
	r, err := p.log.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range r.Faults {
		all = append(all, f.String())
	}
	return r, all
}

// of returns the subjects that testimonies of these ids are.
func of(ids ...string) []Subject {
	var all []Subject
	for _, id := range ids {
		all = append(all, Subject{Testimony: id})
	}
	return all
}
