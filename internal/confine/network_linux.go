package confine

import (
	"errors"
	"fmt"
	"runtime"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// denied are the system calls that the program loses: everything that makes or
// uses a socket, the ways around it (io_uring, taking over another process or
// its descriptors), and starting other programs, which could do it instead.
var denied = []string{
	"socket", "socketpair", "socketcall", "connect", "bind", "listen", "accept", "accept4",
	"sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg", "shutdown",
	"io_uring_setup", "io_uring_enter", "io_uring_register",
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "process_madvise",
	"execve", "execveat", "bpf", "userfaultfd", "perf_event_open",
}

// NoNetwork takes from every thread of the program, now and later, the right to
// make a socket and to start another program: those calls fail with EPERM. It
// tries afterwards whether the kernel really refuses. It needs Linux 3.17 and
// no privilege. It cannot be undone.
func NoNetwork() error {
	if err := noNetwork(); err != nil {
		return fmt.Errorf("give up the network: %w", err)
	}
	return nil
}

func noNetwork() error {
	// no_new_privs is set on this thread, so the filter must come from it too.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	var names []string
	for _, name := range denied {
		if _, ok := info.SyscallNames[name]; ok { // no processor has them all
			names = append(names, name)
		}
	}
	err = seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionAllow,
			Syscalls:      []seccomp.SyscallGroup{{Names: names, Action: seccomp.ActionErrno}},
		},
	})
	if err != nil {
		return err
	}
	if err := oneArchitecture(uint32(info.ID)); err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.Close(fd)
		return errors.New("the kernel took the filter but still gives out sockets")
	}
	if err != unix.EPERM {
		return fmt.Errorf("the kernel took the filter but does not keep to it: %w", err)
	}
	return nil
}

// oneArchitecture refuses system calls in another processor mode (32-bit calls
// from a 64-bit program), whose numbers differ and which the library lets pass.
func oneArchitecture(id uint32) error {
	const archOffset = 4 // of the field arch in struct seccomp_data
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: archOffset},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: id},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	r, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	runtime.KeepAlive(&program)
	if errno != 0 {
		return fmt.Errorf("load seccomp filter: %w", errno)
	}
	if r != 0 {
		return fmt.Errorf("load seccomp filter: thread %d cannot follow", r)
	}
	return nil
}
