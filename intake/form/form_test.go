package form

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"amana/internal/testimony"
)

// memory is a sink that keeps what it is given.
type memory struct {
	names, types []string
	files        []*bytes.Buffer
	before       []int // texts that had come before each file
	fail         error
}

func (m *memory) File(got *Form, name, contentType string) (io.Writer, error) {
	if m.fail != nil {
		return nil, m.fail
	}
	m.names, m.types = append(m.names, name), append(m.types, contentType)
	m.before = append(m.before, len(got.Values))
	m.files = append(m.files, new(bytes.Buffer))
	return m.files[len(m.files)-1], nil
}

const boundary = "------------------------0123456789abcdef"

var small = Limits{File: 1000, Total: 2500, Files: 3}

// fields are those of a form with a long text, a short one and checkboxes.
var fields = Fields{"narrative": {100, 1}, "unit": {5, 1}, "decree": {8, 3}}

// part is one part of a form under test.
type part struct{ head, body string }

func text(s string) part        { return field("narrative", s) }
func field(name, s string) part { return part{fmt.Sprintf(`form-data; name="%s"`, name), s} }
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

// said is what a form says with the narrative alone.
func said(s string) map[string][]string { return map[string][]string{"narrative": {s}} }

func TestRead(t *testing.T) {
	long := strings.Repeat("ب", 100)
	many := func(n int) (p []part) {
		for range n {
			p = append(p, file("a", "x"))
		}
		return p
	}
	none := map[string][]string{}
	for _, c := range []struct {
		name  string
		body  string
		err   error
		text  map[string][]string
		files int // how many were passed on, or begun
	}{
		{"text alone", build(text("ما حدث")), nil, said("ما حدث"), 0},
		{"text and an input left empty", build(text("a"), file("", "")), nil, said("a"), 0},
		{"a file alone", build(text(""), file("a.jpg", "x")), nil, said(""), 1},
		{"a file without a name", build(text(""), file("", "x")), nil, said(""), 1},
		{"text after files", build(file("a", "x"), text("b")), nil, said("b"), 1},
		{"line ends", build(text("a\r\nb\r\n")), nil, said("a\nb\n"), 0},
		{"longest text", build(text(long)), nil, said(long), 0},
		{"longest text of line ends", build(text(strings.Repeat("\r\n", 100))), nil, said(strings.Repeat("\n", 100)), 0},
		{"empty", build(text(" \r\n\t"), file("", "")), nil, said(" \n\t"), 0},
		{"no part at all", build(), nil, none, 0},
		{"a zero-byte file and text", build(text("a"), file("a", "")), nil, said("a"), 1},
		{"a zero-byte file alone", build(text(""), file("a", "")), nil, said(""), 1},
		{"text too long", build(text(long + "ب")), nil, said(long + "ب"), 0},
		{"text far too long", build(text(strings.Repeat("x", 100_000))), nil, said(strings.Repeat("x", 404)), 0},
		{"a code point at the cut", build(text("x" + strings.Repeat("ب", 1000))), nil, said("x" + strings.Repeat("ب", 201)), 0},
		{"a line end at the cut", build(text("x" + strings.Repeat("\r\n", 1000))), nil, said("x" + strings.Repeat("\n", 201)), 0},
		{"no code point at the cut", build(text(strings.Repeat("\x80", 1000))), nil, said(strings.Repeat("\x80", 404)), 0},
		{"text that does not end", build(text(strings.Repeat("x", maxSpill+1000)), field("unit", "a")), ErrMalformed, none, 0},
		{"what comes after long text", build(text(strings.Repeat("x", 100_000)), field("unit", "a"), file("a", "x")), nil,
			map[string][]string{"narrative": {strings.Repeat("x", 404)}, "unit": {"a"}}, 1},
		{"several fields", build(text("a"), field("decree", "b"), field("unit", ""), field("decree", "a"), field("decree", "b")), nil,
			map[string][]string{"narrative": {"a"}, "decree": {"b", "a", "b"}, "unit": {""}}, 0},
		{"largest file", build(text("a"), file("a", strings.Repeat("x", 1000))), nil, said("a"), 1},
		{"file too large", build(text("a"), file("a", strings.Repeat("x", 1001))), ErrFileTooLarge, said("a"), 1},
		{"together too large", build(text("a"), file("a", strings.Repeat("x", 1000)), file("b", strings.Repeat("x", 1000)),
			file("c", strings.Repeat("x", 501))), ErrTotalTooLarge, said("a"), 3},
		{"too many files", build(many(4)...), ErrTooManyFiles, none, 3},
		{"too many parts", build(append([]part{text("a")}, repeat(file("", ""), 10_000)...)...), ErrTooManyFiles, said("a"), 0},
		{"text twice", build(text("a"), text("b")), ErrMalformed, said("a"), 0},
		{"a choice too often", build(repeat(field("decree", "a"), 4)...), ErrMalformed, map[string][]string{"decree": {"a", "a", "a"}}, 0},
		{"text as a file", build(part{`form-data; name="narrative"; filename="x"`, "a"}), ErrMalformed, none, 0},
		{"text as a file without a name", build(part{`form-data; name="narrative"; filename=""`, "a"}), ErrMalformed, none, 0},
		{"a file as text", build(text("a"), field("files", "x")), ErrMalformed, said("a"), 0},
		{"unknown field", build(field("other", "b"), text("a"), field("more", "c")), nil, said("a"), 0},
		{"far too much of no field", build(text("a"), field("other", strings.Repeat("x", maxSpill))), ErrMalformed, said("a"), 0},
		{"no field name", build(part{`attachment`, "a"}), ErrMalformed, none, 0},
		{"invalid UTF-8", build(text("a\xff\xfeb")), nil, said("a\xff\xfeb"), 0},
		{"head of a megabyte", build(file(strings.Repeat("n", 1<<20), "x")), ErrMalformed, none, 0},
		{"a boundary that never comes", strings.Repeat("x", 1<<20), ErrMalformed, none, 0},
		{"lines without a boundary", strings.Repeat("x\r\n", 1<<18), ErrMalformed, none, 0},
		{"a part that never ends", build(text("a"))[:60], ErrMalformed, none, 0},
		{"nothing", "", ErrMalformed, none, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			sink := new(memory)
			got, err := Read(iotest.HalfReader(strings.NewReader(c.body)), -1, boundary, small, fields, sink)
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			if !reflect.DeepEqual(got.Values, c.text) {
				t.Errorf("got %.100q, want %.100q", got.Values, c.text)
			}
			if len(got.FileNames) != c.files || !slices.Equal(got.FileNames, sink.names) {
				t.Errorf("got %d files", len(got.FileNames))
			}
			var total int64
			for _, f := range sink.files {
				total += int64(f.Len())
			}
			if got.FileBytes != total {
				t.Errorf("got %d bytes of files, passed on %d", got.FileBytes, total)
			}
		})
	}
}

