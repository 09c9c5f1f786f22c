package reviewer

import (
	"context"
	"fmt"
	"io"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
)

// casesListCommand lists the cases.
type casesListCommand struct {
	workFlags
	Differ bool `name:"differ" help:"Only those on which reviewers differ."`
	JSON   bool `name:"json" help:"Print one JSON object for scripts."`
}

// casesListing is what --json prints.
type casesListing struct {
	Cases   []listedCase `json:"cases"`
	Idle    []idleEntry  `json:"idle"`    // entries that are kept and do not count
	Waiting int          `json:"waiting"` // entries about threads that are not here yet
}

type listedCase struct {
	ID       string   `json:"id"`
	Threads  []string `json:"threads"`
	Parts    int      `json:"parts"`    // envelopes
	Received string   `json:"received"` // day of the first
	Coded    int      `json:"coded"`    // values that stand
	Differ   []string `json:"differ"`   // fields on which reviewers differ
	Against  int      `json:"against"`  // said against its links: that two of its threads are of different people
	Gone     int      `json:"gone"`     // threads that were withdrawn
}

type idleEntry struct {
	Entry   string `json:"entry"`
	Subject string `json:"subject"`
	Field   string `json:"field"`
	By      string `json:"by"`
	Name    string `json:"name"` // as they give it
	Day     string `json:"day"`  // as they say
	Why     string `json:"why"`
	Holds   bool   `json:"holds"` // it holds something back all the same
}

// Run lists the cases, and no word of a source.
func (c *casesListCommand) Run(ctx context.Context, stdout io.Writer) error {
	r, err := c.read(ctx, false)
	if err != nil {
		return err
	}
	defer r.Close()
	l := casesListing{Cases: []listedCase{}, Idle: []idleEntry{}, Waiting: r.coding.Waiting}
	for _, one := range r.coding.Cases {
		listed := listCase(r.coding, one)
		if !c.Differ || len(listed.Differ) > 0 || listed.Against > 0 {
			l.Cases = append(l.Cases, listed)
		}
	}
	for _, i := range r.coding.Idle {
		l.Idle = append(l.Idle, idleEntry{i.Entry, i.Subject, i.Field, i.By, i.Name, i.Day, string(i.Why), i.Holds != ""})
	}
	if c.JSON {
		return printJSON(stdout, l)
	}
	l.print(stdout)
	return nil
}

func listCase(coding *cases.Coding, one *cases.Case) listedCase {
	l := listedCase{ID: one.ID, Threads: []string{}, Coded: len(one.Values), Differ: []string{}, Against: len(coding.Contradicted(one))}
	for _, t := range one.Threads {
		l.Threads = append(l.Threads, t.ID)
		l.Parts += len(t.Refs)
		if t.Withdrawn {
			l.Gone++
		}
		for _, ref := range t.Refs {
			if l.Received == "" || ref.Received < l.Received {
				l.Received = ref.Received
			}
		}
	}
	for _, values := range one.Contested() {
		l.Differ = append(l.Differ, values[0].Field)
	}
	return l
}

func (l *casesListing) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n", cli.Count(len(l.Cases), "case", "cases"))
	for _, one := range l.Cases {
		words := []string{cli.Count(len(one.Threads), "thread", "threads"), cli.Count(one.Coded, "value coded", "values coded")}
		if one.Gone > 0 {
			words = append(words, fmt.Sprintf("%d withdrawn", one.Gone))
		}
		if len(one.Differ) > 0 {
			words = append(words, "REVIEWERS DIFFER on "+strings.Join(one.Differ, ", "))
		}
		if one.Against > 0 {
			words = append(words, "somebody said that not all its threads are of one person")
		}
		fmt.Fprintf(w, "%s  %s  %s\n", one.ID, one.Received, strings.Join(words, ", "))
	}
	for _, i := range l.Idle {
		but := ""
		if i.Holds {
			but = "; it holds back all the same"
		}
		fmt.Fprintln(w, cli.Plain(fmt.Sprintf("does not count: %s of %s, by %s on %s, %s", i.Field, i.Subject, i.Name, i.Day, i.Why+but)))
	}
	if l.Waiting > 0 {
		fmt.Fprintf(w, "%s of threads that are not in this workspace yet\n", cli.Count(l.Waiting, "entry waits: it is", "entries wait: they are"))
	}
}
