package carry

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// made is a bundle for a test: what went in and what came out.
type made struct {
	manifest Manifest
	ages     map[string][]byte
	skey     string
	vkey     string
	bytes    []byte
}

// entryOf describes an age file, of which the first header bytes are the header.
func entryOf(id string, epoch uint32, age []byte, header int) Entry {
	return Entry{
		ID: id, Day: "2026-11-22", Epoch: epoch, HeaderEpoch: epoch,
		HeaderSize: int64(header), HeaderSum: sha256.Sum256(age[:header]),
		PayloadSize: int64(len(age) - header), PayloadSum: sha256.Sum256(age[header:]),
	}
}

// makeBundle writes a bundle of n testimonies of random bytes, of which the first
// was sealed under a roster that the bundle has not, and rotated.
func makeBundle(t testing.TB, n int) *made {
	t.Helper()
	b := &made{ages: make(map[string][]byte)}
	b.skey, b.vkey = NewKey()
	b.manifest = Manifest{Made: "2026-11-22", Rosters: []List{
		{2, []byte("amana roster 1\nepoch 2\n")}, {3, []byte("amana roster 1\nepoch 3\n")}, {4, []byte("amana roster 1\nepoch 4\n")},
	}}
	random := rand.NewChaCha8([32]byte{1})
	for i := range n {
		age := make([]byte, 1000+i*517)
		random.Read(age)
		id := fmt.Sprintf("%032x", i+1)
		b.ages[id] = age
		b.manifest.Testimonies = append(b.manifest.Testimonies, entryOf(id, uint32(1+i%3), age, 100+i))
		b.manifest.Testimonies[i].HeaderEpoch = uint32(2 + i%3)
	}
	var err error
	if b.bytes, err = b.write(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *made) write() ([]byte, error) {
	signer, err := note.NewSigner(b.skey)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = WriteBundle(context.Background(), &out, &b.manifest, signer, b.vkey, func(e Entry) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b.ages[e.ID])), nil
	})
	return out.Bytes(), err
}

// verify reads testimony i whole and holds it to the manifest.
func (b *Bundle) verify(ctx context.Context, i int) error {
	check, err := b.Check(i)
	if err != nil {
		return err
	}
	return check.Finish(ctx)
}

func openBytes(data []byte) (*Bundle, error) {
	return OpenBundle(bytes.NewReader(data), int64(len(data)))
}

func TestRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5} {
		m := makeBundle(t, n)
		b, err := openBytes(m.bytes)
		if err != nil {
			t.Fatalf("%d testimonies: %v", n, err)
		}
		if len(b.Manifest.Testimonies) != n || len(b.Damaged) != 0 || b.Manifest.Made != "2026-11-22" {
			t.Fatalf("%d testimonies: got %+v", n, b.Manifest)
		}
		if !reflect.DeepEqual(b.Manifest.Rosters, m.manifest.Rosters) || b.Manifest.Recipients != nil {
			t.Errorf("%d testimonies: rosters %v, lists %v", n, b.Manifest.Rosters, b.Manifest.Recipients)
		}
		if n > 0 && !slices.Equal(b.Manifest.Testimonies, m.manifest.Testimonies) {
			t.Errorf("%d testimonies: they are told of as %+v", n, b.Manifest.Testimonies)
		}
		for i, e := range b.Manifest.Testimonies {
			if err := b.verify(t.Context(), i); err != nil {
				t.Error(err)
			}
			got, err := io.ReadAll(b.Testimony(i))
			if err != nil || !bytes.Equal(got, m.ages[e.ID]) {
				t.Errorf("testimony %s came back different (%v)", e.ID, err)
			}
		}
		if b.Manifest.Intake != m.vkey {
			t.Errorf("it is signed by %s", b.Manifest.Intake)
		}
	}
}

// A writer that is handed other bytes than promised must not finish.
func TestWriteChecksWhatItCopies(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"flipped header":  func(a []byte) []byte { a[0] ^= 1; return a },
		"flipped payload": func(a []byte) []byte { a[len(a)-1] ^= 1; return a },
		"shorter":         func(a []byte) []byte { return a[:len(a)-1] },
		"longer":          func(a []byte) []byte { return append(a, 0) },
		"empty":           func(a []byte) []byte { return nil },
	} {
		m := makeBundle(t, 2)
		id := m.manifest.Testimonies[1].ID
		m.ages[id] = change(bytes.Clone(m.ages[id]))
		data, err := m.write()
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), id) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := openBytes(data); !errors.Is(err, ErrNotWhole) {
			t.Errorf("%s: what was written opens as %v", name, err)
		}
	}
}

