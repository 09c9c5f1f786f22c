package promises

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// How long a mark can be, in bytes. Shorter ones would be found by chance.
const leastMark, mostMark = 8, 512

// sought are the marks that a search looks for, and what each is. Only what it is
// may be printed.
type sought struct {
	mu    sync.Mutex
	kinds map[string]string // by the mark
	own   int               // marks that stand in the program itself, and are not sought
}

func newSought() *sought { return &sought{kinds: make(map[string]string)} }

// add adds marks of a kind.
func (s *sought) add(kind string, marks ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range marks {
		if len(m) < leastMark || len(m) > mostMark {
			panic(fmt.Sprintf("%s: a mark of %d bytes", kind, len(m)))
		}
		s.kinds[m] = kind
	}
}

// without takes out the pairs of words that stand in a file, which is the program: in
// a text of ours, or in its list of words.
func (s *sought) without(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	own := make(map[string]bool)
	search(f, 0, uint64(info.Size()), s.index(), func(m string, _ uint64) { own[m] = true })
	for m := range own {
		if kind := s.kinds[m]; kind == pairTyped || kind == pairShown || kind == pairJoined {
			delete(s.kinds, m)
			s.own++
		}
	}
}

// index is marks by how they begin, so that thousands are looked for at once.
type index struct {
	begin [1 << 16]bool // by the spread of the first bytes
	marks map[uint64][]string
}

func (s *sought) index() *index {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &index{marks: make(map[uint64][]string)}
	for m := range s.kinds {
		first := binary.LittleEndian.Uint64([]byte(m))
		x.begin[spread(first)] = true
		x.marks[first] = append(x.marks[first], m)
	}
	return x
}

func spread(v uint64) uint16 { return uint16(v * 0x9e3779b97f4a7c15 >> 48) }

// in calls hit for each mark that begins in the first n bytes.
func (x *index) in(b []byte, n int, hit func(string)) {
	for i := 0; i < n && i+leastMark <= len(b); i++ {
		first := binary.LittleEndian.Uint64(b[i:])
		if !x.begin[spread(first)] {
			continue
		}
		for _, m := range x.marks[first] {
			if len(m) <= len(b)-i && string(b[i:i+len(m)]) == m {
				hit(m)
			}
		}
	}
}

// search looks for marks between two addresses. A mapping of a file ends where the
// file ends; what lies behind cannot be read.
func search(mem io.ReaderAt, from, to uint64, marks *index, hit func(mark string, at uint64)) (searched int64) {
	const step = 1 << 20
	buf := make([]byte, step+mostMark)
	for at := from; at < to; at += step {
		n, err := mem.ReadAt(buf[:min(uint64(len(buf)), to-at)], int64(at))
		searched += int64(min(n, step))
		marks.in(buf[:n], step, func(m string) { hit(m, at) })
		if err != nil {
			break
		}
	}
	return searched
}

// scan searches every readable mapping of a process and counts by kind where marks
// stand.
func scan(t *testing.T, pid int, s *sought) map[string]int {
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
	marks := s.index()
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
		searched += search(mem, from, to, marks, func(m string, _ uint64) {
			found[s.kinds[m]]++
		})
	}
	if searched < 4<<20 {
		t.Fatalf("only %d bytes of memory could be searched", searched)
	}
	t.Logf("%d marks looked for in %d MiB (%d stand in the program itself and are left out): %v", len(s.kinds), searched>>20, s.own, found)
	return found
}
