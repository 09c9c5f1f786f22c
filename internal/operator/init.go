package operator

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/roster"
	"amana/vault/bolt"
)

// Init makes the state of a new server.
type Init struct {
	Recipients string `required:"" type:"existingfile" help:"List of reviewers: an age recipients file of age1pq1… lines, '# name: …' before each."`
}

// Run makes everything under a temporary name, so that a half-made state cannot
// be taken for a whole one.
func (c *Init) Run(state State, stdout io.Writer) error {
	text, err := os.ReadFile(c.Recipients)
	if err != nil {
		return fmt.Errorf("read list of reviewers: %w", err)
	}
	list, err := roster.ParseList(firstEpoch, text)
	if errors.Is(err, roster.ErrSecretKey) {
		return cli.Hint(fmt.Errorf("%s: %w", c.Recipients, err),
			"delete it here, it must never be on this machine; let the reviewer make a new key and give you the age1pq1… line only")
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("%s: %w", c.Recipients, err),
			"each reviewer's line is the public key that age-keygen -pq prints")
	}
	// An empty folder may stand there, made by the system for the service. A file
	// or a link is not touched: os.Remove would take those too.
	switch err := syscall.Rmdir(state.Folder); {
	case err == nil, errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, syscall.ENOTEMPTY), errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENOTDIR):
		return cli.Hint(fmt.Errorf("%s is there already and not an empty folder", state.Folder),
			"a server's state is made once; choose another folder with --state")
	default:
		return cli.Hint(fmt.Errorf("make state in place of the empty folder %s: %w", state.Folder, err),
			"the folder around it must let you make and remove folders; name another with --state")
	}
	parent := filepath.Dir(state.Folder)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make state: %w", err)
	}
	partial, err := os.MkdirTemp(parent, "."+filepath.Base(state.Folder)+".partial-*") // mode 0700
	if err != nil {
		return fmt.Errorf("make state: %w", err)
	}
	defer os.RemoveAll(partial)
	vkey, err := fill(partial, text)
	if err != nil {
		return err
	}
	if err := durable.SyncDir(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, state.Folder); err != nil {
		return fmt.Errorf("name state: %w", err)
	}
	if err := durable.SyncDir(parent); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "made the state of a new server in %s\n", state.Folder)
	fmt.Fprintf(stdout, "testimonies will be sealed to %d reviewers, list %s\n", len(list.Reviewers), list.SHA256()[:16])
	fmt.Fprintf(stdout, "give reviewers this key; they compare it with amana-decrypt open --intake KEY:\n%s\n", vkey)
	if len(list.Reviewers) == 1 {
		fmt.Fprintln(stdout, "warning: only one reviewer can open them; if that key is lost, so is everything")
	}
	return nil
}

// fill writes the files of a new state and returns the key that verifies its
// bundles.
func fill(folder string, recipients []byte) (vkey string, err error) {
	if err := os.Mkdir(filepath.Join(folder, vaultFolder), 0o700); err != nil {
		return "", fmt.Errorf("make vault: %w", err)
	}
	store, err := bolt.Create(filepath.Join(folder, vaultFolder), bolt.Options{Reserve: -1})
	if err != nil {
		return "", err
	}
	if err := store.Close(); err != nil {
		return "", fmt.Errorf("make vault: %w", err)
	}
	skey, vkey := carry.NewKey()
	for _, f := range []struct {
		name string
		data []byte
	}{
		{recipientsFile, recipients},
		{recipientsSumFile, fmt.Appendf(nil, "%x  %s\n", sha256.Sum256(recipients), recipientsFile)},
		{bundleKeyFile, []byte(skey + "\n")},
		{bundlePubFile, []byte(vkey + "\n")},
	} {
		if err := durable.WriteFile(filepath.Join(folder, f.name), f.data, 0o600); err != nil {
			return "", err
		}
	}
	return vkey, nil
}
