package carry

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// Wherever a file is cut off it is found out: at once if its size is known, and
// otherwise before the end is reported. What was given out before is sound.
func TestPartsCutOff(t *testing.T) {
	for _, kind := range kinds {
		f := makeFile(t, kind, 2, 1)
		for n := range f.bytes {
			if _, err := ReadParts(bytes.NewReader(f.bytes[:n]), int64(n)); !errors.Is(err, ErrNotWhole) {
				t.Fatalf("%s cut at %d of %d: %v", kind, n, len(f.bytes), err)
			}
			_, parts, err := readParts(bytes.NewReader(f.bytes[:n]), -1)
			if !errors.Is(err, ErrNotWhole) {
				t.Fatalf("%s cut at %d of %d, size unknown: %v", kind, n, len(f.bytes), err)
			}
			mustBegin(t, f, parts)
		}
	}
}

// mustBegin fails the test unless parts are the first parts of f.
func mustBegin(t *testing.T, f *file, parts [][]byte) {
	t.Helper()
	if len(parts) > 0 && !reflect.DeepEqual(parts, f.parts[:len(parts)]) {
		t.Fatal("a part was given out that was never signed")
	}
}

// One changed byte anywhere is found, and nothing that it is in is given out.
func TestPartsFlipped(t *testing.T) {
	for _, kind := range kinds {
		f := makeFile(t, kind, 2, 1)
		for at := range f.bytes {
			for _, mask := range []byte{1 << (at % 8), 0xff} {
				data := bytes.Clone(f.bytes)
				data[at] ^= mask
				_, parts, err := readParts(bytes.NewReader(data), int64(len(data)))
				if err == nil {
					t.Fatalf("%s: byte %d changed by %x, and nothing is found", kind, at, mask)
				}
				mustBegin(t, f, parts)
			}
		}
	}
}

// In a bundle too every byte of the manifest counts, the signature's last bits
// among them.
func TestManifestFlipped(t *testing.T) {
	m := seedBundle(t, 1)
	_, rest := split(t, m.bytes)
	for at := range len(m.bytes) - len(rest) {
		for bit := range 8 {
			data := bytes.Clone(m.bytes)
			data[at] ^= 1 << bit
			if _, err := openBytes(data); err == nil {
				t.Fatalf("bit %d of byte %d changed, and the bundle opens", bit, at)
			}
		}
	}
}

