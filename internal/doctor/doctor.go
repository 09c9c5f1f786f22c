// Package doctor looks at a server's machine for what could endanger a source: each
// check reads a few facts and says what it saw and what to do.
//
// It changes nothing. Facts are read below a [Machine]'s root, so that every check
// can be tried with every answer; one that cannot read its facts says so as a warning,
// and never that all is well. It sees no testimony and no key.
package doctor

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Level says how bad a finding is.
type Level string

// The levels, from good to bad.
const (
	OK      Level = "ok"
	Advice  Level = "advice"  // better otherwise, and harmless as it is
	Warning Level = "warning" // something does not work, or nobody could look
	Danger  Level = "danger"  // it can give a source away
)

// Finding is what one check found.
type Finding struct {
	Name  string `json:"name"`
	Level Level  `json:"level"`
	Seen  string `json:"seen"` // one sentence without a full stop
	Do    string `json:"do"`   // one sentence; empty if there is nothing to do
}

func fine(name, format string, args ...any) Finding {
	return Finding{name, OK, fmt.Sprintf(format, args...), ""}
}

// Blind is the finding of a check that could not read its facts.
func Blind(name string, err error) Finding {
	do := "run this as root on the server"
	if !errors.Is(err, fs.ErrPermission) {
		do = "look at it yourself, on the server itself"
	}
	return Finding{name, Warning, "could not look: " + err.Error(), do}
}

// Machine is where facts are read.
type Machine struct {
	Root string // below it are /proc, /sys, /etc and the paths that torrc names; "" for the machine itself
	Now  time.Time

	// Synced reports whether the kernel says that something keeps the clock right.
	Synced func() (bool, error)
	// Landlock returns the version of Landlock that the kernel has, 0 if none.
	Landlock func() (int, error)
}

// This returns the machine that the program runs on, with its own files below root.
func This(root string) *Machine {
	return &Machine{Root: strings.TrimSuffix(root, "/"), Now: time.Now(), Synced: synced, Landlock: landlock}
}

// path returns where a file of the machine is.
func (m *Machine) path(name string) string {
	if m.Root == "" {
		return name
	}
	return filepath.Join(m.Root, name)
}

// maxFact bounds what is read of one file, in bytes.
const maxFact = 1 << 20

// read returns a small file of the machine without space around it.
func (m *Machine) read(name string) (string, error) {
	f, err := os.OpenFile(m.path(name), os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would wait for ever
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", errors.Join(err, fmt.Errorf("%s is not a file", name))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFact+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxFact { // a part of it would be judged as if it were all
		return "", fmt.Errorf("%s is longer than %d bytes", name, maxFact)
	}
	return strings.TrimSpace(string(data)), nil
}

// missing reports whether an error is that of a file that is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
