package confine

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// Server takes from every thread of the program what a server never needs: to start
// programs and processes, to reach into others and signal them, to make memory
// executable, and to change the machine, its own limits or who it is. Without
// internet it also loses every socket but Unix sockets. Such calls fail with EPERM;
// it tries afterwards whether the kernel really refuses. It needs Linux 3.17 and no
// privilege. It cannot be undone. [Files] comes before it: where there is C code that
// signals the threads one by one.
func Server(internet bool) error {
	if err := server(internet); err != nil {
		return fmt.Errorf("give up what a server never needs: %w", err)
	}
	return nil
}

func server(internet bool) error {
	families := []uint32{unix.AF_UNIX}
	if internet {
		families = append(families, unix.AF_INET, unix.AF_INET6)
	}
	if err := refuse(slices.Concat(invading, starting, never)); err != nil {
		return err
	}
	run := []uint32{unix.PROT_EXEC}
	err := refuseArguments([]rule{
		{name: "socket", is: ifEqual, values: families, fine: true},
		{name: "socketpair", is: ifEqual, values: []uint32{unix.AF_UNIX}, fine: true},
		// The runtime stops its own threads with it.
		{name: "tgkill", is: ifEqual, values: []uint32{uint32(os.Getpid())}, fine: true},
		// Threads, but no processes. What clone3 is told stands in memory, where a
		// filter cannot look: a C library takes clone where there is no clone3.
		{name: "clone3", fine: true, says: unix.ENOSYS},
		{name: "clone", is: ifBits, values: []uint32{unix.CLONE_THREAD}, fine: true},
		// No memory that can be run, so no code but ours.
		{name: "mmap", argument: 2, is: ifBits, values: run},
		{name: "mprotect", argument: 2, is: ifBits, values: run},
		{name: "pkey_mprotect", argument: 2, is: ifBits, values: run},
		{name: "prctl", is: ifEqual, values: []uint32{unix.PR_SET_DUMPABLE}},
	})
	if err != nil {
		return err
	}
	return refused("a socket of the kernel's", func() error {
		return opened(unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE))
	})
}

// NoMoreSockets takes from every thread of the program the right to make a socket of
// any kind, to connect one, and to hand descriptors over; those that listen or are
// connected stay, and what they accept. It tries afterwards whether the kernel
// really refuses. It needs Linux 3.17 and no privilege. It cannot be undone.
func NoMoreSockets() error {
	err := refuse(slices.Concat(sockets, addressed))
	if err == nil {
		err = refused("a socket", func() error { return opened(unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)) })
	}
	if err != nil {
		return fmt.Errorf("give up making sockets: %w", err)
	}
	return nil
}
