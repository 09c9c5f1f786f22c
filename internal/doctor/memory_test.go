package doctor

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const swapsHead = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

// Each check of memory in each of its outcomes. It would fail if swap on a disk, a
// dump, or what could not be read were called well.
func TestMemory(t *testing.T) {
	const cpu, cpuHost = "flags\t\t: fpu vme\n", "processor : 0\nflags\t\t: fpu hypervisor lahf\n"
	for _, c := range []struct {
		check string
		all   files
		level Level
		words string
	}{
		{"swap", files{"/proc/swaps": swapsHead}, OK, "no swap"},
		{"swap", files{"/proc/swaps": swapsHead + "/dev/sda2   partition\t1\t0\t-2\n"}, Danger, "/dev/sda2"},
		{"swap", files{"/proc/swaps": swapsHead + "/swapfile\tfile\t1\t0\t-2\n"}, Danger, "/swapfile"},
		{"swap", files{"/proc/swaps": swapsHead + "/dev/zram0 partition 1 0 100\n"}, OK, "compressed memory"},
		{"swap", files{"/proc/swaps": swapsHead + "/dev/zram0 partition 1 0 100\n", "/sys/block/zram0/backing_dev": "none\n"}, OK, "compressed memory"},
		{"swap", files{"/proc/swaps": swapsHead + "/dev/zram0 partition 1 0 100\n", "/sys/block/zram0/backing_dev": "/dev/sda3\n"}, Danger, "zram0"},
		{"swap", files{"/proc/swaps": swapsHead + "/dev/dm-1 partition 1 0 -2\n", "/sys/block/dm-1/dm/uuid": "CRYPT-PLAIN-swap\n"}, Advice, "encrypted"},
		{"swap", files{"/proc/swaps": swapsHead + "/dev/dm-1 partition 1 0 -2\n", "/sys/block/dm-1/dm/uuid": "CRYPT-LUKS2-x\n"}, Danger, "/dev/dm-1"},
		{"swap", nil, Warning, "could not look"},

		{"hibernation", files{"/sys/power/state": "freeze mem\n"}, OK, "does not"},
		{"hibernation", files{"/sys/power/state": "freeze mem disk\n", "/sys/power/disk": "[disabled]\n"}, OK, "switched off"},
		{"hibernation", files{"/sys/power/state": "freeze mem disk\n", "/sys/power/disk": "[platform]\n", "/sys/power/resume": "0:0\n"}, OK, "no place"},
		{"hibernation", files{"/sys/power/state": "disk\n", "/sys/power/resume": "8:2\n"}, Warning, "all of its memory"},
		{"hibernation", files{"/sys/power/state": "disk\n"}, Warning, "could not look"},
		{"hibernation", nil, Warning, "could not look"},

		{"core", files{"/proc/sys/kernel/core_pattern": "core\n"}, OK, "their limits"},
		{"core", files{"/proc/sys/kernel/core_pattern": "|/bin/false\n"}, OK, "thrown away"},
		{"core", files{"/proc/sys/kernel/core_pattern": "|/usr/lib/systemd/systemd-coredump %P\n"}, Warning, "systemd-coredump"},
		{"core", nil, Warning, "could not look"},

		{"kdump", files{"/sys/kernel/kexec_crash_loaded": "0\n"}, OK, "no kernel waits"},
		{"kdump", files{"/sys/kernel/kexec_crash_loaded": "1\n"}, Danger, "kdump"},
		{"kdump", files{"/proc/sys/kernel/osrelease": "6.1\n"}, OK, "keeps no image"},
		{"kdump", nil, Warning, "could not look"},

		{"init_on_free", files{"/proc/cmdline": "quiet init_on_free=1\n"}, OK, "clears"},
		{"init_on_free", files{"/proc/cmdline": "init_on_free=1 init_on_free=0\n", "/proc/sys/kernel/osrelease": "6.1\n", "/boot/config-6.1": "CONFIG_INIT_ON_FREE_DEFAULT_ON=y\n"}, Warning, "does not clear"},
		{"init_on_free", files{"/proc/cmdline": "quiet\n", "/proc/sys/kernel/osrelease": "6.1\n", "/boot/config-6.1": "CONFIG_A=y\nCONFIG_INIT_ON_FREE_DEFAULT_ON=y\n"}, OK, "as it was built"},
		{"init_on_free", files{"/proc/cmdline": "quiet\n", "/proc/sys/kernel/osrelease": "6.1\n", "/boot/config-6.1": "# CONFIG_INIT_ON_FREE_DEFAULT_ON is not set\n"}, Warning, "does not clear"},
		{"init_on_free", files{"/proc/cmdline": "quiet\n", "/proc/sys/kernel/osrelease": "6.1\n", "/proc/config.gz": zipped(t, "CONFIG_INIT_ON_FREE_DEFAULT_ON=y\n")}, OK, "as it was built"},
		{"init_on_free", files{"/proc/cmdline": "quiet\n", "/proc/sys/kernel/osrelease": "6.1\n", "/proc/config.gz": "not one"}, Warning, "could not look"},
		{"init_on_free", files{"/proc/cmdline": "quiet\n", "/proc/sys/kernel/osrelease": "6.1\n"}, Warning, "could not look"},
		{"init_on_free", nil, Warning, "could not look"},

		{"host", files{"/proc/cpuinfo": cpu}, OK, "nothing says"},
		{"host", files{"/proc/cpuinfo": cpuHost}, Advice, "host can read"},
		{"host", nil, Warning, "could not look"},
	} {
		m := machine(t, c.all)
		f := map[string]func() Finding{"swap": m.swap, "hibernation": m.hibernation, "core": m.core, "kdump": m.crashKernel,
			"init_on_free": m.initOnFree, "host": m.host}[c.check]()
		wanted(t, c.check+": "+c.words, f, c.level, c.words)
	}
}

