package bolt

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

// settledImage is a vault in which some headers were dropped and a rewrite is due.
func settledImage(t *testing.T) (im *image, current map[vault.ID][]byte) {
	t.Helper()
	im = newImage(t)
	s, err := Open(im.dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	current = map[vault.ID][]byte{}
	var confirmed []vault.Confirmed
	for _, rec := range all {
		current[rec.ID] = rec.Header
		if rec.Next != nil && rec.ID[0]%2 == 0 {
			confirmed = append(confirmed, vaulttest.Confirm(vault.Slip{ID: rec.ID, Replaces: sha256.Sum256(rec.Header), Next: *rec.Next}))
			current[rec.ID] = rec.Next.Header
		}
	}
	if len(confirmed) == 0 {
		return settledImage(t) // all of some 14 random ids are odd
	}
	if err := none(s.Settle(t.Context(), 9, [16]byte{}, confirmed)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	shrink(t, filepath.Join(im.dir, headersFile))
	if im.files[headersFile], err = os.ReadFile(filepath.Join(im.dir, headersFile)); err != nil {
		t.Fatal(err)
	}
	return im, current
}

// TestRewriteDamaged flips bits in a file that is due to be rewritten, and opens
// it. Either the damage is in a place that does not matter and nothing is lost,
// or it is noticed and the file stays as it is, byte for byte.
func TestRewriteDamaged(t *testing.T) {
	t.Parallel()
	im, current := settledImage(t)
	r := rand.New(rand.NewPCG(5, 6))
	data := im.files[headersFile]
	var places []int
	for page := 0; page < len(data); page += 4096 {
		places = append(places, page+r.IntN(16), page+16+r.IntN(48), page+r.IntN(4096))
	}
	for range 40 {
		places = append(places, r.IntN(2)*4096+r.IntN(80))
	}
	rewritten, refused := 0, 0
	for _, at := range places {
		bad := bytes.Clone(data)
		bad[at] ^= 1 << r.IntN(8)
		im.write(t, headersFile, bad)
		s, err := Open(im.dir, Options{Reserve: -1})
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrVersion) {
				t.Errorf("Open: %v", err)
			}
			refused++
		} else {
			// If the page is damaged that showed the last transaction, the mark
			// that a rewrite is due is not in sight either; Check says so.
			noticed := len(vaulttest.Findings(t, s)) > 0
			if u, err := s.Usage(t.Context()); err != nil || u.RewriteDue && !noticed {
				t.Errorf("usage %+v, %v; nothing is damaged and the rewrite is still due", u, err)
			}
			if noticed {
				if err := s.Rewrite(t.Context()); !errors.Is(err, ErrDamaged) {
					t.Errorf("Rewrite of a damaged vault: %v, want ErrDamaged", err)
				}
				refused++
			} else {
				for id, header := range current {
					_, payload := damageFile(im.kept[id])
					if got, err := vaulttest.Get(t.Context(), s, id); err != nil || !bytes.Equal(got, append(bytes.Clone(header), payload...)) {
						t.Errorf("%s is lost: %v", id, err)
					}
				}
				rewritten++
			}
			s.Close()
			if !noticed {
				im.write(t, headersFile, bad) // for the comparison below
			}
		}
		if now, err := os.ReadFile(filepath.Join(im.dir, headersFile)); err != nil || !bytes.Equal(now, bad) {
			t.Errorf("a damaged file was changed (%v)", err)
		}
		onlyTwo(t, im.dir)
		if t.Failed() {
			t.Fatalf("flipped at %d", at)
		}
	}
	t.Logf("%d rewritten, %d refused", rewritten, refused)
	if rewritten < len(places)/10 || refused < len(places)/10 {
		t.Error("the flips are not what they should be")
	}
}

// TestDamagedAmong damages one record: the others are rotated, it is refused, and
// nothing is rewritten that is perhaps still to be saved.
func TestDamagedAmong(t *testing.T) {
	im := newImage(t)
	var damaged vault.ID
	for id, seed := range im.kept {
		if seed == 8 {
			damaged = id
		}
	}
	header, _ := damageFile(8)
	part := header[150:200]
	im.write(t, headersFile, bytes.ReplaceAll(im.files[headersFile], part, append(bytes.Clone(part[:49]), part[49]^1)))
	leftover := filepath.Join(im.dir, rewriteFile)
	if err := os.WriteFile(leftover, []byte("perhaps the old file, whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(im.dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	slips, confirmed, err := rotation(s, 11)
	if err != nil || len(slips) != 39 {
		t.Fatalf("%d slips, %v", len(slips), err)
	}
	slips = append(slips[:20:20], append([]vault.Slip{{ID: damaged, Next: vault.Next{Epoch: 11, Header: rotatedHeader(damaged, 11)}}}, slips[20:]...)...)
	refused, err := s.Propose(t.Context(), slips)
	if err != nil || len(refused) != 1 || refused[0].ID != damaged || !errors.Is(refused[0].Err, ErrDamaged) {
		t.Errorf("Propose refuses %v, %v; want the damaged one", refused, err)
	}
	confirmed = append(confirmed, vault.Confirmed{ID: damaged})
	refused, err = s.Settle(t.Context(), 11, [16]byte{}, confirmed)
	if err != nil || len(refused) != 1 || refused[0].ID != damaged || !errors.Is(refused[0].Err, ErrDamaged) {
		t.Errorf("Settle refuses %v, %v; want the damaged one", refused, err)
	}
	vaulttest.Counted(t, s, "with one damaged")
	for range 2 {
		if err := s.Rewrite(t.Context()); !errors.Is(err, ErrDamaged) {
			t.Errorf("Rewrite: %v, want ErrDamaged", err)
		}
		if u, err := s.Usage(t.Context()); err != nil || !u.RewriteDue {
			t.Errorf("the rewrite is no longer due: %v", err)
		}
		if found := vaulttest.RecordFindings(t, s); len(found) != 1 || found[0].ID != damaged {
			t.Errorf("findings %v", found)
		}
		if _, err := os.Stat(leftover); err != nil {
			t.Errorf("what may be of use is gone: %v", err)
		}
		s = reopen(t, s)
	}
	s.Close()
}

// TestDamagedMeanwhile damages a record under an open vault.
func TestDamagedMeanwhile(t *testing.T) {
	im, _ := settledImage(t)
	room := noRoom(t, nil) // so that it is not rewritten at once
	s, err := Open(im.dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	room(s)
	path := filepath.Join(im.dir, headersFile)
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	part := all[3].Header[500:550]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], part)
		if i < 0 {
			break
		}
		at += i
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte{'='}, int64(at)); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if err := s.Rewrite(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Rewrite: %v, want ErrDamaged", err)
	}
	if u, err := s.Usage(t.Context()); err != nil || !u.RewriteDue {
		t.Errorf("the rewrite is no longer due: %v", err)
	}
	if found := vaulttest.RecordFindings(t, s); len(found) != 1 || found[0].ID != all[3].ID {
		t.Errorf("findings %v", found)
	}
	onlyTwo(t, im.dir)
}
