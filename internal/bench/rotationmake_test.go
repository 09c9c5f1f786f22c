package bench

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"amana/internal/carry"
	"amana/internal/durable"
	"amana/internal/keyfile"
	"amana/internal/rig"
	"amana/vault"
	"amana/vault/bolt"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// rotation is the people of a rotation and a folder for what they hand over.
type rotation struct {
	state         *rig.State
	dir           string
	decrypt       string              // the program
	keys          [2]string           // files of the two reviewers who stay
	id            *age.HybridIdentity // of the first, whose stanza comes first
	before, after []age.Recipient
	next          string // file of the second roster
	signer        note.Signer
	vkey          string
}

func newRotation(b *testing.B) *rotation {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	s := rig.NewState(b, rig.Erasing, 3)
	r := &rotation{state: s, dir: b.TempDir(), decrypt: rig.Program(b, rig.Erasing, "amana-decrypt"), id: s.Identities[0], before: s.Recipients}
	added, err := keyfile.NewReviewer("Reviewer 4")
	must(err)
	s.Reviewers[2] = added
	roster, err := s.Next(rig.Day(0), rig.Day(180))
	must(err)
	r.after = roster.Recipients()
	r.next = filepath.Join(r.dir, "roster-2.txt")
	must(os.WriteFile(r.next, roster.Bytes(), 0o600))
	for i := range r.keys {
		r.keys[i] = filepath.Join(r.dir, fmt.Sprintf("reviewer-%d.key", i+1))
		must(rig.WriteKey(r.keys[i], s.Reviewers[i]))
	}
	var skey string
	skey, r.vkey = carry.NewKey()
	r.signer, err = note.NewSigner(skey)
	must(err)
	return r
}

// headersFile is a file of headers.
type headersFile struct {
	path  string
	n     int
	parts []string // its parts once more, as files of their own
}

func (r *rotation) file(name string, n int) *headersFile {
	return &headersFile{path: filepath.Join(r.dir, name), n: n}
}

// per returns headers in a second.
func (h *headersFile) per(u usage) float64 { return float64(h.n) / u.time.Seconds() }

// each reads the headers part by part.
func (h *headersFile) each(b *testing.B, do func([]carry.HeaderEntry)) {
	b.Helper()
	for _, path := range h.parts {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		var part []carry.HeaderEntry
		for e, err := range carry.ParseHeaders(data) {
			if err != nil {
				b.Fatal(err)
			}
			part = append(part, e)
		}
		do(part)
	}
}

// make wraps n distinct file keys for the reviewers of the first roster, and
// writes the headers as the server exports them.
func (r *rotation) make(b *testing.B, name string, n int) *headersFile {
	b.Helper()
	out := r.file(name, 0)
	var part []byte
	for out.n < n {
		some := make([]carry.HeaderEntry, min(500, n-out.n))
		parallel(b, runtime.GOMAXPROCS(0), len(some), func(i int) error {
			e := carry.HeaderEntry{Sealed: 1, Epoch: 1}
			rand.Read(e.ID[8:])
			binary.BigEndian.PutUint64(e.ID[:], uint64(out.n+i+1)) // in order
			var err error
			e.Header, err = header(r.before)
			some[i] = e
			return err
		})
		for _, e := range some {
			part = out.add(b, part, e)
		}
	}
	r.end(b, out, part)
	return out
}

// header returns the header of an age file: all of it but the nonce, when nothing
// was written yet.
func header(to []age.Recipient) ([]byte, error) {
	var file bytes.Buffer
	if _, err := age.Encrypt(&file, to...); err != nil {
		return nil, err
	}
	const nonce = 16
	return file.Bytes()[:file.Len()-nonce], nil
}

