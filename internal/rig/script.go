package rig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"amana/internal/keyfile"

	"github.com/rogpeppe/go-internal/testscript"
)

// Command returns one of a script's commands, found in the script's PATH, ready
// to run in its folder.
func Command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if p := filepath.Join(dir, args[0]); !strings.Contains(args[0], "/") {
			if _, err := os.Stat(p); err == nil {
				path = p
				break
			}
		}
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"), "AMANA_STATE="+ts.Getenv("AMANA_STATE"), "AMANA_AS_ROOT="+ts.Getenv("AMANA_AS_ROOT"), "AMANA_CONFIG="+ts.Getenv("AMANA_CONFIG"))
	return cmd
}

// Code is the script command "code WANT COMMAND...": it runs a command that must
// exit with the code WANT.
func Code(ts *testscript.TestScript, _ bool, args []string) {
	cmd := Command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	cmd.Run()
	WantCode(ts, cmd, args[0])
}

// WantCode fails the script unless the command, which has ended, exited with the
// code want.
func WantCode(ts *testscript.TestScript, cmd *exec.Cmd, want string) {
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != want {
		ts.Fatalf("%s: exit code %d, want %s", filepath.Base(cmd.Path), got, want)
	}
}

// Setup gives a script its people, lets its programs serve whoever runs them, and
// keeps them from the configuration of the machine.
func Setup(e *testscript.Env) {
	e.Values[orgKey{}] = &Org{}
	e.Setenv("AMANA_AS_ROOT", "1")
	e.Setenv("AMANA_CONFIG", "")
}

type orgKey struct{}

// People returns the people of a script.
func People(ts *testscript.TestScript) *Org { return ts.Value(orgKey{}).(*Org) }

// Roster is the script command "roster [-from=DAYS] [-until=DAYS] [-first] FILE
// NAME...": it writes the next signed roster, of the reviewers with those names,
// to FILE; -first begins a chain anew. DAYS count from today; without them it holds
// from today for 180 days. Keys are made when a name
// comes up first, and written to NAME.key; the name in the roster is "Reviewer
// NAME".
func Roster(ts *testscript.TestScript, _ bool, args []string) {
	from, until := 0, 180
	o := People(ts)
	for strings.HasPrefix(args[0], "-") {
		name, value, _ := strings.Cut(args[0], "=")
		if name == "-first" {
			o.Rosters, args = nil, args[1:]
			continue
		}
		n, err := strconv.Atoi(value)
		ts.Check(err)
		switch name {
		case "-from":
			from = n
		case "-until":
			until = n
		default:
			ts.Fatalf("roster: unknown flag %s", name)
		}
		args = args[1:]
	}
	if o.Administrators == nil {
		first, err := NewOrg()
		ts.Check(err)
		o.Administrators = first.Administrators
	}
	o.Reviewers = nil
	for _, name := range args[1:] {
		o.Reviewers = append(o.Reviewers, o.person(ts, name))
	}
	s, err := o.Next(Day(from), Day(until))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), s.Bytes(), 0o600))
}

// Admins is the script command "admins NAME...": it makes the keys of
// administrators, in NAME.key, who are those of the rosters from then on. Without
// it there is one, whose key no file has.
func Admins(ts *testscript.TestScript, _ bool, args []string) {
	o := People(ts)
	o.Administrators = nil
	for _, name := range args {
		k, err := keyfile.NewAdministrator("Administrator " + name)
		ts.Check(err)
		ts.Check(WriteKey(ts.MkAbs(name+".key"), k))
		o.Administrators = append(o.Administrators, k)
	}
}

// NewKey is the script command "newkey NAME...": it makes keys of reviewers who
// are in no roster yet.
func NewKey(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		People(ts).person(ts, name)
	}
}

// person returns the key of a reviewer, which is made when it is asked for first.
func (o *Org) person(ts *testscript.TestScript, name string) *keyfile.Key {
	if k := o.known[name]; k != nil {
		return k
	}
	k, err := keyfile.NewReviewer("Reviewer " + name)
	ts.Check(err)
	ts.Check(WriteKey(ts.MkAbs(name+".key"), k))
	if o.known == nil {
		o.known = make(map[string]*keyfile.Key)
	}
	o.known[name] = k
	return k
}
