package bolt

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

func testRecord() vault.Record {
	rec := vault.Record{ID: vault.ID{1, 2, 3}, Label: vaulttest.Label, HeaderEpoch: vaulttest.Label.Epoch, Header: []byte("age-encryption.org/v1\n--- x\n"), PayloadSize: 65568}
	copy(rec.PayloadSum[:], "a hash of thirty-two bytes......")
	return rec
}

func same(a, b vault.Record) bool {
	return a.ID == b.ID && a.Label == b.Label && bytes.Equal(a.Header, b.Header) && a.PayloadSize == b.PayloadSize && a.PayloadSum == b.PayloadSum
}

func TestRecord(t *testing.T) {
	rec := testRecord()
	b := encodeRecord(&rec)
	got, err := decodeRecord(rec.ID, b)
	if err != nil || !same(got, rec) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range b {
		for bit := range 8 {
			bad := bytes.Clone(b)
			bad[i] ^= 1 << bit
			if _, err := decodeRecord(rec.ID, bad); err == nil {
				t.Errorf("bit %d of byte %d flipped: no error", bit, i)
			}
		}
		if _, err := decodeRecord(rec.ID, b[:i]); err == nil {
			t.Errorf("cut to %d bytes: no error", i)
		}
	}
	if _, err := decodeRecord(vault.ID{9}, b); err == nil {
		t.Error("under another id: no error")
	}
}

// FuzzRecord decodes anything, and again with the hash put right so that what
// lies behind it is reached.
func FuzzRecord(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		id := vault.ID{1, 2, 3}
		decodeRecord(id, data)
		sum := recordSum(id, data)
		whole := append(bytes.Clone(data), sum[:]...)
		rec, err := decodeRecord(id, whole)
		if err != nil {
			return
		}
		if again := encodeRecord(&rec); !bytes.Equal(again, whole) {
			t.Errorf("decoded and encoded again it differs")
		}
		if rec.Size() < 0 || checkLabel(rec.Label) != nil {
			t.Errorf("decoded a record that nobody could have written: %+v", rec)
		}
	})
}

func TestFuzzSeeds(t *testing.T) {
	seeds, err := os.ReadDir(filepath.Join("testdata", "fuzz", "FuzzRecord"))
	if err != nil || len(seeds) < 4 {
		t.Errorf("%d seeds of FuzzRecord are checked in, %v; want 4", len(seeds), err)
	}
}
