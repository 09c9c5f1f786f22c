package bolt

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

func testRecord() vault.Record {
	rec := vault.Record{ID: vault.ID{1, 2, 3}, Label: vaulttest.Label, Header: []byte("age-encryption.org/v1\n--- x\n"),
		HeaderEpoch: vaulttest.Label.Epoch, PayloadSize: 65568}
	copy(rec.PayloadSum[:], "a hash of thirty-two bytes......")
	return rec
}

// rotatedRecord is one with all that a record can hold.
func rotatedRecord() vault.Record {
	rec := testRecord()
	rec.HeaderEpoch = 5
	rec.Collected = true
	rec.Next = &vault.Next{Epoch: 6, Header: []byte("age-encryption.org/v1\n--- yz\n"), By: [16]byte{7, 8}}
	return rec
}

func same(a, b vault.Record) bool {
	if (a.Next == nil) != (b.Next == nil) {
		return false
	}
	if a.Next != nil && (a.Next.Epoch != b.Next.Epoch || a.Next.By != b.Next.By || !bytes.Equal(a.Next.Header, b.Next.Header)) {
		return false
	}
	return a.ID == b.ID && a.Label == b.Label && bytes.Equal(a.Header, b.Header) && a.HeaderEpoch == b.HeaderEpoch &&
		a.Collected == b.Collected && a.PayloadSize == b.PayloadSize && a.PayloadSum == b.PayloadSum
}

