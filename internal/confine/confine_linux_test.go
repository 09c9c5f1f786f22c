package confine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What is given up does not come back, so each test runs in a child: this
// program again, with the name of the part to play.
func TestMain(m *testing.M) {
	if part := os.Getenv("AMANA_CONFINE_PART"); part != "" {
		if err := parts[part](os.Getenv("AMANA_CONFINE_DIR")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var parts = map[string]func(string) error{
	"free": func(string) error { return onThreads(nil, nil) },
	"confined": func(string) error {
		return onThreads(NoNetwork, unix.EPERM)
	},
	"program": func(string) error {
		if err := NoNetwork(); err != nil {
			return err
		}
		if err := exec.Command("/bin/true").Run(); !errors.Is(err, unix.EPERM) {
			return fmt.Errorf("starting a program: %v", err)
		}
		return nil
	},
	"files": files,
}

func child(t *testing.T, part string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "AMANA_CONFINE_PART="+part, "AMANA_CONFINE_DIR="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", part, err, out)
	}
}

// Without confinement the same calls succeed, or the next test proves nothing.
func TestSocketsBefore(t *testing.T)         { child(t, "free") }
func TestP6NoNetwork(t *testing.T)           { child(t, "confined") }
func TestNoOtherPrograms(t *testing.T)       { child(t, "program") }
func TestFilesOnlyWhereAllowed(t *testing.T) { child(t, "files") }

// onThreads makes sockets, by raw calls, on threads that were there before
// confine and on new ones, and expects each to fail with want.
func onThreads(confine func() error, want error) error {
	const n = 4
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	results := make(chan error, 100)
	thread := func() {
		defer done.Done()
		runtime.LockOSThread() // never unlocked: the thread is this goroutine's own
		ready.Done()
		<-start
		for _, family := range []uintptr{unix.AF_INET, unix.AF_INET6, unix.AF_UNIX, unix.AF_NETLINK} {
			results <- attempt(fmt.Sprintf("socket of family %d", family), want, unix.SYS_SOCKET, family, unix.SOCK_DGRAM)
		}
		var pair [2]int32
		_, _, errno := syscall.RawSyscall6(unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM, 0, pointer(&pair), 0, 0)
		results <- compare("socketpair", want, errno)
	}
	ready.Add(n)
	done.Add(n)
	for range n {
		go thread()
	}
	ready.Wait()
	before := threads()
	if confine != nil {
		if err := confine(); err != nil {
			return err
		}
	}
	close(start)
	ready.Add(n)
	done.Add(n)
	for range n {
		go thread()
	}
	done.Wait()
	close(results)
	if before < n {
		return fmt.Errorf("only %d threads were there before", before)
	}
	for err := range results {
		if err != nil {
			return err
		}
	}
	return nil
}

func attempt(what string, want error, number uintptr, a, b uintptr) error {
	_, _, errno := syscall.RawSyscall(number, a, b, 0)
	return compare(what, want, errno)
}

func compare(what string, want error, errno syscall.Errno) error {
	if want == nil && errno == 0 || want != nil && errors.Is(errno, want) {
		return nil
	}
	return fmt.Errorf("%s: got %v, want %v", what, errno, want)
}

func threads() int {
	tasks, _ := os.ReadDir("/proc/self/task")
	return len(tasks)
}

func files(dir string) error {
	allowed, read, parent := filepath.Join(dir, "p", "allowed"), filepath.Join(dir, "read"), filepath.Join(dir, "p")
	if err := errors.Join(os.MkdirAll(allowed, 0o700), os.WriteFile(read, []byte("x"), 0o600)); err != nil {
		return err
	}
	if err := Files(Paths{Read: []string{read}, Write: []string{allowed}, Folders: []string{parent}}); err != nil {
		return err
	}
	time.Sleep(time.Millisecond) // so that other threads run
	write := func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) }
	if _, err := os.ReadFile(read); err != nil {
		return fmt.Errorf("reading what is allowed: %w", err)
	}
	if err := write(filepath.Join(allowed, "x")); err != nil {
		return fmt.Errorf("writing where it is allowed: %w", err)
	}
	for name, err := range map[string]error{
		"a file next to the folder": write(filepath.Join(dir, "x")),
		"a file in the parent":      write(filepath.Join(parent, "x")),
		"the file to read":          write(read),
		"a link":                    os.Symlink("/etc/passwd", filepath.Join(parent, "l")),
		"removing":                  os.Remove(read),
	} {
		if !errors.Is(err, unix.EACCES) {
			return fmt.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.ReadFile("/etc/passwd"); !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("reading elsewhere: %v", err)
	}
	if err := os.Rename(allowed, filepath.Join(parent, "renamed")); err != nil {
		return fmt.Errorf("renaming the folder: %w", err)
	}
	return nil
}