func TestWriteRefusesManifest(t *testing.T) {
	for name, change := range map[string]func(*Manifest){
		"order":          func(m *Manifest) { ts := m.Testimonies; ts[0], ts[1] = ts[1], ts[0] },
		"twice":          func(m *Manifest) { m.Testimonies[1] = m.Testimonies[0] },
		"id":             func(m *Manifest) { m.Testimonies[0].ID = "../../etc/passwd" },
		"capital id":     func(m *Manifest) { m.Testimonies[1].ID = strings.Repeat("AB", 16) },
		"day":            func(m *Manifest) { m.Testimonies[0].Day = "2026-11-22 10:00" },
		"made":           func(m *Manifest) { m.Made = "yesterday" },
		"list":           func(m *Manifest) { m.Recipients = m.Rosters[:1] },
		"rosters order":  func(m *Manifest) { l := m.Rosters; l[0], l[2] = l[2], l[0] },
		"roster twice":   func(m *Manifest) { m.Rosters[1] = m.Rosters[0] },
		"roster 0":       func(m *Manifest) { m.Rosters[0].Epoch = 0 },
		"empty roster":   func(m *Manifest) { m.Rosters[0].Text = nil },
		"large roster":   func(m *Manifest) { m.Rosters[0].Text = make([]byte, roster.MaxSize+1) },
		"large chain":    func(m *Manifest) { m.Rosters = rosters(roster.MaxChainBytes/roster.MaxSize+1, roster.MaxSize) },
		"many rosters":   func(m *Manifest) { m.Rosters = rosters(roster.MaxChain+1, 1) },
		"sealed under 0": func(m *Manifest) { m.Testimonies[0].Epoch = 0 },
		"older header":   func(m *Manifest) { m.Testimonies[2].HeaderEpoch = 2 },
		"no header":      func(m *Manifest) { m.Testimonies[0].HeaderSize = 0 },
		"huge header":    func(m *Manifest) { m.Testimonies[0].HeaderSize = maxHeader + 1 },
		"payload":        func(m *Manifest) { m.Testimonies[0].PayloadSize = -1 },
	} {
		m := makeBundle(t, 3)
		change(&m.manifest)
		if data, err := m.write(); err == nil || len(data) != 0 {
			t.Errorf("%s: wrote %d bytes, error %v", name, len(data), err)
		}
	}
	m := makeBundle(t, 1)
	_, m.vkey = NewKey()
	if _, err := m.write(); !errors.Is(err, ErrIntake) {
		t.Errorf("a verifier key that is not the signer's: %v", err)
	}
}

// rosters returns n rosters of the given size.
func rosters(n, size int) (all []List) {
	text := make([]byte, size)
	for i := range n {
		all = append(all, List{uint32(i + 1), text})
	}
	return all
}

// Wherever a bundle is cut off, opening it finds out without reading it all.
func TestCutOff(t *testing.T) {
	m := makeBundle(t, 3)
	for n := range m.bytes {
		_, err := openBytes(m.bytes[:n])
		if !errors.Is(err, ErrNotWhole) {
			t.Fatalf("cut at %d of %d: %v", n, len(m.bytes), err)
		}
	}
}

// One flipped bit anywhere is found, and spoils no more than what it is in.
func TestFlipped(t *testing.T) {
	m := makeBundle(t, 3)
	whole, err := openBytes(m.bytes)
	if err != nil {
		t.Fatal(err)
	}
	first, err := readFirst(bytes.NewReader(m.bytes), int64(len(m.bytes)))
	if err != nil {
		t.Fatal(err)
	}
	signed := block + int(filled(int64(len(first)))) // nothing behind it spoils the whole
	for at := 0; at < len(m.bytes); at += 7 {
		data := bytes.Clone(m.bytes)
		data[at] ^= 1 << (at % 8)
		b, err := openBytes(data)
		if err != nil {
			if at >= signed {
				t.Fatalf("byte %d, behind the manifest, spoiled the bundle: %v", at, err)
			}
			continue
		}
		bad := len(b.Damaged)
		for i := range b.Manifest.Testimonies {
			if err := b.verify(t.Context(), i); err != nil {
				if !errors.Is(err, ErrDamaged) {
					t.Fatalf("byte %d: %v", at, err)
				}
				bad++
			}
		}
		// SHA256SUMS is for others: a wrong hash in it need not be found here.
		if sums := whole.offsets[2] + block + filled(m.manifest.Testimonies[2].Size()) + block; bad != 1 && int64(at) < sums {
			t.Fatalf("byte %d: %d things are damaged, want 1", at, bad)
		}
	}
}

