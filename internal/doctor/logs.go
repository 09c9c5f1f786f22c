package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Logs looks at what else writes to the disk when the service says something: its
// lines have no source in them, but whoever keeps them adds the second.
func (m *Machine) Logs() []Finding { return []Finding{m.journal(), m.syslog()} }

// journal looks whether systemd's journal is on the disk.
func (m *Machine) journal() Finding {
	const name = "journal"
	storage, err := m.journalStorage()
	if err != nil {
		return Blind(name, err)
	}
	kept := storage == "persistent"
	if storage == "auto" {
		_, err := os.Stat(m.path("/var/log/journal"))
		if err != nil && !missing(err) {
			return Blind(name, err)
		}
		kept = err == nil
	}
	if !kept {
		return fine(name, "the journal is in memory alone (%s)", storage)
	}
	return Finding{name, Advice, "the journal is kept on the disk: to the second, it says when the service and tor met with a problem, started, and stopped",
		"keep it in memory: put Storage=volatile under [Journal] into /etc/systemd/journald.conf.d/amana.conf, restart systemd-journald, and delete /var/log/journal"}
}

// journalStorage returns what the settings say, "auto" if nothing. Of several files
// the one whose name comes last counts.
func (m *Machine) journalStorage() (string, error) {
	storage := "auto"
	files := []string{"/usr/lib/systemd/journald.conf", "/etc/systemd/journald.conf"}
	var more []string
	for _, dir := range []string{"/usr/lib/systemd/journald.conf.d", "/etc/systemd/journald.conf.d"} {
		found, err := filepath.Glob(m.path(dir) + "/*.conf")
		if err != nil {
			return "", err
		}
		for _, path := range found {
			more = append(more, dir+"/"+filepath.Base(path))
		}
	}
	slices.SortStableFunc(more, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	if _, err := os.Stat(m.path("/etc")); err != nil {
		return "", err
	}
	for _, file := range append(files, more...) {
		text, err := m.read(file)
		if missing(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		for _, line := range strings.Split(text, "\n") {
			if value, ok := strings.CutPrefix(strings.TrimSpace(line), "Storage="); ok {
				storage = strings.ToLower(strings.TrimSpace(value))
			}
		}
	}
	return storage, nil
}

// syslog looks whether a second program keeps what the journal is told.
func (m *Machine) syslog() Finding {
	const name = "syslog"
	if _, err := os.Stat(m.path("/etc")); err != nil {
		return Blind(name, err)
	}
	for _, program := range []string{"rsyslogd", "syslog-ng"} {
		for _, dir := range []string{"/usr/sbin/", "/sbin/"} {
			switch _, err := os.Stat(m.path(dir + program)); {
			case err == nil:
				return Finding{name, Advice, program + " writes what is logged to files in /var/log, and may send it to other machines",
					"uninstall it, or see in its settings that nothing of tor and of amana-intake is written or sent"}
			case !missing(err):
				return Blind(name, err)
			}
		}
	}
	return fine(name, "no program besides the journal keeps logs")
}
