package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// TestRemovedErased searches the raw bytes of the files for what was removed: its
// header, one that waited, the hash of its payload, its id.
func TestRemovedErased(t *testing.T) {
	for _, way := range []string{"none", "called", "at open"} {
		t.Run(way, func(t *testing.T) {
			testErased(t, way, func(s *Store, ids []vault.ID) ([]vault.ID, int, error) {
				n, err := s.Remove(t.Context(), ids)
				return ids, n, err
			})
		})
	}
}

// TestPurgedErased does the same for what was purged, of which the ids stay.
func TestPurgedErased(t *testing.T) {
	for _, way := range []string{"none", "called", "at open"} {
		t.Run(way, func(t *testing.T) {
			testErased(t, way, func(s *Store, ids []vault.ID) ([]vault.ID, int, error) {
				receipts, err := receipts(s, ids)
				if err == nil {
					err = none(s.Collect(t.Context(), receipts))
				}
				if err != nil {
					return nil, 0, err
				}
				n, err := s.Purge(t.Context(), ids)
				return nil, n, err
			})
		})
	}
}

// testErased removes testimonies, and says of which ids nothing may stay.
func testErased(t *testing.T, way string, remove func(*Store, []vault.ID) ([]vault.ID, int, error)) {
	dir, kept := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	removed, stays := map[[32]byte]bool{}, map[[32]byte]bool{}
	ids := firstIDs(kept)
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		rec, into := &all[i], stays
		if i < len(ids) {
			into = removed
			slip := vaulttest.Slip(rec, 4, [16]byte{}, 2000, uint64(500+i))
			if err := none(s.Propose(t.Context(), []vault.Slip{slip})); err != nil {
				t.Fatal(err)
			}
			pieces(slip.Next.Header, into)
		}
		pieces(rec.Header, into)
		if rec.PayloadSize > 0 { // the hash of nothing is everywhere
			into[rec.PayloadSum] = true
		}
	}
	gone, n, err := remove(s, ids)
	if err != nil || n != len(ids) {
		t.Fatalf("%d were removed, %v", n, err)
	}
	erases(t, s, way, removed, stays, gone)
}

// TestRemovedPayload follows the payload of what was removed: its id is taken while it
// lies there, also for whoever opens the vault, and free once its room was needed.
func TestRemovedPayload(t *testing.T) {
	s := create(t)
	id, empty := vault.NewID(), vault.NewID()
	header, payload := vaulttest.Header(1600, 1), vaulttest.Payload(3<<20, 1)
	put := func(id vault.ID, payload []byte) error {
		return vaulttest.PutAs(t.Context(), s, id, header, payload, 1<<20)
	}
	remove := func(want int) {
		t.Helper()
		if n, err := s.Remove(t.Context(), []vault.ID{id, empty}); err != nil || n != want {
			t.Errorf("Remove: %d, %v; want %d", n, err, want)
		}
	}
	if err := errors.Join(put(id, payload), put(empty, nil)); err != nil {
		t.Fatal(err)
	}
	s.inside.Store(freeBytes) // then no room is needed
	remove(2)
	if err := put(id, payload); !errors.Is(err, vault.ErrTaken) {
		t.Errorf("CreateAs over a payload that lies there: %v", err)
	}
	for _, findings := range []func(testing.TB, vault.Reader) []vault.Finding{vaulttest.Findings, vaulttest.RecordFindings} {
		if found := findings(t, s); len(found) != 0 {
			t.Errorf("what was removed is found damaged: %v", found)
		}
	}
	// The committer of payloads may take a moment to hear of it.
	want := int64(len(payload))
	for deadline := time.Now().Add(time.Minute); s.orphanBytes.Load() != want && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	if got := s.orphanBytes.Load(); got != want {
		t.Errorf("%d bytes count as room, want %d", got, want)
	}
	if err := put(empty, payload); err != nil { // nothing lies there
		t.Errorf("CreateAs where nothing lies: %v", err)
	}
	s = reopen(t, s)
	err := put(id, payload)
	for deadline := time.Now().Add(time.Minute); errors.Is(err, vault.ErrTaken) && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		err = put(id, payload)
	}
	if err != nil {
		t.Errorf("CreateAs once the payload is gone: %v", err)
	}
	got, err := vaulttest.Get(t.Context(), s, id)
	if err != nil || !bytes.Equal(got, append(bytes.Clone(header), payload...)) {
		t.Errorf("it reads back otherwise: %v", err)
	}
	// What was aborted before anything of it was written leaves its id at once.
	p, err := s.CreateAs(t.Context(), vault.ID{1})
	if err != nil {
		t.Fatal(err)
	}
	p.Write(header)
	p.Abort()
	if p, err = s.CreateAs(t.Context(), vault.ID{1}); err != nil {
		t.Errorf("CreateAs after an Abort: %v", err)
	} else {
		p.Abort()
	}
	remove(2)
	vaulttest.Counted(t, s, "with all removed")
	s.Close()
	if len(s.pending) > 0 {
		t.Logf("%d payloads still lie there", len(s.pending))
	}
}

