package reviewer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/wordlist"
	"amana/internal/workspace"
)

// custodyCommand is about the record of what was done with testimonies.
type custodyCommand struct {
	Verify custodyVerify `cmd:"" help:"Hold everything in the workspace against its record: the chain, each signature, each original byte for byte, what the server signed, the rosters. Says what is wrong, and where."`
	Show   custodyShow   `cmd:"" help:"Print the record of one case, thread or testimony, in Arabic or English: for your own desk, or with --to for a court or another recipient."`
	Head   custodyHead   `cmd:"" help:"Print the number and hash of the last link: written down elsewhere, it shows later that nothing was cut off."`
	Files  custodyFiles  `cmd:"" help:"Write the record as files that an expert can check with sha256sum and openssl, without this program."`
}

// custodyVerify checks a workspace.
type custodyVerify struct {
	workFlags
	trustFlags
	Expect []string `name:"expect" sep:"none" placeholder:"NUMBER:HASH" help:"A head that was written down earlier: in an export, a report, an outbox, or from custody head. The record must go on from it. May be given several times."`
	JSON   bool     `name:"json" help:"Print one JSON object for scripts."`
}

// Validate refuses heads that are none.
func (c *custodyVerify) Validate() error {
	for _, text := range c.Expect {
		if _, err := custody.ParseHead(text); err != nil {
			return fmt.Errorf("--expect: %w: copy it whole, as custody head prints it", err)
		}
	}
	return c.trustFlags.Validate()
}

// Run verifies. It ends with exit code 11 if anything is not as it was.
func (c *custodyVerify) Run(ctx context.Context, stdout io.Writer) error {
	s, log, err := c.record(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	total, err := sizeOfOriginals(s)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(os.Stderr, "verifying", total)
	r, err := log.Verify(ctx, progress.Set)
	progress.Done()
	if err != nil {
		return err
	}
	if _, err := cases.Verify(s.Workspace); err != nil {
		r.Faults = append(r.Faults, custody.Fault{Where: "coding", Which: "entries", What: err.Error()})
	}
	if err := c.compare(log, r); err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(stdout, r); err != nil {
			return err
		}
	} else {
		c.print(stdout, r)
	}
	if n := len(r.Faults) + r.More; n > 0 {
		return &cli.Error{Err: fmt.Errorf("%s in this workspace", cli.Count(n, "thing is not as it was", "things are not as they were")), Code: cli.ExitDamaged,
			Hint: "keep the folder as it is, work in no copy of it, and compare it with your other copies"}
	}
	return nil
}

// compare adds what the person knows from elsewhere.
func (c *custodyVerify) compare(log *custody.Log, r *custody.Result) error {
	for _, text := range c.Expect {
		h, err := custody.ParseHead(text)
		if err != nil {
			return err
		}
		ok, err := log.Contains(h)
		if err != nil {
			return err
		}
		if !ok {
			r.Faults = append(r.Faults, custody.Fault{Where: "head", Which: fmt.Sprint(h.Number),
				What: "the record does not have the link that --expect names: it was cut off, or is another one"})
		}
	}
	for i := range r.Servers {
		s := &r.Servers[i]
		if c.Intake != nil && *c.Intake != s.Intake {
			r.Faults = append(r.Faults, custody.Fault{Where: "manifest", Which: s.Intake, What: "bundles are signed by this server, and --intake names another"})
		}
		if c.Pin != "" && !wordlist.Matches(c.Pin, s.Chain[0].Sum()) {
			r.Faults = append(r.Faults, custody.Fault{Where: "rosters", Which: "1", What: "the first roster is not the one that --pin names: it is known by " + asTyped(c.Pin, s.Chain[0])})
		}
	}
	return nil
}

