package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"amana/internal/cli"
	"amana/internal/rig"

	"golang.org/x/sys/unix"
)

// TestServeConfined runs the whole program and then what hostile code in it would
// try, in a process of its own. Without the program all of it succeeds, or it would
// prove nothing.
func TestServeConfined(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 1)
	words := filepath.Join(t.TempDir(), "organisation.toml")
	if err := os.WriteFile(words, []byte(organisation), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"free", "confined"} {
		cmd := exec.Command(os.Args[0], "serve", "--without-erasure", "--reserve", "0", "--state", state.Folder,
			"--listen", "unix:"+state.Socket, "--organisation", words)
		cmd.Env = append(os.Environ(), probeVar+"="+part, "AMANA_AS_ROOT=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", part, err, out)
		}
		os.Remove(state.Socket) // the probe ends without cleaning up
	}
}

const organisation = `schema = "amana/organisation/1"
[name]
ar = "اسم لهذه التجربة"
[introduction]
ar = ["نجرّب."]
`

// probeVar names the part that the test binary is to play instead of its tests.
const probeVar = "AMANA_INTAKE_PROBE"

func probe(part string) int {
	state, socket, words := os.Args[6], strings.TrimPrefix(os.Args[8], "unix:"), os.Args[10]
	var denied, refused error // what hostile code meets
	if part == "confined" {
		denied, refused = unix.EACCES, unix.EPERM
		log, w, err := os.Pipe()
		if err != nil {
			fmt.Println(err)
			return 1
		}
		os.Stderr = w // where the server's log goes
		go func() {
			cli.Main("amana-intake", "", new(grammar), os.Args[1:], os.Stdout, os.Stderr)
			w.Close() // it should not have ended
		}()
		if said, ok := waitServing(log); !ok {
			fmt.Printf("the server does not serve:\n%s", said)
			return 1
		}
	}
	read := func(path string) error { _, err := os.ReadFile(path); return err }
	write := func(path string) error {
		err := os.WriteFile(path, nil, 0o666)
		os.Remove(path)
		return err
	}
	socketOf := func(family int) error { _, err := unix.Socket(family, unix.SOCK_STREAM, 0); return err }
	return rig.Probe(
		rig.Tried("reading elsewhere", read("/etc/passwd"), denied),
		rig.Tried("reading of another process", read("/proc/1/status"), denied),
		rig.Tried("writing elsewhere", write("/tmp/amana-intake-escaped"), denied),
		rig.Tried("writing beside the socket", write(filepath.Join(filepath.Dir(socket), "escaped")), denied),
		rig.Tried("writing beside the words", write(filepath.Join(filepath.Dir(words), "escaped")), denied),
		rig.Tried("reading the words", read(words), nil),
		rig.Tried("writing in the state", write(filepath.Join(state, "probe")), nil),
		rig.Tried("an inet socket", socketOf(unix.AF_INET), refused),
		rig.Tried("an inet6 socket", socketOf(unix.AF_INET6), refused),
		rig.Tried("a local socket", socketOf(unix.AF_UNIX), refused),
		rig.Tried("another program", start(), refused),
		rig.Tried("memory of others", attach(), refused),
		rig.Tried("the modes of what is made", modes(filepath.Join(state, "probe"), part), nil),
	)
}

// attach reads a byte of this process as if it were another.
func attach() error {
	from, to := []byte{1}, []byte{0}
	remote := []unix.RemoteIovec{{Base: uintptr(unsafe.Pointer(&from[0])), Len: 1}}
	local := []unix.Iovec{{Base: &to[0]}}
	local[0].SetLen(1)
	_, err := unix.ProcessVMReadv(os.Getpid(), local, remote, 0)
	return err
}

// modes makes a file for everybody; only its owner may get it from a server.
func modes(path, part string) error {
	err := os.WriteFile(path, nil, 0o666)
	info, err2 := os.Stat(path)
	if err := errors.Join(err, err2, os.Remove(path)); err != nil {
		return err
	}
	if private := info.Mode().Perm()&0o077 == 0; private != (part == "confined") {
		return fmt.Errorf("mode %o", info.Mode().Perm())
	}
	return nil
}

// waitServing reads a log until the server serves, and reads on so that it is never
// held up; it returns what came before, and whether it serves.
func waitServing(log *os.File) (said string, ok bool) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if strings.Contains(said, "serving on") {
			go io.Copy(io.Discard, log)
			return said, true
		}
	}
	return said, false
}

// TestServeGivesItselfLittle looks at the built program while it serves, with what the
// kernel says of it; and at a program that gives itself more, to show the difference.
func TestServeGivesItselfLittle(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 1)
	server := state.Serve(t, nobody(), "--reserve", "0")
	line := append(nobody(), "sleep", "60")
	other := exec.Command(line[0], line[1:]...)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait()
	defer other.Process.Kill()
	for _, p := range []struct {
		pid    int
		little bool
	}{{server.Cmd.Process.Pid, true}, {other.Process.Pid, false}} {
		status := procFile(t, p.pid, "status")
		for _, line := range []string{"\nNoNewPrivs:\t1\n", "\nSeccomp:\t2\n", "\nUmask:\t0077\n"} {
			if strings.Contains(status, line) != p.little {
				t.Errorf("process %d: %q is not %v", p.pid, line, p.little)
			}
		}
		for line := range strings.Lines(procFile(t, p.pid, "limits")) {
			if f := strings.Fields(line); len(f) > 5 && f[1] == "core" && p.little && (f[4] != "0" || f[5] != "0") {
				t.Errorf("core dumps are not off: %s", line)
			}
		}
	}
	if out, err := look(server.Cmd.Process.Pid); err == nil || !strings.Contains(out, "denied") {
		t.Errorf("another program of the same person can look into the server: %v %s", err, out)
	}
	if out, err := look(other.Process.Pid); err != nil {
		t.Errorf("the same cannot look into any program: %v %s", err, out)
	}
}

// nobody begins the command line of a program with no right but its person's: root's
// programs may look into everything otherwise.
func nobody() []string {
	if os.Geteuid() != 0 {
		return nil
	}
	return []string{"setpriv", "--bounding-set=-all", "--inh-caps=-all"}
}

// look looks into a process as another program of the same person can.
func look(pid int) (string, error) {
	line := append(nobody(), "cat", fmt.Sprintf("/proc/%d/environ", pid))
	out, err := exec.Command(line[0], line[1:]...).CombinedOutput()
	return string(out), err
}

func procFile(t *testing.T, pid int, name string) string {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/%s", pid, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// start runs another program, for which nothing has to be opened.
func start() error {
	cmd := exec.Command("/bin/true")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// Where the kernel has no Landlock the operator is told, and sources are answered.
func TestServeWithoutLandlock(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	state := rig.NewState(t, rig.Erasing, 1)
	const warning = "this kernel has no Landlock"
	old := []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=landlock_create_ruleset", "-e", "inject=landlock_create_ruleset:error=ENOSYS"}
	for wrapped, wrap := range map[bool][]string{true: old, false: nil} {
		server := state.Serve(t, wrap, "--reserve", "0")
		if told := strings.Contains(server.Log.String(), warning); told != wrapped {
			t.Errorf("without Landlock is %v, and told is %v:\n%s", wrapped, told, server.Log)
		}
		if status, _, err := state.Post("x"); err != nil || status != 200 {
			t.Errorf("post: %d, %v", status, err)
		}
		server.Kill()
	}
}
