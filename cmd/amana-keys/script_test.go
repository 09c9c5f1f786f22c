package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/rig"
	"amana/internal/roster"
	"amana/internal/shares"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"amana-keys":       func() { os.Exit(run()) },
		"amana-keys-probe": func() { os.Exit(probe()) },
		"amana-keys-full":  func() { os.Exit(full()) },
	})
}

// TestScripts runs testdata/script: one file a behaviour.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts (%v)", err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"key": key, "day": day, "forge": forge, "damage": damage, "typed": typed, "seal": seal, "mode": mode,
			"code": rig.Code, "pty": pty, "notty": rig.NoTTY,
		},
	})
}

func writeFile(ts *testscript.TestScript, name string, data []byte) {
	ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o600))
}

// key KIND NAME...: writes NAME.key, without a passphrase so that it is quick,
// and NAME.card. It writes what docs/formats-keys.md says, by itself.
func key(ts *testscript.TestScript, _ bool, args []string) {
	kind := args[0]
	for _, name := range args[1:] {
		skey, vkey, err := note.GenerateKey(rand.Reader, "amana-"+kind)
		ts.Check(err)
		card := roster.Card{Name: name, Key: vkey}
		var b strings.Builder
		fmt.Fprintf(&b, "# amana %s key 1\n# name: %s\n", kind, name)
		if kind == "reviewer" {
			id, err := age.GenerateHybridIdentity()
			ts.Check(err)
			card.Recipient = id.Recipient()
			fmt.Fprintf(&b, "# public: %s\n# verifies: %s\n# signing: %s\n%s\n", id.Recipient(), vkey, skey, id)
		} else {
			fmt.Fprintf(&b, "# verifies: %s\n%s\n", vkey, skey)
		}
		writeFile(ts, name+".key", []byte(b.String()))
		writeFile(ts, name+".card", card.Text())
	}
}

// day VARIABLE DAYS: sets a variable to the day so many days from today.
func day(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Setenv(args[0], time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly))
}

// forge FILE: puts into the file of a share another one of the same set and
// number, in which all checksums are right.
func forge(ts *testscript.TestScript, _ bool, args []string) {
	s, err := shares.Parse([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	raw := decodeCode(ts, s.Code())
	raw[10] ^= 1 // of the value
	writeFile(ts, args[0], []byte(encodeCode(raw[:len(raw)-4])))
}

// damage FILE LINE: changes a digit in a numbered line of a share's page.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	at := strings.Index(text, "\n "+args[1]+": ")
	if at < 0 {
		ts.Fatalf("no line %s", args[1])
	}
	at += len("\n 1: ")
	b := []byte(text)
	b[at] = map[bool]byte{true: '8', false: '7'}[b[at] == '7']
	writeFile(ts, args[0], b)
}

// typed DIALOG ITEM...: writes a dialog for pty in which papers are typed. An item
// is a line of the dialog after "=", or PAPER/HOW:FILE: the number of the paper,
// how it is taken and the file of the share. HOW is "type", "scan", or "mistype"
// (the second line, at first).
func typed(ts *testscript.TestScript, _ bool, args []string) {
	var d strings.Builder
	for _, item := range args[1:] {
		if line, ok := strings.CutPrefix(item, "="); ok {
			d.WriteString(line + "\n")
			continue
		}
		paper, rest, _ := strings.Cut(item, "/")
		how, path, _ := strings.Cut(rest, ":")
		s, err := shares.Parse([]byte(ts.ReadFile(path)))
		ts.Check(err)
		if how == "scan" {
			fmt.Fprintf(&d, "Paper %s, line 1: => %s\n", paper, strings.ToLower(s.Code()))
			continue
		}
		lines := s.Lines()
		for n, line := range lines {
			if how == "mistype" && n == 1 {
				fmt.Fprintf(&d, "line 2 of %d: => %s=\n", len(lines), line[4:len(line)-1])
				fmt.Fprintf(&d, "Line 2 has a character that is in no share. => \n")
				fmt.Fprintf(&d, "line 2 of %d: => %s\n", len(lines), lines[2][4:])
				fmt.Fprintf(&d, "Line 2 is mistyped, or is from another paper. => \n")
			}
			fmt.Fprintf(&d, "Paper %s, line %d => %s\n", paper, n+1, strings.ToLower(line[4:]))
		}
	}
	writeFile(ts, args[0], []byte(d.String()))
}

// seal CARD FILE: seals a word to the reviewer of a card.
func seal(ts *testscript.TestScript, _ bool, args []string) {
	card, err := roster.ParseCard([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, card.Recipient)
	ts.Check(err)
	_, err = io.WriteString(w, "a testimony\n")
	ts.Check(err)
	ts.Check(w.Close())
	writeFile(ts, args[1], out.Bytes())
}

// mode FILE MODE: fails unless the file has the mode, in octal.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has the mode %s", args[0], got)
	}
}

// buildAge builds the stock age command once.
var buildAge = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "age-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "age")
	out, err := exec.Command("go", "build", "-o", path, "filippo.io/age/cmd/age").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build age: %w\n%s", err, out)
	}
	return path, nil
})
