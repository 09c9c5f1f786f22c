package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"amana/internal/desk/arrange"
	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/unicode/norm"
)

// window is a program in a terminal that a person would have: tmux draws what it is sent.
type window struct {
	ts     *testscript.TestScript
	socket string
	env    []string
	pid    string // of the program
}

var windows atomic.Int32

// screens STEPS SIZE COMMAND...: runs a command in a terminal of a size (80x24) and does
// what is in the file STEPS, line by line:
//
//	see WORDS      waits until the screen shows the words, in whatever shapes and order
//	not WORDS      fails if it does
//	press KEY...   presses keys, as tmux names them
//	type WORDS     types
//	resize SIZE    changes the size of the window
//	confined       fails unless the program can gain no rights
//	kill SIGNAL    sends the program a signal
//	gone CODE      waits until the program has ended, with the code; then nothing of what
//	               was shown may be there, nor in what can be scrolled back to, and the
//	               terminal must be as it was
//	save FILE      writes what the screen shows to a file
func screens(ts *testscript.TestScript, _ bool, args []string) {
	if _, err := exec.LookPath("tmux"); err != nil {
		ts.Fatalf("install tmux to run this test: %v", err)
	}
	steps := ts.ReadFile(args[0])
	w := &window{ts: ts, socket: fmt.Sprintf("amana-test-%d-%d", os.Getpid(), windows.Add(1))}
	cmd := rig.Command(ts, args[2:])
	for _, v := range cmd.Env {
		if name, _, _ := strings.Cut(v, "="); name != "TMUX" && name != "NO_COLOR" && name != "LANG" && name != "TERM" && !strings.HasPrefix(name, "LC_") && name != "HOME" {
			w.env = append(w.env, v)
		}
	}
	w.env = append(w.env, "HOME="+ts.MkAbs("."), "LC_ALL=C.UTF-8", "TERM=xterm-256color")
	for _, name := range []string{"NO_COLOR", "LANG"} {
		if v := ts.Getenv(name); v != "" {
			w.env = append(w.env, name+"="+v)
		}
	}
	columns, rows, _ := strings.Cut(args[1], "x")
	defer w.tmux("kill-server")
	// A shell stays in the window, as a person's would: what is left is seen there.
	w.must("new-session", "-d", "-x", columns, "-y", rows, "env PS1='$ ' sh")
	w.must("send-keys", "-l", "stty -a >before; echo before-it; "+quoted(args[2:])+" & echo $! >pid; wait $! 2>/dev/null; fg >/dev/null; echo gone-with-$?; stty -a >after")
	_ = steps
	ts.Fatalf("unfinished")
}

func quoted(words []string) string {
	var all []string
	for _, w := range words {
		all = append(all, asWord(w))
	}
	return strings.Join(all, " ")
}

func (w *window) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-u", "-f", "/dev/null", "-L", w.socket}, args...)...)
	cmd.Dir, cmd.Env = w.ts.MkAbs("."), w.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *window) must(args ...string) string {
	out, err := w.tmux(args...)
	if err != nil {
		w.ts.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return out
}

var _ = bytes.Equal
var _ = filepath.Join
var _ = time.Now
var _ = arrange.Ours
var _ = norm.NFKC
