package shares

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"amana/internal/keyfile"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// scan reads a QR code in a picture with another implementation.
func scan(t *testing.T, img image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	// The picture is nothing but the code. Looking for one in a photograph, this
	// reader misses a few in a hundred, whatever made them.
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		t.Fatalf("the QR code cannot be read: %v", err)
	}
	return result.GetText()
}

// drawn returns the picture that characters draw; half is whether the upper and
// the lower half of a character are black.
func drawn(text string, half map[rune][2]bool) image.Image {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	const scale = 4
	img := image.NewGray(image.Rect(0, 0, utf8.RuneCountInString(lines[0])*scale, 2*len(lines)*scale))
	for y, line := range lines {
		for x, r := range []rune(line) {
			for h, black := range half[r] {
				for i := range scale * scale {
					c := color.Gray{255}
					if black {
						c.Y = 0
					}
					img.SetGray(x*scale+i%scale, (2*y+h)*scale+i/scale, c)
				}
			}
		}
	}
	return img
}

// inRows returns the lines of a page that the QR code is drawn in.
func inRows(page string) string {
	i := strings.LastIndex(page, ":\n\n")
	return strings.TrimRight(page[i+3:], "\n")
}

// The picture, the drawing on paper and the drawing on a terminal are the same
// share.
func TestCodeIsRead(t *testing.T) {
	for _, name := range []string{"Reviewer A", strings.Repeat("م", 100)} {
		for _, s := range must(Split(must(keyfile.NewReviewer(name)), 2, 3)) {
			img, err := png.Decode(bytes.NewReader(must(s.PNG())))
			if err != nil {
				t.Fatal(err)
			}
			page := drawn(inRows(must(s.Page())), map[rune][2]bool{
				' ': {false, false}, '█': {true, true}, '▀': {true, false}, '▄': {false, true}})
			plain := strings.NewReplacer("\x1b[0;97;40m", "", "\x1b[0m", "").Replace(inRows(must(s.Screen())))
			if strings.Contains(plain, "\x1b") {
				t.Error("the drawing has other marks than those of its colours")
			}
			screen := drawn(plain, map[rune][2]bool{
				' ': {true, true}, '█': {false, false}, '▀': {false, true}, '▄': {true, false}})
			for what, img := range map[string]image.Image{"picture": img, "page": page, "screen": screen} {
				got, err := Parse([]byte(scan(t, img)))
				if err != nil || !equal(got, s) {
					t.Errorf("%s of %d characters: %v", what, len(name), err)
				}
			}
		}
	}
}

// The page tells both languages how many shares there are, and nothing of whose
// key it is.
func TestPageSaysNothing(t *testing.T) {
	key := must(keyfile.NewReviewer("Reviewer A"))
	for _, s := range must(Split(key, 2, 3)) {
		page := must(s.Page())
		for _, want := range []string{"SHARE " + string(rune('0'+s.Number)) + " OF 3", "any 2 of\nthem", "عدد الأجزاء كلها: 3", "المفتاح: 2."} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		for _, secret := range []string{"Reviewer", "amana", "Amana", "AMANA", key.VerifierKey()} {
			if strings.Contains(page, secret) {
				t.Errorf("the page says %q", secret)
			}
		}
		for line := range strings.Lines(page) {
			if n := utf8.RuneCountInString(line); n > 88 {
				t.Errorf("a line has %d characters", n)
			}
		}
	}
}

// Papers printed with version 1 make their key for ever, and the specification
// shows one of them.
func TestOldPapers(t *testing.T) {
	pages, err := filepath.Glob("testdata/version1/share-*.txt")
	if err != nil || len(pages) != 3 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	var all []*Share
	for _, path := range pages {
		all = append(all, must(Parse(must(os.ReadFile(path)))))
	}
	key, bad, err := Join(all)
	if err != nil || len(bad) != 0 {
		t.Fatalf("bad %v, %v", bad, err)
	}
	if spec := must(os.ReadFile("../../docs/formats-keys.md")); !bytes.Contains(spec, []byte("\n"+strings.Join(all[0].Lines(), "\n")+"\n")) {
		t.Error("docs/formats-keys.md does not show share 1")
	}
	got := key.Name + "\n" + key.VerifierKey() + "\n" + key.Identities[0].Recipient().String() + "\n"
	if want := must(os.ReadFile("testdata/version1/key.txt")); got != string(want) {
		t.Errorf("another key: %s", got)
	}
}
