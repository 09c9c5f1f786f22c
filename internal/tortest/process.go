package tortest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// tor is one tor process, and its folder.
type tor struct {
	folder  string
	control *Control

	cmd     *exec.Cmd
	ended   chan struct{} // closed when the process is gone
	stopped bool          // on purpose
}

// run starts a tor of the network and waits for its control socket. Its name is that
// of its folder.
func (n *Network) run(name, lines string) (*tor, error) {
	t := &tor{folder: filepath.Join(n.Folder, name)}
	if err := os.MkdirAll(t.folder, 0o700); err != nil {
		return nil, err
	}
	lines = fmt.Sprintf("Nickname %s\nDataDirectory %s\nPidFile %s/pid\nControlSocket %s/control\nLog notice file %s/log\n__OwningControllerProcess %d\n",
		strings.ReplaceAll(name, "-", ""), t.folder, t.folder, t.folder, t.folder, os.Getpid()) + commonLines + n.common + lines
	if err := os.WriteFile(filepath.Join(t.folder, "torrc"), []byte(lines), 0o600); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tors = append(n.tors, t)
	return t, n.spawn(t)
}

// name returns a name that no tor of the network has.
func (n *Network) name(kind string) string { return fmt.Sprintf("%s-%d", kind, n.count.Add(1)) }

// spawn starts the process of a tor whose torrc is written.
func (n *Network) spawn(t *tor) error {
	out, err := os.OpenFile(filepath.Join(t.folder, "stdout"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	os.Remove(filepath.Join(t.folder, "control"))
	t.cmd = exec.Command("tor", n.arguments(filepath.Join(t.folder, "torrc"))...)
	t.cmd.Stdout, t.cmd.Stderr = out, out
	// A group of its own: Ctrl-C is for the test, and the watcher ends the tors.
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := t.cmd.Start(); err != nil {
		return err
	}
	t.ended, t.stopped = make(chan struct{}), false
	go func(cmd *exec.Cmd, ended chan struct{}) {
		cmd.Wait()
		close(ended)
	}(t.cmd, t.ended)
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if t.control, err = dialControl(filepath.Join(t.folder, "control")); err == nil {
			return nil
		}
		if gone := t.gone(); gone != nil {
			return gone
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s: %w", filepath.Base(t.folder), err)
		}
	}
}

// gone returns an error if the process has ended and was not stopped.
func (t *tor) gone() error {
	if t.ended == nil || t.stopped {
		return nil
	}
	select {
	case <-t.ended:
		return fmt.Errorf("%s has ended: %s\n%s", filepath.Base(t.folder), t.cmd.ProcessState, t.tail(5))
	default:
		return nil
	}
}

// stop ends the process, at the latest after five seconds, and waits.
func (t *tor) stop() {
	if t.ended == nil || t.stopped {
		return
	}
	t.stopped = true
	if t.control != nil {
		t.control.Close()
	}
	t.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-t.ended:
	case <-time.After(5 * time.Second):
		t.cmd.Process.Kill()
		<-t.ended
	}
}

// bootstrapped reports whether tor says that it can be used.
func (t *tor) bootstrapped() (bool, error) {
	out, err := t.control.Do("GETINFO status/bootstrap-phase")
	return strings.Contains(strings.Join(out, "\n"), "PROGRESS=100 "), err
}

// tail returns the last lines of what tor logged and printed.
func (t *tor) tail(lines int) string {
	var all string
	for _, name := range []string{"stdout", "log"} {
		data, err := os.ReadFile(filepath.Join(t.folder, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			all += err.Error() + "\n"
		}
		all += string(data)
	}
	split := strings.SplitAfter(all, "\n")
	return strings.Join(split[max(0, len(split)-lines-1):], "")
}

// watcherScript waits for the end of its input, which is the end of the test however
// it comes, and clears away: the tors at $1, each looked at before it is killed, and
// the folder itself.
const watcherScript = `cat
for file in "$1"/*/pid; do
	[ -f "$file" ] || continue
	read -r pid <"$file"
	if tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qF "$1/"; then kill -9 "$pid"; fi
done
rm -rf -- "$1"`

// watch starts the watcher.
func (n *Network) watch() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	n.watcher = exec.Command("sh", "-c", watcherScript, "sh", n.Folder)
	n.watcher.Stdin = read
	n.watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := n.watcher.Start(); err != nil {
		write.Close()
		return err
	}
	n.lifeline = write
	return nil
}
