package operator

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"amana/internal/backup"
	"amana/internal/cli"
	"amana/internal/roster"
	"amana/vault"
)

// Restore makes the state of a new server from a backup.
type Restore struct {
	From string `arg:"" placeholder:"FILE" help:"A backup that is not encrypted, or - for one that comes in: age -d -i backup.key backup.age | amana-intake restore -"`
}

// Run makes everything under a temporary name, so that what was cut off cannot be taken
// for a whole state, and compares what the new state holds with the backup.
func (c *Restore) Run(ctx context.Context, state State, stdout io.Writer) error {
	in, size, err := c.open()
	if err != nil {
		return err
	}
	defer in.Close()
	bar := cli.NewProgress(os.Stderr, "restoring", size)
	defer bar.Done()
	from := bufio.NewReaderSize(contextReader{ctx, bar.Reader(in)}, 256<<10)
	if head, _ := from.Peek(len(ageIntro)); string(head) == ageIntro {
		return cli.Refused(errors.New("this backup is encrypted, and the server holds no key"),
			"decrypt it on the way: age -d -i backup.key backup.age | amana-intake restore --state FOLDER -")
	}
	r := &restoring{ctx: ctx}
	defer r.close()
	if err := state.make(func(partial State) error { return r.restore(partial, from) }); err != nil {
		return badBackup(err)
	}
	fmt.Fprintf(stdout, "restored %s, %s, %d purged, %s, from the backup of %s\n", parts(r.sum.Testimonies), byteSize(r.sum.Bytes), r.sum.Purged,
		cli.Count(r.sum.Replies, "reply", "replies"), r.head.Made)
	fmt.Fprintf(stdout, "digest %s: all of it is as it was written; compare it with the one that backup printed\n", r.sum.Digest)
	r.tell(stdout, state)
	return nil
}

// ageIntro is what an encrypted backup begins with.
const ageIntro = "age-encryption.org/"

// open opens the backup, and returns its size, 0 if it is not known.
func (c *Restore) open() (io.ReadCloser, int64, error) {
	if c.From == "-" {
		return io.NopCloser(os.Stdin), 0, nil
	}
	return cli.OpenFile("backup", c.From)
}

// tell says what is left to do.
func (r *restoring) tell(w io.Writer, state State) {
	if len(r.chain) == 0 {
		fmt.Fprintln(w, "warning: the backup holds no rosters, so the intake stays closed; what is kept can be exported")
	} else {
		newest := r.chain[len(r.chain)-1]
		describeRoster(w, newest, "newest roster")
		if err := newest.InForce(today()); err != nil {
			hints, _ := cli.Advice(closed(err))
			fmt.Fprintf(w, "warning: %s; %s\n", cli.Plain(err.Error()), strings.Join(hints, "; "))
		}
	}
	fmt.Fprintln(w, "what came in, was withdrawn or was purged after the backup is not known here; stop the old server for good before this one serves")
	if r.has(backup.AlsoFolder) {
		fmt.Fprintf(w, "the files that were taken along are in %s\n", state.path(backup.AlsoFolder))
	}
	if r.has(backup.OnionFolder) {
		fmt.Fprintf(w, "the onion's keys are in %s; docs/operate.md says where they go; delete them there afterwards\n", state.path(backup.OnionFolder))
	}
}

// badBackup gives the error of a restoration its exit code and what to do.
func badBackup(err error) error {
	switch {
	case errors.Is(err, backup.ErrNotBackup):
		return cli.Refused(fmt.Errorf("nothing was restored: %w", err), "give the file that amana-intake backup wrote, decrypted if it is encrypted; a newer one needs a newer amana-intake")
	case errors.Is(err, backup.ErrMalformed), errors.Is(err, vault.ErrTaken):
		return cli.Refused(fmt.Errorf("nothing was restored: %w", err), "no amana-intake wrote it so: somebody changed it; use another copy")
	case errors.Is(err, backup.ErrDamaged), errors.Is(err, errRestored):
		return &cli.Error{Err: fmt.Errorf("nothing was restored: %w", err), Hint: "copy the backup again, or use another one", Code: cli.ExitDamaged}
	case errors.Is(err, vault.ErrFull):
		return cli.Hint(err, "nothing was restored; make room on the disk and do it again")
	}
	return err
}

// errRestored is about a new state that does not hold what the backup does.
var errRestored = errors.New("the disk did not keep what was restored as it was written")

// restore fills a new state.
func (r *restoring) restore(partial State, from io.Reader) (err error) {
	r.state = partial
	if err := r.begin(); err != nil {
		return err
	}
	r.head, r.sum, err = backup.Read(from, r)
	if failed := r.wait(); failed != nil {
		err = failed // it came first
	}
	if err == nil {
		err = r.end()
	}
	if err != nil {
		r.close()
		return err
	}
	return r.compare()
}

// compare reads the new state as a command would, payloads too.
func (r *restoring) compare() error {
	store, err := r.reopen()
	if err != nil {
		return err
	}
	from := files{store, r.state.letters()}
	var found []string
	err = from.Check(r.ctx, func(f vault.Finding) { found = append(found, describe(f)) })
	digest := ""
	if err == nil {
		digest, _, err = r.state.digest(r.ctx, from)
	}
	if err = errors.Join(err, from.Close()); err != nil {
		return fmt.Errorf("read what was restored: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: %s", errRestored, found[0])
	}
	if digest != r.sum.Digest {
		return fmt.Errorf("%w: its digest is %s, and should be %s", errRestored, digest, r.sum.Digest)
	}
	return nil
}

// verified reads the rosters that came.
func (r *restoring) verified() ([]*roster.Signed, error) {
	var chain []*roster.Signed
	for _, text := range r.rosters {
		s, err := roster.Open(text)
		if err != nil {
			return nil, fmt.Errorf("%w: roster %d: %w", backup.ErrMalformed, len(chain)+1, err)
		}
		if !bytes.Equal(s.Bytes(), text) {
			return nil, fmt.Errorf("%w: roster %d is written otherwise", backup.ErrMalformed, len(chain)+1)
		}
		chain = append(chain, s)
	}
	if len(chain) > 0 {
		if err := roster.VerifyChain(chain); err != nil {
			return nil, fmt.Errorf("%w: %w", backup.ErrMalformed, err)
		}
	}
	return chain, nil
}
