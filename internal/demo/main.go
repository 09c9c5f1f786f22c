// Command demo shows the whole way once, with the built programs and throwaway
// keys: two testimonies arrive through the real form, are sealed, exported as a
// bundle, and opened by a reviewer into a workspace, of which a report is made; the
// reviewer acknowledges and replies, and the source comes back with a code, reads the
// reply and adds a file; then one reviewer leaves, another comes, and what is kept moves
// to the new ones; at last the source
// withdraws. It is for looking at, and for CI.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

func main() {
	once := flag.Bool("once", false, "end after the last step")
	programs := flag.String("programs", "bin", "folder of the built programs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, *programs, *once); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "demo: error:", err)
		os.Exit(1)
	}
}

// demo is one run in a folder of its own.
type demo struct {
	ctx      context.Context
	programs string
	dir      string
	withCode string // the thread of the source who took a code
	step     int
}

func run(ctx context.Context, programs string, once bool) error {
	programs, err := filepath.Abs(programs)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "amana-demo-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &demo{ctx: ctx, programs: programs, dir: dir}
	if err := d.people(); err != nil {
		return err
	}
	vkey, err := d.initialise()
	if err != nil {
		return err
	}
	server, address, err := d.serve()
	if err != nil {
		return err
	}
	defer server.Wait()
	defer server.Process.Signal(os.Interrupt)
	if err := d.theWholeWay(address, vkey); err != nil {
		return err
	}
	if once {
		fmt.Println("\nthe whole way works; everything that was made is removed again")
		return nil
	}
	fmt.Printf("\nThe intake keeps serving. Open it in a browser:  http://%s/\n", address)
	fmt.Printf("The report:  %s\n", d.path("report", "index.html"))
	fmt.Printf("What reviewer C opened into a folder, in the open:  %s\n", d.path("cases-c", "index.html"))
	fmt.Println("Stop with Ctrl-C; everything that was made is then removed.")
	<-ctx.Done()
	fmt.Println("\nstopped; everything that was made is removed again")
	return nil
}

// theWholeWay is what happens while the intake serves.
func (d *demo) theWholeWay(address, vkey string) error {
	code, err := d.handIn(address)
	if err != nil {
		return err
	}
	if err := d.open(vkey); err != nil {
		return err
	}
	if err := d.answer(); err != nil {
		return err
	}
	s, err := d.comeBack(address, code)
	if err != nil {
		return err
	}
	if err := d.rotate(); err != nil {
		return err
	}
	return d.withdraw(s, vkey)
}

func (d *demo) path(elem ...string) string {
	return filepath.Join(append([]string{d.dir}, elem...)...)
}

// say announces a step.
func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Printf("%d. %s\n", d.step, fmt.Sprintf(format, args...))
}

// command runs a program and shows the last lines of what it prints.
func (d *demo) command(lines int, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(d.ctx, name, args...)
	cmd.Env = append(os.Environ(), "AMANA_CONFIG=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), args[0], err, out)
	}
	all := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, line := range all[max(0, len(all)-lines):] {
		fmt.Println("   " + line)
	}
	return string(out), nil
}

// initialise makes the server's state and returns the key of its bundles.
func (d *demo) initialise() (string, error) {
	d.say("the operator makes the server's state (amana-intake init)")
	out, err := d.intake(0, "init", "--roster", d.path("roster-1.txt"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "amana-intake+") {
			return strings.TrimSpace(line), nil
		}
	}
	return "", errors.New("init printed no key")
}

// servingOn is what the server logs when it answers on loopback.
var servingOn = regexp.MustCompile(`serving on tcp:([0-9.:]+)`)

// serve starts the server on loopback and on a Unix socket.
func (d *demo) serve() (*exec.Cmd, string, error) {
	d.say("the intake listens on a Unix socket, as for Tor, and on loopback, for your browser")
	server := exec.Command(filepath.Join(d.programs, "amana-intake"), "serve", "--state", d.path("state"),
		"--listen", "unix:"+d.path("onion.sock"), "--listen", "tcp:127.0.0.1:0")
	server.Env = append(os.Environ(), "AMANA_AS_ROOT=1", "AMANA_CONFIG=") // with throwaway keys it may be anybody's, and no server of this machine
	// Ctrl-C must reach the demo first, which then stops the server.
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	out, err := server.StderrPipe()
	if err != nil {
		return nil, "", err
	}
	if err := server.Start(); err != nil {
		return nil, "", err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := servingOn.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(os.Stderr, out)
			return server, m[1], nil
		}
		fmt.Fprintln(os.Stderr, lines.Text())
	}
	server.Process.Kill()
	server.Wait()
	return nil, "", errors.New("the server did not start")
}
