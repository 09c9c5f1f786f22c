package confine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Each try is made without confinement too, where it must succeed or at least not
// fail for the confinement: a filter that refuses nothing would pass otherwise.
func TestServerBefore(t *testing.T)        { child(t, "server free") }
func TestServerConfined(t *testing.T)      { child(t, "server") }
func TestServerOnInternet(t *testing.T)    { child(t, "server internet") }
func TestServerGoesOn(t *testing.T)        { child(t, "server goes on") }
func TestNoMoreSockets(t *testing.T)       { child(t, "no more sockets") }
func TestSocketsOnlyInFolder(t *testing.T) { child(t, "sockets") }

func init() {
	parts["server free"] = func(string) error {
		return errors.Join(tries(nil), families(nil, unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK))
	}
	parts["server"] = func(string) error {
		if err := Server(false); err != nil {
			return err
		}
		return errors.Join(onNewThread(func() error { return tries(unix.EPERM) }), families(unix.EPERM, unix.AF_UNIX))
	}
	parts["server internet"] = func(string) error {
		if err := Server(true); err != nil {
			return err
		}
		return families(unix.EPERM, unix.AF_UNIX, unix.AF_INET, unix.AF_INET6)
	}
	parts["server goes on"] = goesOn
	parts["no more sockets"] = noMore
	parts["sockets"] = inFolder
}

// tries makes calls that a server never needs, and expects each to fail with want;
// nil means that it must get past the filter, whatever the kernel then says.
func tries(want error) error {
	call := func(what string, number, a, b, c uintptr) error {
		_, _, errno := syscall.RawSyscall6(number, a, b, c, 0, 0, 0)
		switch {
		case want == nil && errno != unix.EPERM, want != nil && errors.Is(errno, want):
			return nil
		}
		return fmt.Errorf("%s: got %v, want %v", what, errno, want)
	}
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	none := ^uintptr(0)
	return errors.Join(
		call("execve", unix.SYS_EXECVE, 0, 0, 0),
		call("execveat", unix.SYS_EXECVEAT, none, 0, 0),
		call("io_uring_setup", unix.SYS_IO_URING_SETUP, 1, 0, 0),
		call("process_vm_readv", unix.SYS_PROCESS_VM_READV, none, 0, 0),
		call("kill", unix.SYS_KILL, uintptr(os.Getpid()), 0, 0),
		call("tgkill of another", unix.SYS_TGKILL, uintptr(os.Getppid()), uintptr(os.Getppid()), 0),
		call("mprotect to run", unix.SYS_MPROTECT, pointer(&page[0]), uintptr(len(page)), unix.PROT_READ|unix.PROT_EXEC),
		call("prctl to be dumpable", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1, 0),
		call("setrlimit", unix.SYS_PRLIMIT64, 0, unix.RLIMIT_CORE, 0),
		call("setuid", unix.SYS_SETUID, uintptr(os.Getuid()), 0, 0),
		call("clone of a process", unix.SYS_CLONE, unix.CLONE_SIGHAND, 0, 0),
		call("setns", unix.SYS_SETNS, none, 0, 0),
		call("add_key", unix.SYS_ADD_KEY, 0, 0, 0),
	)
}

// families makes a socket of each family that there is a use for, and expects all but
// those allowed to fail with want.
func families(want error, allowed ...int) error {
	var errs []error
	for _, family := range []int{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK} {
		expected := want
		if slices.Contains(allowed, family) {
			expected = nil
		}
		errs = append(errs, attempt(fmt.Sprintf("socket of family %d", family), expected, unix.SYS_SOCKET, uintptr(family), unix.SOCK_DGRAM))
		// The kernel looks at the lower half of the number only.
		errs = append(errs, attempt(fmt.Sprintf("socket of family %d in disguise", family), expected, unix.SYS_SOCKET, uintptr(family)|1<<32, unix.SOCK_DGRAM))
	}
	return errors.Join(errs...)
}

// onNewThread runs f on a thread of its own, made now.
func onNewThread(f func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked
		result <- f()
	}()
	return <-result
}

// goesOn does under confinement what the server does all the time.
func goesOn(dir string) error {
	if err := errors.Join(Files(Paths{Write: []string{dir}}), Server(false)); err != nil {
		return err
	}
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		return err
	}
	client, err := net.Dial("unix", filepath.Join(dir, "s"))
	if err != nil {
		return err
	}
	if err := NoMoreSockets(); err != nil {
		return err
	}
	served, err := l.Accept()
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	go served.Write([]byte("x"))
	if _, err := client.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if err := served.(*net.UnixConn).CloseWrite(); err != nil {
		return fmt.Errorf("half a close: %w", err)
	}
	// Many threads, that the runtime stops for the collector.
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			runtime.LockOSThread()
			for range 10 {
				runtime.GC()
			}
		})
	}
	all.Wait()
	fresh, old := filepath.Join(dir, "fresh"), filepath.Join(dir, "old")
	err = errors.Join(os.WriteFile(fresh, []byte("x"), 0o600), os.WriteFile(old, []byte("y"), 0o600),
		unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, old, unix.RENAME_EXCHANGE),
		os.Link(fresh, filepath.Join(dir, "link")), os.Truncate(old, 0), os.Remove(old), l.Close())
	if _, gone := os.Lstat(filepath.Join(dir, "s")); !errors.Is(gone, os.ErrNotExist) {
		return fmt.Errorf("the socket stays: %v", gone)
	}
	return err
}

// noMore must refuse what succeeds before it.
func noMore(dir string) error {
	try := func() error {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		return opened(fd, err)
	}
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	send := func() error { return unix.Sendmsg(fds[0], []byte("x"), unix.UnixRights(0), nil, 0) }
	if err := errors.Join(try(), send()); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	if err := NoMoreSockets(); err != nil {
		return err
	}
	for what, err := range map[string]error{"a socket": onNewThread(try), "a descriptor": onNewThread(send), "the same thread": try()} {
		if !errors.Is(err, unix.EPERM) {
			return fmt.Errorf("%s: %v", what, err)
		}
	}
	return nil
}

// inFolder makes a socket where that is allowed, and nothing else.
func inFolder(dir string) error {
	if err := Files(Paths{Sockets: []string{dir}}); err != nil {
		return err
	}
	time.Sleep(time.Millisecond) // so that other threads run
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		return fmt.Errorf("making a socket: %w", err)
	}
	if err := l.Close(); err != nil {
		return fmt.Errorf("removing a socket: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o600); !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("writing beside the sockets: %v", err)
	}
	if _, err := os.ReadDir(dir); !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("listing the folder: %v", err)
	}
	return nil
}
