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
	"amana/internal/export"
	"amana/internal/workspace"
)

// importCommand makes a workspace of an archive.
type importCommand struct {
	Archive   string `arg:"" placeholder:"FOLDER" type:"path" help:"The archive: a folder that export --format json --to own made."`
	Workspace string `short:"w" name:"workspace" required:"" placeholder:"FOLDER" type:"path" help:"The workspace to make; it must not exist yet, or be empty."`
	Key       string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	passphraseFlags
}

// Run makes the workspace, and removes it again unless all of the archive is in it.
func (c *importCommand) Run(ctx context.Context, stdout io.Writer) (err error) {
	root, err := os.OpenRoot(c.Archive)
	if err != nil {
		return cli.Hint(fmt.Errorf("open archive: %w", err), "give the folder that export made")
	}
	defer root.Close()
	work := workFlags{c.Workspace, c.Key, c.passphraseFlags}
	s, err := work.unlock(ctx, workspace.Create)
	if errors.Is(err, fs.ErrExist) {
		return cli.Hint(err, "nothing is ever overwritten: give a new folder with -w")
	}
	if err != nil {
		return err
	}
	defer func() {
		s.Close()
		if err != nil {
			err = errors.Join(err, removeNew(c.Workspace))
		}
	}()
	if err := program.Confine(confine.Paths{Read: []string{c.Archive}, Write: []string{s.Path()}, Folders: []string{filepath.Dir(s.Path())}}); err != nil {
		return err
	}
	m, err := export.Import(ctx, root, s.Workspace)
	if err != nil {
		return importError(err)
	}
	said, err := writeDown(s, m)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %s from the archive with the manifest SHA-256 %s\n%s", c.Workspace, cli.Count(m.Cases, "case", "cases"), m.SHA256, said)
	fmt.Fprintf(stdout, "Compare that number with the one in the record of custody where the archive was made. Then check everything: amana-decrypt custody verify -w %s\n", c.Workspace)
	return nil
}

// writeDown writes the import to the record of custody, if the key can sign.
func writeDown(s *session, m *export.Manifest) (string, error) {
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return "", err
	}
	if !log.Signs() {
		return "Not in the record of custody: this key cannot sign.\n", nil
	}
	return "", log.Add(custody.Event{Act: custody.Imported, Subjects: []custody.Subject{{Hash: m.SHA256}}, Detail: fmt.Sprintf("an archive of %d cases, made %s; the hash is that of its manifest", m.Cases, m.Made)})
}

// removeNew removes a workspace that was only begun.
func removeNew(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(path, e.Name())); err != nil {
			return fmt.Errorf("remove what was begun: %w", err)
		}
	}
	os.Remove(path) // may be the person's own empty folder, which stays where it cannot be removed
	return nil
}

func importError(err error) error {
	switch {
	case errors.Is(err, export.ErrNotArchive):
		return cli.Hint(err, "make one with amana-decrypt export --format json --to own")
	case errors.Is(err, export.ErrDamaged):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "copy the archive again from where it was made"}
	case errors.Is(err, fs.ErrNotExist):
		return cli.Hint(err, "give the folder that export made")
	}
	return err
}
