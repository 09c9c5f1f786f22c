package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/durable"
	"amana/internal/keyfile"
	"amana/internal/roster"
)

// headersFlags is what rewrap and confirm are given.
type headersFlags struct {
	Headers string `arg:"" type:"path" help:"The headers, as amana-intake export --headers wrote them."`
	Key     string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	trustFlags
	passphraseFlags
}

// headers is an opened file of headers, and the key of the reviewer who works
// on it.
type headers struct {
	in    *carry.PartsReader
	key   *keyfile.Key
	chain []*roster.Signed
	out   string // the file to make
	work  string // the folder in which it is made
	total int64  // bytes of all parts

	file   *os.File
	folder bool // work is a folder, and may be removed when it is empty
}

// open opens the input and the work folder, gives up the network, reads the key,
// and gives up all other folders before it looks at the headers.
func (c *headersFlags) open(ctx context.Context, out string) (*headers, error) {
	file, size, err := cli.OpenFile("headers", c.Headers)
	if err != nil {
		return nil, err
	}
	h := &headers{file: file, out: out, work: out + ".partial"}
	if err := c.fill(ctx, h, size); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (c *headersFlags) fill(ctx context.Context, h *headers, size int64) error {
	keyFile, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return err
	}
	defer keyFile.Close()
	if err := vacant(h.out, "-o"); err != nil {
		return err
	}
	if err := program.NoNetwork(); err != nil {
		return err
	}
	if h.key, err = c.readKey(ctx, keyFile, c.Key); err != nil {
		return err
	}
	if err := os.Mkdir(h.work, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make work folder: %w", err)
	}
	// A link there would lead the work somewhere else.
	if info, err := os.Lstat(h.work); err != nil || !info.IsDir() {
		return cli.Hint(fmt.Errorf("%s is not a folder", h.work), "move it away; its name is needed while the file is made")
	}
	h.folder = true
	if err := program.Confine(confine.Paths{Write: []string{filepath.Dir(h.out)}, Terminal: true}); err != nil {
		return err
	}
	if h.in, err = carry.ReadParts(h.file, size); err != nil {
		return partsError(err)
	}
	m := h.in.Manifest()
	if m.Kind != carry.Headers {
		return cli.Hint(fmt.Errorf("%s holds %s, not headers", c.Headers, m.Kind), "give the file that amana-intake export --headers made")
	}
	if err := c.checkIntake(m.Signer); err != nil {
		return err
	}
	for _, p := range m.Parts {
		h.total += p.Size
	}
	const stop = "do not go on with these headers; call the operator and an administrator"
	if h.chain, err = readChain(m.Rosters); err != nil {
		return cli.Refused(err, stop)
	}
	if err := c.checkPin(h.chain, "these headers", stop); err != nil {
		return err
	}
	newest := h.newest()
	if newest.Epoch != m.Epoch || newest.Sum() != m.RosterSum {
		return cli.Refused(errors.New("the headers are for another roster than the newest that comes with them"),
			"let the operator export the headers again")
	}
	return nil
}

func (h *headers) newest() *roster.Signed { return h.chain[len(h.chain)-1] }

func (h *headers) close() {
	h.file.Close()
	if h.folder {
		os.Remove(h.work) // only if it is empty: what is in it, another run goes on with
	}
}

// partsError gives the error of a file of headers its advice and exit code.
func partsError(err error) error {
	switch {
	case errors.Is(err, carry.ErrNotParts):
		return cli.Hint(err, "give the file that amana-intake export --headers made, or use a newer amana-decrypt")
	case errors.Is(err, carry.ErrNotWhole), errors.Is(err, carry.ErrDamaged), errors.Is(err, carry.ErrIntake), errors.Is(err, carry.ErrMalformed):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "the file was cut off, changed or damaged on its way: copy it again from the server, with another stick if it happens again"}
	}
	return err
}

// askReaders shows who will be able to read, and goes on only if that is right.
func (h *headers) askReaders(ctx context.Context, stdout io.Writer, compared bool) error {
	newest := h.newest()
	fmt.Fprintf(stdout, "roster %d, fingerprint  %s\n", newest.Epoch, newest.Fingerprint("en"))
	fmt.Fprintf(stdout, "  %s\n", newest.Fingerprint("ar"))
	fmt.Fprintf(stdout, "these %d will be able to read %d testimonies:\n", len(newest.Reviewers), h.in.Manifest().Testimonies)
	for _, r := range newest.Reviewers {
		card := r.Card()
		fmt.Fprintf(stdout, "  %q\n    %s\n    %s\n", r.Name, card.Fingerprint("en"), card.Fingerprint("ar"))
	}
	if compared {
		return nil
	}
	yes, err := cli.Confirm(ctx, "Did you compare the words with an administrator, by voice?")
	if err != nil {
		return cli.Hint(err, "compare the fingerprint and give --yes, or the words of the first roster with --pin")
	}
	if !yes {
		return errors.New("nothing was made")
	}
	return nil
}

// task is what one command does with each header.
type task struct {
	kind  carry.Kind
	what  string // for the progress
	done  string // with two numbers: made, of how many
	most  int    // bytes of the largest entry
	entry func(out []byte, e carry.HeaderEntry, known made) ([]byte, error)
	index func(part []byte) (made, error)
	next  string // what to do with the file
}

// sweep carries all headers through the task into the work folder, for a roster.
func (h *headers) sweep(ctx context.Context, t task, key *keyfile.Key, to *roster.Signed) (s *sweep, parts []int, err error) {
	work, err := openWork(h.work, key, t.kind, to)
	if err != nil {
		return nil, nil, err
	}
	progress := cli.NewProgress(os.Stderr, t.what, h.total)
	s = &sweep{in: h.in, work: work, most: t.most, entry: t.entry, index: t.index}
	parts, err = s.run(ctx, progress)
	progress.Done()
	if err != nil && ctx.Err() == nil {
		err = partsError(err)
	}
	return s, parts, err
}

// run carries all headers through the task and writes the file, unless nothing
// could be made.
func (h *headers) run(ctx context.Context, stdout io.Writer, t task) error {
	s, parts, err := h.sweep(ctx, t, h.key, h.newest())
	if err != nil {
		return err
	}
	total := h.in.Manifest().Testimonies
	fmt.Fprintf(stdout, t.done+"\n", s.done, total)
	if s.done > 0 {
		if err := h.write(ctx, t.kind, s.work, parts); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "wrote %s; %s\n", cli.OneLine(h.out), t.next)
	}
	if err := s.work.remove(); err != nil {
		return err
	}
	return s.verdict(total)
}

// write puts the parts together into the file, signed.
func (h *headers) write(ctx context.Context, kind carry.Kind, work *workFolder, parts []int) error {
	out, err := durable.Create(h.out, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	return sign(ctx, out, kind, h.key, h.newest(), len(parts), func(i int) ([]byte, error) { return work.read(parts[i]) })
}