// signedParts puts a manifest of the given text, signed with the key of its kind,
// before rest.
func signedParts(text string, rest []byte) ([]byte, bool) {
	skey := reviewerSkey
	if strings.HasPrefix(text, "amana headers ") {
		skey = seedKey
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, false
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil || len(signed) > maxPartsManifest {
		return nil, false
	}
	var out bytes.Buffer
	writeMember(&out, "manifest", signed)
	out.Write(rest)
	return out.Bytes(), true
}

// Even with a good signature, only the one spelling of a manifest is accepted,
// and only the parts that it promises.
func TestPartsSignedButWrong(t *testing.T) {
	f := makeFile(t, Headers, 2, 1)
	text, rest := split(t, f.bytes)
	part := fmt.Sprintf("part 1 2 %d ", len(f.parts[0]))
	for name, c := range map[string][2]string{
		"version":       {"headers 1", "headers 2"},
		"kind":          {"amana headers", "amana orders"},
		"bundle":        {"amana headers 1", "amana bundle 2"},
		"day":           {"made 2026", "made 0"},
		"other key":     {"intake amana-intake", "intake amana-other"},
		"no key":        {"intake ", "reviewer "},
		"key spelling":  {"+4c7df6ab+", "+4C7DF6AB+"},
		"epoch":         {"roster 3 ", "roster 4 "},
		"epoch 0":       {"roster 3 ", "roster 0 "},
		"long epoch":    {"roster 3 ", "roster 4294967299 "},
		"capital":       {"\nroster 3 ", "\nRoster 3 "},
		"count":         {"testimonies 3", "testimonies 4"},
		"count sign":    {"testimonies 3", "testimonies +3"},
		"count huge":    {"testimonies 3", "testimonies 99999999999"},
		"entries":       {part, strings.Replace(part, "1 2", "1 1", 1)},
		"no entries":    {part, strings.Replace(part, "1 2", "1 0", 1)},
		"negative":      {part, strings.Replace(part, "1 2", "1 -2", 1)},
		"size":          {part, fmt.Sprintf("part 1 2 %d ", MaxPart+1)},
		"size 0":        {part, "part 1 2 0 "},
		"size negative": {part, "part 1 2 -5 "},
		"size huge":     {part, "part 1 2 9223372036854775807 "},
		"size spelling": {part, fmt.Sprintf("part 1 2 0%d ", len(f.parts[0]))},
		"number":        {"part 2 ", "part 3 "},
		"two spaces":    {"part 2 ", "part 2  "},
		"part twice":    {"part 2 ", "part 1 "},
		"no blank":      {"\n\n", "\n"},
		"unknown line":  {"\npart 2 ", "\ncommand rm\npart 2 "},
		"roster size":   {"\nroster 1 23 ", fmt.Sprintf("\nroster 1 %d ", roster.MaxSize+1)},
		"roster order":  {"\nroster 1 23 ", "\nroster 3 23 "},
		"roster 0":      {"\nroster 1 23 ", "\nroster 0 23 "},
	} {
		if !strings.Contains(text, c[0]) {
			t.Fatalf("%s: the text to change is not there", name)
		}
		data, ok := signedParts(strings.Replace(text, c[0], c[1], 1), rest)
		if !ok {
			t.Fatalf("%s: it cannot be signed", name)
		}
		for _, size := range []int64{-1, int64(len(data))} {
			if _, _, err := readParts(bytes.NewReader(data), size); err == nil {
				t.Errorf("%s: it is accepted", name)
			}
		}
	}
	// What was signed is one entry too many or too few for the part.
	for _, n := range []string{"1", "3"} {
		wrong := strings.Replace(text, part, strings.Replace(part, "1 2", "1 "+n, 1), 1)
		wrong = strings.Replace(wrong, "testimonies 3", "testimonies "+map[string]string{"1": "2", "3": "4"}[n], 1)
		data, _ := signedParts(wrong, rest)
		if _, _, err := readParts(bytes.NewReader(data), int64(len(data))); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s entries: %v", n, err)
		}
	}
}

// A second signature, by whomever, is not as these files are spelled.
func TestTwoSignatures(t *testing.T) {
	f := makeFile(t, Slips, 1)
	text, rest := split(t, f.bytes)
	other, err := note.NewSigner(seedKey)
	if err != nil {
		t.Fatal(err)
	}
	own, err := note.NewSigner(reviewerSkey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, own, other)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	writeMember(&out, "manifest", signed)
	out.Write(rest)
	if _, err := ReadParts(&out, -1); !errors.Is(err, ErrIntake) {
		t.Errorf("two signatures: %v", err)
	}
}

func TestNotParts(t *testing.T) {
	f := makeFile(t, Slips, 1)
	var link bytes.Buffer
	tw := tar.NewWriter(&link)
	tw.WriteHeader(&tar.Header{Name: "manifest", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink})
	tw.Close()
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"text":         {[]byte("amana slips 1\n"), ErrNotParts},
		"zeros":        {make([]byte, 4096), ErrNotParts},
		"link":         {link.Bytes(), ErrNotParts},
		"bundle":       {seedBundle(t, 1).bytes, ErrNotParts},
		"trailing":     {append(bytes.Clone(f.bytes), 0), ErrNotParts},
		"second":       {append(bytes.Clone(f.bytes), f.bytes...), ErrNotParts},
		"empty":        {nil, ErrNotWhole},
		"huge":         {replaceHeader(f.bytes, tarHeader("manifest", maxPartsManifest+1)), ErrNotParts},
		"base 256":     {replaceHeader(f.bytes, tarHeader("manifest", 1<<40)), ErrNotParts},
		"changed text": {bytes.Replace(f.bytes, []byte("made 2026"), []byte("made 2027"), 1), ErrIntake},
	} {
		for _, size := range []int64{-1, int64(len(c.data))} {
			if _, _, err := readParts(bytes.NewReader(c.data), size); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	}
	if _, err := ReadParts(bytes.NewReader(f.bytes), int64(len(f.bytes))+1); !errors.Is(err, ErrNotParts) {
		t.Errorf("what follows is not found at once: %v", err)
	}
	// A stick that fails is not a file that was cut off.
	for at := range len(f.bytes) / 100 {
		r := io.MultiReader(bytes.NewReader(f.bytes[:at*100]), iotest.ErrReader(syscall.EIO))
		_, _, err := readParts(r, int64(len(f.bytes)))
		if at*100 >= 100 && (!errors.Is(err, syscall.EIO) || errors.Is(err, ErrNotWhole)) {
			t.Errorf("it fails at %d: %v", at*100, err)
		}
	}
}

