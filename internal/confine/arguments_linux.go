package confine

import (
	"fmt"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// rule refuses a system call for some values of one of its arguments. Of that only
// the lower half counts, as for the kernel: all arguments looked at are ints and
// flags.
//
// The library has conditions too, but in 1.6.0 what comes after one that is not met
// compares the argument with the numbers of calls.
type rule struct {
	name     string
	argument int
	is       uint16     // ifEqual or ifBits
	values   []uint32   // any of them
	fine     bool       // the call is refused unless one matches; else it is refused if one does
	says     unix.Errno // none: EPERM
}

// refuseArguments makes system calls fail, on every thread, for what the rules say.
// no_new_privs must be set: see refuse.
func refuseArguments(rules []rule) error {
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	var filter []unix.SockFilter
	for _, r := range rules {
		if number, ok := info.SyscallNames[r.name]; ok {
			filter = append(filter, r.filter(uint32(number))...)
		}
	}
	return load(append(filter, unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ALLOW}))
}

// filter returns the instructions of a rule. They leave the filter with an error or go
// on after their end.
func (r rule) filter(number uint32) []unix.SockFilter {
	n := uint8(len(r.values))
	filter := []unix.SockFilter{
		{Code: loadWord, K: numberOffset},
		{Code: ifEqual, K: number, Jf: n + 2}, // beyond the end
		{Code: loadWord, K: argumentOffset + 8*uint32(r.argument) + lowerHalf()},
	}
	for i, value := range r.values {
		left := n - 1 - uint8(i) // tests after this one
		test := unix.SockFilter{Code: r.is, K: value}
		switch {
		case r.fine:
			test.Jt = left + 1
		default:
			test.Jt = left
			if left == 0 {
				test.Jf = 1
			}
		}
		filter = append(filter, test)
	}
	says := r.says
	if says == 0 {
		says = unix.EPERM
	}
	return append(filter, unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(says)})
}

// lowerHalf returns where the lower half of a number of 8 bytes begins.
func lowerHalf() uint32 {
	one := uint16(1)
	if *(*byte)(unsafe.Pointer(&one)) == 1 {
		return 0
	}
	return 4
}
