package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/workspace"
)

// closeCommand removes the decrypted views of a workspace.
type closeCommand struct {
	workFlags
}

// Run removes every view that the workspace remembers, whole or not.
func (c *closeCommand) Run(ctx context.Context, stdout io.Writer) error {
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	var views []workspace.View
	for v, err := range s.Views() {
		if err != nil {
			return workspaceError(err)
		}
		views = append(views, v)
	}
	unfinished, err := s.Unfinished()
	if err != nil {
		return workspaceError(err)
	}
	if len(views)+len(unfinished) == 0 {
		fmt.Fprintln(stdout, "no view is open; what extract, report and export made lies where you put it, and is yours to remove")
		return nil
	}
	if err := s.confineTo(views, unfinished); err != nil {
		return err
	}
	if err := s.clearUnfinished(stdout, unfinished); err != nil || len(views) == 0 {
		return err
	}
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return err
	}
	var failed error
	disk := false
	for _, v := range views {
		if ctx.Err() != nil {
			return joined(failed, fmt.Errorf("stopped: %w", context.Cause(ctx)))
		}
		if err := closeView(stdout, s.Workspace, log, v); err != nil {
			failed = joined(failed, err)
			continue
		}
		disk = disk || !v.Memory
	}
	if disk {
		fmt.Fprintln(stdout, "what was on a disk was overwritten first. On flash disks (SSD, stick, card), in snapshots and in file systems that copy on write, traces can stay all the same: there only encryption of the whole disk, or destroying it, helps")
	}
	fmt.Fprintln(stdout, "what you copied elsewhere yourself, and what other programs keep of a file that they had open (recent files, thumbnails, caches), stays")
	return failed
}

// confineTo gives up all folders but the workspace and those in which the views are.
func (s *session) confineTo(views []workspace.View, unfinished []string) error {
	paths := []string{s.Path()}
	for _, v := range views {
		unfinished = append(unfinished, v.Path)
	}
	for _, path := range unfinished {
		dir := filepath.Dir(path)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			paths = append(paths, dir)
		}
	}
	return program.Confine(confine.Paths{Write: paths})
}

// closeView removes one view, and writes that down.
func closeView(stdout io.Writer, w *workspace.Workspace, log *custody.Log, v workspace.View) error {
	left, err := dossier.Erase(v.Path, v.Token)
	var done string
	switch {
	case errors.Is(err, fs.ErrNotExist):
		done = "was gone already"
	case errors.Is(err, dossier.ErrForeign):
		return cli.Hint(fmt.Errorf("%w; it stays as it is", err), "look into it yourself: if it is yours, move it away, and run amana-decrypt close again")
	case err != nil:
		return err
	case len(left) > 0:
		for _, name := range left {
			fmt.Fprintf(stdout, "stays: %s\n", cli.Plain(name))
		}
		return cli.Hint(fmt.Errorf("the view in %s is removed, but for what somebody else has put there", v.Path),
			"if it holds anything of a testimony, delete it or move it to a safe place, and run amana-decrypt close again")
	default:
		done = "is removed"
	}
	event := custody.Event{Act: custody.Closed, Detail: fmt.Sprintf("decrypted view of %d parts, made %s, %s", v.Parts, v.Made, done)}
	if err := log.Put([]custody.Event{event}, v.Closed()); err != nil {
		return workspaceError(err)
	}
	fmt.Fprintf(stdout, "%s %s\n", cli.Plain(v.Path), done)
	return nil
}
