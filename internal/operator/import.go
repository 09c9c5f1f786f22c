package operator

import (
	"bufio"
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
	File string `arg:"" type:"path" help:"A signed roster, or the slips or the confirmation that amana-decrypt made."`
}

// Run hands the file to the running server, or takes it in itself when none
// runs. What is refused is kept nowhere.
func (c *Import) Run(ctx context.Context, state State, stdout io.Writer) error {
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open what is to be imported: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", c.File)
	}
	if err != nil {
		return fmt.Errorf("open what is to be imported: %w", err)
	}
	client, store, err := state.reach(ctx)
	if err != nil {
		return err
	}
	say := func(line string) { fmt.Fprintln(stdout, line) }
	bar := cli.NewProgress(os.Stderr, "importing", info.Size())
	defer bar.Done()
	from := bar.Reader(file)
	if client != nil {
		defer client.Close()
		return client.Import(ctx, from, info.Size(), say)
	}
	defer store.Close()
	u, err := store.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	return importer{store, state.rosters().against(u)}.Import(ctx, from, info.Size(), say)
}

// importer takes in what comes from outside. It trusts nothing of it but what a
// signature of an administrator or a reviewer of the newest roster vouches for,
// and even then nothing that would make a testimony unreadable.
type importer struct {
	store   vault.Store
	rosters rosters
}

var _ admin.Importer = importer{}

// Import implements [admin.Importer].
func (i importer) Import(ctx context.Context, r io.Reader, size int64, say func(string)) error {
	if i.rosters.err != nil {
		return closed(i.rosters.err)
	}
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(1024)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read what is to be imported: %w", err)
	}
	switch what := carry.Detect(head); what {
	case "roster":
		return i.roster(ctx, in, say)
	case "slips":
		return i.parts(ctx, in, size, say, carry.Slips)
	case "confirmation":
		return i.parts(ctx, in, size, say, carry.Confirmation)
	case "headers", "bundle":
		return cli.Refused(fmt.Errorf("these are the %s that this server exports; they are for the reviewers", what),
			"give the file that comes back from them")
	}
	return cli.Refused(errors.New("this is neither a roster nor slips nor a confirmation"),
		"give the file that amana-keys roster sign, amana-decrypt rewrap or amana-decrypt confirm made; if it is one, it was damaged on its way: copy it again")
}

// roster takes in the next roster. It is in force at once.
func (i importer) roster(ctx context.Context, r io.Reader, say func(string)) error {
	data, err := io.ReadAll(io.LimitReader(r, maxRoster))
	if err != nil {
		return fmt.Errorf("read roster: %w", err)
	}
	before := i.rosters.Newest()
	next, err := i.rosters.book.Import(data, today())
	if errors.Is(err, roster.ErrSecretKey) {
		return cli.Refused(err, "delete it here, it must never be on this machine; whoever it belongs to must make a new key")
	}
	if err != nil {
		return cli.Refused(fmt.Errorf("the roster is refused and roster %d stays: %w", before.Epoch, err),
			"nothing of it is kept; ask the administrators for a roster that follows this one")
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
	return i.toRotate(ctx, say)
}

// toRotate says how many testimonies are not yet readable by the reviewers of
// the newest roster, and by them alone.
func (i importer) toRotate(ctx context.Context, say func(string)) error {
	u, err := i.store.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	if n := i.rosters.toRotate(u); n > 0 {
		say(fmt.Sprintf("%d testimonies are still sealed to other reviewers: amana-intake export --headers begins to change that", n))
	} else if before := u.Testimonies; before > 0 {
		say("every testimony is sealed to exactly the reviewers of the newest roster")
	}
	return nil
}

// toRotate counts the testimonies whose header is not for the reviewers of the
// newest roster.
func (r rosters) toRotate(u vault.Usage) (n int) {
	for epoch, count := range u.ByEpoch {
		if !r.readBy(epoch) {
			n += count
		}
	}
	return n
}
