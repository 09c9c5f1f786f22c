package carry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"syscall"
	"testing"
)

// stick is a medium with bad places, from which nothing comes once it is gone.
type stick struct {
	data     []byte
	from, to int64 // what cannot be read
	gone     bool
}

func (s *stick) ReadAt(p []byte, off int64) (int, error) {
	if s.gone || off < s.to && off+int64(len(p)) > s.from {
		return 0, syscall.EIO
	}
	return bytes.NewReader(s.data).ReadAt(p, off)
}

// A bad place costs what lies in it and nothing else.
func TestBadPlaces(t *testing.T) {
	m := makeBundle(t, 3)
	whole, err := openBytes(m.bytes)
	if err != nil {
		t.Fatal(err)
	}
	size := int64(len(m.bytes))
	rosters := int(bytes.Index(m.bytes, []byte("rosters/2.txt\x00")))
	for name, c := range map[string]struct {
		at      int64
		damaged []string
		lost    int // testimony, or -1
	}{
		"roster":        {int64(rosters) + block, []string{"rosters/2.txt"}, -1},
		"roster header": {int64(rosters), []string{"rosters/2.txt"}, -1},
		"testimony":     {whole.offsets[1] + 2*block, nil, 1},
		"its header":    {whole.offsets[1], nil, 1},
		"SHA256SUMS":    {size - 4*block, []string{"SHA256SUMS"}, -1},
		"the end":       {size - 1, []string{"SHA256SUMS"}, -1},
	} {
		s := &stick{data: m.bytes, from: c.at, to: c.at + 1}
		b, err := OpenBundle(s, size)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(b.Damaged, c.damaged) {
			t.Errorf("%s: damaged: %v, want %v", name, b.Damaged, c.damaged)
		}
		for i := range 3 {
			err := b.verify(t.Context(), i)
			if i == c.lost && !(errors.Is(err, ErrUnreadable) && errors.Is(err, syscall.EIO)) || i != c.lost && err != nil {
				t.Errorf("%s: testimony %d: %v", name, i, err)
			}
		}
		s.gone = true
		if _, err := io.ReadAll(b.Testimony(0)); errors.Is(err, ErrUnreadable) || !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: pulled out: %v", name, err)
		}
	}
	if _, err := OpenBundle(&stick{data: m.bytes, from: block, to: block + 1}, size); !errors.Is(err, ErrUnreadable) {
		t.Errorf("the manifest: %v", err)
	}
	if _, err := OpenBundle(&stick{gone: true}, size); err == nil || errors.Is(err, ErrUnreadable) {
		t.Errorf("gone from the start: %v", err)
	}
}

// More than fit into one bundle are refused with the limit, before anything is
// written.
func TestTooMany(t *testing.T) {
	m := makeBundle(t, 1)
	first := m.manifest.Testimonies[0]
	m.manifest.Testimonies = nil
	for i := range 350_000 {
		first.ID = fmt.Sprintf("%032x", i)
		m.manifest.Testimonies = append(m.manifest.Testimonies, first)
	}
	data, err := m.write()
	if err == nil || len(data) != 0 {
		t.Fatalf("wrote %d bytes: %v", len(data), err)
	}
	for _, word := range []string{"350000 testimonies", "67108864", "nothing is lost", "newer version"} {
		if !bytes.Contains([]byte(err.Error()), []byte(word)) {
			t.Errorf("not said: %q in %v", word, err)
		}
	}
}
