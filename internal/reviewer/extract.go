package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/durable"
	"amana/internal/preview"
	"amana/internal/workspace"
)

// extractCommand takes one file of a testimony out of the workspace, on purpose.
type extractCommand struct {
	ID     string `arg:"" help:"The testimony: at least the first four digits of its id, which the report and amana-decrypt show print; or of its thread, if only one testimony in it has files."`
	Number int    `arg:"" help:"Which of its files, from 1."`
	workFlags
	Output string `short:"o" name:"output" required:"" placeholder:"FILE" type:"path" help:"The file to make; nothing is ever overwritten. It holds what the source sent, byte for byte."`
}

// Run looks into the file, warns of what it found, writes it down, and gives the file
// its name last.
func (c *extractCommand) Run(ctx context.Context, stdout io.Writer) error {
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := vacant(c.Output, "-o"); err != nil {
		return err
	}
	out, err := durable.Create(c.Output, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := program.Confine(confine.Paths{Write: []string{s.Path(), filepath.Dir(out.Name())}}); err != nil {
		return err
	}
	ref, err := c.find(s.Workspace)
	if err != nil {
		return err
	}
	if c.Number < 1 || c.Number > len(ref.Files) {
		return cli.Hint(fmt.Errorf("there is no file %d of the testimony %s: it has %s", c.Number, ref.ID, cli.Count(len(ref.Files), "file", "files")), "amana-decrypt show numbers them")
	}
	look, err := c.take(ctx, s, ref, out)
	if err != nil {
		return workspaceError(err)
	}
	file := ref.Files[c.Number-1]
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return err
	}
	event := custody.Event{
		Act: custody.Copied, Subjects: []custody.Subject{{Testimony: ref.ID, Hash: file.SHA256}},
		Detail: fmt.Sprintf("file %d, out of the workspace", c.Number),
	}
	if err := log.Add(event); err != nil {
		return cli.Hint(fmt.Errorf("nothing is taken out without a line in the record of custody: %w", err), "use a key that can sign, and a workspace that can be written to")
	}
	if err := out.Commit(); err != nil {
		event.Detail = fmt.Sprintf("file %d: did not happen, it could not be named", c.Number)
		return errors.Join(err, log.Add(event))
	}
	fmt.Fprintf(stdout, "%s: %s, %s\nSHA-256 %s\n", cli.OneLine(c.Output), look.Type, dossier.Size(file.Size), file.SHA256)
	for _, w := range look.Warnings {
		program.Warn("%s", w.In("en"))
	}
	if len(look.Warnings) > 0 {
		program.Warn("open it only on a machine that holds nothing else and has no network")
	}
	return nil
}

// find returns the testimony that was named: by its own id, or by that of its thread if
// no other in it has files.
func (c *extractCommand) find(w *workspace.Workspace) (only workspace.Ref, err error) {
	id := strings.ToLower(strings.TrimSpace(c.ID))
	if len(id) < leastDigits || strings.Trim(id, "0123456789abcdef") != "" {
		return only, cli.Hint(fmt.Errorf("%q is not at least the first %d digits of an id", cli.Plain(c.ID), leastDigits), "copy the id of the testimony from amana-decrypt show, or the command from the report")
	}
	found := 0
	for r, err := range w.Refs() {
		if err != nil {
			return only, workspaceError(err)
		}
		if len(r.Files) > 0 && (strings.HasPrefix(r.ID, id) || strings.HasPrefix(r.Thread, id)) {
			only, found = r, found+1
		}
	}
	switch found {
	case 0:
		return only, cli.Hint(fmt.Errorf("no testimony in this workspace that begins with %s has files", id), "copy the id of the testimony from amana-decrypt show, or the command from the report")
	case 1:
		return only, nil
	}
	return only, cli.Hint(fmt.Errorf("%s names several testimonies with files", id), "give the id of the testimony, or more of its digits: amana-decrypt show prints it")
}

// take writes the file and looks into it.
func (c *extractCommand) take(ctx context.Context, s *session, ref workspace.Ref, out io.Writer) (*preview.Look, error) {
	envelope, original, err := s.Envelope(ref.ID)
	if err != nil {
		return nil, err
	}
	defer original.Close()
	i := c.Number - 1
	if i >= len(envelope.Files) {
		return nil, workspace.ErrDamaged
	}
	return preview.New().Look(ctx, envelope.Testimony.Files[i].Name, func(w io.Writer) error {
		return envelope.Extract(ctx, i, io.MultiWriter(w, out))
	})
}
