//go:build tcell_minimal

package reviewer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/desk"
	"amana/internal/keyfile"
	"amana/internal/sticks"
	"amana/internal/workspace"
)

// deskActions does what the screens ask for, as the commands do it.
type deskActions struct {
	*session // nil before Begin
	places   sticks.Places
	keyPath  string
	reports  string // the folder beside the workspace for what is made to be read
	ended    bool

	mu   sync.Mutex
	said []string // what the program said since somebody asked
}

// Locked reports whether a key has a passphrase.
func (d *deskActions) Locked(path string) (bool, error) {
	f, _, err := cli.OpenFile("key", path)
	if err != nil {
		return false, problem(err)
	}
	defer f.Close()
	locked := false
	_, err = keyfile.Read(f, func() ([]byte, error) {
		locked = true
		return nil, errLocked
	})
	if locked {
		return true, nil
	}
	return false, problem(keyErrorOf(err))
}

var errLocked = errors.New("it has a passphrase")

func keyErrorOf(err error) error {
	if err == nil {
		return nil
	}
	return keyError(err)
}

// Begin reads the key, opens or makes the workspace, and gives up every other folder for
// good: but those in which sticks are and will be mounted, that of the reports, and those
// of views that were left open.
func (d *deskActions) Begin(_ context.Context, path string, create bool, key string, passphrase []byte) error {
	f, _, err := cli.OpenFile("key", key)
	if err != nil {
		return problem(err)
	}
	defer f.Close()
	if err := program.NoNetwork(); err != nil {
		return problem(err)
	}
	k, err := readKeyWith(f, func() ([]byte, error) { return slices.Clone(passphrase), nil })
	if err != nil {
		return problem(err)
	}
	if path, err = filepath.Abs(path); err != nil {
		return problem(err)
	}
	open := workspace.Open
	if create {
		open = workspace.Create
	}
	w, err := open(path, k.Identities)
	if err != nil {
		return problem(workspaceError(err))
	}
	s := &session{w, k}
	d.reports = path + "-reports"
	paths, err := d.paths(s)
	if err == nil {
		err = program.Confine(paths)
	}
	if err != nil {
		w.Close()
		return problem(err)
	}
	d.session, d.keyPath = s, key
	return nil
}

// paths are what can be reached from then on.
func (d *deskActions) paths(s *session) (p confine.Paths, err error) {
	// Where it cannot be made, as beside a workspace that can only be read, there are no
	// reports: making one says so.
	_ = os.Mkdir(d.reports, 0o700)
	p.Write = []string{s.Path()}
	also := append(slices.Clone(d.places.Roots), d.reports)
	if memory, _, err := memoryFolder(); err == nil {
		also = append(also, memory)
	}
	for v, err := range s.Views() {
		if err != nil {
			return p, workspaceError(err)
		}
		also = append(also, filepath.Dir(v.Path))
	}
	for _, folder := range also {
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			p.Write = append(p.Write, folder)
		}
	}
	if runtime.GOOS == "linux" {
		p.Read = append(p.Read, "/proc/swaps") // whether memory can come to lie on a disk
		if _, err := os.Stat(p.Read[0]); err != nil {
			p.Read = nil
		}
	}
	return p, nil
}

const deskShelf = "desk" // by name: what the screens remember

// Remembered returns the language that was chosen in this workspace.
func (d *deskActions) Remembered() string {
	value, err := d.Shelf(deskShelf).Get("language")
	if err != nil || string(value) != "ar" && string(value) != "en" {
		return ""
	}
	return string(value)
}

// Remember keeps the language.
func (d *deskActions) Remember(language string) error {
	if d.session == nil || d.ReadOnly() || d.Remembered() == language {
		return nil
	}
	return problem(d.Shelf(deskShelf).Put("language", []byte(language)))
}

// Close closes the workspace.
func (d *deskActions) Close() error {
	if d.session == nil || d.ended {
		return nil
	}
	d.ended = true
	return d.session.Close()
}

// hear keeps what the program says, for the screen that comes next.
func (d *deskActions) hear(said string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, said)
}

// heard returns what was said since it was asked last.
func (d *deskActions) heard() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	said := d.said
	d.said = nil
	return said
}

// Command returns the command line that does a step.
func (d *deskActions) Command(step desk.Step, arguments ...string) string {
	words := []string{string(program)}
	switch step {
	case desk.StepSuggest:
		words = append(words, "cases", "suggest")
	case desk.StepLink:
		words = append(words, "cases", "link")
	case desk.StepReport:
		words = append(words, "report", "-o", "FOLDER")
	case desk.StepView:
		words = append(words, "view", "--thread")
	case desk.StepReply:
		words = append(words, "reply", "--thread")
	default:
		words = append(words, string(step))
	}
	words = append(words, arguments...)
	if d.session != nil {
		words = append(words, "-w", d.Path(), "-i", d.keyPath)
	}
	for i, word := range words {
		words[i] = asWord(word)
	}
	return strings.Join(words, " ")
}

// asWord quotes a word for a shell if it needs that.
func asWord(word string) string {
	plain := strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+,@") == ""
	switch {
	case plain:
		return word
	case runtime.GOOS == "windows":
		return `"` + word + `"`
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// problem gives an error the kind that the screens have words for.
func problem(err error) error {
	if err == nil {
		return nil
	}
	hints, code := cli.Advice(err)
	p := &desk.Problem{Kind: kindOf(err, code), Err: err, Hints: hints}
	return p
}
