package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Folder looks whether the state is closed to all but its owner: its folder, and
// whatever is in it. uid is the user who runs the server, below 0 if none is known.
func Folder(path string, uid int) Finding {
	const name = "state"
	info, err := os.Stat(path)
	if err != nil {
		return Blind(name, err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Finding{name, Danger, fmt.Sprintf("others can enter the state (%s has mode %04o): they can copy the ciphertext, the replies and the key that signs bundles", path, mode),
			"close it with: chmod 700 " + path}
	}
	user, _, ok := owner(info)
	if !ok {
		return Blind(name, fmt.Errorf("%s has no owner", path))
	}
	if uid >= 0 && uid != user {
		return Finding{name, Warning, fmt.Sprintf("the state belongs to user %d, and the server runs as user %d", user, uid),
			"give the whole state to the user who runs the server, with chown -R"}
	}
	files := 0
	var open, foreign string
	err = filepath.WalkDir(path, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			if missing(err) { // it is being rewritten at this moment
				return nil
			}
			return err
		}
		info, err := d.Info()
		if missing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		files++
		if u, _, _ := owner(info); u != user && foreign == "" {
			foreign = fmt.Sprintf("%s belongs to user %d, and the state to user %d", at, u, user)
		}
		if link := d.Type()&fs.ModeSymlink != 0; link && foreign == "" {
			foreign = at + " is a link"
		} else if !link && info.Mode().Perm()&0o077 != 0 && open == "" {
			open = fmt.Sprintf("%s has mode %04o, so that it is open to others wherever it is copied to", at, info.Mode().Perm())
		}
		return nil
	})
	switch {
	case err != nil:
		return Blind(name, err)
	case foreign != "":
		return Finding{name, Warning, foreign, "see who put it there; the server's own files belong to one user, and none is a link: chown -R mends the owner"}
	case open != "":
		return Finding{name, Warning, open, "close all of it with: chmod -R go= " + path}
	}
	return fine(name, "%d files and folders, closed to all but user %d", files, user)
}

// group returns the number of a group, by /etc/group.
func (m *Machine) group(name string) (int, error) {
	text, err := m.read("/etc/group")
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(text, "\n") {
		if f := strings.Split(line, ":"); len(f) >= 3 && f[0] == name {
			return strconv.Atoi(f[2])
		}
	}
	return 0, fmt.Errorf("there is no group %s", name)
}
