// Package settings reads the configuration of a program: one TOML file, in the place
// of flags.
//
// Each flag of the command line is a key of the file, by the same name. The flags
// that every command has stand on top, those of one command in a table of its name:
//
//	state = "/var/lib/amana-intake"
//
//	[serve]
//	listen = ["unix:/run/amana-intake/onion.sock"]
//	idle = "90s"
//
// So there is one list of what can be set, one help and one set of rules for both. A
// flag goes before the environment, that before the file, and the file before the
// default. The file is refused as a whole if anything in it is unknown, of the wrong
// kind or out of bounds, by whatever command reads it: a rule that is not followed
// because of a letter would be found out when it is too late.
//
// The path of a file that stands in it is relative to the folder it lies in, so that
// it means the same wherever the program is started.
//
// It may read that one file and the environment, and nothing else.
package settings

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/shallow"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// A flag tagged `settings:"never"` is no key of the file: what must be said each time,
// such as that something is to be erased. Nor is a hidden flag, or one of notKeys. One
// tagged with a key is that key, for what two commands must agree on.
const (
	tag   = "settings"
	never = "never"
)

// notKeys are flags that ask for one answer of a program, in any command.
var notKeys = []string{"help", "version", "json"}

// File is a configuration that was read, and a [kong.Resolver].
type File struct {
	Path   string // absolute
	values map[*kong.Flag]entry
}

// entry is one value of the file.
type entry struct {
	value any
	line  int // 0 if it is not known
}

// Read reads a configuration for a program with the flags of app. sections are tables
// of their own for the flags whose names begin so: with "retention", the flag
// --retention-days of any command is the key days of the table [retention]. An error
// names every fault in the file, one a line.
func Read(path string, app *kong.Application, sections ...string) (*File, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if err := shallow.Check(string(data)); err != nil {
		return nil, mend(fmt.Errorf("configuration %s, %w", path, err))
	}
	tree := make(map[string]any)
	meta, err := toml.Decode(string(data), &tree)
	var syntax toml.ParseError
	switch {
	case errors.As(err, &syntax):
		return nil, mend(fmt.Errorf("configuration %s, line %d: %s", path, syntax.Position.Line, syntax.Message))
	case err != nil:
		return nil, mend(fmt.Errorf("configuration %s: %w", path, err))
	}
	r := reading{
		file:  &File{Path: path, values: make(map[*kong.Flag]entry)},
		keys:  keysOf(app, sections),
		lines: linesOf(string(data)),
	}
	for _, key := range meta.Keys() {
		r.take(key, tree)
	}
	if len(r.faults) > 0 {
		return nil, mend(errors.Join(r.faults...))
	}
	return r.file, nil
}

// mend gives an error about what stands in the file advice.
func mend(err error) error {
	return cli.Hint(err, "mend the file; amana-intake config check tells when it is sound, and what it sets")
}

// reading is a file that is being read.
type reading struct {
	file   *File
	keys   *keys
	lines  map[string]int
	faults []error
}

// take takes one key of the file, or notes what is wrong with it.
func (r *reading) take(key toml.Key, tree map[string]any) {
	name := key.String()
	value := valueOf(tree, key)
	switch value.(type) {
	case nil: // below something that was a fault already
		return
	case []map[string]any:
		r.fault(name, "[[%s]] must be [%s]", name, name)
		return
	case map[string]any:
		if !r.keys.table(key) {
			r.fault(name, "there is no table [%s]%s", name, r.keys.nearestTable(key))
		}
		return
	}
	flags := r.keys.flags[name]
	if len(flags) == 0 {
		if r.keys.table(key[:len(key)-1]) { // otherwise the table was a fault already
			r.fault(name, "there is no key %q %s%s", key[len(key)-1], where(key), r.keys.nearest(key))
		}
		return
	}
	for _, flag := range flags {
		v, err := convert(flag, value, r.file.Path)
		if err != nil {
			r.fault(name, "%s: %v", name, err)
			return
		}
		if v != nil {
			r.file.values[flag] = entry{v, r.lines[name]}
		}
	}
}

func (r *reading) fault(name, format string, args ...any) {
	place := "configuration " + r.file.Path
	if line := r.lines[name]; line > 0 {
		place = fmt.Sprintf("%s, line %d", place, line)
	}
	r.faults = append(r.faults, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

func valueOf(tree map[string]any, key toml.Key) any {
	var value any = tree
	for _, part := range key {
		table, _ := value.(map[string]any)
		value = table[part]
	}
	return value
}

// where says in which table a key stands.
func where(key toml.Key) string {
	if len(key) == 1 {
		return "outside of the tables"
	}
	return "in [" + strings.Join(key[:len(key)-1], ".") + "]"
}

// Resolve implements [kong.Resolver]. The environment goes before the file, which
// kong does not know.
func (f *File) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if environment(flag) != "" {
		return nil, nil
	}
	return f.values[flag].value, nil
}

// Validate implements [kong.Resolver]. Read has found all there is to find.
func (f *File) Validate(*kong.Application) error { return nil }

// environment returns the variable that a flag is set by, or "".
func environment(flag *kong.Flag) string {
	i := slices.IndexFunc(flag.Tag.Envs, func(name string) bool {
		_, ok := os.LookupEnv(name)
		return ok
	})
	if i < 0 {
		return ""
	}
	return flag.Tag.Envs[i]
}
