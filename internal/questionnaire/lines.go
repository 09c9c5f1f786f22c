package questionnaire

import (
	"bytes"
	"fmt"
)

// Limits that keep the parser's work small, whatever the file.
const (
	maxDepth = 8  // tables and arrays inside one another
	maxKey   = 40 // bytes of one part of a key
)

// spot says on which line a value of a TOML file begins, and where those inside it
// do. Its shape is that of the decoded value: the parser itself gives no lines.
type spot struct {
	line  int
	keys  map[string]*spot
	items []*spot
}

// key returns the spot of a key, or s itself if there is none. s may be nil.
func (s *spot) key(name string) *spot {
	if s != nil && s.keys[name] != nil {
		return s.keys[name]
	}
	return s
}

// item returns the spot of an item, or s itself if there is none. s may be nil.
func (s *spot) item(i int) *spot {
	if s != nil && i < len(s.items) {
		return s.items[i]
	}
	return s
}

// make returns the spot of a key, as it is or new on a line.
func (s *spot) make(name string, line int) *spot {
	child := s.keys[name]
	if child == nil {
		if s.keys == nil {
			s.keys = make(map[string]*spot)
		}
		child = &spot{line: line}
		s.keys[name] = child
	}
	return child
}

// scanner walks over a TOML file. Of a valid one it sees all; of another it may see
// anything behind the first fault, where the parser stops.
type scanner struct {
	data []byte
	pos  int
	line int
	err  error // too deep, or a key that is too long
}

// locate returns the lines of a file, or an error if its tables are too deep.
func locate(data []byte) (*spot, error) {
	s := &scanner{data: data, line: 1}
	root := &spot{line: 1}
	table, depth := root, 0
	for s.blank(); s.pos < len(s.data) && s.err == nil; s.blank() {
		if s.data[s.pos] == '[' {
			table, depth = s.header(root)
		} else {
			s.pair(table, depth)
		}
	}
	return root, s.err
}

// header reads "[a.b]" or "[[a.b]]" and returns the table that follows, and how
// deep it is.
func (s *scanner) header(root *spot) (table *spot, depth int) {
	line := s.line
	s.pos++
	array := s.is('[')
	path := s.path(0)
	table = root
	for i, name := range path {
		table = table.make(name, line)
		if array && i == len(path)-1 {
			table.items = append(table.items, &spot{line: line})
		}
		if n := len(table.items); n > 0 {
			table = table.items[n-1]
		}
	}
	s.is(']')
	if array {
		s.is(']')
	}
	return table, len(path)
}

// pair reads a key and its value into a table that is so deep.
func (s *scanner) pair(table *spot, depth int) {
	start, line := s.pos, s.line
	path := s.path(depth)
	for _, name := range path {
		table = table.make(name, line)
	}
	if len(path) > 0 && s.is('=') {
		s.value(table, depth+len(path))
	}
	if s.pos == start {
		s.pos++ // not TOML
	}
}

// value reads the value of a key or an item that is so deep.
func (s *scanner) value(at *spot, depth int) {
	s.space()
	if s.err != nil || s.pos == len(s.data) {
		return
	}
	switch c := s.data[s.pos]; c {
	case '"', '\'':
		s.text(c)
	case '[':
		s.pos++
		s.limit(depth + 1)
		for s.blank(); !s.end(']'); s.blank() {
			start := s.pos
			item := &spot{line: s.line}
			at.items = append(at.items, item)
			s.value(item, depth+1)
			s.blank()
			if !s.is(',') && s.pos == start {
				return // not TOML
			}
		}
	case '{':
		s.pos++
		for s.blank(); !s.end('}'); s.blank() {
			s.pair(at, depth)
			s.blank()
			s.is(',')
		}
	default:
		for s.pos < len(s.data) && !bytes.ContainsRune([]byte(",]}#\n"), rune(s.data[s.pos])) {
			s.pos++
		}
	}
}

// end reports whether a list or table ends here, and goes past the end.
func (s *scanner) end(with byte) bool {
	return s.err != nil || s.pos == len(s.data) || s.is(with)
}

// path reads a key of one or more parts in a table that is so deep.
func (s *scanner) path(depth int) []string {
	var path []string
	for s.err == nil {
		s.space()
		start := s.pos
		if s.pos < len(s.data) && (s.data[s.pos] == '"' || s.data[s.pos] == '\'') {
			s.text(s.data[s.pos])
		} else {
			for s.pos < len(s.data) && bare(s.data[s.pos]) {
				s.pos++
			}
		}
		if s.pos == start {
			break
		}
		if s.pos-start > maxKey {
			s.fail(fmt.Sprintf("a key is longer than %d bytes", maxKey))
		}
		path = append(path, string(bytes.Trim(s.data[start:s.pos], `"'`)))
		s.limit(depth + len(path))
		if !s.is('.') {
			break
		}
	}
	return path
}

func bare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// text reads a text in quotes of any of TOML's four kinds.
func (s *scanner) text(quote byte) {
	one, three := []byte{quote}, bytes.Repeat([]byte{quote}, 3)
	ending := one
	if bytes.HasPrefix(s.data[s.pos:], three) {
		ending = three
	}
	for s.pos += len(ending); s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '\\' && quote == '"':
			s.pos++
			if s.pos < len(s.data) && s.data[s.pos] == '\n' {
				s.line++
			}
		case c == '\n':
			if len(ending) == 1 {
				return // not TOML
			}
			s.line++
		case bytes.HasPrefix(s.data[s.pos:], ending):
			s.pos += len(ending)
			// The last two quotes before the end may belong to the text.
			for i := 0; len(ending) == 3 && i < 2 && s.pos < len(s.data) && s.data[s.pos] == quote; i++ {
				s.pos++
			}
			return
		}
	}
	s.pos = len(s.data)
}

// is goes past a character, after spaces, if it stands here.
func (s *scanner) is(c byte) bool {
	s.space()
	if s.pos == len(s.data) || s.data[s.pos] != c {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) space() {
	for s.pos < len(s.data) && (s.data[s.pos] == ' ' || s.data[s.pos] == '\t' || s.data[s.pos] == '\r') {
		s.pos++
	}
}

// blank goes past spaces, line ends and comments.
func (s *scanner) blank() {
	for s.space(); s.pos < len(s.data) && (s.data[s.pos] == '\n' || s.data[s.pos] == '#'); s.space() {
		if s.data[s.pos] == '#' {
			for s.pos < len(s.data) && s.data[s.pos] != '\n' {
				s.pos++
			}
			continue
		}
		s.pos++
		s.line++
	}
}

func (s *scanner) limit(depth int) {
	if depth > maxDepth {
		s.fail("the tables are too deep")
	}
}

func (s *scanner) fail(what string) {
	if s.err == nil {
		s.err = atLine(s.line, what)
	}
}
