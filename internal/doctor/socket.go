package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Socket looks at the socket through which tor hands over what sources send. Who can
// put another in its place reads all of it.
func (m *Machine) Socket(path, torGroup string) []Finding {
	return []Finding{m.socketFolder(filepath.Dir(path)), m.socket(path, torGroup)}
}

func (m *Machine) socketFolder(path string) Finding {
	const name = "socket folder"
	info, err := os.Stat(m.path(path))
	if err != nil {
		return Blind(name, err)
	}
	mode := info.Mode()
	switch {
	case !mode.IsDir():
		return Blind(name, fmt.Errorf("%s is no folder", path))
	case mode.Perm()&0o022 != 0 && mode&fs.ModeSticky == 0:
		return Finding{name, Danger, fmt.Sprintf("others can write to %s (mode %04o): they can put a socket of their own in place of the intake's and read what sources send", path, mode.Perm()),
			"close it with: chmod go-w " + path + "; and see who owns what is in it"}
	case mode.Perm()&0o022 != 0:
		return Finding{name, Danger, fmt.Sprintf("everybody can make files in %s: while the intake is off, somebody else's socket can stand in its place", path),
			"put the socket into a folder of its own, such as /run/amana-intake"}
	}
	return fine(name, "only its owner can put a socket into %s", path)
}

func (m *Machine) socket(path, torGroup string) Finding {
	const name = "socket"
	info, err := os.Lstat(m.path(path))
	if missing(err) {
		return Finding{name, Warning, fmt.Sprintf("there is no socket %s, so tor reaches nobody", path),
			"start the server: systemctl start amana-intake.socket amana-intake.service; without systemd, with --listen unix:" + path}
	}
	if err != nil {
		return Blind(name, err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return Finding{name, Danger, path + " is not a socket", "find out who put it there before you remove it and start the server again"}
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 {
		return Finding{name, Warning, fmt.Sprintf("everybody on this machine can speak to the intake (%s has mode %04o), and claim to be on any circuit", path, mode),
			"close it with: chmod 660 " + path}
	}
	gid, err := m.group(torGroup)
	if err != nil {
		return Blind(name, err)
	}
	if _, g, ok := owner(info); !ok || g != gid {
		return Finding{name, Warning, fmt.Sprintf("%s belongs to group %d, and tor is of group %s (%d), so tor may not reach it", path, g, torGroup, gid),
			"give it to tor's group with: chgrp " + torGroup + " " + path}
	}
	return fine(name, "%s, for its owner and group %s alone", path, torGroup)
}
