package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

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
	ID     string `arg:"" help:"The testimony: the id that the report and amana-decrypt show print, 32 digits."`
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
	ref, found, err := s.Ref(c.ID)
	if err != nil {
		return workspaceError(err)
	}
	if !found || c.Number < 1 || c.Number > len(ref.Files) {
		return cli.Hint(fmt.Errorf("there is no file %d of a testimony %q in this workspace", c.Number, cli.Plain(c.ID)), "copy the command from the report")
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
