package promises

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http/httputil"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/rig"
)

// scan searches every readable mapping of a process for each marker and counts
// where it stands.
func scan(t *testing.T, pid int, markers [][]byte) map[string]int {
	t.Helper()
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	found := make(map[string]int)
	var searched int64
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var from, to uint64
		var mode string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &mode); err != nil {
			t.Fatalf("map %q: %v", lines.Text(), err)
		}
		if !strings.HasPrefix(mode, "r") || strings.Contains(lines.Text(), "[vvar") {
			continue
		}
		searched += search(mem, from, to, markers, func(m []byte, at uint64) {
			if found[string(m)] == 0 {
				t.Logf("first copy of a marker of %d bytes in %s", len(m), lines.Text())
			}
			found[string(m)]++
		})
	}
	if searched < 4<<20 {
		t.Fatalf("only %d bytes of memory could be searched", searched)
	}
	return found
}

// search looks for markers between two addresses. A mapping of a file ends
// where the file ends; what lies behind cannot be read.
func search(mem io.ReaderAt, from, to uint64, markers [][]byte, hit func([]byte, uint64)) (searched int64) {
	const step, overlap = 1 << 20, 256
	buf := make([]byte, step+overlap)
	for at := from; at < to; at += step {
		n, err := mem.ReadAt(buf[:min(step+overlap, to-at)], int64(at))
		searched += int64(n)
		for _, m := range markers {
			for rest := buf[:n]; ; {
				i := bytes.Index(rest, m)
				if i < 0 {
					break
				}
				hit(m, at)
				rest = rest[i+len(m):]
			}
		}
		if err != nil {
			break
		}
	}
	return searched
}

// What the markers stand in. Each stands in the text densely, so that no piece
// of memory that held text is without one.
var (
	textMarker   = []byte("ARBTXT-بيت-7f3a")
	arabicMarker = []byte("شهادةسريةللاختبار")
	nameMarker   = []byte("FNAME-9c41d2")
	fileMarker   = []byte("FBYTES-51e0aa")
	wrongMarker  = []byte("WRONGWAY-0d77")
	allMarkers   = [][]byte{textMarker, arabicMarker, nameMarker, fileMarker, wrongMarker}
)

func dense(marker []byte, size int) string {
	return strings.Repeat(string(marker)+" ", size/(len(marker)+1)+1)
}

// handIn sends a few hundred testimonies of several sizes, several at a time,
// among them some that are refused, cut off or not even requests.
func handIn(t *testing.T, s *rig.Server) {
	t.Helper()
	var all sync.WaitGroup
	limit := make(chan struct{}, 8)
	for i := range 300 {
		limit <- struct{}{}
		all.Go(func() {
			defer func() { <-limit }()
			name := fmt.Sprintf("%s-%d.jpg", nameMarker, i)
			narrative := dense(textMarker, 200+i*20) + dense(arabicMarker, 200)
			want := 200
			var status int
			var err error
			switch i % 10 {
			case 0: // in chunks
				body, _ := rig.Form(narrative)
				status, _, err = s.Send(chunked("/ar/testimony", body))
			case 1, 2, 3:
				status, _, err = s.Post(narrative)
			case 4, 5, 6:
				status, _, err = s.Post(narrative, rig.Text(name, dense(fileMarker, 1000+i*i*10)), rig.Text(name, dense(fileMarker, 70_000)))
			case 7: // a file too large: the words come back
				want = 413
				status, _, err = s.Post(narrative, rig.Text(name, dense(fileMarker, 3<<20)))
			case 8: // cut off
				want = 0
				body, size := rig.Form(narrative, rig.Text(name, dense(fileMarker, 100_000)))
				cut := io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", size)), io.LimitReader(body, size/2))
				cutOff(s, cut)
			case 9: // a wrong path; a request that is none; a field that is none
				want = 0
				body, size := rig.Form(dense(wrongMarker, 3000))
				head := rig.Head("/ar/nothing", size)
				if i%20 == 9 {
					head = strings.Replace(head, "Host:", "Ho st:", 1)
				}
				s.Send(io.MultiReader(strings.NewReader(head), body))
				bad := strings.ReplaceAll(rig.Head("/ar/testimony", 100_000), rig.Boundary, "x")
				s.Send(strings.NewReader(bad + dense(wrongMarker, 100_000)))
			}
			// Where all places are taken the words come back too.
			if err != nil || want != 0 && status != want && status != 503 {
				t.Errorf("testimony %d: status %d, want %d: %v", i, status, want, err)
			}
		})
	}
	all.Wait()
}

// chunked returns a request whose body comes in chunks (RFC 9112, section 7.1).
func chunked(path string, body io.Reader) io.Reader {
	head := strings.Replace(rig.Head(path, 0), "Content-Length: 0", "Transfer-Encoding: chunked", 1)
	var out bytes.Buffer
	out.WriteString(head)
	w := httputil.NewChunkedWriter(&out)
	io.CopyBuffer(struct{ io.Writer }{w}, body, make([]byte, 700))
	w.Close()
	out.WriteString("\r\n")
	return &out
}

// cutOff sends bytes and closes the connection in the middle of a request.
func cutOff(s *rig.Server, raw io.Reader) {
	c, err := s.Dial()
	if err != nil {
		return
	}
	io.Copy(c, raw)
	c.Close()
}

func memoryAfter(t *testing.T, b rig.Build, args ...string) map[string]int {
	t.Helper()
	s := rig.NewState(t, b, 3).Serve(t, nil, append(args, "--max-file", "2MiB", "--places", "6")...)
	handIn(t, s)
	s.Run(t, "status")
	s.Run(t, "check")
	// A few at the end, after which nothing happens that would make the
	// collector run of itself.
	for range 5 {
		if status, _, err := s.Post(dense(textMarker, 500), rig.Text(string(nameMarker), dense(fileMarker, 2000))); err != nil || status != 200 {
			t.Errorf("status %d, %v", status, err)
		}
	}
	time.Sleep(2 * time.Second) // idle
	return scan(t, s.Cmd.Process.Pid, allMarkers)
}

// P2: no plaintext in memory once the response is sent: neither text, nor file
// content, nor file name.
func TestP2NoPlaintextInMemory(t *testing.T) {
	for marker, n := range memoryAfter(t, rig.Erasing) {
		t.Errorf("%d copies of %q are in the server's memory", n, marker)
	}
}

// The same search must find the markers in a build without the erasure, or it
// proves nothing.
func TestP2SearchFindsPlaintextWithoutErasure(t *testing.T) {
	found := memoryAfter(t, rig.Plain, "--without-erasure")
	for _, m := range allMarkers {
		t.Logf("%d copies of %q", found[string(m)], m)
	}
	for _, m := range [][]byte{textMarker, arabicMarker, nameMarker, fileMarker} {
		if found[string(m)] == 0 {
			t.Errorf("the search does not find %q in a server that erases nothing", m)
		}
	}
}