// endless is a file that never ends.
type endless struct{ n *int64 }

func (e endless) Read(p []byte) (int, error) {
	clear(p)
	*e.n += int64(len(p))
	return len(p), nil
}

// However much is promised and sent, what is read ahead and held is one part.
func TestPartsMemoryBounded(t *testing.T) {
	var text strings.Builder
	fmt.Fprintf(&text, "amana slips 1\nmade 2026-11-22\nreviewer %s\nroster 3 %064d\ntestimonies 9000\n\n", reviewerVkey, 0)
	for i := range 9000 {
		fmt.Fprintf(&text, "part %d 1 %d %064d\n", i+1, MaxPart, 0)
	}
	head, ok := signedParts(text.String(), nil)
	if !ok {
		t.Fatal("it cannot be signed")
	}
	for name, rest := range map[string]func() []byte{
		"zeros": func() []byte { return nil },
		"part":  func() []byte { h := tarHeader("slips/000001", MaxPart); return h[:] },
	} {
		var before, after runtime.MemStats
		var n int64
		runtime.ReadMemStats(&before)
		_, _, err := readParts(io.MultiReader(bytes.NewReader(head), bytes.NewReader(rest()), endless{&n}), -1)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrDamaged) || n > MaxPart+1024 {
			t.Errorf("%s: %d bytes were read ahead, %v", name, n, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
	}
}

func TestDetect(t *testing.T) {
	for what, data := range map[string][]byte{
		"roster": []byte("amana roster 1\nepoch 1\n"), "headers": makeFile(t, Headers, 1).bytes, "slips": makeFile(t, Slips, 1).bytes,
		"confirmation": makeFile(t, Confirmation, 1).bytes, "acknowledgement": makeFile(t, Acknowledgement, 1).bytes,
		"replies": makeFile(t, Replies, 1).bytes, "bundle": seedBundle(t, 1).bytes,
	} {
		if got := Detect(data[:min(len(data), 1024)]); got != what {
			t.Errorf("%s is taken for %q", what, got)
		}
		if got := Detect(data); got != what {
			t.Errorf("%s, given whole, is taken for %q", what, got)
		}
		for n := range min(len(data), 1024) {
			if got := Detect(data[:n]); got != "" && got != what {
				t.Fatalf("%d bytes of %s are taken for %q", n, what, got)
			}
		}
	}
	if got := Detect(makeOld(t, 1).bytes); got != "bundle" {
		t.Errorf("an old bundle is taken for %q", got)
	}
	short := tarHeader("manifest", 5)
	other := tarHeader("Manifest", 500)
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("amana slips 1\n"), "rosters": []byte("amana rosters 1\n"), "zeros": make([]byte, 1024),
		"short manifest": append(short[:], "amana slips 1\n"...), "other name": append(other[:], "amana slips 1\n"...),
		"card": []byte("amana reviewer card 1\n"),
	} {
		if got := Detect(data); got != "" {
			t.Errorf("%s is taken for %q", name, got)
		}
	}
}
