package settings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// keys are all that a file may hold.
type keys struct {
	flags  map[string][]*kong.Flag // by the key, tables and all: "serve.idle"
	order  []string                // of flags
	tables []string
}

// keysOf lists what a file for app may hold.
func keysOf(app *kong.Application, sections []string) *keys {
	k := &keys{flags: make(map[string][]*kong.Flag), tables: slices.Clone(sections)}
	k.add(app.Node, "", sections)
	return k
}

func (k *keys) add(node *kong.Node, prefix string, sections []string) {
	for _, flag := range node.Flags {
		if slices.Contains(notKeys, flag.Name) || flag.Hidden || flag.Tag.Get(tag) == never {
			continue
		}
		key := prefix + flag.Name
		if other := flag.Tag.Get(tag); other != "" {
			key = other
		}
		for _, s := range sections {
			if rest, ok := strings.CutPrefix(flag.Name, s+"-"); ok {
				key = s + "." + rest
			}
		}
		if k.flags[key] == nil {
			k.order = append(k.order, key)
		}
		k.flags[key] = append(k.flags[key], flag)
	}
	for _, child := range node.Children {
		k.tables = append(k.tables, prefix+child.Name)
		k.add(child, prefix+child.Name+".", sections)
	}
}

// table reports whether there is a table of that name; the file itself is one.
func (k *keys) table(name []string) bool {
	return len(name) == 0 || slices.Contains(k.tables, strings.Join(name, "."))
}

// nearest returns what may have been meant by an unknown key, as the end of a
// sentence: a key of the same table, or of another.
func (k *keys) nearest(key []string) string {
	name, table := key[len(key)-1], strings.Join(key[:len(key)-1], ".")
	best, least := "", 2+len(name)/3
	for _, known := range k.order {
		in, last := split(known)
		d := distance(name, last)
		if in != table {
			d++
		}
		if d < least {
			best, least = known, d
		}
	}
	in, last := split(best)
	switch {
	case best == "" && table == "":
		return ""
	case best == "":
		return "; most flags of that command are keys, see its --help"
	case in == table:
		return fmt.Sprintf("; did you mean %q?", last)
	case in == "":
		return fmt.Sprintf("; did you mean %q, above all tables?", last)
	}
	return fmt.Sprintf("; did you mean %q in [%s]?", last, in)
}

// nearestTable is nearest for a table.
func (k *keys) nearestTable(key []string) string {
	name := strings.Join(key, ".")
	best, least := "", 2+len(name)/3
	for _, known := range k.tables {
		if d := distance(name, known); d < least {
			best, least = known, d
		}
	}
	if best == "" {
		return "; each command has a table, see --help"
	}
	return fmt.Sprintf("; did you mean [%s]?", best)
}

// split returns the table of a key, "" for none, and its name there.
func split(key string) (table, name string) {
	i := strings.LastIndexByte(key, '.')
	return key[:max(i, 0)], key[i+1:]
}

// distance is how many letters must be put in, taken out or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0]++
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// How a table and a key begin a line. Whoever writes keys in quotes is told the key
// without its line.
var (
	tableLine = regexp.MustCompile(`^\s*\[\s*([A-Za-z0-9_.-]+)\s*\]`)
	keyLine   = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*=`)
)

// linesOf finds the line of each key, which the TOML library does not tell.
func linesOf(text string) map[string]int {
	lines := make(map[string]int)
	prefix := ""
	for i, line := range strings.Split(text, "\n") {
		if m := tableLine.FindStringSubmatch(line); m != nil {
			prefix = m[1] + "."
			lines[m[1]] = i + 1
		} else if m := keyLine.FindStringSubmatch(line); m != nil {
			lines[prefix+m[1]] = i + 1
		}
	}
	return lines
}
