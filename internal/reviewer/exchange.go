package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"amana/internal/attest"
	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/durable"

	"filippo.io/age"
)

// exchangeCommand carries coding and links between two reviewers' machines.
type exchangeCommand struct {
	Write exchangeWriteCommand `cmd:"" help:"Write all coding and links to one file, signed by you and sealed to the other reviewers."`
	Read  exchangeReadCommand  `cmd:"" help:"Take in what another reviewer wrote. Nothing of yours is overwritten; where you differ, both stand."`
}

// exchangeWriteCommand writes the file.
type exchangeWriteCommand struct {
	Out string `short:"o" name:"out" required:"" placeholder:"FILE" type:"path" help:"The file to make; it must not exist yet."`
	workFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// exchangeWritten is what --json prints.
type exchangeWritten struct {
	File    string   `json:"file"`
	Entries int      `json:"entries"`
	To      []string `json:"to"` // names of those who can open it
}

// Run writes the file, which gets its name when it is in the record of custody.
func (c *exchangeWriteCommand) Run(ctx context.Context, stdout io.Writer) error {
	if err := vacant(c.Out, "-o"); err != nil {
		return err
	}
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	r, err := c.read(ctx, false, filepath.Dir(c.Out))
	if err != nil {
		return err
	}
	defer r.Close()
	author, err := r.author()
	if err != nil {
		return err
	}
	to, people := r.coding.People.Others(author.Key)
	h, err := r.coding.WriteExchange(out, author, to)
	if errors.Is(err, cases.ErrNoOthers) {
		return cli.Hint(err, "open a bundle that brings the newest roster; it must name the others")
	}
	if err != nil {
		return err
	}
	log, err := custody.Open(r.Workspace, r.key)
	if err != nil {
		return err
	}
	err = log.Add(custody.Event{Act: custody.Exported, Purpose: "coding and links for the other reviewers", Recipient: short(strings.Join(people, ", ")),
		Detail:   fmt.Sprintf("%d entries; the hash is that of their list", h.Entries),
		Subjects: []custody.Subject{{Hash: h.Sum}}})
	if err != nil {
		return workspaceError(err)
	}
	if err := out.Commit(); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(stdout, exchangeWritten{c.Out, h.Entries, people})
	}
	fmt.Fprintf(stdout, "wrote %s, with %s, for %s; they take it in with amana-decrypt exchange read\n",
		cli.OneLine(c.Out), cli.Count(h.Entries, "entry", "entries"), cli.Plain(strings.Join(people, ", ")))
	return nil
}

// short cuts a text to what the record of custody takes.
func short(s string) string {
	if r := []rune(s); len(r) > custody.MaxText {
		return string(r[:custody.MaxText-1]) + "…"
	}
	return s
}

// exchangeReadCommand takes a file in.
type exchangeReadCommand struct {
	File string `arg:"" type:"path" help:"The file that another reviewer wrote."`
	workFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// exchangeRead is what --json prints.
type exchangeRead struct {
	By      string       `json:"by"`
	Name    string       `json:"name"`
	Day     string       `json:"day"`
	Entries int          `json:"entries"`
	New     int          `json:"new"`
	Waiting int          `json:"waiting"` // entries of all about threads that are not here yet
	Idle    int          `json:"idle"`    // entries of all that do not count
	Differ  []listedCase `json:"differ"`  // cases on which reviewers differ now
}

// Run takes the file in and says where reviewers differ.
func (c *exchangeReadCommand) Run(ctx context.Context, stdout io.Writer) error {
	file, size, err := cli.OpenFile("file", c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	r, err := c.read(ctx, false)
	if err != nil {
		return err
	}
	defer r.Close()
	var ids []age.Identity
	for _, id := range r.key.Identities {
		ids = append(ids, id)
	}
	open := func() (io.Reader, error) { return untilStopped{ctx, io.NewSectionReader(file, 0, size)}, nil }
	m, err := r.coding.Merge(open, ids, func(all []*cases.Signed) error { return r.keep(custody.Merged, all) })
	if err != nil {
		return exchangeError(err, m)
	}
	coding, err := cases.Read(r.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	h := m.Head
	out := exchangeRead{h.By, nameOf(coding, h), h.Day, h.Entries, m.New, coding.Waiting, len(coding.Idle), []listedCase{}}
	for _, one := range coding.Differing() {
		out.Differ = append(out.Differ, listCase(coding, one))
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	fmt.Fprintln(stdout, cli.Plain(fmt.Sprintf("from %s, written on %s: %s, %d of them new", out.Name, h.Day, cli.Count(h.Entries, "entry", "entries"), m.New)))
	list := casesListing{Cases: out.Differ, Waiting: out.Waiting}
	if len(out.Differ) > 0 {
		fmt.Fprint(stdout, "where reviewers differ (amana-decrypt cases show): ")
		list.print(stdout)
	}
	if out.Idle > 0 {
		fmt.Fprintf(stdout, "%s; amana-decrypt cases list says why\n", cli.Count(out.Idle, "entry does not count", "entries do not count"))
	}
	return nil
}

// nameOf returns the name of who wrote a file, as rosters have it.
func nameOf(coding *cases.Coding, h *cases.Head) string {
	if name := coding.People.Name(h.By); name != "" {
		return name
	}
	return h.Name
}

// untilStopped is a reader that ends when the person stops the program.
type untilStopped struct {
	ctx context.Context
	io.Reader
}

func (s untilStopped) Read(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}

func exchangeError(err error, m *cases.Merged) error {
	taken := "nothing was taken in"
	if m != nil && m.New > 0 {
		taken = fmt.Sprintf("%d entries were taken in before; reading it again takes in the rest", m.New)
	}
	switch {
	case errors.Is(err, cases.ErrStranger):
		return cli.Refused(err, "open the newest bundle first: it brings the newest roster. If that does not help, ask the administrators who wrote this; "+taken)
	case errors.Is(err, cases.ErrNotOurs):
		return &cli.Error{Err: err, Code: cli.ExitNotOurs, Hint: "your own file is for the others, and not for you; that of another reviewer they must write again, with a roster that has you; " + taken}
	case errors.Is(err, cases.ErrVersion):
		return cli.Hint(err, "use a newer amana-decrypt; %s", taken)
	case errors.Is(err, cases.ErrExchange), errors.Is(err, cases.ErrEntry), errors.Is(err, attest.ErrSignature):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "copy it again, with another stick; if it stays so, tell the other reviewer: somebody changed it; " + taken}
	}
	return err
}
