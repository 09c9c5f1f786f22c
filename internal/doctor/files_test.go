package doctor

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// It fails if a state that others can read is called closed.
func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	must(t, os.MkdirAll(filepath.Join(dir, "vault"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "vault", "headers.db"), nil, 0o600))
	me := os.Getuid()
	wanted(t, "closed", Folder(dir, me), OK, fmt.Sprintf("user %d", me))
	wanted(t, "no server", Folder(dir, -1), OK, "closed")
	wanted(t, "another's server", Folder(dir, me+1), Warning, "the server runs as user")
	must(t, os.Chmod(filepath.Join(dir, "vault", "headers.db"), 0o640))
	wanted(t, "a file", Folder(dir, me), Warning, "headers.db has mode 0640")
	must(t, os.Symlink("/", filepath.Join(dir, "link")))
	wanted(t, "a link", Folder(dir, me), Warning, "is a link")
	must(t, os.Chmod(dir, 0o710))
	wanted(t, "the folder", Folder(dir, me), Danger, "mode 0710")
	wanted(t, "nothing", Folder(dir+"x", me), Warning, "could not look")
}

func TestForeignOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o600))
	must(t, os.Chown(filepath.Join(dir, "x"), 7, 7))
	wanted(t, "a file of another's", Folder(dir, -1), Warning, "belongs to user 7")
}

// It fails if somebody could stand in for the intake's socket and no danger is told.
func TestSocket(t *testing.T) {
	m := machine(t, files{"/run/x/": "", "/etc/group": fmt.Sprintf("a:x:1:\ndebian-tor:x:%d:\nother:x:%d:\n", os.Getgid(), os.Getgid()+1)})
	must(t, os.Chmod(m.path("/run/x"), 0o750))
	look := func(group string) []Finding { return m.Socket("/run/x/s", group) }
	wanted(t, "no socket", look("debian-tor")[1], Warning, "there is no socket")
	l, err := net.Listen("unix", m.path("/run/x/s"))
	must(t, err)
	defer l.Close()
	must(t, os.Chmod(m.path("/run/x/s"), 0o660))
	wanted(t, "folder", look("debian-tor")[0], OK, "only its owner")
	wanted(t, "socket", look("debian-tor")[1], OK, "/run/x/s")
	wanted(t, "another group", look("other")[1], Warning, "belongs to group")
	wanted(t, "no group", look("none")[1], Warning, "could not look")
	must(t, os.Chmod(m.path("/run/x/s"), 0o666))
	wanted(t, "open socket", look("debian-tor")[1], Warning, "everybody")
	must(t, os.Chmod(m.path("/run/x"), 0o770))
	wanted(t, "open folder", look("debian-tor")[0], Danger, "others can write")
	must(t, os.Chmod(m.path("/run/x"), 0o777|os.ModeSticky))
	wanted(t, "like /tmp", look("debian-tor")[0], Danger, "everybody can make files")
	wanted(t, "no socket at all", m.Socket("/etc/group", "debian-tor")[1], Danger, "is not a socket")
	wanted(t, "no folder", m.Socket("/none/s", "debian-tor")[0], Warning, "could not look")
}

func TestOnionKeys(t *testing.T) {
	m := machine(t, files{"/o/hs_ed25519_secret_key": "x"})
	must(t, os.Chmod(m.path("/o"), 0o700))
	wanted(t, "closed", m.OnionKeys("/o"), OK, "only tor")
	must(t, os.Chmod(m.path("/o/hs_ed25519_secret_key"), 0o640))
	wanted(t, "a key", m.OnionKeys("/o"), Danger, "mode 0640")
	must(t, os.Chmod(m.path("/o"), 0o750))
	wanted(t, "the folder", m.OnionKeys("/o"), Danger, "mode 0750")
	wanted(t, "none", m.OnionKeys("/p"), Warning, "could not look")
}

// It fails if a server that leaves core files, runs as root, or is another program
// than the one that speaks for it, is called well.
func TestProcess(t *testing.T) {
	const noCore, core = "Max core file size        0                    0                    bytes\n", "Max core file size        unlimited            unlimited            bytes\n"
	m := machine(t, files{"/proc/self/exe": "program", "/proc/7/limits": "Limit\n" + noCore, "/proc/7/status": "Name:\tx\nUid:\t105\t105\t105\t105\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n",
		"/proc/8/exe": "another", "/proc/8/limits": core, "/proc/8/status": "Uid:\t1000\t0\t0\t0\nCapEff:\t00000000a80425fb\nNoNewPrivs:\t1\n", "/proc/7/fd/": "", "/proc/8/fd/": "",
		"/proc/6/status": "NoNewPrivs:\t0\nCapEff:\t0\n", "/proc/9/limits": "none\n", "/proc/9/status": "none\n"})
	must(t, os.Link(m.path("/proc/self/exe"), m.path("/proc/7/exe")))
	must(t, os.Symlink("socket:[17]", m.path("/proc/7/fd/2")))
	must(t, os.Symlink("/var/log/amana.log", m.path("/proc/8/fd/2")))
	good := m.Process(7, true)
	for i, words := range []string{"built into", "this very program", "no core file", "user 105", "no right over others", "no file"} {
		wanted(t, words, good[i], OK, words)
	}
	bad := m.Process(8, false)
	wanted(t, "no erasure", bad[0], Danger, "without the erasure")
	wanted(t, "another program", bad[1], Warning, "another program")
	wanted(t, "core files", bad[2], Danger, "write its memory")
	wanted(t, "root", bad[3], Warning, "root runs")
	wanted(t, "capabilities", bad[4], Warning, "a80425fb")
	wanted(t, "a log of its own", bad[5], Advice, "/var/log/amana.log")
	wanted(t, "not confined", m.rights(6), Warning, "could gain more")
	for _, f := range m.Process(9, true)[1:] {
		wanted(t, f.Name, f, Warning, "could not look")
	}
	if m.User(7) != 105 || m.User(8) != 0 || m.User(9) != -1 || m.User(0) != -1 {
		t.Error("another user runs the server")
	}
}

func TestHabit(t *testing.T) {
	m := machine(t, nil)
	h := Habit{Name: "backup", What: "a backup was made", Soon: 8, Late: 31, Never: Warning, Do: "make one"}
	for last, want := range map[string]Level{"": Warning, "2027-03-01": OK, "2027-02-22": OK, "2027-02-21": Advice, "2027-01-30": Advice, "2027-01-29": Warning, "x": Warning} {
		h.Last = last
		wanted(t, last, m.Habit(h), want, "")
	}
}

func TestRoom(t *testing.T) {
	for free, want := range map[int64]Level{0: Warning, 1 << 20: Warning, 2 << 30: Advice, 5 << 30: OK} {
		wanted(t, fmt.Sprint(free), Room(free), want, "")
	}
}
