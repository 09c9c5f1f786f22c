package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"amana/vault"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

// What bbolt writes into its pages.
const (
	branchPage = 0x01
	leafPage   = 0x02
)

var order = binary.NativeEndian

// image is a vault on disk that is damaged and mended again.
type image struct {
	dir   string
	files map[string][]byte // up to the first page never used
	size  map[string]int64
	kept  map[vault.ID]uint64
}

func newImage(t *testing.T) *image {
	t.Helper()
	s := create(t)
	im := &image{dir: s.disk.dir, files: map[string][]byte{}, size: map[string]int64{}, kept: map[vault.ID]uint64{}}
	for seed := range uint64(40) {
		header, payload := damageFile(seed)
		id, err := vaulttest.Put(t.Context(), s, header, payload, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		im.kept[id] = seed
	}
	// Some have another header waiting.
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(all); i += 3 {
		slip := vaulttest.Slip(&all[i], 9, [16]byte{1}, 1700, uint64(100+i))
		if err := none(s.Propose(t.Context(), []vault.Slip{slip})); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{headersFile, payloadsFile} {
		path := filepath.Join(im.dir, name)
		shrink(t, path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		im.files[name] = data
	}
	return im
}

func damageFile(seed uint64) (header, payload []byte) {
	size := []int{300, 5000, 0, 2000}[seed%4]
	if seed == 7 {
		size = 300000
	}
	return vaulttest.Header(1700, seed), vaulttest.Payload(size, seed)
}

func (im *image) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(im.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// noticed opens the vault, checks it and reads everything. It says whether the
// vault noticed any damage, and fails the test if something is wrong unnoticed.
func (im *image) noticed(t *testing.T, what string) bool {
	t.Helper()
	s, err := Open(im.dir, Options{Reserve: -1})
	if err != nil {
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrVersion) {
			t.Errorf("%s: Open: %v", what, err)
		}
		return true
	}
	defer s.Close()
	found := vaulttest.Findings(t, s)
	whole := 0
	for id, seed := range im.kept {
		header, payload := damageFile(seed)
		got, err := vaulttest.Get(t.Context(), s, id)
		if err == nil && bytes.Equal(got, append(header, payload...)) {
			whole++
		}
	}
	if whole < len(im.kept) && len(found) == 0 {
		t.Errorf("%s: %d of %d testimonies are whole and Check finds nothing", what, whole, len(im.kept))
	}
	listed, err := vaulttest.All(t.Context(), s, 10)
	if err != nil && len(found) == 0 {
		t.Errorf("%s: %v, and Check finds nothing", what, err)
	}
	records := vaulttest.RecordFindings(t, s)
	if len(listed) < len(im.kept) && len(records) == 0 {
		t.Errorf("%s: %d of %d testimonies are listed and CheckRecords finds nothing", what, len(listed), len(im.kept))
	}
	if len(records) > 0 && len(found) == 0 {
		t.Errorf("%s: CheckRecords finds %v and Check nothing", what, records)
	}
	return len(found) > 0
}

// TestBitFlips flips bits all over both files. The vault must neither crash, nor
// miss what matters, nor, on the evidence of one damaged file, harm the other.
func TestBitFlips(t *testing.T) {
	t.Parallel()
	im := newImage(t)
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{headersFile, payloadsFile} {
		other := map[string]string{headersFile: payloadsFile, payloadsFile: headersFile}[name]
		data := im.files[name]
		var places []int
		for page := 0; page < len(data); page += 4096 {
			// The head of each page, its first elements, and anywhere.
			places = append(places, page+r.IntN(16), page+16+r.IntN(48), page+r.IntN(4096))
		}
		for range 100 {
			places = append(places, r.IntN(2*4096)%4096+r.IntN(2)*4096)
		}
		noticed := 0
		for _, at := range places {
			bad := bytes.Clone(data)
			bad[at] ^= 1 << r.IntN(8)
			im.write(t, name, bad)
			if im.noticed(t, name+" with a bit flipped") {
				noticed++
			}
			now, err := os.ReadFile(filepath.Join(im.dir, other))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(now, im.files[other]) {
				t.Errorf("damage at %d of %s made the vault change %s", at, name, other)
				im.write(t, other, im.files[other])
			}
			if t.Failed() {
				t.Fatalf("flipped at %d of %s", at, name)
			}
		}
		t.Logf("%s: %d of %d flips were in a place that matters", name, noticed, len(places))
		if noticed < len(places)/10 {
			t.Errorf("%s: only %d of %d flips were noticed", name, noticed, len(places))
		}
		im.write(t, name, data)
		if im.noticed(t, "mended") {
			t.Error("damage is found in a mended vault")
		}
	}
}

// TestCounts makes each page of the headers claim one key less or more than it
// has: a record that is so hidden leaves no other trace if its payload is empty.
func TestCounts(t *testing.T) {
	im := newImage(t)
	data := im.files[headersFile]
	noticed := 0
	for page := 2 * 4096; page < len(data); page += 4096 {
		count := order.Uint16(data[page+10:])
		if flags := order.Uint16(data[page+8:]); flags != branchPage && flags != leafPage || count == 0 {
			continue
		}
		for _, wrong := range []uint16{count - 1, count + 1} {
			bad := bytes.Clone(data)
			order.PutUint16(bad[page+10:], wrong)
			im.write(t, headersFile, bad)
			if im.noticed(t, "headers.db with a wrong count") {
				noticed++
			}
			if t.Failed() {
				t.Fatalf("page %d with the count %d for %d", page/4096, wrong, count)
			}
		}
	}
	t.Logf("%d wrong counts were in pages in use", noticed)
	if noticed < 20 {
		t.Errorf("only %d wrong counts were noticed", noticed)
	}
}

// TestNamed damages one payload and one record: Check names each, and
// CheckRecords the record.
func TestNamed(t *testing.T) {
	im := newImage(t)
	for _, c := range []struct {
		file string
		part func(seed uint64) []byte
	}{
		{payloadsFile, func(seed uint64) []byte { _, p := damageFile(seed); return p[150:200] }},
		{headersFile, func(seed uint64) []byte { h, _ := damageFile(seed); return h[150:200] }},
	} {
		for id, seed := range im.kept {
			if seed != 4 && seed != 7 {
				continue
			}
			// Pages that are free may hold copies of what once stood there.
			part := c.part(seed)
			changed := append(bytes.Clone(part[:10]), part[10]^4)
			changed = append(changed, part[11:]...)
			bad := bytes.ReplaceAll(im.files[c.file], part, changed)
			if bytes.Equal(bad, im.files[c.file]) {
				t.Fatal("not found in the file")
			}
			im.write(t, c.file, bad)
			s, err := Open(im.dir, Options{Reserve: -1})
			if err != nil {
				t.Fatal(err)
			}
			if found := vaulttest.Findings(t, s); len(found) != 1 || found[0].ID != id {
				t.Errorf("%s: findings %v, want one about %s", c.file, found, id)
			}
			// A payload is not read by CheckRecords.
			found := vaulttest.RecordFindings(t, s)
			if c.file == payloadsFile && len(found) != 0 || c.file == headersFile && (len(found) != 1 || found[0].ID != id) {
				t.Errorf("%s: findings of CheckRecords: %v", c.file, found)
			}
			s.Close()
		}
		im.write(t, c.file, im.files[c.file])
	}
}

func TestTruncation(t *testing.T) {
	im := newImage(t)
	for _, name := range []string{headersFile, payloadsFile} {
		data := im.files[name]
		for _, size := range []int{0, 1, 79, 80, 4095, 4096, 4200, 8192, 10000, len(data) / 2, len(data) - 4096, len(data) - 1} {
			im.write(t, name, data[:size])
			if !im.noticed(t, name+" cut short") {
				t.Errorf("%s cut to %d bytes goes unnoticed", name, size)
			}
		}
		im.write(t, name, data)
	}
	if im.noticed(t, "mended") {
		t.Error("damage is found in a mended vault")
	}
}

// TestEndless opens files whose first pages are whole and claim more pages than
// there are: that must not take memory for them.
func TestEndless(t *testing.T) {
	im := newImage(t)
	for _, c := range []struct{ pageSize, high uint64 }{
		{4096, 1 << 30}, {4096, 1 << 48}, {1 << 16, 1 << 47}, {1 << 16, 1 << 48},
	} {
		bad := bytes.Clone(im.files[payloadsFile])
		for page := range uint64(2) {
			m := bad[page*4096+boltpages.PageHead:]
			order.PutUint32(m[8:], uint32(c.pageSize))
			order.PutUint64(m[40:], c.high)
			h := fnv.New64a()
			h.Write(m[:56])
			order.PutUint64(m[56:], h.Sum64())
		}
		im.write(t, payloadsFile, bad)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := Open(im.dir, Options{Reserve: -1})
		runtime.ReadMemStats(&after)
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("Open of a file of %d pages of %d bytes: %v, want ErrDamaged", c.high, c.pageSize, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
			t.Errorf("Open of a file of %d pages of %d bytes took %d bytes of memory", c.high, c.pageSize, took)
		}
	}
}

// TestCutWhileOpen cuts a file under an open vault, as a broken disk or a wrong
// command might: calls fail, and nothing crashes or hangs.
func TestCutWhileOpen(t *testing.T) {
	for _, name := range []string{headersFile, payloadsFile} {
		for _, size := range []int64{0, 4096, 8192, 16384} {
			im := newImage(t)
			s, err := Open(im.dir, Options{Reserve: -1})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(filepath.Join(im.dir, name), size); err != nil {
				t.Fatal(err)
			}
			if len(vaulttest.Findings(t, s)) == 0 || len(vaulttest.RecordFindings(t, s)) == 0 {
				t.Errorf("%s cut to %d bytes goes unnoticed", name, size)
			}
			for seed := range uint64(4) {
				header, payload := damageFile(seed + 7)
				vaulttest.Put(t.Context(), s, header, payload, 1<<20)
			}
			for id := range im.kept {
				vaulttest.Get(t.Context(), s, id)
			}
			s.Records(t.Context(), vault.ID{}, 10)
			s.Close()
		}
	}
}

// TestDeepTrees compares this package's check of the structure with bbolt's own
// on a vault with pages that were used and set free many times.
func TestDeepTrees(t *testing.T) {
	s := create(t)
	for i := range uint64(300) {
		header, payload := testFile(i)
		if i%4 == 1 {
			p, err := s.Create(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p.Write(header)
			p.Write(payload)
			p.Abort()
			continue
		}
		if i%16 == 6 {
			continue // 3 MiB; a few are enough
		}
		if _, err := vaulttest.Put(t.Context(), s, header, payload[:len(payload)/4], 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		for _, f := range vaulttest.Findings(t, s) {
			t.Errorf("%s: %s", f.ID, f.Problem)
		}
		for _, f := range []*file{s.headers, s.payloads} {
			tx, err := f.db.Begin(false)
			if err != nil {
				t.Fatal(err)
			}
			for err := range tx.Check() {
				t.Errorf("bbolt: %v", err)
			}
			tx.Rollback()
		}
		s = reopen(t, s)
	}
	s.Close()
}
