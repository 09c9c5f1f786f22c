package operator

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"amana/internal/admin"
	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/roster"
	"amana/internal/wordlist"
	"amana/vault"
)

// Import takes in what comes back from the offline machines.
type Import struct {
	Files []string `arg:"" name:"file" type:"path" help:"The folder that amana-decrypt outbox made: everything in it is taken in, in the right order. Or one file: a signed roster, or slips, a confirmation, an acknowledgement or replies that amana-decrypt made. Several files are rosters that follow each other: only the last must be in force."`
}

// Run hands the file to the running server, or takes it in itself when none
// runs. What is refused is kept nowhere.
func (c *Import) Run(ctx context.Context, state State, stdout io.Writer) error {
	say := func(line string) { fmt.Fprintln(stdout, line) }
	if len(c.Files) == 1 {
		if info, err := os.Stat(c.Files[0]); err == nil && info.IsDir() {
			if own, err := os.Stat(state.Folder); err == nil && os.SameFile(own, info) {
				return cli.Hint(fmt.Errorf("%s is this server's own state", c.Files[0]), "change nothing in it; give the folder on the stick that amana-decrypt outbox made")
			}
			return importFolder(ctx, state, c.Files[0], say)
		}
	}
	in, size, err := c.open()
	if err != nil {
		return err
	}
	defer in.Close()
	to, end, err := state.importer(ctx)
	if err != nil {
		return err
	}
	defer end()
	return importOne(ctx, to, in, size, say)
}

// importOne hands one file on, with its progress.
func importOne(ctx context.Context, to admin.Importer, in io.ReadCloser, size int64, say func(string)) error {
	bar := cli.NewProgress(os.Stderr, "importing", size)
	defer bar.Done()
	return to.Import(ctx, bar.Reader(in), size, say)
}

// importer returns what takes files in: the running server, or the vault itself when
// none runs. end must be called.
func (s State) importer(ctx context.Context) (to admin.Importer, end func(), err error) {
	client, store, err := s.reach(ctx)
	if err != nil {
		return nil, nil, err
	}
	if client != nil {
		return client, func() { client.Close() }, nil
	}
	u, err := store.Usage(ctx)
	if err != nil {
		store.Close()
		return nil, nil, fmt.Errorf("count testimonies: %w", err)
	}
	letters := s.letters()
	end = func() {
		letters.Close()
		store.Close()
	}
	return importer{store, s.rosters(u), letters, s.noteDay}, end, nil
}

// open returns the file as a stream and its size in bytes. Of several, which must
// be rosters, it returns their texts with a zero byte between, which no text holds.
func (c *Import) open() (io.ReadCloser, int64, error) {
	if len(c.Files) == 1 {
		file, size, err := cli.OpenFile("what is to be imported", c.Files[0])
		if err != nil {
			return nil, 0, err
		}
		return file, size, nil
	}
	var texts [][]byte
	for _, path := range c.Files {
		text, err := readRoster(path)
		if err != nil {
			return nil, 0, err
		}
		if carry.Detect(text) != "roster" || bytes.IndexByte(text, 0) >= 0 {
			return nil, 0, cli.Refused(fmt.Errorf("%s is not a roster", path), "only rosters are imported together; import everything else alone")
		}
		texts = append(texts, text)
	}
	all := bytes.Join(texts, []byte{0})
	return io.NopCloser(bytes.NewReader(all)), int64(len(all)), nil
}

// importer takes in what comes from outside. It trusts nothing of it but what a
// signature of an administrator or a reviewer of the newest roster vouches for,
// and even then nothing that would make a testimony unreadable.
type importer struct {
	store   vault.Store
	rosters rosters
	letters *letters
	noteDay func(what string) error
}

var _ admin.Importer = importer{}

// now returns the rosters, which an import changes.
func (i importer) now() rosters { return i.rosters }

