package doctor

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Memory looks for ways by which memory gets to a disk, or stays readable: tor's
// memory holds what sources send as much as the intake's.
func (m *Machine) Memory() []Finding {
	return []Finding{m.swap(), m.hibernation(), m.core(), m.crashKernel(), m.initOnFree(), m.host()}
}

// swap looks at where the kernel puts memory that it takes away from programs.
func (m *Machine) swap() Finding {
	const name = "swap"
	text, err := m.read("/proc/swaps")
	if err != nil {
		return Blind(name, err)
	}
	var bare, locked []string
	for _, line := range strings.Split(text, "\n")[1:] {
		device, _, _ := strings.Cut(line, " ")
		device, _, _ = strings.Cut(device, "\t")
		switch m.swapKind(device) {
		case "memory":
		case "thrown away":
			locked = append(locked, device)
		default:
			bare = append(bare, device)
		}
	}
	switch {
	case len(bare) > 0:
		return Finding{name, Danger, fmt.Sprintf("swap is on, on %s: what sources send can get to a disk out of the memory of tor or of the intake", strings.Join(bare, ", ")),
			"switch it off now with: swapoff -a; then take its lines out of /etc/fstab, and overwrite where it was"}
	case len(locked) > 0:
		return Finding{name, Advice, fmt.Sprintf("swap is on, on %s, which is encrypted under a key of the device mapper's", strings.Join(locked, ", ")),
			"see in /etc/crypttab that its key is /dev/urandom, new at each start; better is no swap"}
	case strings.Count(text, "\n") > 0:
		return fine(name, "swap is in compressed memory alone")
	}
	return fine(name, "no swap is on")
}

// swapKind sorts a device: "memory", "thrown away" if its key seems to be, or "disk".
func (m *Machine) swapKind(device string) string {
	block := "/sys/block/" + path.Base(device)
	if strings.HasPrefix(device, "/dev/zram") {
		// A backing device takes what zram writes back to a disk.
		if backing, err := m.read(block + "/backing_dev"); missing(err) || backing == "none" {
			return "memory"
		}
		return "disk"
	}
	if uuid, err := m.read(block + "/dm/uuid"); err == nil && strings.HasPrefix(uuid, "CRYPT-PLAIN-") {
		return "thrown away"
	}
	return "disk"
}

// hibernation looks whether the machine can write all of its memory to a disk.
func (m *Machine) hibernation() Finding {
	const name = "hibernation"
	states, err := m.read("/sys/power/state")
	if err != nil {
		return Blind(name, err)
	}
	if !slices.Contains(strings.Fields(states), "disk") {
		return fine(name, "the kernel does not hibernate")
	}
	if how, err := m.read("/sys/power/disk"); err == nil && strings.Contains(how, "[disabled]") {
		return fine(name, "hibernation is switched off in the kernel")
	}
	resume, err := m.read("/sys/power/resume")
	switch {
	case err != nil:
		return Blind(name, err)
	case resume == "0:0":
		return fine(name, "the kernel could hibernate, but has no place for it")
	}
	return Finding{name, Warning, "the machine can hibernate, which writes all of its memory to a disk",
		"mask it with: systemctl mask hibernate.target hybrid-sleep.target suspend-then-hibernate.target; and boot with nohibernate"}
}

// core looks at who gets the memory of a program that crashes. A handler behind a
// pipe gets it whatever the limit of the program is.
func (m *Machine) core() Finding {
	const name = "core pattern"
	pattern, err := m.read("/proc/sys/kernel/core_pattern")
	if err != nil {
		return Blind(name, err)
	}
	if handler, pipe := strings.CutPrefix(pattern, "|"); pipe {
		if program, _, _ := strings.Cut(strings.TrimSpace(handler), " "); program == "/bin/false" || program == "/usr/bin/false" || program == "/bin/true" {
			return fine(name, "memory of programs that crash is thrown away")
		}
		return Finding{name, Warning, "the memory of programs that crash goes to a handler, whatever their limits say: " + handler,
			"throw it away: put kernel.core_pattern=|/bin/false into a file in /etc/sysctl.d and run sysctl --system; uninstall systemd-coredump or apport"}
	}
	return fine(name, "memory of programs that crash goes to a file, as far as their limits let it")
}

// crashKernel looks whether a crash of the kernel writes all memory to a disk.
func (m *Machine) crashKernel() Finding {
	const name = "kdump"
	loaded, err := m.read("/sys/kernel/kexec_crash_loaded")
	switch {
	case missing(err):
		if _, err := m.read("/proc/sys/kernel/osrelease"); err != nil {
			return Blind(name, err)
		}
		return fine(name, "the kernel keeps no image of itself for crashes")
	case err != nil:
		return Blind(name, err)
	case loaded == "1":
		return Finding{name, Danger, "a crash of the kernel writes all memory to a disk (kdump)",
			"uninstall kdump-tools, take crashkernel= out of the kernel's command line, and start the machine anew"}
	}
	return fine(name, "no kernel waits to write memory to a disk after a crash")
}

// host looks whether the machine is a virtual one.
func (m *Machine) host() Finding {
	const name = "virtual machine"
	cpu, err := m.read("/proc/cpuinfo")
	if err != nil {
		return Blind(name, err)
	}
	for _, line := range strings.Split(cpu, "\n") {
		if key, flags, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "flags" && slices.Contains(strings.Fields(flags), "hypervisor") {
			return Finding{name, Advice, "this is a virtual machine: whoever runs its host can read its memory at any time, and a snapshot puts it on a disk",
				"use a machine of your own where you can; else choose who runs the host as carefully as a reviewer, and take no snapshots with memory"}
		}
	}
	return fine(name, "nothing says that this is a virtual machine")
}
