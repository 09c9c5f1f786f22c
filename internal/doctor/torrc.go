package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// line is one line of a torrc.
type line struct{ key, value, file string }

// is reports whether a line sets an option; tor does not mind capitals.
func (l line) is(key string) bool { return strings.EqualFold(l.key, key) }

// Torrc is what tor was told, as far as it bears on an onion service.
type Torrc struct {
	lines    []line    // but those of onion services
	services []service // in the order they came
	files    map[string]bool
}

// service is one onion service: the lines from its HiddenServiceDir on.
type service struct {
	dir   string
	lines []line
}

// Depth of %include that tor follows, and how many files are read at most: two that
// include each other twice would be without end.
const (
	maxInclude  = 31
	maxIncluded = 1000
)

// ReadTorrc reads torrc as tor does, with what it includes.
func (m *Machine) ReadTorrc(path string) (*Torrc, error) {
	files := 0
	lines, err := m.torLines(path, 0, &files)
	if err != nil {
		return nil, err
	}
	return newTorrc(lines), nil
}

// strayFolders is where lines for tor are put that torrc should include.
var strayFolders = []string{"/etc/tor/torrc.d", "/etc/torrc.d"}

// Strays names files that look like tor's and that torrc, at path, does not include.
func (m *Machine) Strays(t *Torrc, path string) (all []Finding) {
	for _, dir := range strayFolders {
		found, err := filepath.Glob(m.path(dir) + "/*.conf")
		if err != nil {
			return []Finding{Blind("torrc %include", err)}
		}
		for _, file := range found {
			name := strings.TrimPrefix(file, m.Root)
			lines, err := m.torLines(name, 0, new(int))
			if err == nil && len(lines) == 0 || t.files[name] || strings.HasPrefix(filepath.Base(name), ".") {
				continue
			}
			all = append(all, Finding{"torrc %include", Warning, fmt.Sprintf("tor does not read %s: %s does not include it", name, path),
				"put this line at the end of " + path + ": %include " + dir + "/*.conf"})
		}
	}
	return all
}

// ParseTorrc reads the text of a torrc that includes nothing.
func ParseTorrc(text string) *Torrc {
	return newTorrc(splitTorrc(text, ""))
}

// newTorrc tells the lines of onion services from the others.
func newTorrc(lines []line) *Torrc {
	t := &Torrc{files: make(map[string]bool)}
	for _, l := range lines {
		t.files[l.file] = true
		switch {
		case l.is("HiddenServiceDir"):
			t.services = append(t.services, service{dir: strings.TrimSuffix(l.value, "/")})
		case isOfService(l.key) && len(t.services) > 0:
			s := &t.services[len(t.services)-1]
			s.lines = append(s.lines, l)
		default:
			t.lines = append(t.lines, l)
		}
	}
	return t
}

// isOfService reports whether an option is one of a single onion service's: those
// that begin so and are about all of tor are named.
func isOfService(key string) bool {
	key = strings.ToLower(key)
	return strings.HasPrefix(key, "hiddenservice") && key != "hiddenservicesinglehopmode" && key != "hiddenservicenonanonymousmode"
}

// torLines reads one file and what it includes, and counts the files.
func (m *Machine) torLines(path string, depth int, files *int) ([]line, error) {
	if *files++; depth > maxInclude || *files > maxIncluded {
		return nil, fmt.Errorf("%s is included too deep, or too often", path)
	}
	text, err := m.read(path)
	if err != nil {
		return nil, err
	}
	var all []line
	for _, l := range splitTorrc(text, path) {
		if l.key != "%include" {
			all = append(all, l)
			continue
		}
		more, err := m.included(l.value, depth+1, files)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// included reads what an %include names: a file, the files of a folder, or those that
// a pattern matches, in the order of their names; hidden ones are left out.
func (m *Machine) included(pattern string, depth int, count *int) (all []line, err error) {
	found, err := filepath.Glob(m.path(pattern))
	if err != nil {
		return nil, fmt.Errorf("%%include %s: %w", pattern, err)
	}
	for _, path := range found {
		files := []string{path}
		if info, err := os.Stat(path); err != nil {
			return nil, err
		} else if info.IsDir() {
			entries, err := os.ReadDir(path)
			if err != nil {
				return nil, err
			}
			files = nil
			for _, e := range entries {
				if !e.IsDir() {
					files = append(files, filepath.Join(path, e.Name()))
				}
			}
		}
		for _, file := range files {
			if strings.HasPrefix(filepath.Base(file), ".") {
				continue
			}
			lines, err := m.torLines(strings.TrimPrefix(file, m.Root), depth, count)
			if err != nil {
				return nil, err
			}
			all = append(all, lines...)
		}
	}
	return all, nil
}

// splitTorrc divides a text into its lines, without comments. A line that ends with
// a backslash goes on.
func splitTorrc(text, file string) (all []line) {
	var whole strings.Builder
	for _, part := range strings.Split(text, "\n") {
		part, _, _ = strings.Cut(strings.TrimSuffix(part, "\r"), "#")
		rest, on := strings.CutSuffix(strings.TrimSpace(part), `\`)
		if whole.WriteString(rest); on {
			whole.WriteByte(' ')
			continue
		}
		key, value, _ := strings.Cut(strings.ReplaceAll(whole.String(), "\t", " "), " ")
		if whole.Reset(); key != "" {
			value = strings.Trim(strings.TrimSpace(value), `"`)
			all = append(all, line{strings.TrimLeft(key, "+/"), value, file}) // +Key adds to what was, /Key takes it away
		}
	}
	return all
}

// values returns what an option is set to, in all lines of it.
func values(lines []line, key string) (all []string) {
	for _, l := range lines {
		if l.is(key) {
			all = append(all, l.value)
		}
	}
	return all
}
