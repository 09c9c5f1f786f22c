package doctor

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process looks at the server that runs, by its number, and compares its program with
// the one of the doctor, which has the erasure or not. Without a number it says that
// it could not.
func (m *Machine) Process(pid int, erasing bool) []Finding {
	if pid <= 0 {
		err := errors.New("the number of the server's process is not known")
		return []Finding{Erasure(erasing), Blind("server's program", err), Blind("core limit", err), Blind("server's user", err),
			Blind("server's rights", err), Blind("server's log", err)}
	}
	return []Finding{Erasure(erasing), m.program(pid), m.coreLimit(pid), m.user(pid), m.rights(pid), m.log(pid)}
}

// Erasure says whether this program, which is to be the server's too, has the erasure.
func Erasure(built bool) Finding {
	const name = "erasure"
	if !built {
		return Finding{name, Danger, "this program was built without the erasure: what sources send stays in its memory",
			"build it with make, on linux/amd64 or linux/arm64, and serve with that"}
	}
	return fine(name, "it is built into this program")
}

// program compares the files of two programs, the running one's and ours.
func (m *Machine) program(pid int) Finding {
	const name = "server's program"
	theirs, err := os.Stat(m.path(fmt.Sprintf("/proc/%d/exe", pid)))
	if err != nil {
		return Blind(name, err)
	}
	ours, err := os.Stat(m.path("/proc/self/exe"))
	if err != nil {
		return Blind(name, err)
	}
	if !os.SameFile(theirs, ours) {
		return Finding{name, Warning, "the server runs another program than this one, so nothing here says whether that has the erasure; after an update this is the old one",
			"start the server again; then compare with: sha256sum /proc/" + strconv.Itoa(pid) + "/exe"}
	}
	return fine(name, "the server runs this very program")
}

// coreLimit looks whether the server can leave its memory in a file when it crashes.
func (m *Machine) coreLimit(pid int) Finding {
	const name = "core limit"
	limits, err := m.read(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		return Blind(name, err)
	}
	for _, line := range strings.Split(limits, "\n") {
		rest, ok := strings.CutPrefix(line, "Max core file size")
		if !ok {
			continue
		}
		if f := strings.Fields(rest); len(f) >= 2 && f[0] == "0" {
			return fine(name, "the server writes no core file")
		}
		return Finding{name, Danger, "the server may write its memory to a file when it crashes", "start it with: ulimit -c 0, or LimitCORE=0 in its unit"}
	}
	return Blind(name, errors.New("the limits name none"))
}

// status returns a line of a process's status.
func (m *Machine) status(pid int, key string) ([]string, error) {
	status, err := m.read(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(status, "\n") {
		if rest, ok := strings.CutPrefix(line, key+":"); ok && strings.TrimSpace(rest) != "" {
			return strings.Fields(rest), nil
		}
	}
	return nil, errors.New("its status has no " + key)
}

// uid returns the user who runs a process.
func (m *Machine) uid(pid int) (int, error) {
	f, err := m.status(pid, "Uid")
	if err != nil || len(f) != 4 {
		return -1, errors.Join(errors.New("its status names no user"), err)
	}
	return strconv.Atoi(f[1]) // the one that counts
}

// rights looks whether the server has given up what it can: without that it has not
// confined itself either.
func (m *Machine) rights(pid int) Finding {
	const name = "server's rights"
	none, err := m.status(pid, "NoNewPrivs")
	if err != nil {
		return Blind(name, err)
	}
	more, err := m.status(pid, "CapEff")
	switch {
	case err != nil:
		return Blind(name, err)
	case none[0] != "1":
		return Finding{name, Warning, "the server could gain more rights than it has, and is not confined to its own files", "run it with the packaged unit, on a kernel with Landlock"}
	case strings.Trim(more[0], "0") != "":
		return Finding{name, Warning, "the server has rights over others (capabilities " + more[0] + ")", "run it as a user of its own, with the packaged unit"}
	}
	return fine(name, "the server has no right over others, and can gain none")
}

// log looks where the server's own lines go.
func (m *Machine) log(pid int) Finding {
	const name = "server's log"
	to, err := os.Readlink(m.path(fmt.Sprintf("/proc/%d/fd/2", pid)))
	switch {
	case err != nil:
		return Blind(name, err)
	case strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "/dev/"):
		return Finding{name, Advice, "the server's lines go to a file, " + to + ", whose times say when there was one", "let them go to the journal, as the packaged unit does, and keep that in memory"}
	}
	return fine(name, "the server's lines go to no file of their own")
}

// User returns the user who runs the server, -1 if that cannot be told.
func (m *Machine) User(pid int) int {
	if pid <= 0 {
		return -1
	}
	uid, err := m.uid(pid)
	if err != nil {
		return -1
	}
	return uid
}

func (m *Machine) user(pid int) Finding {
	const name = "server's user"
	uid, err := m.uid(pid)
	switch {
	case err != nil:
		return Blind(name, err)
	case uid == 0:
		return Finding{name, Warning, "root runs the server: a hole in it is a hole in the whole machine, onion keys included",
			"run it as a user of its own, as the packaged unit does, and without --as-root"}
	}
	return fine(name, "user %d runs the server", uid)
}
