package operator

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/confine"
)

// backlog is read by the first socket that listens: how many may wait in its queue.
const backlog = "/proc/sys/net/core/somaxconn"

// confine takes from the server all that it does not need, before it reads anything
// of others: files but its state, folders but those of its sockets, programs, other
// processes, and the internet where it listens on Unix sockets only. The folders of
// the files that a reload reads again stay readable, for an editor puts a new file in
// the place of the old one. Where the kernel cannot, the operator is told.
func (c *Serve) confine(state State, log *journal) error {
	err := confine.Files(c.paths(state))
	if errors.Is(err, confine.ErrUnsupported) {
		log.Warn("this kernel has no Landlock, or it is switched off: a hole in this program could reach every file of its user", "hint", "use a kernel of 5.13 or later with lsm=landlock")
	} else if err != nil {
		return err
	}
	return unlessUnsupported(confine.Server(c.internet()), log)
}

// noMoreSockets is confine's last step, when all sockets are open.
func noMoreSockets(log *journal) error {
	return unlessUnsupported(confine.NoMoreSockets(), log)
}

func unlessUnsupported(err error, log *journal) error {
	if errors.Is(err, confine.ErrUnsupported) {
		log.Warn(err.Error() + ": a hole in this program could do all that its user can")
		return nil
	}
	return err
}

// paths are what the server may still open.
func (c *Serve) paths(state State) confine.Paths {
	p := confine.Paths{Write: []string{state.Folder}}
	// The vault may be a link to a larger disk.
	for _, name := range []string{vaultFolder, rostersFolder} {
		if real, err := filepath.EvalSymlinks(state.path(name)); err == nil && real != state.path(name) {
			p.Write = append(p.Write, real)
		}
	}
	if there(backlog) {
		p.Read = append(p.Read, backlog)
	}
	for _, file := range []string{c.Questionnaire, c.Organisation} {
		if file != "" {
			p.Read = append(p.Read, filepath.Dir(file))
		}
	}
	for _, address := range c.Listen {
		if path, ok := strings.CutPrefix(address, "unix:"); ok && there(filepath.Dir(path)) {
			p.Sockets = append(p.Sockets, filepath.Dir(path))
		}
	}
	return p
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
