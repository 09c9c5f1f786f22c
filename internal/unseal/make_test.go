package unseal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"testing"

	"amana/internal/testimony"

	"filippo.io/age"
)

// rawEntry is one entry of a ZIP with every field open to lies. The zero values
// of the last fields mean the truth.
type rawEntry struct {
	name string
	data []byte

	method, flags  uint16
	attrs          uint32
	creator        uint16
	time           uint32
	localName      string
	extra, comment []byte
	size           uint32 // both sizes in the directory
	compressed     uint32 // the compressed size in the directory, over size
	crc            uint32
	offset         *uint32
	gap            []byte // before it
}

// rawZip writes a ZIP without streaming, with the lies of its entries.
func rawZip(entries []rawEntry, end func([]byte)) []byte {
	var out, dir bytes.Buffer
	le := binary.LittleEndian
	for _, e := range entries {
		out.Write(e.gap)
		offset := uint32(out.Len())
		if e.offset != nil {
			offset = *e.offset
		}
		crc := crc32.ChecksumIEEE(e.data) ^ e.crc
		size := uint32(len(e.data))
		if e.size != 0 {
			size = e.size
		}
		compressed := size
		if e.compressed != 0 {
			compressed = e.compressed
		}
		local := e.name
		if e.localName != "" {
			local = e.localName
		}
		h := append([]byte("PK\x03\x04"), 20, 0)
		h = le.AppendUint16(h, e.flags)
		h = le.AppendUint16(h, e.method)
		h = le.AppendUint32(h, e.time)
		h = le.AppendUint32(h, crc)
		h = le.AppendUint32(h, compressed)
		h = le.AppendUint32(h, size)
		h = le.AppendUint16(h, uint16(len(local)))
		h = le.AppendUint16(h, 0)
		out.Write(h)
		out.WriteString(local)
		out.Write(e.data)
		h = append([]byte("PK\x01\x02"), byte(20), byte(e.creator), 20, 0)
		h = le.AppendUint16(h, e.flags)
		h = le.AppendUint16(h, e.method)
		h = le.AppendUint32(h, e.time)
		h = le.AppendUint32(h, crc)
		h = le.AppendUint32(h, compressed)
		h = le.AppendUint32(h, size)
		h = le.AppendUint16(h, uint16(len(e.name)))
		h = le.AppendUint16(h, uint16(len(e.extra)))
		h = le.AppendUint16(h, uint16(len(e.comment)))
		h = le.AppendUint32(h, 0)
		h = le.AppendUint32(h, e.attrs)
		h = le.AppendUint32(h, offset)
		dir.Write(h)
		dir.WriteString(e.name)
		dir.Write(e.extra)
		dir.Write(e.comment)
	}
	tail := append([]byte("PK\x05\x06"), 0, 0, 0, 0)
	tail = le.AppendUint16(tail, uint16(len(entries)))
	tail = le.AppendUint16(tail, uint16(len(entries)))
	tail = le.AppendUint32(tail, uint32(dir.Len()))
	tail = le.AppendUint32(tail, uint32(out.Len()))
	tail = append(tail, 0, 0)
	if end != nil {
		end(tail)
	}
	out.Write(dir.Bytes())
	out.Write(tail)
	return out.Bytes()
}

// sample is a testimony as a test wants it, before it is sealed.
type sample struct {
	testimony testimony.Testimony
	files     [][]byte
	old       bool   // the document is of schema 1
	document  []byte // instead of the testimony's JSON
	manifest  func(*testimony.Manifest)
	rawJSON   []byte // instead of the manifest's JSON
	entries   func([]rawEntry) []rawEntry
	end       func([]byte)
}

func newSample(files ...[]byte) *sample {
	s := &sample{files: files, testimony: testimony.Testimony{
		Schema: testimony.Schema, Kind: testimony.First, Thread: strings.Repeat("5c", 16), Language: "ar",
		Answers:  map[string]string{testimony.Narrative: "ذهب ولم يعد."},
		Choices:  map[string][]string{},
		Files:    []testimony.File{},
		Received: "2026-11-22",
		Roster:   testimony.Roster{Epoch: 1, SHA256: strings.Repeat("ab", 32)},
		Fetched:  []string{},
	}}
	for i := range files {
		s.testimony.Files = append(s.testimony.Files, testimony.File{
			Entry: fmt.Sprintf("files/%03d.jpg", i+1), Name: "صورة.jpg", Type: "image/jpeg",
		})
	}
	return s
}

// zip returns the plaintext of the envelope.
func (s *sample) zip(t testing.TB) []byte {
	t.Helper()
	var entries []rawEntry
	for i, data := range s.files {
		entries = append(entries, rawEntry{name: fmt.Sprintf("files/%03d.jpg", i+1), data: data})
	}
	document := s.document
	switch {
	case document != nil:
	case s.old:
		in := s.testimony
		document = mustJSON(t, testimony1{testimony.Schema1, in.Language, in.Answers, in.Files, in.Received, in.Roster})
	default:
		document = mustJSON(t, s.testimony)
	}
	entries = append(entries, rawEntry{name: testimony.TestimonyName, data: document})
	m := testimony.Manifest{Schema: testimony.ManifestSchema}
	for _, e := range entries {
		m.Entries = append(m.Entries, testimony.Entry{
			Name: e.name, Size: int64(len(e.data)), SHA256: fmt.Sprintf("%x", sha256.Sum256(e.data)),
		})
	}
	if s.manifest != nil {
		s.manifest(&m)
	}
	manifest := s.rawJSON
	if manifest == nil {
		manifest = mustJSON(t, m)
	}
	entries = append(entries, rawEntry{name: testimony.ManifestName, data: manifest},
		rawEntry{name: testimony.PaddingName, data: make([]byte, 300)})
	if s.entries != nil {
		entries = s.entries(entries)
	}
	return rawZip(entries, s.end)
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// testIdentity is the one reviewer of these tests.
var testIdentity = sync.OnceValue(func() *age.HybridIdentity {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		panic(err)
	}
	return id
})

// sealBytes encrypts a plaintext to the test's reviewer.
func sealBytes(t testing.TB, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, testIdentity().Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
