package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

// TestScripts runs testdata/script, one file a behaviour, with the programs as
// the Makefile builds them. $PLAIN is an amana-intake without the erasure.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	plain := rig.Program(t, rig.Plain, "amana-intake")
	programs := filepath.Dir(rig.Program(t, rig.Erasing, "amana-intake"))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Values["server"] = new(server)
			e.Setenv("PLAIN", plain)
			e.Setenv("PATH", programs+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"list": list, "code": rig.Code, "serve": serve, "end": end, "shoot": shoot, "post": post,
			"spoil": spoil, "export-signal": exportSignal, "export-pty": exportPty, "oldsocket": oldSocket,
		},
	})
}

func writeFile(ts *testscript.TestScript, name string, data []byte) {
	ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o600))
}

// list FILE NAME...: makes a key for each name, in NAME.key and NAME.pub, and
// writes their list to FILE.
func list(ts *testscript.TestScript, _ bool, args []string) {
	var text strings.Builder
	for _, name := range args[1:] {
		id, err := age.GenerateHybridIdentity()
		ts.Check(err)
		writeFile(ts, name+".key", []byte(id.String()+"\n"))
		writeFile(ts, name+".pub", []byte(id.Recipient().String()+"\n"))
		fmt.Fprintf(&text, "# name: Reviewer %s\n%s\n", name, id.Recipient())
	}
	writeFile(ts, args[0], []byte(text.String()))
}
