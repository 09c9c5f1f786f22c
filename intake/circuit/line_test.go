package circuit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// line is what tor writes for a circuit, as in its export_hs_client_circuit_id.
func line(id uint32) string {
	return fmt.Sprintf("PROXY TCP6 fc00:dead:beef:4dad::%x:%x ::1 %d 80\r\n", id>>16, id&0xffff, id&0xffff)
}

func TestParse(t *testing.T) {
	for _, id := range []uint32{0, 1, 22, 0xffff, 0x10000, 0x12345678, 0xffffffff} {
		if got, err := Parse([]byte(line(id))); err != nil || uint32(got) != id {
			t.Errorf("circuit %d: %d, %v", id, uint32(got), err)
		}
	}
	good := "PROXY TCP6 fc00:dead:beef:4dad::0:16 ::1 22 80\r\n"
	for _, bad := range []string{
		"", "\r\n", "\n", "PROXY\r\n", "PROXY UNKNOWN\r\n", "GET / HTTP/1.1\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.2 22 80\r\n",
		strings.TrimSuffix(good, "\r\n"), strings.Replace(good, "\r\n", "\n", 1), good + "\r\n", good + "G",
		strings.ToLower(good), " " + good, strings.Replace(good, " 22", "  22", 1), strings.Replace(good, " 22", "\t22", 1),
		strings.Replace(good, "22", "65536", 1), strings.Replace(good, "22", "-1", 1), strings.Replace(good, "22", "+1", 1),
		strings.Replace(good, "22", "022", 1), strings.Replace(good, "22", "", 1), strings.Replace(good, "80", "0x50", 1),
		strings.Replace(good, "4dad", "4dae", 1), strings.Replace(good, "::0:16", "::1:0:16", 1),
		strings.Replace(good, "::0:16", "::0:16%lo", 1), strings.Replace(good, "::1 ", "::1%lo ", 1),
		strings.Replace(good, "::1 ", "127.0.0.1 ", 1), strings.Replace(good, "::0:16", "::0:10016", 1),
		strings.Replace(good, "\r\n", " more\r\n", 1), strings.Replace(good, "22", "2\r\n2", 1),
		strings.Replace(good, "::1", strings.Repeat("0", 90)+"::1", 1),
	} {
		if id, err := Parse([]byte(bad)); !errors.Is(err, ErrLine) || id != 0 {
			t.Errorf("%q is taken for circuit %d, %v", bad, uint32(id), err)
		}
	}
}

// Whatever follows the line stays unread: it is the request, and must come into
// buffers that are erased.
func TestReadStopsAtTheEnd(t *testing.T) {
	for name, slow := range map[string]func(io.Reader) io.Reader{
		"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
	} {
		for _, id := range []uint32{0, 0xffffffff} {
			rest := strings.NewReader(line(id) + "GET / HTTP/1.1\r\n")
			if got, err := Read(slow(rest)); err != nil || uint32(got) != id {
				t.Errorf("%s: circuit %d: %d, %v", name, id, uint32(got), err)
			}
			if left, _ := io.ReadAll(rest); string(left) != "GET / HTTP/1.1\r\n" {
				t.Errorf("%s: left %q", name, left)
			}
		}
	}
}

// What does not begin like the line is refused at once, and nothing without an end is
// read for ever.
func TestReadGivesUp(t *testing.T) {
	for _, bad := range []string{"G", "PROXY TCP4 ", "\x00"} {
		if _, err := Read(io.MultiReader(strings.NewReader(bad), never{t})); !errors.Is(err, ErrLine) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	endless := bytes.NewReader(append([]byte(start), bytes.Repeat([]byte{'0'}, 1000)...))
	if _, err := Read(endless); !errors.Is(err, ErrLine) || endless.Len() < 1000+len(start)-MaxLine {
		t.Errorf("%d bytes are left, %v", endless.Len(), err)
	}
	if _, err := Read(strings.NewReader(line(7)[:30])); !errors.Is(err, ErrLine) || !errors.Is(err, io.EOF) {
		t.Errorf("cut off: %v", err)
	}
}

type never struct{ t *testing.T }

func (n never) Read([]byte) (int, error) {
	n.t.Error("was waited for")
	return 0, io.EOF
}

// A circuit's number is not printed by whatever prints things.
func TestIDPrintsNothing(t *testing.T) {
	for _, format := range []string{"%v", "%d", "%x", "%s", "%+v", "%#v"} {
		if s := fmt.Sprintf(format, struct{ ID }{4711}); strings.Contains(s, "4711") || strings.Contains(s, "1267") {
			t.Errorf("%s prints %s", format, s)
		}
	}
}

const seeds = "testdata/fuzz/FuzzRead"

func TestSeedsAreThere(t *testing.T) {
	found, err := os.ReadDir(seeds)
	if err != nil || len(found) < 10 {
		t.Fatalf("%s holds %d seeds, want at least 10 (%v)", seeds, len(found), err)
	}
}

// Whatever arrives, nothing behind a line is read, a line that is taken is short, and
// it says the same when it is written again as tor writes it.
func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, input []byte) {
		r := bytes.NewReader(input)
		id, err := Read(r)
		read := input[:len(input)-r.Len()]
		if len(read) > MaxLine {
			t.Errorf("%d bytes were read", len(read))
		}
		if err != nil {
			if !errors.Is(err, ErrLine) {
				t.Error(err)
			}
			return
		}
		if !bytes.HasPrefix(read, []byte("PROXY TCP6 ")) || bytes.Count(read, []byte("\n")) != 1 || !bytes.HasSuffix(read, []byte("\r\n")) {
			t.Errorf("%q is taken for a line", read)
		}
		if again, err := Parse([]byte(line(uint32(id)))); err != nil || again != id {
			t.Errorf("written again: %v", err)
		}
	})
}