func zipped(t *testing.T, text string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write([]byte(text))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A machine of which nothing can be read is not well in a single thing.
func TestBlind(t *testing.T) {
	m := machine(t, nil)
	m.Root += "/nothing"
	m.Synced = func() (bool, error) { return false, errors.New("no") }
	m.Landlock = func() (int, error) { return 0, errors.New("no") }
	all := append(m.Memory(), m.Logs()...)
	all = append(all, m.Process(7, true)[1:]...)
	all = append(all, m.Process(0, true)[1:]...)
	all = append(all, m.Socket("/run/x/s", "debian-tor")[0], m.OnionKeys("/var/lib/tor/x"), m.Clock(), m.Confinement(), Folder(m.Root, -1))
	for _, f := range all {
		wanted(t, f.Name, f, Warning, "could not look")
	}
	if worst(all) != Warning || worst(nil) != OK || worst([]Finding{{Level: Danger}, {Level: Advice}}) != Danger {
		t.Error("the worst level is not told")
	}
	f := Blind("x", &fs.PathError{Err: fs.ErrPermission})
	wanted(t, "not allowed", f, Warning, "could not look")
	if f.Do != "run this as root on the server" {
		t.Errorf("says to do %q", f.Do)
	}
}

func TestClock(t *testing.T) {
	m := machine(t, nil)
	wanted(t, "right", m.Clock(Fact{"x", "2027-03-01"}), OK, "2027-03-01")
	wanted(t, "behind", m.Clock(Fact{"the newest testimony came", "2027-02-01"}, Fact{"the newest testimony came", "2027-03-02"}), Danger, "the newest testimony came on 2027-03-02")
	m.Synced = func() (bool, error) { return false, nil }
	wanted(t, "steered by nothing", m.Clock(), Warning, "nothing keeps it right")
	m.Now = m.Now.AddDate(-1, 0, 0)
	wanted(t, "before it was written", m.Clock(), Danger, "this program was written on "+Written)
	wanted(t, "Landlock", m.Confinement(), OK, "version 7")
	m.Landlock = func() (int, error) { return 0, nil }
	wanted(t, "no Landlock", m.Confinement(), Warning, "no Landlock")
}

// This machine answers, whatever it says: the calls to the kernel work.
func TestThis(t *testing.T) {
	m := This("/")
	if m.Root != "" || m.path("/x") != "/x" {
		t.Errorf("root %q", m.Root)
	}
	if _, err := m.Synced(); err != nil {
		t.Error(err)
	}
	if _, err := m.Landlock(); err != nil {
		t.Error(err)
	}
	if f := m.swap(); f.Level == Warning {
		t.Errorf("/proc/swaps: %s", f.Seen)
	}
	all := m.Process(os.Getpid(), true)
	wanted(t, "this program", all[1], OK, "this very program")
	if _, err := os.Stat(filepath.Join("/proc", "self", "limits")); err == nil && all[2].Seen == "" {
		t.Error("no word about the core limit")
	}
}

func TestLogs(t *testing.T) {
	for _, c := range []struct {
		all   files
		level Level
		words string
	}{
		{files{"/etc/": ""}, OK, "auto"},
		{files{"/etc/": "", "/var/log/journal/": ""}, Advice, "kept on the disk"},
		{files{"/etc/systemd/journald.conf": "[Journal]\nStorage=volatile\n", "/var/log/journal/": ""}, OK, "volatile"},
		{files{"/etc/systemd/journald.conf": "[Journal]\n#Storage=volatile\n", "/var/log/journal/": ""}, Advice, "kept"},
		{files{"/etc/systemd/journald.conf": "Storage=volatile\n", "/usr/lib/systemd/journald.conf.d/b.conf": " Storage=persistent\n", "/etc/systemd/journald.conf.d/a.conf": "Storage=none\n"}, Advice, "kept"},
		{nil, Warning, "could not look"},
	} {
		wanted(t, c.words, machine(t, c.all).journal(), c.level, c.words)
	}
	wanted(t, "none", machine(t, files{"/etc/": ""}).syslog(), OK, "no program")
	wanted(t, "rsyslog", machine(t, files{"/etc/": "", "/usr/sbin/rsyslogd": ""}).syslog(), Advice, "rsyslogd")
	wanted(t, "nothing", machine(t, nil).syslog(), Warning, "could not look")
}
