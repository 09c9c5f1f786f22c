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

// refuse makes the system calls named fail with EPERM on every thread of the program,
// now and later. Names that this processor does not have are passed over. It needs
// Linux 3.17 and no privilege.
func refuse(names []string) error {
	// no_new_privs is set on this thread, so the filter must come from it too.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if !seccomp.Supported() {
		return fmt.Errorf("%w: the kernel has no seccomp", ErrUnsupported)
	}
	var known []string
	for _, name := range names {
		if _, ok := info.SyscallNames[name]; ok { // no processor has them all
			known = append(known, name)
		}
	}
	err = seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionAllow,
			Syscalls:      []seccomp.SyscallGroup{{Names: known, Action: seccomp.ActionErrno}},
		},
	})
	if err != nil {
		return err
	}
	return oneArchitecture(uint32(info.ID))
}

// refused tries whether the kernel keeps to a filter: try must fail with EPERM.
func refused(what string, try func() error) error {
	switch err := try(); {
	case err == nil:
		return fmt.Errorf("the kernel took the filter but still allows %s", what)
	case !errors.Is(err, unix.EPERM):
		return fmt.Errorf("the kernel took the filter but does not keep to it: %w", err)
	}
	return nil
}

// opened closes what should not have been opened.
func opened(fd int, err error) error {
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// oneArchitecture refuses system calls in another processor mode (32-bit calls
// from a 64-bit program), whose numbers differ and which the library lets pass.
func oneArchitecture(id uint32) error {
	return load([]unix.SockFilter{
		{Code: loadWord, K: archOffset},
		{Code: ifEqual, Jf: 1, K: id},
		{Code: give, K: unix.SECCOMP_RET_ALLOW},
		{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
	})
}

// Instructions of a filter, and where they find things in struct seccomp_data.
const (
	loadWord = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	ifEqual  = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	ifBits   = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	give     = unix.BPF_RET | unix.BPF_K

	numberOffset   = 0
	archOffset     = 4
	argumentOffset = 16 // of the first; each has 8 bytes
)

// load adds a filter to every thread of the program. no_new_privs must be set.
func load(filter []unix.SockFilter) error {
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
