package unseal

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"

	"amana/internal/seal"
	"amana/internal/testimony"

	"filippo.io/age"
)

// openAll opens an age file and extracts every byte of it.
func openAll(data []byte, ids ...age.Identity) (*Envelope, [][]byte, error) {
	e, err := Open(bytes.NewReader(data), int64(len(data)), ids...)
	if err != nil {
		return nil, nil, err
	}
	var files [][]byte
	for i := range e.Files {
		var out bytes.Buffer
		if err := e.Extract(context.Background(), i, &out); err != nil {
			return nil, nil, err
		}
		files = append(files, out.Bytes())
	}
	return e, files, e.CheckPadding(context.Background())
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	rand.Read(data)
	return data
}

// What package seal writes comes back byte for byte.
func TestOpenSealed(t *testing.T) {
	sizes := []int{0, 1, 65535, 65536, 65537, copySize - 1, copySize, copySize + 1, 5*copySize + 123}
	var sealed bytes.Buffer
	w, err := seal.New(&sealed, []age.Recipient{testIdentity().Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	var want [][]byte
	for i, size := range sizes {
		data := randomBytes(size)
		want = append(want, data)
		f, err := w.File(fmt.Sprintf("../صورة %d.jpg", i), "image/jpeg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	in := sample2(t, nil).testimony
	if err := w.Close(in); err != nil {
		t.Fatal(err)
	}
	e, got, err := openAll(sealed.Bytes(), testIdentity())
	if err != nil {
		t.Fatal(err)
	}
	for i := range sizes {
		in.Files = append(in.Files, testimony.File{Entry: fmt.Sprintf("files/%03d.jpg", i+1), Name: fmt.Sprintf("../صورة %d.jpg", i), Type: "image/jpeg"})
	}
	if !reflect.DeepEqual(e.Testimony, in) {
		t.Errorf("testimony came back as %+v", e.Testimony)
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) || e.Files[i].Size != int64(len(want[i])) {
			t.Errorf("file %d came back different", i)
		}
	}
}

func TestNotOurs(t *testing.T) {
	data := sealBytes(t, newSample().zip(t))
	other, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := openAll(data, other); !errors.Is(err, ErrNotOurs) {
		t.Errorf("another reviewer: %v", err)
	}
	if _, _, err := openAll(data, other, testIdentity()); err != nil {
		t.Errorf("two keys, of which one is right: %v", err)
	}
	old, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range [][]age.Identity{nil, {old}} {
		if _, _, err := openAll(data, ids...); err == nil || errors.Is(err, ErrDamaged) {
			t.Errorf("identities %d: %v", len(ids), err)
		}
	}
}

// Cut off anywhere, changed anywhere, reordered: never opens in full, and never
// counts as an attack or as a key that does not fit, but for the age header,
// whose bytes say whom it is sealed to.
func TestDamaged(t *testing.T) {
	data := sealBytes(t, newSample(randomBytes(150_000), randomBytes(10)).zip(t))
	header := bytes.Index(data, []byte("\n--- ")) + 1
	step := len(data) / 400
	for n := 0; n < len(data); n += step {
		if _, _, err := openAll(data[:n], testIdentity()); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d of %d: %v", n, len(data), err)
		}
		flipped := bytes.Clone(data)
		flipped[n] ^= 1 << (n % 8)
		_, _, err := openAll(flipped, testIdentity())
		if !errors.Is(err, ErrDamaged) && !(n < header && errors.Is(err, ErrNotOurs)) {
			t.Errorf("flipped at %d of %d: %v", n, len(data), err)
		}
	}
	const chunk = 65536 + 16
	payload := bytes.IndexByte(data[header:], '\n') + header + 1 + 16
	swapped := bytes.Clone(data)
	copy(swapped[payload:], data[payload+chunk:payload+2*chunk])
	copy(swapped[payload+chunk:], data[payload:payload+chunk])
	for name, bad := range map[string][]byte{
		"chunks swapped":  swapped,
		"chunk left out":  append(bytes.Clone(data[:payload]), data[payload+chunk:]...),
		"chunk twice":     append(bytes.Clone(data[:payload+chunk]), data[payload:]...),
		"last chunk gone": data[:payload+chunk],
		"bytes added":     append(bytes.Clone(data), 1, 2, 3),
		"empty":           nil,
		"text":            []byte("hello"),
	} {
		if _, _, err := openAll(bad, testIdentity()); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// failing gives an error of the medium from some offset on.
type failing struct {
	io.ReaderAt
	from int64
}

var errMedium = errors.New("input/output error")

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off < f.from && off+int64(len(p)) > f.from {
		return 0, errMedium
	}
	return f.ReaderAt.ReadAt(p, off)
}

// An error of the medium is not taken for damage: another try may help.
func TestMediumFails(t *testing.T) {
	data := sealBytes(t, newSample(randomBytes(300_000)).zip(t))
	for _, from := range []int64{1, 2000, 100_000, int64(len(data)) - 1} {
		r := failing{bytes.NewReader(data), from}
		e, err := Open(r, int64(len(data)), testIdentity())
		if err == nil {
			err = e.Extract(t.Context(), 0, io.Discard)
		}
		if !errors.Is(err, errMedium) || errors.Is(err, ErrDamaged) {
			t.Errorf("from %d: %v", from, err)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errMedium }

func TestExtractStops(t *testing.T) {
	data := sealBytes(t, newSample(randomBytes(8*copySize)).zip(t))
	e, err := Open(bytes.NewReader(data), int64(len(data)), testIdentity())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Extract(t.Context(), 0, brokenWriter{}); !errors.Is(err, errMedium) || errors.Is(err, ErrMalformed) {
		t.Errorf("disk full: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Extract(ctx, 0, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := e.Extract(t.Context(), 0, io.Discard); err != nil {
		t.Errorf("and then: %v", err)
	}
}