// TestClaimOrphan claims ids under which there is a payload that nobody owns, as in a
// vault that was damaged when it was opened.
func TestClaimOrphan(t *testing.T) {
	s := create(t)
	defer s.Close()
	p, err := s.CreateAs(t.Context(), vault.ID{1})
	if err != nil {
		t.Fatal(err)
	}
	p.Write(vaulttest.Header(1600, 1))
	p.Write(vaulttest.Payload(6<<20, 1))
	for s.payloadCount(t) == 0 {
		time.Sleep(time.Millisecond)
	}
	s.forget(p.(*pending))
	if _, err := s.CreateAs(t.Context(), vault.ID{1}); !errors.Is(err, vault.ErrTaken) {
		t.Errorf("CreateAs over a payload without an owner: %v, want ErrTaken", err)
	}
	if len(s.pending) != 0 {
		t.Error("a claim that was refused is not forgotten")
	}
}

// TestRemoveDamaged removes among damage. A record that cannot be read stays and is
// told of, the others go; a payload whose pages are damaged does not bring down the
// vault when it should be cleaned up.
func TestRemoveDamaged(t *testing.T) {
	im := newImage(t)
	var record, large vault.ID
	var ids []vault.ID
	for id, seed := range im.kept {
		switch seed {
		case 8:
			record = id
		case 7:
			large = id
		default:
			continue
		}
		ids = append(ids, id)
	}
	header, _ := damageFile(8)
	part := header[150:200]
	im.write(t, headersFile, bytes.ReplaceAll(im.files[headersFile], part, append(bytes.Clone(part[:49]), part[49]^1)))
	// The first chunk of the large payload stands in a page of its own.
	_, payload := damageFile(7)
	data := bytes.Clone(im.files[payloadsFile])
	at := bytes.Index(data, payload[:64])
	if at < 0 {
		t.Fatal("the payload is not found")
	}
	page := at / 4096 * 4096
	data[page+8] ^= 0xff // the kind of the page
	im.write(t, payloadsFile, data)
	s, err := Open(im.dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	states, err := s.Look(t.Context(), ids)
	if err != nil || len(states) != 2 || states[0] != vault.Kept || states[1] != vault.Kept {
		t.Errorf("Look says %v, %v; want both as kept", states, err)
	}
	n, err := s.Remove(t.Context(), []vault.ID{record, vault.NewID(), large})
	if n != 1 || !errors.Is(err, ErrDamaged) {
		t.Errorf("Remove: %d, %v; want 1, and ErrDamaged", n, err)
	}
	refused, err := s.Collect(t.Context(), []vault.Receipt{{ID: record}})
	if err != nil || len(refused) != 1 || !errors.Is(refused[0].Err, ErrDamaged) {
		t.Errorf("Collect refuses %v, %v; want the damaged one", refused, err)
	}
	for id, want := range map[vault.ID]vault.State{record: vault.Kept, large: vault.Absent} {
		if states, err := s.Look(t.Context(), []vault.ID{id}); err != nil || states[0] != want {
			t.Errorf("Look afterwards says %v, %v; want %v", states, err, want)
		}
	}
	vaulttest.Counted(t, s, "with one damaged")
	named := map[vault.ID]bool{}
	for _, f := range vaulttest.Findings(t, s) {
		named[f.ID] = true
	}
	if !named[record] || !named[large] {
		t.Errorf("findings name %v, want %s and %s", named, record, large)
	}
	// The vault goes on, and has not looked at the damaged pages.
	for i := range 3 {
		if _, err := vaulttest.Put(t.Context(), s, vaulttest.Header(1600, 1), vaulttest.Payload(100000, 1), 1<<20); err != nil {
			t.Errorf("the vault does not go on (%d): %v", i, err)
		}
	}
	if err := vaulttest.PutAs(t.Context(), s, large, header, nil, 1<<20); !errors.Is(err, vault.ErrTaken) {
		t.Errorf("CreateAs over the damaged payload: %v, want ErrTaken", err)
	}
	if err := s.broken(); err != nil {
		t.Error(err)
	}
}

// TestRemoveFails lets the disk fail in the middle of a removal: what was to be removed
// is kept, and its id is nobody's.
func TestRemoveFails(t *testing.T) {
	dir, kept := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cause := fmt.Errorf("vault: a disk that is gone")
	ids := firstIDs(kept)
	s.headers.broken.Store(&cause)
	if n, err := s.Remove(t.Context(), ids); n != 0 || !errors.Is(err, cause) {
		t.Errorf("Remove: %d, %v", n, err)
	}
	s.headers.broken.Store(nil)
	if len(s.pending) != 0 {
		t.Errorf("%d ids are owned", len(s.pending))
	}
	states, err := s.Look(t.Context(), ids)
	for _, state := range states {
		if err != nil || state != vault.Kept {
			t.Fatalf("Look says %v, %v", states, err)
		}
	}
	if u, err := s.Usage(t.Context()); err != nil || u.RewriteDue {
		t.Errorf("a rewrite is due, %v", err)
	}
	vaulttest.Counted(t, s, "after a failure")
	if n, err := s.Remove(t.Context(), ids); n != len(ids) || err != nil {
		t.Errorf("Remove: %d, %v", n, err)
	}
}
