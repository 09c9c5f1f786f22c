package operator

import (
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
	"amana/internal/roster/book"
	"amana/internal/wordlist"
	"amana/vault/bolt"
)

// Init makes the state of a new server.
type Init struct {
	Roster []string `required:"" sep:"none" type:"existingfile" placeholder:"FILE" help:"The first roster, signed by its administrators; when there are later ones already, all of them, the option once for each."`
}

// Run makes everything under a temporary name, so that a half-made state cannot
// be taken for a whole one.
func (c *Init) Run(state State, stdout io.Writer) error {
	chain, err := c.chain()
	if err != nil {
		return err
	}
	var vkey string
	err = state.make(func(partial State) (err error) {
		vkey, err = fill(partial.Folder, chain)
		return err
	})
	if err != nil {
		return err
	}
	newest := chain[len(chain)-1]
	fmt.Fprintf(stdout, "made the state of a new server in %s\n", state.Folder)
	fmt.Fprintln(stdout, "the first roster is pinned: only rosters that follow it are ever taken")
	describeRoster(stdout, chain[0], "first roster ")
	if newest != chain[0] {
		describeRoster(stdout, newest, "newest roster")
	}
	fmt.Fprintln(stdout, "compare the fingerprint with the administrators, by voice, before you serve")
	fmt.Fprintf(stdout, "testimonies will be sealed to %d reviewers, until %s\n", len(newest.Reviewers), newest.Until)
	fmt.Fprintf(stdout, "give reviewers this key; they compare it with amana-decrypt open --intake KEY:\n%s\n", vkey)
	if len(newest.Reviewers) == 1 {
		fmt.Fprintln(stdout, "warning: only one reviewer can open them; if that key is lost, so is everything")
	}
	return nil
}

// make makes the folder of a state, whose name it has only once fill has filled it. It
// overwrites nothing. An empty folder that stood there stands there again if it fails,
// so that the next try is for the same owner.
func (state State) make(fill func(partial State) error) (err error) {
	// An empty folder may stand there, made by the system for the service, and then the
	// state is for its owner. A file or a link is not touched: os.Remove would take
	// those too.
	before, _ := os.Lstat(state.Folder)
	switch gone := syscall.Rmdir(state.Folder); {
	case gone == nil:
		defer func() {
			if err != nil {
				err = errors.Join(err, putBack(before, state.Folder))
			}
		}()
	case errors.Is(gone, fs.ErrNotExist):
	case errors.Is(gone, syscall.ENOTEMPTY), errors.Is(gone, fs.ErrExist), errors.Is(gone, syscall.ENOTDIR):
		return cli.Hint(fmt.Errorf("%s is there already and not an empty folder", state.Folder),
			"a server's state is made once; choose another folder with --state")
	default:
		return cli.Hint(fmt.Errorf("make state in place of the empty folder %s: %w", state.Folder, gone),
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
	if err := fill(State{Folder: partial}); err != nil {
		return err
	}
	if err := giveTo(before, partial); err != nil {
		return err
	}
	if err := durable.SyncDir(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, state.Folder); err != nil {
		return fmt.Errorf("name state: %w", err)
	}
	return durable.SyncDir(parent)
}

// putBack makes an empty folder again as it was before.
func putBack(before fs.FileInfo, folder string) error {
	if before == nil {
		return nil
	}
	if err := os.Mkdir(folder, before.Mode().Perm()); errors.Is(err, fs.ErrExist) {
		return nil // the new state has its name already
	} else if err != nil {
		return fmt.Errorf("put the empty folder back: %w", err)
	}
	return giveTo(before, folder)
}

// giveTo gives what root made in a folder, and the folder, to the owner of another.
func giveTo(of fs.FileInfo, folder string) error {
	if of == nil || os.Geteuid() != 0 {
		return nil
	}
	owner, ok := of.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			err = os.Lchown(path, int(owner.Uid), int(owner.Gid))
		}
		return err
	})
}

// describeRoster prints how a roster is known by: its number, and its
// fingerprint in the words of each language.
func describeRoster(w io.Writer, s *roster.Signed, what string) {
	fmt.Fprintf(w, "%s  %d, %s\n", what, s.Epoch, s.SHA256())
	for _, lang := range wordlist.Languages() {
		fmt.Fprintf(w, "  fingerprint (%s)  %s\n", lang, s.Fingerprint(lang))
	}
}

// chain reads the rosters given and checks that they are one chain whose last
// is in force.
func (c *Init) chain() ([]*roster.Signed, error) {
	var chain []*roster.Signed
	for _, path := range c.Roster {
		data, err := readRoster(path)
		if err != nil {
			return nil, err
		}
		s, err := roster.Open(data)
		if errors.Is(err, roster.ErrSecretKey) {
			return nil, cli.Hint(fmt.Errorf("%s: %w", path, err),
				"delete it here, it must never be on this machine; whoever it belongs to must make a new key")
		}
		if err != nil {
			return nil, cli.Refused(fmt.Errorf("%s: %w", path, err), "give the file that amana-keys roster sign finished")
		}
		chain = append(chain, s)
	}
	if err := roster.VerifyChain(chain); err != nil {
		return nil, cli.Refused(err, "the first roster must be signed by its own administrators, each later one by those of the roster before it")
	}
	if err := chain[len(chain)-1].InForce(today()); err != nil {
		return nil, cli.Refused(err, "ask the administrators for a roster that is in force today; look at this machine's date too")
	}
	return chain, nil
}

// readRoster reads a small file.
func readRoster(path string) ([]byte, error) {
	f, _, err := cli.OpenFile("roster", path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, roster.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	return data, nil
}

// fill writes the files of a new state and returns the key that verifies its
// bundles.
func fill(folder string, chain []*roster.Signed) (vkey string, err error) {
	if _, err := book.Create(filepath.Join(folder, rostersFolder), chain); err != nil {
		return "", err
	}
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
	for name, key := range map[string]string{bundleKeyFile: skey, bundlePubFile: vkey} {
		if err := durable.WriteFile(filepath.Join(folder, name), []byte(key+"\n"), 0o600); err != nil {
			return "", err
		}
	}
	return vkey, nil
}
