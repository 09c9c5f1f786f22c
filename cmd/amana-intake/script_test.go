package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/rig"
	"amana/internal/roster"
	"amana/internal/roster/book"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if part := os.Getenv(probeVar); part != "" {
		os.Exit(probe(part))
	}
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

// TestScripts runs testdata/script, one file a behaviour, with the programs as
// the Makefile builds them. $PLAIN is an amana-intake without the erasure.
func TestScripts(t *testing.T) { run(t, "testdata/script", 29) }

// TestEmergencies tries the emergencies of docs/keys.md, one file each.
func TestEmergencies(t *testing.T) { run(t, "testdata/emergency", 6) }

// run runs the scripts of a folder, of which there must be some.
func run(t *testing.T, dir string, least int) {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.txtar")
	if err != nil || len(files) < least {
		t.Fatalf("%d scripts in %s (%v)", len(files), dir, err)
	}
	plain := rig.Program(t, rig.Plain, "amana-intake")
	programs := filepath.Dir(rig.Program(t, rig.Erasing, "amana-intake"))
	buildAge(t, programs)
	testscript.Run(t, testscript.Params{
		Dir: dir, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			rig.Setup(e)
			e.Values["server"] = new(server)
			e.Setenv("PLAIN", plain)
			e.Setenv("PATH", programs+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"roster": rig.Roster, "admins": rig.Admins, "newkey": rig.NewKey, "fingerprint": fingerprint, "keep": keep, "code": rig.Code, "serve": serve, "end": end, "shoot": shoot, "post": post, "get": get,
			"spoil": spoil, "export-pty": exportPty, "oldsocket": oldSocket, "replies": replies, "socks": socks, "torrc": torrc,
			"spoilt-backup": spoiltBackup, "interrupt": interrupt,
		},
	})
}

// fingerprint FILE: sets FINGERPRINT to the words of a roster.
func fingerprint(ts *testscript.TestScript, _ bool, args []string) {
	s, err := roster.Open([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Setenv("FINGERPRINT", s.Fingerprint("en"))
}

// keep FOLDER FILE...: puts a chain of rosters into a state, whatever their days.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	var chain []*roster.Signed
	for _, name := range args[1:] {
		s, err := roster.Open([]byte(ts.ReadFile(name)))
		ts.Check(err)
		chain = append(chain, s)
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.RemoveAll(folder))
	_, err := book.Create(folder, chain)
	ts.Check(err)
}
