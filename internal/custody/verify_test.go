package custody

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/keyfile"
	"amana/internal/rig"
	"amana/internal/workspace"
)

// codedID is the id of the entry of the coding that the test has: the SHA-256 of "an entry".
var codedID = fmt.Sprintf("%x", sha256.Sum256([]byte("an entry")))

// What nobody touched is whole, over two bundles and two reviewers.
func TestVerifyWhole(t *testing.T) {
	p := makePlace(t, 4)
	if err := p.log.Add(Event{Act: Viewed, Subjects: of(p.ids[0]), Purpose: "to  read\nit"}); err != nil {
		t.Fatal(err)
	}
	second, err := Open(p.Workspace, p.org.Reviewers[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Add(Event{Act: Coded, Subjects: []Subject{{Case: "C-0123456789"}}}); err != nil {
		t.Fatal(err)
	}
	two, err := p.org.Next(rig.Day(-20), rig.Day(300))
	if err != nil {
		t.Fatal(err)
	}
	p.arrive(t, two, 3)
	r, faults := p.verified(t)
	if len(faults) > 0 || len(r.Notes) > 0 {
		t.Fatalf("%q %q", faults, r.Notes)
	}
	if r.Originals != 7 || r.Bundles != 2 || len(r.Servers) != 2 || r.Servers[0].Rosters+r.Servers[1].Rosters != 3 || len(r.Signers) != 2 || r.Links != 12 || r.Head.Number != 12 {
		t.Errorf("%+v", r)
	}
	if s := r.Signers[1]; s.Name != "Omar" || fmt.Sprint(s.Epochs) != "[1 2]" || s.Links != 1 {
		t.Errorf("%+v", s)
	}
	if r.Bytes < 7*64<<10 {
		t.Errorf("%d bytes were read", r.Bytes)
	}
	for link, err := range p.log.Links() {
		if err != nil || link.Act == Viewed && link.Purpose != "to read it" {
			t.Errorf("%+v %v", link, err)
		}
	}
}

// A changed byte is found and named, in whatever part of the workspace it is.
func TestVerifyFlips(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, p *place)
		want   string // begins one of the faults
	}{
		"header of an original":  {flipOriginal(100), "original $ID: its header has the hash"},
		"payload of an original": {flipOriginal(-100), "original $ID: its payload has the hash"},
		"end of an original": {func(t *testing.T, p *place) {
			truncate(t, p, -1)
		}, "original $ID: its payload has the hash"},
		"original longer": {func(t *testing.T, p *place) {
			truncate(t, p, 1)
		}, "original $ID: its payload has the hash"},
		"original gone": {func(t *testing.T, p *place) {
			if err := os.Remove(originalOf(p)); err != nil {
				t.Fatal(err)
			}
		}, "missing $ID: its original is not there"},
		"originals exchanged": {func(t *testing.T, p *place) {
			data, err := os.ReadFile(filepath.Join(p.path, "originals", p.ids[0][:2], p.ids[0]+".age"))
			if err == nil {
				err = os.WriteFile(originalOf(p), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "original $ID: its payload has the hash"},
		"byte of a record":          {flipRecord("refs", ""), "index $ID: its record in the index was changed"},
		"byte of a document":        {flipRecord("documents", ""), "document $ID: it was changed in the index"},
		"byte of a manifest":        {flipRecord("manifests", "*"), "manifest $BUNDLE: the signed manifest of this bundle was changed"},
		"byte of a bundle's record": {flipRecord("bundles", "*"), "manifest $BUNDLE: the signed manifest of this bundle was changed"},
		"byte of a roster":          {flipRecord("rosters", "*"), "rosters "},
		"byte of a link":            {flipRecord(shelf, keyOf(3)), "link 3: its bytes were changed"},
		"byte of the head":          {flipRecord(shelf, headKey), "head 0: the head of the record cannot be read"},
		"byte of another":           {flipRecord("coding", "x"), "index coding: a record on this shelf was changed"},
		"entry of the coding changed": {func(t *testing.T, p *place) {
			put(t, p, workspace.Write{Shelf: "coding", Key: codedID, Value: []byte("another\nAAAA\n")})
		}, "coding " + codedID + ": another entry"},
		"byte of an entry":              {flipRecord("coding", codedID), "coding " + codedID + ": the entry that link 7 tells of was changed"},
		"entry of the coding taken out": {remove("coding", codedID), "coding " + codedID + ": link 7 tells of this entry"},
		"record taken out":              {remove("refs", ""), "missing $ID: link 1 tells how it came"},
		"document taken out":            {remove("documents", ""), "document $ID: it was changed in the index, or taken out"},
		"roster taken out":              {remove("rosters", "*"), "rosters "},
		"manifest taken out":            {remove("bundles", "*"), "manifest $BUNDLE: the signed manifest of this bundle is missing"},
		"link taken out":                {remove(shelf, keyOf(4)), "link 4: it is missing"},
		"last link taken out":           {remove(shelf, keyOf(7)), "link 7: it is missing"},
		"tail cut off badly": {func(t *testing.T, p *place) {
			h := headAt(t, p, 3)
			put(t, p, workspace.Write{Shelf: shelf, Key: headKey, Value: []byte(h.String())}, workspace.Write{Shelf: shelf, Key: keyOf(6)})
		}, "head 3: the head names this link as the last, and link 4 follows it"},
		"head of another chain": {func(t *testing.T, p *place) {
			put(t, p, workspace.Write{Shelf: shelf, Key: headKey, Value: []byte("7:" + strings.Repeat("a", 64))})
		}, "head 7: the head names another link"},

		// By somebody with the workspace's key, but without the reviewer's.
		"words of a link": {func(t *testing.T, p *place) {
			rewrite(t, p, 6, func(l *Link) { l.Purpose = "another" })
		}, "signature 6: the signature of Layla does not fit"},
		"link and its place": {func(t *testing.T, p *place) {
			rewrite(t, p, 3, func(l *Link) { l.Detail = "another" })
		}, "link 4: it does not follow link 3 as that stands here"},
		"signature of a link": {func(t *testing.T, p *place) {
			rewrite(t, p, 2, func(l *Link) { l.Signature = "AAAA" + l.Signature[4:] })
		}, "signature 2: "},
		"order of links": {func(t *testing.T, p *place) {
			a, b := record(t, p, 2), record(t, p, 3)
			put(t, p, workspace.Write{Shelf: shelf, Key: keyOf(2), Value: b}, workspace.Write{Shelf: shelf, Key: keyOf(3), Value: a})
		}, "link 2: link 3 stands in its place"},
		"link in another version": {func(t *testing.T, p *place) {
			put(t, p, workspace.Write{Shelf: shelf, Key: keyOf(2), Value: []byte("amana custody 2\n")})
		}, "link 2: its bytes were changed"},
		"thread of a record": {editRef(func(r *workspace.Ref) { r.Thread = strings.Repeat("0", 32) }), "index $ID: its thread is said to be"},
		"day of a record":    {editRef(func(r *workspace.Ref) { r.Received = "2026-11-21" }), "index $ID: the day it was received"},
		"hash of a record":   {editRef(func(r *workspace.Ref) { r.SHA256 = strings.Repeat("0", 64) }), "index $ID: the hash of its original"},
		"roster of a record": {editRef(func(r *workspace.Ref) { r.Epoch++ }), "index $ID: its day, roster or size"},
		"files of a record":  {editRef(func(r *workspace.Ref) { r.Files = nil }), "index $ID: the list of its files"},
		"another document": {func(t *testing.T, p *place) {
			put(t, p, workspace.Write{Shelf: "documents", Key: p.ids[1], Value: []byte("{}")})
		}, "document $ID: it has the hash"},
		"a testimony put in": {func(t *testing.T, p *place) {
			id := strings.Repeat("e", 32)
			data, _ := json.Marshal(workspace.Ref{ID: id})
			put(t, p, workspace.Write{Shelf: "refs", Key: id, Value: data})
		}, "unrecorded " + strings.Repeat("e", 32)},
		"signed by a stranger": {func(t *testing.T, p *place) {
			key, err := keyfile.NewReviewer("Stranger")
			if err != nil {
				t.Fatal(err)
			}
			l, err := Open(p.Workspace, key)
			if err == nil {
				err = l.Add(Event{Act: Viewed})
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "signer "},
		"another manifest": {func(t *testing.T, p *place) {
			other := makePlace(t, 1)
			r, _, _ := other.Ref(other.ids[0])
			data, err := other.Manifest(r.Bundle)
			if err != nil {
				t.Fatal(err)
			}
			mine, _, _ := p.Ref(p.ids[0])
			put(t, p, workspace.Write{Shelf: "manifests", Key: mine.Bundle + "/0", Value: data})
		}, "manifest $BUNDLE: another manifest stands in its place"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := makePlace(t, 2)
			if err := p.log.Add(Event{Act: Viewed, Subjects: of(p.ids...), Purpose: "to read it"}); err != nil {
				t.Fatal(err)
			}
			if err := p.log.Put([]Event{{Act: Coded, Subjects: []Subject{{Case: "C-0123456789", Hash: codedID}}}},
				workspace.Write{Shelf: "coding", Key: "x", Value: []byte("x")}, workspace.Write{Shelf: "coding", Key: codedID, Value: []byte("an entry\nAAAA\n")}); err != nil {
				t.Fatal(err)
			}
			ref, _, err := p.Ref(p.ids[1])
			if err != nil {
				t.Fatal(err)
			}
			c.change(t, p)
			want := strings.NewReplacer("$ID", p.ids[1], "$BUNDLE", ref.Bundle).Replace(c.want)
			_, faults := p.verified(t)
			for _, f := range faults {
				if strings.HasPrefix(f, want) {
					return
				}
			}
			t.Errorf("want %q in %q", want, faults)
		})
	}
}

// A record set back as a whole is found by a head that was written down elsewhere, and
// by nothing else.
func TestRollback(t *testing.T) {
	p := makePlace(t, 2)
	early, err := p.log.Head()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.log.Add(Event{Act: Exported, Recipient: "somebody"}); err != nil {
		t.Fatal(err)
	}
	late, err := p.log.Head()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []Head{early, late} {
		if ok, err := p.log.Contains(h); !ok || err != nil {
			t.Errorf("%s: %v %v", h, ok, err)
		}
	}
	put(t, p, workspace.Write{Shelf: shelf, Key: headKey, Value: []byte(early.String())}, workspace.Write{Shelf: shelf, Key: keyOf(late.Number)})
	if _, faults := p.verified(t); len(faults) > 0 {
		t.Errorf("the test is not of a rollback: %q", faults)
	}
	if ok, err := p.log.Contains(late); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if ok, err := p.log.Contains(early); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

// An index that was set back leaves originals behind that it does not tell of, and that
// is said.
func TestIndexSetBack(t *testing.T) {
	p := makePlace(t, 1)
	index := filepath.Join(p.path, "index.db")
	p.Close()
	early, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	p.open(t)
	two, err := p.org.Next(rig.Day(-20), rig.Day(300))
	if err != nil {
		t.Fatal(err)
	}
	p.arrive(t, two, 2)
	if r, faults := p.verified(t); len(faults) > 0 || len(r.Notes) > 0 {
		t.Fatal(faults, r.Notes)
	}
	p.Close()
	if err := os.WriteFile(index, early, 0o600); err != nil {
		t.Fatal(err)
	}
	p.open(t)
	if r, faults := p.verified(t); len(faults) > 0 || len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "2 originals lie in the folder") {
		t.Error(faults, r.Notes)
	}
}

// A key of age-keygen reads and appends nothing.
func TestUnsigned(t *testing.T) {
	p := makePlace(t, 1)
	l, err := Open(p.Workspace, &keyfile.Key{Identities: p.key.Identities})
	if err != nil || l.Signs() {
		t.Fatal(err)
	}
	if err := l.Add(Event{Act: Viewed}); err == nil {
		t.Error("it was appended")
	}
	if _, faults, err := l.Chain(); len(faults) > 0 || err != nil {
		t.Errorf("%q %v", faults, err)
	}
}
