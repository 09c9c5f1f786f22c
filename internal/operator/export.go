package operator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"

	"golang.org/x/mod/sumdb/note"
)

// Export writes a bundle to be carried to the reviewers, or the headers alone.
type Export struct {
	Out     string  `short:"o" required:"" type:"path" placeholder:"FILE" help:"File to write; it must not exist."`
	Headers bool    `help:"Only the headers of testimonies that are not sealed to exactly the newest reviewers, to be rewrapped and confirmed."`
	Epoch   *uint32 `help:"With --headers: those that are sealed to the roster of this number, whoever its reviewers are."`
}

// Validate refuses a roster's number that would do nothing.
func (c *Export) Validate() error {
	if c.Epoch != nil && !c.Headers {
		return errors.New("--epoch goes with --headers: a bundle holds all testimonies")
	}
	return nil
}

// pageSize is how many records are asked for at once.
const pageSize = 500

// Run writes under a temporary name; the bundle has its name only when it is
// whole. A testimony that is damaged in the vault is left out and named, so
// that one bad block does not hold back all others.
func (c *Export) Run(ctx context.Context, state State, stdout io.Writer) error {
	if _, err := os.Lstat(c.Out); err == nil {
		return cli.Hint(fmt.Errorf("%s is there already", c.Out), "nothing is ever overwritten; choose another name with -o")
	}
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	signer, vkey, err := state.signer()
	if err != nil {
		return err
	}
	// A list of records passes over those that are damaged: only a check can say
	// that something is missing. Payloads are checked while they are written.
	var damaged []vault.Finding
	if err := from.CheckRecords(ctx, func(f vault.Finding) { damaged = append(damaged, f) }); err != nil {
		return fmt.Errorf("check the vault: %w", err)
	}
	if c.Headers {
		if err := c.exportHeaders(ctx, state, from, stdout); err != nil {
			return err
		}
		return leftOut(stdout, damaged)
	}
	manifest, err := c.manifest(ctx, state, from, damaged)
	if err != nil {
		return err
	}
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return diskAdvice(err)
	}
	defer out.Discard()
	late, err := c.write(ctx, out, manifest, signer, vkey, from)
	if err == nil {
		err = out.Commit()
	}
	if err != nil {
		return diskAdvice(err)
	}
	fmt.Fprintf(stdout, "wrote %s, %s, to %s\n", parts(len(manifest.Testimonies)), sizeOf(manifest), c.Out)
	if err := state.noteDay(dayExported); err != nil {
		fmt.Fprintf(stdout, "warning: the bundle is whole, but its day could not be kept: %v\n", err)
	}
	return leftOut(stdout, append(damaged, late...))
}

// parts counts what is sealed on its own: a testimony, an addition, a name or a note,
// which cannot be told apart here.
func parts(n int) string { return cli.Count(n, "sealed part", "sealed parts") }

// diskAdvice says what to do about a stick that takes no more.
func diskAdvice(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return cli.Hint(err, "the disk or stick is full; nothing was left on it")
	case errors.Is(err, fs.ErrPermission):
		return cli.Hint(err, "the user who runs this command must be able to write there: name another folder with -o")
	case errors.Is(err, syscall.EFBIG):
		return cli.Hint(err, "the disk or stick takes no file that large (FAT32: 4 GiB); use one formatted as exFAT or ext4")
	}
	return err
}

// leftOut names what was left out, if anything was, and what is damaged in the
// vault itself, which keeps nothing out of the bundle that can be listed.
func leftOut(stdout io.Writer, damaged []vault.Finding) error {
	if len(damaged) == 0 {
		return nil
	}
	missing := make(map[vault.ID]bool)
	files := false
	for _, f := range damaged {
		if f.ID == (vault.ID{}) {
			files = true
			fmt.Fprintf(stdout, "damaged: %s\n", describe(f))
			continue
		}
		missing[f.ID] = true
		fmt.Fprintf(stdout, "left out: %s\n", describe(f))
	}
	e := &cli.Error{Hint: keepCopy + ", then run amana-intake check", Code: cli.ExitPartial}
	switch {
	case !files:
		e.Err = fmt.Errorf("%s damaged, and not in the file", things(len(missing)))
	case len(missing) > 0:
		e.Err = fmt.Errorf("%s damaged, and not in the file; the vault's files are damaged too, so more may be missing", things(len(missing)))
	default:
		e.Err = errors.New("the vault's files are damaged; all that could be listed is in the file, but more may be missing")
		e.Code = cli.ExitDamaged
	}
	return e
}

// signer reads the key that signs bundles.
func (s State) signer() (note.Signer, string, error) {
	skey, err := os.ReadFile(s.path(bundleKeyFile))
	if err != nil {
		return nil, "", fmt.Errorf("read key that signs bundles: %w", err)
	}
	vkey, err := os.ReadFile(s.path(bundlePubFile))
	if err != nil {
		return nil, "", fmt.Errorf("read key that signs bundles: %w", err)
	}
	signer, err := note.NewSigner(string(bytes.TrimSpace(skey)))
	if err != nil {
		return nil, "", fmt.Errorf("read key that signs bundles: %s is damaged", s.path(bundleKeyFile))
	}
	return signer, string(bytes.TrimSpace(vkey)), nil
}

// manifest lists what is in the vault now, but for what is damaged. What arrives
// later waits for the next bundle.
func (c *Export) manifest(ctx context.Context, state State, from vault.Reader, damaged []vault.Finding) (*carry.Manifest, error) {
	skip := make(map[vault.ID]bool)
	for _, f := range damaged {
		skip[f.ID] = true
	}
	m := &carry.Manifest{Made: today()}
	// Without rosters that can be trusted testimonies are carried all the same.
	for _, r := range state.readRosters(vault.Usage{}).all() {
		m.Rosters = append(m.Rosters, carry.List{Epoch: r.Epoch, Text: r.Bytes()})
	}
	err := eachRecord(ctx, from, func(r *vault.Record) {
		if skip[r.ID] {
			return
		}
		m.Testimonies = append(m.Testimonies, carry.Entry{
			ID: r.ID.String(), Day: r.Day, Epoch: r.Epoch, HeaderEpoch: r.HeaderEpoch,
			HeaderSize: int64(len(r.Header)), HeaderSum: sha256.Sum256(r.Header),
			PayloadSize: r.PayloadSize, PayloadSum: r.PayloadSum,
		})
	})
	switch {
	case err != nil:
		return nil, err
	case len(m.Testimonies) > 0:
		return m, nil
	case len(damaged) > 0:
		return nil, allDamaged(describe(damaged[0]))
	default:
		return nil, errNothing()
	}
}

func errNothing() error {
	return cli.Hint(errors.New("there is no testimony yet"), "no bundle was written")
}

// eachRecord calls fn for every record of the vault, in the order of their ids.
func eachRecord(ctx context.Context, from vault.Reader, fn func(*vault.Record)) error {
	var after vault.ID
	for {
		records, err := from.Records(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("list testimonies: %w", err)
		}
		for i := range records {
			fn(&records[i])
		}
		if len(records) < pageSize {
			return nil
		}
		after = records[len(records)-1].ID
	}
}

// allDamaged is the error when nothing is left to export.
func allDamaged(first string) error {
	return &cli.Error{
		Err:  fmt.Errorf("nothing is left to export that is not damaged: %s", first),
		Hint: keepCopy + ", then run amana-intake check", Code: cli.ExitDamaged,
	}
}
