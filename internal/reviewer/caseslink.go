package reviewer

import (
	"context"
	"fmt"
	"io"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/custody"
)

// casesLinkCommand says that several threads are about one person.
type casesLinkCommand struct {
	Subjects []string `arg:"" help:"Threads (the first digits of their ids) and cases (C-…), at least two. The case is the first one named, or that of the first thread."`
	workFlags
	noteFlags
	yesFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// linked is what --json prints of a link.
type linked struct {
	Case    string   `json:"case"`
	Threads []string `json:"threads"` // all that are in it then
	Entries []string `json:"entries"` // that were made; none if it stood so already
}

// Run shows what would go together, asks, and signs.
func (c *casesLinkCommand) Run(ctx context.Context, stdout io.Writer) error {
	r, err := c.workFlags.read(ctx, !c.Yes)
	if err != nil {
		return err
	}
	defer r.Close()
	ids, err := r.resolve(c.Subjects...)
	if err != nil {
		return err
	}
	plan, err := r.coding.Link(ids...)
	if err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(stdout, "these would be one case, %s:\n", plan.Case)
		for _, t := range plan.Threads {
			printThread(stdout, r.coding, t)
		}
		for i, a := range plan.Threads {
			for _, b := range plan.Threads[i+1:] {
				if r.coding.Different(a.ID, b.ID) {
					fmt.Fprintf(stdout, "but somebody said that %.8s and %.8s are about different people\n", a.ID, b.ID)
				}
			}
		}
	}
	return c.finish(ctx, r, plan, "All these are about one person?", custody.Linked, stdout)
}

// printThread says a thread in a line, without a word of its source.
func printThread(w io.Writer, coding *cases.Coding, t *cases.Thread) {
	said := ""
	if t.Withdrawn {
		said = ", WITHDRAWN"
	}
	fmt.Fprintf(w, "  thread %s of %s, received %s, %s%s\n", t.ID, coding.Case(t.ID).ID, t.Refs[0].Received, parts(len(t.Refs)), said)
}

// finish asks, signs and keeps a plan.
func (c *casesLinkCommand) finish(ctx context.Context, r *reading, plan *cases.Plan, question string, act custody.Act, stdout io.Writer) error {
	out := linked{Case: plan.Case, Threads: []string{}, Entries: []string{}}
	for _, t := range plan.Threads {
		out.Threads = append(out.Threads, t.ID)
	}
	if !plan.Empty() {
		if question != "" {
			if err := c.ask(ctx, question); err != nil {
				return err
			}
		}
		note, err := c.noteFlags.read(ctx, c.Yes)
		if err != nil {
			return err
		}
		author, err := r.author()
		if err != nil {
			return err
		}
		signed, err := plan.Sign(author, note)
		if err != nil {
			return entryError(err)
		}
		if err := r.keep(act, signed); err != nil {
			return err
		}
		for _, s := range signed {
			out.Entries = append(out.Entries, s.ID)
		}
	}
	switch {
	case c.JSON:
		return printJSON(stdout, out)
	case plan.Empty():
		fmt.Fprintln(stdout, "it stands so already; nothing was changed")
	default:
		fmt.Fprintf(stdout, "signed %s\n", cli.Count(len(out.Entries), "entry", "entries"))
	}
	return nil
}

// casesUnlinkCommand says that threads are about others than the rest of their case.
type casesUnlinkCommand struct {
	Threads []string `arg:"" help:"The threads that are to leave their case: the first digits of their ids. Each becomes a case of its own."`
	workFlags
	noteFlags
	yesFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// Run shows what would leave, asks, and signs.
func (c *casesUnlinkCommand) Run(ctx context.Context, stdout io.Writer) error {
	r, err := c.workFlags.read(ctx, !c.Yes)
	if err != nil {
		return err
	}
	defer r.Close()
	ids, err := r.resolve(c.Threads...)
	if err != nil {
		return err
	}
	plan, err := r.coding.Unlink(ids...)
	if err != nil {
		return err
	}
	if !c.JSON {
		for _, t := range plan.Threads {
			fmt.Fprintln(stdout, "this would be a case of its own:")
			printThread(stdout, r.coding, t)
		}
	}
	same := casesLinkCommand{noteFlags: c.noteFlags, yesFlags: c.yesFlags, JSON: c.JSON}
	return same.finish(ctx, r, plan, "Not the same person as the rest of the case?", custody.Unlinked, stdout)
}

// casesApartCommand says that two threads are about different people.
type casesApartCommand struct {
	First  string `arg:"" help:"The first digits of the id of a thread."`
	Second string `arg:"" help:"The same of another one."`
	Open   bool   `name:"open" help:"Take that back: nobody knows, and they may be suggested again."`
	workFlags
	noteFlags
	yesFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// Run signs it. It links and unlinks nothing.
func (c *casesApartCommand) Run(ctx context.Context, stdout io.Writer) error {
	r, err := c.workFlags.read(ctx, !c.Yes)
	if err != nil {
		return err
	}
	defer r.Close()
	ids, err := r.resolve(c.First, c.Second)
	if err != nil {
		return err
	}
	if !cases.IsThread(ids[0]) || !cases.IsThread(ids[1]) || ids[0] == ids[1] {
		return &cli.Error{Err: fmt.Errorf("%w: give two threads", cases.ErrSubject), Code: cli.ExitUsage}
	}
	value := cases.NotOther
	if c.Open {
		value = cases.NotOpen
	}
	plan := r.coding.TellApart(ids[0], ids[1], value)
	same := casesLinkCommand{noteFlags: c.noteFlags, yesFlags: c.yesFlags, JSON: c.JSON}
	if !c.JSON && r.coding.Case(ids[0]) == r.coding.Case(ids[1]) && !c.Open {
		program.Say("they are in one case still; amana-decrypt cases unlink parts them")
	}
	return same.finish(ctx, r, plan, "", custody.Unlinked, stdout)
}
