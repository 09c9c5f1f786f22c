package confine

// System calls by what they are for. Every list is of calls that are refused.
var (
	// sockets make a socket or give one an address.
	sockets = []string{"socket", "socketpair", "socketcall", "connect", "bind", "listen"}

	// usingSockets use one that is there.
	usingSockets = []string{"accept", "accept4", "sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg", "shutdown"}

	// addressed send to any address, and hand descriptors over. net/http reads and
	// writes like a file.
	addressed = []string{"sendto", "sendmsg", "sendmmsg", "recvmsg", "recvmmsg"}

	// invading are ways around the others: io_uring, and taking over another
	// process or its descriptors.
	invading = []string{
		"io_uring_setup", "io_uring_enter", "io_uring_register",
		"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "process_madvise",
		"bpf", "userfaultfd", "perf_event_open",
	}

	// starting start another program, which could do what this one may not.
	starting = []string{"execve", "execveat"}

	// never are what a server never needs: other processes, the machine itself, and
	// switching back on what was switched off.
	never = []string{
		"fork", "vfork",
		"kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal", "kcmp",
		"mount", "umount", "umount2", "pivot_root", "chroot", "mount_setattr", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick",
		"unshare", "setns", "swapon", "swapoff", "reboot", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
		"settimeofday", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64", "adjtimex", "stime", "sethostname", "setdomainname",
		"acct", "syslog", "quotactl", "quotactl_fd", "iopl", "ioperm", "modify_ldt", "personality",
		"add_key", "request_key", "keyctl", "name_to_handle_at", "open_by_handle_at", "mknod", "mknodat",
		"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset",
		"setrlimit", "prlimit64", "chown", "fchown", "lchown", "fchownat", "memfd_create", "memfd_secret",
	}
)