func (c *custodyVerify) print(out io.Writer, r *custody.Result) {
	w := bufio.NewWriter(out)
	defer w.Flush()
	for _, f := range r.Faults {
		fmt.Fprintf(w, "WRONG: %s\n", cli.Plain(f.String()))
	}
	if r.More > 0 {
		fmt.Fprintf(w, "WRONG: and %d more\n", r.More)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", cli.Plain(n))
	}
	fmt.Fprintf(w, "record: %s, the last is %s\n", cli.Count(r.Links, "link", "links"), r.Head)
	for _, s := range r.Signers {
		fmt.Fprintf(w, "signed: %s by %s (%s), %s to %s, reviewer in %s\n", cli.Count(s.Links, "link", "links"), cli.Plain(s.Name), s.Key, s.First, s.Last, rostersSaid(s.Epochs))
	}
	for _, s := range r.Servers {
		compared := "its first roster was never compared with the administrators'"
		if s.Pinned || c.Pin != "" {
			compared = "its first roster was compared"
		}
		fmt.Fprintf(w, "server: %s, %s; %s: %s\n", s.Intake, cli.Count(s.Rosters, "roster", "rosters"), compared, s.Chain[0].Fingerprint("en"))
	}
	fmt.Fprintf(w, "originals: %d compared, %d bytes, of %s\n", r.Originals, r.Bytes, cli.Count(r.Bundles, "bundle", "bundles"))
	if len(r.Faults) == 0 {
		fmt.Fprintln(w, "everything is as it was recorded. That nothing was cut off at the end, only a head that was written down elsewhere can show (--expect)")
	}
}

func rostersSaid(epochs []uint32) string {
	if len(epochs) == 0 {
		return "none"
	}
	return fmt.Sprintf("rosters %v", epochs)
}

// sizeOfOriginals returns the bytes of all originals, for the progress.
func sizeOfOriginals(s *session) (total int64, err error) {
	for ref, err := range s.Refs() {
		if err != nil {
			return total, nil // verifying says what is wrong
		}
		total += ref.Size
	}
	return total, nil
}

// record opens the workspace and its record, with others as the folders that may be
// written to besides.
func (c *workFlags) record(ctx context.Context, others ...string) (*session, *custody.Log, error) {
	s, err := c.open(ctx, others...)
	if err != nil {
		return nil, nil, err
	}
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, log, nil
}

// custodyHead prints the head.
type custodyHead struct{ workFlags }

// Run prints one line.
func (c *custodyHead) Run(ctx context.Context, stdout io.Writer) error {
	s, log, err := c.record(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	h, err := log.Head()
	if err != nil {
		return recordError(err)
	}
	fmt.Fprintln(stdout, h)
	return nil
}

// recordError gives errors about the record their advice and exit code.
func recordError(err error) error {
	switch {
	case errors.Is(err, custody.ErrUnsigned):
		return cli.Hint(err, "use a key that amana-keys reviewer new made")
	case errors.Is(err, custody.ErrBroken):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "amana-decrypt custody verify says what was changed, and where"}
	}
	return err
}

// custodyFiles hands the record out.
type custodyFiles struct {
	workFlags
	Out string `short:"o" name:"folder" required:"" placeholder:"FOLDER" type:"path" help:"The folder to make; it must not exist yet, or be empty. The record names reviewers, recipients and reasons: give it only to those who may know them."`
}

// Run writes the files into a new folder, which gets its name when all are in it.
func (c *custodyFiles) Run(ctx context.Context, stdout io.Writer) error {
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return err
	}
	folder, err := createFolder(c.Out)
	if err != nil {
		return err
	}
	defer folder.Discard()
	if err := confineFiles(folder, s.Path()); err != nil {
		return err
	}
	for _, name := range []string{"links", "keys"} {
		if err := folder.MakeDir(name); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	if log.Signs() && !log.ReadOnly() {
		if err := log.Add(custody.Event{Act: custody.Copied, Detail: "the record of custody, as files to be checked"}); err != nil {
			return recordError(err)
		}
	}
	n := 0
	err = log.Extract(ctx, func(path string, data []byte) error {
		n++
		return folder.WriteFile(filepath.FromSlash(path), func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	})
	if err == nil {
		err = folder.Commit()
	}
	if err != nil {
		return recordError(err)
	}
	fmt.Fprintf(stdout, "wrote %d files to %s; README.txt in it says how to check them\n", n, cli.OneLine(c.Out))
	return nil
}