// Import implements [admin.Importer].
func (i importer) Import(ctx context.Context, r io.Reader, size int64, say func(string)) error {
	if _, err := i.rosters.get(); err != nil {
		return closed(err)
	}
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(1024)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read what is to be imported: %w", err)
	}
	what := carry.Detect(head)
	if err := i.rosters.check(); err != nil && what != "roster" {
		return closed(err)
	}
	switch what {
	case "roster":
		return i.roster(ctx, in, say)
	case "slips", "confirmation", "acknowledgement", "replies":
		return i.parts(ctx, in, size, say, carry.Kind(what))
	case "headers", "bundle":
		return cli.Refused(fmt.Errorf("these are the %s that this server exports; they are for the reviewers", what),
			"give the file that comes back from them")
	}
	if err := secret(head); err != nil {
		return err
	}
	return cli.Refused(errors.New("this is neither a roster nor slips nor a confirmation, nor an acknowledgement nor replies"),
		"give the file that amana-keys roster sign, or amana-decrypt rewrap, confirm, open --ack or reply made; if it is one, it was damaged on its way: copy it again")
}

// secret returns an error if what a file begins with looks like a key. The server's own
// must stay where it is.
func secret(head []byte) error {
	switch {
	case bytes.Contains(head, []byte("PRIVATE+KEY+"+roster.KeyNameIntake+"+")):
		return cli.Refused(errors.New("this is a server's own KEY"), "leave it in the state that it belongs to, and let nobody have it")
	case carry.LooksSecret(head):
		return cli.Refused(errors.New("this is somebody's KEY"), "delete it here, it must never be on this machine; whoever it belongs to must make a new one")
	}
	return nil
}

// roster takes in the next roster, or several. The last is in force at once.
func (i importer) roster(ctx context.Context, r io.Reader, say func(string)) error {
	data, err := io.ReadAll(io.LimitReader(r, roster.MaxChainBytes+roster.MaxSize))
	if err != nil {
		return fmt.Errorf("read roster: %w", err)
	}
	kept, err := i.rosters.get()
	if err != nil {
		return closed(err)
	}
	before := kept.Newest()
	next, err := kept.ImportAll(today(), bytes.Split(data, []byte{0})...)
	switch {
	case errors.Is(err, roster.ErrSecretKey):
		return cli.Refused(err, "delete it here, it must never be on this machine; whoever it belongs to must make a new key")
	case errors.Is(err, roster.ErrExpired):
		return cli.Refused(fmt.Errorf("the roster is refused and roster %d stays: %w", before.Epoch, err),
			"nothing of it is kept; if a later roster follows it, import both with one command, in order")
	case isRefusal(err):
		return cli.Refused(fmt.Errorf("the roster is refused and roster %d stays: %w", before.Epoch, err),
			"nothing of it is kept; ask the administrators for a roster that follows this one")
	case err != nil:
		return cli.Hint(fmt.Errorf("the roster could not be kept: %w", err),
			"make room on the disk and import it again; until then it is not in force")
	}
	if next.Epoch == before.Epoch {
		say(fmt.Sprintf("roster %d is the newest one already", next.Epoch))
		return nil
	}
	say(fmt.Sprintf("roster %d is in force from now on; it", next.Epoch))
	for _, sentence := range roster.Diff(&before.Roster, &next.Roster) {
		say("  " + sentence)
	}
	for _, lang := range wordlist.Languages() {
		say("fingerprint (" + lang + ")  " + next.Fingerprint(lang))
	}
	if err := i.rosters.check(); err != nil {
		say("warning: " + closed(err).Error())
	}
	return i.toRotate(ctx, say)
}

// isRefusal tells whether err is about the roster, not about the disk.
func isRefusal(err error) bool {
	for _, refusal := range []error{roster.ErrMalformed, roster.ErrChain, roster.ErrSignatures, roster.ErrNotYet} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// toRotate says how many testimonies are not sealed to exactly the reviewers of
// the newest roster.
func (i importer) toRotate(ctx context.Context, say func(string)) error {
	u, err := i.store.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	switch n := i.rosters.readers().toRotate(u); {
	case n > 0:
		say(cli.Count(n, "sealed part is", "sealed parts are") + " still sealed to other reviewers: amana-intake export --headers begins to change that")
	case i.rosters.toConfirm(u) > 0:
		say("new headers still wait for a confirmation: amana-intake export --headers, then amana-decrypt confirm")
	case u.Testimonies > 0:
		say("every testimony is sealed to exactly the reviewers of the newest roster")
	}
	return nil
}