// A text over its limit still shows that it is, however long its characters are.
func TestTooLongStaysTooLong(t *testing.T) {
	for _, char := range []string{"a", "ب", "\u20ac", "😀", "\r\n", "\xff", "a\xf0\x9f"} {
		for n := 101; n < 1000; n++ {
			got, err := Read(strings.NewReader(build(text(strings.Repeat(char, n)))), -1, boundary, small, fields, new(memory))
			kept := got.Values["narrative"]
			if err != nil || len(kept) != 1 || utf8.RuneCountInString(kept[0]) <= 100 || len(kept[0]) > utf8.UTFMax*101 {
				t.Fatalf("%d times %q: kept %d characters, %v", n, char, utf8.RuneCountInString(kept[0]), err)
			}
		}
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
		_, err := Read(strings.NewReader(build(file(c.sent, "x"))), 0, boundary, small, fields, sink)
		if err != nil || len(sink.names) != 1 || sink.names[0] != c.want {
			t.Errorf("name %.20q: %.30q, %v", c.sent, sink.names, err)
		}
	}
	// A browser writes a line end in a name as %0A and sends no NUL.
	for _, name := range []string{"a\nb", "a\x00b"} {
		sink := new(memory)
		if _, err := Read(strings.NewReader(build(file(name, "x"))), 1<<40, boundary, small, fields, sink); !errors.Is(err, ErrMalformed) {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

// A body cut off at any byte is never taken for whole.
func TestCutOffAnywhere(t *testing.T) {
	body := build(text("ما حدث"), file("a.jpg", "photo"))
	for n := range len(body) {
		cut := io.MultiReader(strings.NewReader(body[:n]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := Read(cut, -1, boundary, small, fields, new(memory)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut off after %d of %d bytes: %v", n, len(body), err)
		}
	}
}

func TestErrorsOfTheSinkComeThrough(t *testing.T) {
	full := errors.New("full")
	got, err := Read(strings.NewReader(build(text("a"), file("b", "x"))), -1, boundary, small, fields, &memory{fail: full})
	if !errors.Is(err, full) || !reflect.DeepEqual(got.Values, said("a")) {
		t.Errorf("%+v, %v", got, err)
	}
}

// The sink sees what came before a file, and can end the reading with it: then
// nothing behind it is looked at.
func TestSinkSeesWhatCameBefore(t *testing.T) {
	body := build(text("a"), file("b", "x"), field("unit", "c"), file("d", "y"))
	sink := new(memory)
	if _, err := Read(strings.NewReader(body), -1, boundary, small, fields, sink); err != nil || !slices.Equal(sink.before, []int{1, 2}) {
		t.Errorf("saw %v texts, %v", sink.before, err)
	}
	bad := errors.New("bad text")
	got, err := Read(strings.NewReader(body[:strings.Index(body, "unit")]), -1, boundary, small, fields, &memory{fail: bad})
	if err != bad || len(got.FileNames) != 0 || !reflect.DeepEqual(got.Values, said("a")) {
		t.Errorf("%+v, %v", got, err)
	}
}

const seeds = "testdata/fuzz/FuzzRead"

func TestSeedsAreThere(t *testing.T) {
	found, err := os.ReadDir(seeds)
	if err != nil || len(found) < 12 {
		t.Fatalf("%s holds %d seeds, want at least 12 (%v)", seeds, len(found), err)
	}
}

// Nothing that arrives makes the parser panic, or pass a limit.
func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		sink := new(memory)
		got, _ := Read(bytes.NewReader(body), int64(len(body)), boundary, small, fields, sink)
		var total int64
		for i, b := range sink.files {
			if len(sink.names[i]) > 4*testimony.MaxFileName || int64(b.Len()) > small.File {
				t.Error("a file passed its limits")
			}
			total += int64(b.Len())
		}
		if len(sink.files) > small.Files || total > small.Total || total != got.FileBytes {
			t.Error("the files passed their limits")
		}
		if !slices.Equal(got.FileNames, sink.names) {
			t.Error("the names are not those passed on")
		}
		for name, values := range got.Values {
			field, ok := fields[name]
			if !ok || len(values) > field.Times {
				t.Errorf("%d values of the field %q", len(values), name)
			}
			for _, value := range values {
				if len(value) > utf8.UTFMax*(field.Max+1) {
					t.Errorf("a value of %d bytes", len(value))
				}
			}
		}
	})
}
