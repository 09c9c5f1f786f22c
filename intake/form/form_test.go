package form

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"amana/internal/testimony"
)

// memory is a sink that keeps what it is given.
type memory struct {
	names, types []string
	files        []*bytes.Buffer
	fail         error
}

func (m *memory) File(name, contentType string) (io.Writer, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	m.names, m.types = append(m.names, name), append(m.types, contentType)
	m.files = append(m.files, new(bytes.Buffer))
	return m.files[len(m.files)-1], nil
}

const boundary = "------------------------0123456789abcdef"

var small = Limits{Text: 100, File: 1000, Total: 2500, Files: 3}

// part is one part of a form under test.
type part struct{ head, body string }

func text(s string) part { return part{`form-data; name="narrative"`, s} }
func file(name, s string) part {
	return part{fmt.Sprintf(`form-data; name="files"; filename="%s"`, name), s}
}

func build(parts ...part) string {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	w.SetBoundary(boundary)
	for _, p := range parts {
		pw, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {p.head}})
		io.WriteString(pw, p.body)
	}
	w.Close()
	return b.String()
}

func TestRead(t *testing.T) {
	long := strings.Repeat("ب", 100)
	many := func(n int) (p []part) {
		for range n {
			p = append(p, file("a", "x"))
		}
		return p
	}
	for _, c := range []struct {
		name  string
		body  string
		err   error
		text  string
		files int
	}{
		{"text alone", build(text("ما حدث")), nil, "ما حدث", 0},
		{"text and an input left empty", build(text("a"), file("", "")), nil, "a", 0},
		{"a file alone", build(text(""), file("a.jpg", "x")), nil, "", 1},
		{"a file without a name", build(text(""), file("", "x")), nil, "", 1},
		{"text after files", build(file("a", "x"), text("b")), nil, "b", 1},
		{"line ends", build(text("a\r\nb\r\n")), nil, "a\nb\n", 0},
		{"longest text", build(text(long)), nil, long, 0},
		{"empty", build(text(" \r\n\t"), file("", "")), ErrEmpty, " \n\t", 0},
		{"no part at all", build(), ErrEmpty, "", 0},
		{"a zero-byte file and text", build(text("a"), file("a", "")), nil, "a", 1},
		{"a zero-byte file alone", build(text(""), file("a", "")), ErrEmpty, "", 1},
		{"text too long", build(text(long + "ب")), ErrTextTooLong, long + "ب", 0},
		{"text far too long", build(text(strings.Repeat("x", 100_000))), ErrTextTooLong, "", 0},
		{"largest file", build(text("a"), file("a", strings.Repeat("x", 1000))), nil, "a", 1},
		{"file too large", build(text("a"), file("a", strings.Repeat("x", 1001))), ErrFileTooLarge, "a", 0},
		{"together too large", build(text("a"), file("a", strings.Repeat("x", 1000)), file("b", strings.Repeat("x", 1000)),
			file("c", strings.Repeat("x", 501))), ErrTotalTooLarge, "a", 0},
		{"too many files", build(many(4)...), ErrTooManyFiles, "", 0},
		{"too many parts", build(append([]part{text("a")}, repeat(file("", ""), 10_000)...)...), ErrTooManyFiles, "a", 0},
		{"text twice", build(text("a"), text("b")), ErrMalformed, "a", 0},
		{"text as a file", build(part{`form-data; name="narrative"; filename="x"`, "a"}), ErrMalformed, "", 0},
		{"unknown field", build(part{`form-data; name="other"`, "a"}), ErrMalformed, "", 0},
		{"no field name", build(part{`attachment`, "a"}), ErrMalformed, "", 0},
		{"invalid UTF-8", build(text("a\xff\xfeb")), ErrMalformed, "a\uFFFDb", 0},
		{"head of a megabyte", build(file(strings.Repeat("n", 1<<20), "x")), ErrMalformed, "", 0},
		{"a boundary that never comes", strings.Repeat("x", 1<<20), ErrMalformed, "", 0},
		{"lines without a boundary", strings.Repeat("x\r\n", 1<<18), ErrMalformed, "", 0},
		{"a part that never ends", build(text("a"))[:60], ErrMalformed, "", 0},
		{"nothing", "", ErrMalformed, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := new(memory)
			got, err := Read(iotest.HalfReader(strings.NewReader(c.body)), -1, boundary, small, sink)
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if got.Narrative != c.text {
				t.Errorf("got %d characters", len(got.Narrative))
			}
			if err == nil && (got.Files != c.files || len(sink.files) != c.files) {
				t.Errorf("got %d files", got.Files)
			}
		})
	}
}

func repeat(p part, n int) []part {
	parts := make([]part, n)
	for i := range parts {
		parts[i] = p
	}
	return parts
}

// Whatever a file is called, the name arrives as valid text of bounded length.
func TestFileNames(t *testing.T) {
	for _, c := range []struct{ sent, want string }{
		{"photo.jpg", "photo.jpg"},
		{"صورة.jpg", "صورة.jpg"},
		{"../../etc/passwd", "passwd"},
		{"a\u202egpj.exe", "a\u202egpj.exe"},
		{"a\xffb", "a\uFFFDb"},
		{strings.Repeat("ب", 4096), strings.Repeat("ب", testimony.MaxFileName)},
	} {
		sink := new(memory)
		_, err := Read(strings.NewReader(build(file(c.sent, "x"))), 0, boundary, small, sink)
		if err != nil || len(sink.names) != 1 || sink.names[0] != c.want {
			t.Errorf("name %.20q: %.30q, %v", c.sent, sink.names, err)
		}
	}
	// A browser writes a line end in a name as %0A and sends no NUL.
	for _, name := range []string{"a\nb", "a\x00b"} {
		sink := new(memory)
		if _, err := Read(strings.NewReader(build(file(name, "x"))), 1<<40, boundary, small, sink); !errors.Is(err, ErrMalformed) {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

// A body cut off at any byte is never taken for whole.
func TestCutOffAnywhere(t *testing.T) {
	body := build(text("ما حدث"), file("a.jpg", "photo"))
	for n := range len(body) {
		cut := io.MultiReader(strings.NewReader(body[:n]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := Read(cut, -1, boundary, small, new(memory)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut off after %d of %d bytes: %v", n, len(body), err)
		}
	}
}

func TestErrorsOfTheSinkComeThrough(t *testing.T) {
	full := errors.New("full")
	got, err := Read(strings.NewReader(build(text("a"), file("b", "x"))), -1, boundary, small, &memory{fail: full})
	if !errors.Is(err, full) || got.Narrative != "a" {
		t.Errorf("%+v, %v", got, err)
	}
}

const seeds = "testdata/fuzz/FuzzRead"

func TestSeedsAreThere(t *testing.T) {
	found, err := os.ReadDir(seeds)
	if err != nil || len(found) < 5 {
		t.Fatalf("%s holds %d seeds, want at least 5 (%v)", seeds, len(found), err)
	}
}

// Nothing that arrives makes the parser panic, pass a limit, or take a form
// that is neither text nor file.
func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		sink := new(memory)
		got, err := Read(bytes.NewReader(body), int64(len(body)), boundary, small, sink)
		var total int64
		for i, b := range sink.files {
			if len(sink.names[i]) > 4*testimony.MaxFileName || int64(b.Len()) > small.File {
				t.Error("a file passed its limits")
			}
			total += int64(b.Len())
		}
		if len(sink.files) > small.Files || total > small.Total {
			t.Error("the files passed their limits")
		}
		if err == nil && strings.TrimSpace(got.Narrative) == "" && total == 0 {
			t.Error("an empty form was taken")
		}
	})
}