// again makes the file that the server exports when it has the slips: each header
// with the one that is to follow it.
func (r *rotation) again(b *testing.B, in *headersFile) *headersFile {
	b.Helper()
	f, err := os.Open(in.path + ".slips")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	slips, err := carry.ReadParts(f, -1)
	if err != nil {
		b.Fatal(err)
	}
	var ready []carry.SlipEntry
	next := func() carry.SlipEntry {
		for len(ready) == 0 {
			data, err := slips.Next()
			if err != nil {
				b.Fatal(err)
			}
			for s, err := range carry.ParseSlips(data) {
				if err != nil {
					b.Fatal(err)
				}
				ready = append(ready, s)
			}
		}
		s := ready[0]
		ready = ready[1:]
		return s
	}
	out := r.file(filepath.Base(in.path)+".again", 0)
	var part []byte
	in.each(b, func(entries []carry.HeaderEntry) {
		for _, e := range entries {
			s := next()
			if s.ID != e.ID || s.Replaces != sha256.Sum256(e.Header) {
				b.Fatalf("the slips are not those of the headers, in their order")
			}
			e.NextEpoch, e.Next = 2, s.Header
			part = out.add(b, part, e)
		}
	})
	r.end(b, out, part)
	return out
}

// add adds an entry to the part that is being made.
func (h *headersFile) add(b *testing.B, part []byte, e carry.HeaderEntry) []byte {
	b.Helper()
	before := len(part)
	part = carry.AppendHeaderEntry(part, e)
	if len(part) > carry.MaxPart {
		h.flush(b, part[:before])
		part = append(part[:0], part[before:]...)
	}
	h.n++
	return part
}

func (h *headersFile) flush(b *testing.B, part []byte) {
	b.Helper()
	path := fmt.Sprintf("%s.part-%d", h.path, len(h.parts)+1)
	// Flushed, or it would be while something else is measured.
	if err := durable.WriteFile(path, part, 0o600); err != nil {
		b.Fatal(err)
	}
	h.parts = append(h.parts, path)
}

// end writes the file of the parts.
func (r *rotation) end(b *testing.B, h *headersFile, last []byte) {
	b.Helper()
	h.flush(b, last)
	newest := r.state.Rosters[1]
	m := &carry.PartsManifest{
		Kind: carry.Headers, Made: rig.Day(0), Signer: r.vkey,
		Epoch: newest.Epoch, RosterSum: newest.Sum(), Parts: make([]carry.Part, len(h.parts)),
	}
	for _, s := range r.state.Rosters {
		m.Rosters = append(m.Rosters, carry.List{Epoch: s.Epoch, Text: s.Bytes()})
	}
	out, err := durable.Create(h.path, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Discard()
	err = carry.WriteParts(b.Context(), out, m, r.signer, func(i int) ([]byte, error) { return os.ReadFile(h.parts[i]) })
	if err == nil {
		err = out.Commit()
	}
	if err != nil {
		b.Fatal(err)
	}
}

// keep puts the first n testimonies into the server's vault. Their payloads do not
// move, so small ones do.
func (r *rotation) keep(b *testing.B, in *headersFile, n int) {
	b.Helper()
	store := r.vault(b)
	defer store.Close()
	in.each(b, func(part []carry.HeaderEntry) {
		part = part[:min(n, len(part))]
		n -= len(part)
		// Those who wait for a flush together share it.
		parallel(b, 64, len(part), func(i int) error { return put(b, store, part[i].Header) })
	})
}

func put(b *testing.B, store vault.Store, header []byte) error {
	p, err := store.Create(b.Context())
	if err != nil {
		return err
	}
	defer p.Abort()
	if _, err := io.Copy(p, io.MultiReader(bytes.NewReader(header), content(1024))); err != nil {
		return err
	}
	_, err = p.Commit(vault.Label{Day: rig.Day(0), Epoch: 1})
	return err
}

func (r *rotation) vault(b *testing.B) *bolt.Store {
	b.Helper()
	store, err := bolt.Open(filepath.Join(r.state.Folder, "vault"), bolt.Options{Reserve: -1})
	if err != nil {
		b.Fatal(err)
	}
	return store
}

// moved fails unless all testimonies have their new header and the old ones are gone.
func (r *rotation) moved(b *testing.B, n int) {
	b.Helper()
	store := r.vault(b)
	defer store.Close()
	u, err := store.Usage(b.Context())
	if err != nil || u.Testimonies != n || u.ByEpoch[2] != n || u.RewriteDue {
		b.Errorf("%d testimonies, %v by roster, a rewrite is due: %v (%v)", u.Testimonies, u.ByEpoch, u.RewriteDue, err)
	}
}

// parallel runs do for 0 to n-1 with some workers at once.
func parallel(b *testing.B, workers, n int, do func(i int) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
}
