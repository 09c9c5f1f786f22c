package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/backup"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"

	"filippo.io/age"
)

// Backup writes all that a new server needs to go on as this one.
type Backup struct {
	Out       string   `short:"o" required:"" type:"path" placeholder:"FILE" help:"File to write; it must not exist."`
	Recipient []string `short:"r" sep:"none" placeholder:"RECIPIENT" help:"Encrypt to this: age1pq1..., or a file of such lines. May be given several times."`
	OnionKeys string   `type:"path" placeholder:"FOLDER" help:"Take along the keys of the onion service, from its folder. Whoever has the backup can then be this address; docs/operate.md says what that means."`
	Also      []string `sep:"none" type:"path" placeholder:"FILE" help:"Take along this file, such as the configuration. May be given several times."`
}

// Run writes under a temporary name and reads all of it again; the backup has its name
// only when it is whole. What is damaged is left out and named. What is withdrawn or
// purged while it is written is left out too, of which it says nothing.
func (c *Backup) Run(ctx context.Context, state State, stdout io.Writer) error {
	if _, err := os.Lstat(c.Out); err == nil {
		return cli.Hint(fmt.Errorf("%s is there already", c.Out), "nothing is ever overwritten; choose another name with -o")
	}
	recipients, err := c.recipients()
	if err != nil {
		return err
	}
	besides, err := c.besides()
	if err != nil {
		return err
	}
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	var damaged []vault.Finding
	if err := from.CheckRecords(ctx, func(f vault.Finding) { damaged = append(damaged, f) }); err != nil {
		return fmt.Errorf("check the vault: %w", err)
	}
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return diskAdvice(err)
	}
	defer out.Discard()
	b := &backing{ctx: ctx, state: state, from: from, besides: besides}
	err = b.write(out, recipients)
	if err == nil {
		err = b.verify(out, len(recipients) > 0)
	}
	if err == nil {
		err = out.Commit()
	}
	if err != nil {
		return diskAdvice(err)
	}
	b.tell(stdout, c, len(recipients))
	if err := state.noteDay(dayBackedUp); err != nil {
		fmt.Fprintf(stdout, "warning: the backup is whole, but its day could not be kept: %v\n", err)
	}
	return errors.Join(leftOut(stdout, append(damaged, b.damaged...)), b.partial())
}

// tell says what was written, and what that means.
func (b *backing) tell(w io.Writer, c *Backup, recipients int) {
	fmt.Fprintf(w, "wrote %s, %s, %d purged, %s to %s\n", parts(b.sum.Testimonies), byteSize(b.sum.Bytes), b.sum.Purged,
		cli.Count(b.sum.Replies, "reply", "replies"), c.Out)
	fmt.Fprintf(w, "digest %s\n", b.sum.Digest)
	if recipients > 0 {
		fmt.Fprintf(w, "encrypted to %s; read again: every byte is as it was written (this machine cannot decrypt it; try that where its key is)\n", cli.Count(recipients, "recipient", "recipients"))
	} else {
		fmt.Fprintln(w, "read again: all of it is whole and every hash is right")
		fmt.Fprintln(w, "warning: it is not encrypted: whoever has it cannot read a testimony, but sees the days and sizes, and can sign bundles as this server; --recipient encrypts it")
	}
	if c.OnionKeys != "" {
		fmt.Fprintln(w, "warning: the onion's keys are in it: whoever has it, and can open it, can be this address")
	}
	if b.noRosters != nil {
		fmt.Fprintf(w, "warning: the rosters are not in it: %v\n", b.noRosters)
	}
}

// recipients reads the options. Only what resists quantum computers is taken.
func (c *Backup) recipients() (all []age.Recipient, err error) {
	for _, given := range c.Recipient {
		lines := []string{given}
		if !strings.HasPrefix(given, "age1") {
			data, err := readSmall("recipients", given, 1<<20)
			if err != nil {
				return nil, cli.Hint(err, "give a recipient, age1pq1..., or the name of a file that holds some")
			}
			lines = strings.Split(string(data), "\n")
		}
		for _, line := range lines {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			r, err := age.ParseHybridRecipient(line)
			if err != nil {
				err = errors.New("a recipient does not begin with age1pq1, so it is not of the post-quantum kind") // not quoted: it may be a key
				if strings.HasPrefix(line, "AGE-SECRET-KEY-") {
					return nil, cli.Refused(errors.New("this is a backup KEY, not its recipient"), "it must never be on this machine; take the line that begins with age1pq1")
				}
				return nil, cli.Refused(err, "make a key with age-keygen -pq, on another machine, and give the recipient that it prints")
			}
			all = append(all, r)
		}
		if len(all) == 0 {
			return nil, cli.Refused(fmt.Errorf("%s holds no recipient", given), "give a file with a line age1pq1...")
		}
	}
	return all, nil
}

// besides reads the files that are taken along, by their names in the backup.
func (c *Backup) besides() (map[string][]byte, error) {
	all := make(map[string][]byte)
	add := func(name, path string) error {
		if err := backup.CheckName(name); err != nil {
			return cli.Hint(fmt.Errorf("take %s along: its name does not fit into a backup", path), "give it a name of letters, digits, dots, dashes and underscores")
		}
		if all[name] != nil {
			return fmt.Errorf("take %s along: another file has that name", path)
		}
		data, err := readSmall("what is taken along", path, backup.MaxFile)
		all[name] = data
		return err
	}
	for _, path := range c.Also {
		if err := add(backup.AlsoFolder+"/"+filepath.Base(path), path); err != nil {
			return nil, err
		}
	}
	if c.OnionKeys == "" {
		return all, nil
	}
	for _, pattern := range []string{"hostname", "hs_ed25519_*_key", "authorized_clients/*.auth"} {
		paths, err := filepath.Glob(filepath.Join(c.OnionKeys, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			rel, err := filepath.Rel(c.OnionKeys, path)
			if err == nil {
				err = add(backup.OnionFolder+"/"+filepath.ToSlash(rel), path)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if all[backup.OnionFolder+"/"+onionSecret] == nil {
		return nil, cli.Hint(fmt.Errorf("there is no key of an onion service in %s", c.OnionKeys),
			"give the folder that HiddenServiceDir names in torrc, and run this as someone who may read it")
	}
	return all, nil
}

// onionSecret is the name that tor gives the key of an onion service.
const onionSecret = "hs_ed25519_secret_key"

// readSmall reads a file of at most max bytes.
func readSmall(what, path string, most int64) ([]byte, error) {
	f, _, err := cli.OpenFile(what, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("read %s: %s has more than %s", what, path, byteSize(most))
	}
	return data, nil
}

// names returns the names of the files, in their order.
func names(files map[string][]byte) []string {
	var all []string
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// vkeyOf returns the key that verifies the server's bundles, without the one that signs.
func (s State) vkeyOf() (string, error) {
	data, err := os.ReadFile(s.path(bundlePubFile))
	if err != nil {
		return "", fmt.Errorf("read key that verifies bundles: %w", err)
	}
	return string(bytes.TrimSpace(data)), nil
}
