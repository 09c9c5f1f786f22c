//go:build tcell_minimal

package reviewer

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
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
//	colours YES|NO whether there is a colour on the screen
//	confined       fails unless the program can gain no rights
//	kill SIGNAL    sends the program a signal
//	gone CODE      waits until the program has ended, with the code; then nothing of what
//	               was shown may be there, nor in what can be scrolled back to, and the
//	               terminal must be as it was
//	mount FROM TO  mounts something new at the folder TO, with what is in the folder FROM
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
	run := "stty -g >before; clear; sh -c 'echo $$ >pid; exec \"$@\"' - " + quoted(args[2:]) + "; echo gone-with-$?; stty -g >after"
	w.must("send-keys", "-l", run)
	w.must("send-keys", "Enter")
	for n, line := range strings.Split(steps, "\n") {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if verb == "" || verb == "#" {
			continue
		}
		if err := w.step(verb, strings.TrimSpace(rest)); err != nil {
			screen, _ := w.tmux("capture-pane", "-p")
			ts.Fatalf("%s:%d: %s: %v\n%s", args[0], n+1, line, err, screen)
		}
	}
}

// coloured finds what sets the colour of letters.
var coloured = regexp.MustCompile(`\x1b\[(?:\d+;)*3[0-8][;m]`)

// step does one line of the steps.
func (w *window) step(verb, rest string) error {
	switch verb {
	case "see":
		return w.wait(func(screen string) bool { return shows(screen, rest) })
	case "not":
		if shows(w.must("capture-pane", "-p"), rest) {
			return errors.New("the screen shows it")
		}
	case "press":
		for _, key := range strings.Fields(rest) {
			w.must("send-keys", key)
		}
	case "type":
		w.must("send-keys", "-l", rest)
	case "resize":
		columns, rows, _ := strings.Cut(rest, "x")
		w.must("resize-window", "-x", columns, "-y", rows)
	case "colours":
		if got := coloured.MatchString(w.must("capture-pane", "-e", "-p")); got != (rest == "YES") {
			return fmt.Errorf("it has colours: %v", got)
		}
	case "confined":
		return rig.Confined(w.pid())
	case "kill":
		signal := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "INT": syscall.SIGINT}[rest]
		return syscall.Kill(w.pid(), signal)
	case "gone":
		return w.gone(rest)
	case "mount":
		from, to, _ := strings.Cut(rest, " ")
		return w.mount(w.ts.MkAbs(from), w.ts.MkAbs(to))
	case "save":
		return os.WriteFile(w.ts.MkAbs(rest), []byte(w.must("capture-pane", "-p")), 0o600)
	default:
		return errors.New("no such step")
	}
	return nil
}

// mount mounts a stick in memory, where the machine lets the test do that; elsewhere it is
// only a folder that was not there before.
func (w *window) mount(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	switch err := syscall.Mount("amana-test", to, "tmpfs", 0, "size=8m"); {
	case err == nil:
		w.ts.Defer(func() { syscall.Unmount(to, syscall.MNT_DETACH) })
	case !errors.Is(err, syscall.EPERM):
		return err
	default:
		w.ts.Logf("this machine lets nobody mount: a new folder stands for the stick")
	}
	return os.CopyFS(to, os.DirFS(from))
}

// wait waits until the screen is as it should be.
func (w *window) wait(is func(screen string) bool) error {
	for range 600 {
		if is(w.must("capture-pane", "-p")) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("it never came")
}

func (w *window) pid() int {
	n, err := strconv.Atoi(strings.TrimSpace(w.ts.ReadFile("pid")))
	w.ts.Check(err)
	return n
}

// gone waits until the program has ended, and looks at what it has left.
func (w *window) gone(code string) error {
	if err := w.wait(func(screen string) bool { return strings.Contains(screen, "gone-with-"+code+"\n") }); err != nil {
		return err
	}
	all := w.must("capture-pane", "-p", "-S", "-") // with what can be scrolled back to
	for _, words := range []string{"words of the", "Amana", "Testimon", "Esc "} {
		if strings.Contains(all, words) {
			return fmt.Errorf("%q stays in the terminal:\n%s", words, all)
		}
	}
	for range 200 { // the shell writes it after the line that was waited for
		if before, after := w.ts.ReadFile("before"), readIfThere(w.ts.MkAbs("after")); before == after {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the terminal is not as it was")
}

func readIfThere(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(data)
}

// shows reports whether words can be read on a screen, in whatever shapes and order a
// terminal puts Arabic down in.
func shows(screen, words string) bool {
	var seen strings.Builder
	for _, c := range arrange.Line(arrange.Clean(words), arrange.RightToLeft, arrange.Ours) {
		seen.WriteString(c.Text)
	}
	screen = norm.NFKC.String(screen)
	return strings.Contains(screen, norm.NFKC.String(words)) || strings.Contains(screen, norm.NFKC.String(seen.String()))
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