func TestNotABundle(t *testing.T) {
	m := makeBundle(t, 2)
	var foreign bytes.Buffer
	tw := tar.NewWriter(&foreign)
	tw.WriteHeader(&tar.Header{Name: "manifest", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink})
	tw.Close()
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"text":        {[]byte("hello"), ErrNotBundle},
		"long text":   {bytes.Repeat([]byte("hello "), 1000), ErrNotBundle},
		"zeros":       {make([]byte, 4096), ErrNotBundle},
		"link":        {foreign.Bytes(), ErrNotBundle},
		"trailing":    {append(bytes.Clone(m.bytes), 0), ErrNotBundle},
		"second tar":  {append(bytes.Clone(m.bytes), m.bytes...), ErrNotBundle},
		"empty":       {nil, ErrNotWhole},
		"huge":        {replaceHeader(m.bytes, tarHeader("manifest", maxManifest+1)), ErrNotBundle},
		"base 256":    {replaceHeader(m.bytes, tarHeader("manifest", 1<<40)), ErrNotBundle},
		"other name":  {replaceHeader(m.bytes, tarHeader("Manifest", 10)), ErrNotBundle},
		"new version": {withText(t, m, func(s string) string { return strings.Replace(s, "bundle 2", "bundle 3", 1) }), ErrNotBundle},
	} {
		if _, err := openBytes(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func replaceHeader(data []byte, h [block]byte) []byte {
	return append(bytes.Clone(h[:]), data[block:]...)
}

// Common tools list, extract and check a bundle.
func TestCommonTools(t *testing.T) {
	m := makeBundle(t, 4)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b.tar"), m.bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][]string{{"tar", "-xf", "b.tar"}, {"sha256sum", "--strict", "-c", "SHA256SUMS"}} {
		if _, err := exec.LookPath(c[0]); err != nil {
			t.Fatalf("install %s (tar, coreutils) to run this test", c[0])
		}
		cmd := exec.Command(c[0], c[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", c, err, out)
		} else if len(out) > 0 && c[0] == "tar" {
			t.Errorf("tar complains: %s", out)
		}
	}
	for id, age := range m.ages {
		got, err := os.ReadFile(filepath.Join(dir, "testimonies", id+".age"))
		if err != nil || !bytes.Equal(got, age) {
			t.Errorf("tar gives %s differently (%v)", id, err)
		}
	}
	tr := tar.NewReader(bytes.NewReader(m.bytes))
	for n := 0; ; n++ {
		h, err := tr.Next()
		if err == io.EOF {
			if n != 9 {
				t.Errorf("%d members, want 9", n)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || h.Mode != 0o600 || h.Uid != 0 || h.Gid != 0 || h.ModTime.Unix() != 0 || h.Uname != "" {
			t.Errorf("%s: header says %+v", h.Name, h)
		}
	}
}

// A member of 8 GiB and more keeps a header that others understand.
func TestLargeMember(t *testing.T) {
	for _, size := range []int64{1<<33 - 1, 1 << 33, maxPayload} {
		h := tarHeader("testimonies/x.age", size)
		got, err := tar.NewReader(bytes.NewReader(h[:])).Next()
		if err != nil || got.Size != size {
			t.Errorf("%d: got %+v, %v", size, got, err)
		}
	}
}

// A hundred thousand testimonies open, each of them one byte long.
func TestMany(t *testing.T) {
	const n = 100_000
	m := makeBundle(t, 0)
	m.manifest.Testimonies = nil
	for i := range n {
		id := fmt.Sprintf("%032x", i+1)
		m.ages[id] = []byte{byte(i)}
		m.manifest.Testimonies = append(m.manifest.Testimonies, entryOf(id, 1, m.ages[id], 1))
	}
	data, err := m.write()
	if err != nil {
		t.Fatal(err)
	}
	b, err := openBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Manifest.Testimonies) != n {
		t.Fatalf("%d testimonies", len(b.Manifest.Testimonies))
	}
	if err := b.verify(t.Context(), n-1); err != nil {
		t.Error(err)
	}
}

func TestCancelled(t *testing.T) {
	m := makeBundle(t, 1)
	b, err := openBytes(m.bytes)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.verify(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("verify: %v", err)
	}
}