func TestRecord(t *testing.T) {
	waiting := rotatedRecord()
	waiting.Collected = false
	for name, c := range map[string]struct {
		rec    vault.Record
		encode func(*vault.Record) []byte
	}{
		"version 1":          {testRecord(), encodeVersion1},
		"version 2":          {testRecord(), encodeVersion2},
		"version 2, rotated": {waiting, encodeVersion2},
		"new":                {testRecord(), encodeRecord},
		"waiting":            {waiting, encodeRecord},
		"all there can be":   {rotatedRecord(), encodeRecord},
	} {
		b := c.encode(&c.rec)
		got, err := decodeRecord(c.rec.ID, b)
		if err != nil || !same(got, c.rec) {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		for i := range b {
			for bit := range 8 {
				bad := bytes.Clone(b)
				bad[i] ^= 1 << bit
				if _, err := decodeRecord(c.rec.ID, bad); err == nil {
					t.Errorf("%s: bit %d of byte %d flipped: no error", name, bit, i)
				}
			}
			if _, err := decodeRecord(c.rec.ID, b[:i]); err == nil {
				t.Errorf("%s: cut to %d bytes: no error", name, i)
			}
		}
		if _, err := decodeRecord(vault.ID{9}, b); err == nil {
			t.Errorf("%s: under another id: no error", name)
		}
	}
}

// TestPurgedRecord decodes what stays of a testimony that was purged, whole and damaged.
func TestPurgedRecord(t *testing.T) {
	id := vault.ID{1, 2, 3}
	b := encodePurged(id)
	if _, err := decodeRecord(id, b); err != errPurged || len(b) != purgedSize {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	for i := range b {
		for bit := range 8 {
			bad := bytes.Clone(b)
			bad[i] ^= 1 << bit
			if _, err := decodeRecord(id, bad); err == nil || err == errPurged {
				t.Errorf("bit %d of byte %d flipped: %v", bit, i, err)
			}
		}
	}
	if _, err := decodeRecord(vault.ID{9}, b); err == nil || err == errPurged {
		t.Errorf("under another id: %v", err)
	}
	if _, err := decodeRecord(id, b[:len(b)-1]); err == nil || err == errPurged {
		t.Errorf("cut: %v", err)
	}
}

// TestRecordLargest keeps the largest record that there can be.
func TestRecordLargest(t *testing.T) {
	rec := rotatedRecord()
	rec.Header, rec.Next.Header = make([]byte, vault.MaxHeader), make([]byte, vault.MaxHeader)
	b := encodeRecord(&rec)
	if got, err := decodeRecord(rec.ID, b); err != nil || !same(got, rec) {
		t.Errorf("the largest record: %v", err)
	}
	if int64(len(b)) != maxRecord {
		t.Errorf("the largest record has %d bytes, not %d", len(b), maxRecord)
	}
}

// TestRecordWrong puts the hash right around what nobody should have written.
func TestRecordWrong(t *testing.T) {
	for name, change := range map[string]func(rec *vault.Record){
		"header of an earlier epoch": func(rec *vault.Record) { rec.HeaderEpoch = rec.Epoch - 1 },
		"next of an earlier epoch":   func(rec *vault.Record) { rec.Next.Epoch = 1 },
		"next without a header":      func(rec *vault.Record) { rec.Next.Header = nil },
		"next without an epoch":      func(rec *vault.Record) { rec.Next.Epoch = 0 },
		"a day of another form":      func(rec *vault.Record) { rec.Day = "2026-22-11" },
		"a negative size":            func(rec *vault.Record) { rec.PayloadSize = -1 },
		"a header too large":         func(rec *vault.Record) { rec.Header = make([]byte, vault.MaxHeader+1) },
		"a next too large":           func(rec *vault.Record) { rec.Next.Header = make([]byte, vault.MaxHeader+1) },
	} {
		rec := rotatedRecord()
		change(&rec)
		if _, err := decodeRecord(rec.ID, encodeRecord(&rec)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	rec := rotatedRecord()
	body := encodeRecord(&rec)
	body = body[:len(body)-32]
	for name, bad := range map[string][]byte{
		"version 0":          append([]byte{0, 0}, body[2:]...),
		"version 4":          append([]byte{4}, body[1:]...),
		"version 5":          append([]byte{5}, body[1:]...),
		"purged, state 1":    {4, 1},
		"purged, state 3":    {4, 3},
		"purged and more":    {4, 2, 0},
		"version 3 as 1":     append([]byte{1, 0}, body[2:]...),
		"another state":      append([]byte{3, 2}, body[2:]...),
		"2 and collected":    append([]byte{2, 1}, body[2:]...),
		"a byte more":        append(bytes.Clone(body), 0),
		"a byte less":        body[:len(body)-1],
		"no next at all":     body[:recordFixed+4+len(rec.Header)],
		"half of who did it": body[:recordFixed+4+len(rec.Header)+4+8],
		"an endless header":  binary.BigEndian.AppendUint32(bytes.Clone(body[:recordFixed]), 1<<32-1),
	} {
		sum := recordSum(rec.ID, bad)
		if _, err := decodeRecord(rec.ID, append(bytes.Clone(bad), sum[:]...)); err == nil {
			t.Errorf("%s: no error", name)
		}
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
		if err == errPurged && !bytes.Equal(whole, encodePurged(id)) {
			t.Error("something else is taken for what was purged")
		}
		if err != nil {
			return
		}
		encode := map[byte]func(*vault.Record) []byte{1: encodeVersion1, 2: encodeVersion2, 3: encodeRecord}[data[0]]
		if again := encode(&rec); !bytes.Equal(again, whole) {
			t.Errorf("decoded and encoded again it differs")
		}
		if rec.Size() < 0 || checkLabel(rec.Label) != nil || rec.HeaderEpoch < rec.Epoch ||
			rec.Next != nil && (rec.Next.Epoch < rec.HeaderEpoch || len(rec.Next.Header) == 0) {
			t.Errorf("decoded a record that nobody could have written: %+v", rec)
		}
	})
}

func TestFuzzSeeds(t *testing.T) {
	seeds, err := os.ReadDir(filepath.Join("testdata", "fuzz", "FuzzRecord"))
	if err != nil || len(seeds) < 18 {
		t.Errorf("%d seeds of FuzzRecord are checked in, %v; want 18", len(seeds), err)
	}
}

// encodeVersion1 writes a record as the program did before version 2.
func encodeVersion1(rec *vault.Record) []byte {
	b := append([]byte{1, 0}, rec.Day...)
	b = binary.BigEndian.AppendUint32(b, rec.Epoch)
	b = binary.BigEndian.AppendUint64(b, uint64(rec.PayloadSize))
	b = append(b, rec.PayloadSum[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(rec.Header)))
	b = append(b, rec.Header...)
	sum := recordSum(rec.ID, b)
	return append(b, sum[:]...)
}

// encodeVersion2 writes a record as the program did before version 3: only the first
// two bytes were others.
func encodeVersion2(rec *vault.Record) []byte {
	b := encodeRecord(rec)
	b = append([]byte{2, 0}, b[2:len(b)-32]...)
	sum := recordSum(rec.ID, b)
	return append(b, sum[:]...)
}
