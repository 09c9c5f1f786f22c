package bolt

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

// counting counts what is read.
type counting struct {
	io.ReaderAt
	reads, bytes int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	c.reads++
	c.bytes += len(p)
	return c.ReaderAt.ReadAt(p, off)
}

// fill makes n records without payload, with headers of three reviewers, and returns
// their ids. One in four is marked as collected.
func fill(t testing.TB, s *Store, n int) (ids []vault.ID) {
	t.Helper()
	rec := vault.Record{Label: vaulttest.Label, HeaderEpoch: vaulttest.Label.Epoch}
	rec.Header = vaulttest.Header(5000, 1)
	for left := n; left > 0; left -= 400 { // as the committer of records would
		group := make([]*request, min(left, 400))
		for i := range group {
			rec.ID, rec.Collected = vault.NewID(), i%4 == 0
			ids = append(ids, rec.ID)
			group[i] = &request{rec: rec, encoded: encodeRecord(&rec)}
		}
		if err := s.writeRecords(group); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// TestLookSameWork asks for one id that is there, and for one that is not in the same
// place: exactly as much is read, whether it is kept, collected or absent.
func TestLookSameWork(t *testing.T) {
	s := create(t)
	defer s.Close()
	fill(t, s, 3000)
	absent, work := map[int]int{}, map[vault.State]int{}
	var ids []vault.ID
	for after := (vault.ID{}); len(ids) < 400; after = ids[len(ids)-1] {
		records, err := s.Records(t.Context(), after, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range records {
			ids = append(ids, rec.ID)
		}
	}
	for _, id := range ids {
		// Just above it is another place in the same page, if nothing is kept there.
		above := id
		above[15]++
		if above[15] == 0 {
			continue
		}
		var reads [2]counting
		var states [2]vault.State
		for i, id := range []vault.ID{id, above} {
			err := s.headers.view(func(v *boltpages.View) error {
				reads[i] = counting{ReaderAt: s.headers.os}
				got, err := look(v.Meta.View(&reads[i]), []vault.ID{id})
				if err == nil {
					states[i] = got[0]
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if states[0] == vault.Absent || states[1] != vault.Absent {
			t.Fatalf("Look says %v", states)
		}
		if reads[0].reads != reads[1].reads || reads[0].bytes != reads[1].bytes {
			t.Errorf("%d reads of %d bytes for an id that is there, %d of %d for one that is not",
				reads[0].reads, reads[0].bytes, reads[1].reads, reads[1].bytes)
		}
		absent[reads[1].reads]++
		work[states[0]]++
	}
	if work[vault.Kept] < 50 || work[vault.Collected] < 50 {
		t.Errorf("the ids are not what they should be: %v", work)
	}
	t.Logf("reads for an id: %v", absent)
}

// TestLookNoTrace looks, and compares both files byte for byte.
func TestLookNoTrace(t *testing.T) {
	dir, kept := fullVault(t)
	s, err := Open(dir, Options{Reserve: -1, Logf: func(format string, args ...any) { t.Errorf("said: "+format, args...) }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	files := func() (all string) {
		for _, name := range []string{headersFile, payloadsFile} {
			data, err := os.ReadFile(dir + "/" + name)
			info, err2 := os.Stat(dir + "/" + name)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			all += string(data) + info.ModTime().String()
		}
		return all
	}
	before := files()
	ids := append(firstIDs(kept), vault.NewID(), vault.ID{})
	for range 20 {
		if _, err := s.Look(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
	}
	if files() != before || len(s.pending) > 0 {
		t.Error("a look has left a trace")
	}
	onlyTwo(t, dir)
}

// BenchmarkVaultLook looks for all the names of a code, in a vault of 100,000
// testimonies: for ids that are there, and for ids that are not.
func BenchmarkVaultLook(b *testing.B) {
	n := 100_000
	if testing.Short() {
		n = 2000
	}
	s := create(b)
	defer s.Close()
	const names = 260
	there := fill(b, s, n)[:names]
	absent := make([]vault.ID, names)
	for i := range absent {
		absent[i] = vault.NewID()
	}
	took := map[string]float64{}
	for _, c := range []struct {
		name string
		ids  []vault.ID
	}{{"there", there}, {"absent", absent}} {
		b.Run(fmt.Sprint(c.name), func(b *testing.B) {
			b.ReportAllocs()
			start := time.Now()
			rounds := 0
			for b.Loop() {
				if _, err := s.Look(b.Context(), c.ids); err != nil {
					b.Fatal(err)
				}
				rounds++
			}
			took[c.name] = time.Since(start).Seconds() / float64(rounds)
			if c.name == "absent" {
				b.ReportMetric(took["absent"]/took["there"], "of-there")
			}
		})
	}
}
