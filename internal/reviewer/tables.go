package reviewer

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	people "amana/internal/cases"
	"amana/internal/charts"
	"amana/internal/cli"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/durable"
	"amana/internal/editions"
	"amana/internal/facts"
	"amana/internal/report"
	"amana/internal/selection"
	"amana/internal/tables"
	"amana/internal/workspace"
)

// tablesCommand writes the tables and charts, and nothing else.
type tablesCommand struct {
	workFlags
	Folder    string `short:"o" name:"output" required:"" placeholder:"FOLDER" type:"path" help:"The folder to make; it must not exist yet, or be empty. Open index.html in it with any browser."`
	Language  string `name:"language" enum:"ar,en" default:"ar" help:"Of the page and the charts: ar or en. The CSV has both."`
	Working   bool   `name:"working" help:"For your own desk: every number as it is, of all testimonies, with a mark on the page. Give it to nobody."`
	Purpose   string `name:"purpose" placeholder:"TEXT" help:"Why, in one line, for the record of custody. You are asked if it is missing, but for --working."`
	Recipient string `name:"recipient" placeholder:"TEXT" help:"Who gets it, in one line, for the record of custody. You are asked if it is missing, but for --working."`
	JSON      bool   `name:"json" help:"Print one JSON object for scripts."`
}

// counted is the tables of a workspace, as they may be shown.
type counted struct {
	tables  []*tables.Table
	sel     *selection.Selection
	writes  []workspace.Write // to be kept in the transaction that says that they were printed
	again   bool              // they are those of the last edition once more
	refused []tables.Reveal   // reveals that would have betrayed other small counts
}

// countCases counts the cases of a workspace: for the reviewers' own desk, or for
// others, which is what their sources allow and what betrays no small count.
func countCases(ctx context.Context, w *workspace.Workspace, all []*people.Case, working bool) (*counted, error) {
	use := consent.Numbers
	if working {
		use = consent.Own
	}
	sel, set, err := setOf(ctx, w, all, use)
	if err != nil {
		return nil, err
	}
	c := &counted{sel: sel}
	if working {
		c.tables = set.Working()
		return c, nil
	}
	p, writes, err := editions.Publish(w, set)
	if err != nil {
		return nil, err
	}
	c.tables, c.writes, c.again, c.refused = p.Tables, writes, p.Repeated, p.Refused
	return c, nil
}

// setOf reads the facts of one case after the other, so that no more than one is in
// memory.
func setOf(ctx context.Context, w *workspace.Workspace, all []*people.Case, use consent.Use) (*selection.Selection, *tables.Set, error) {
	sel, err := selection.Make(ctx, w, all, use, selection.Options{})
	if err != nil {
		return nil, nil, err
	}
	told, err := toldIn(ctx, w, all, use)
	if err != nil {
		return nil, nil, err
	}
	set := tables.New()
	for _, c := range sel.Cases {
		if err := context.Cause(ctx); err != nil {
			return nil, nil, fmt.Errorf("stopped: %w", err)
		}
		f, err := facts.Of(sel, c)
		if err != nil {
			return nil, nil, err
		}
		if told[c.ID] == len(c.Threads) {
			set.Told(f)
			continue
		}
		set.Add(f)
	}
	return sel, set, nil
}

// toldIn returns the cases that a report for others tells of, with the number of their
// threads that it tells. Whoever has it can take them away from the numbers.
func toldIn(ctx context.Context, w *workspace.Workspace, all []*people.Case, use consent.Use) (map[string]int, error) {
	told := make(map[string]int)
	if !use.Public() {
		return told, nil
	}
	sel, err := selection.Make(ctx, w, all, consent.Report, selection.Options{})
	if err != nil {
		return nil, err
	}
	for _, c := range sel.Cases {
		told[c.ID] = len(c.Threads)
	}
	return told, nil
}

// Run writes the folder, then the record of custody with what was printed, and names the
// folder last.
func (c *tablesCommand) Run(ctx context.Context, stdout io.Writer) error {
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	// After the passphrase: whoever types it by habit at the first question would hand it on.
	if !c.Working {
		if err := askReason(ctx, &c.Purpose, &c.Recipient); err != nil {
			return err
		}
	}
	log, folder, end, err := s.beginLeaving(c.Folder)
	if err != nil {
		return err
	}
	defer end()
	cases, err := people.Load(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	made, err := countCases(ctx, s.Workspace, cases, c.Working)
	if err != nil {
		return workspaceError(err)
	}
	sums, err := c.write(folder, made)
	if err != nil {
		return cli.Hint(err, "is the disk full? Nothing was left behind")
	}
	if err := durable.SyncTree(folder.Partial()); err != nil {
		return fmt.Errorf("flush the tables: %w", err)
	}
	event := made.event(c.Purpose, c.Recipient)
	event.Detail += "; SHA256SUMS " + sums
	if err := log.Put([]custody.Event{event}, made.writes...); err != nil {
		return cli.Hint(fmt.Errorf("the record of custody could not be written, so the tables were removed: %w", err), "nothing was made")
	}
	if err := folder.Commit(); err != nil {
		log.Add(custody.Event{Act: custody.Reported, Detail: "did not happen: the folder of tables could not be named, and was removed"})
		return err
	}
	return c.print(stdout, folder.Path(), sums, made)
}

// write writes the page, and each table and chart as a file, and returns the SHA-256 of
// the list of their hashes.
func (c *tablesCommand) write(into *dossier.Folder, made *counted) (string, error) {
	folder := report.NewSums(into)
	for _, name := range []string{"csv", "svg"} {
		if err := folder.MakeDir(name); err != nil {
			return "", err
		}
	}
	err := folder.WriteFile("index.html", func(w io.Writer) error { return charts.Page(w, made.tables, c.Language, made.again) })
	if err != nil {
		return "", err
	}
	for _, t := range made.tables {
		if err := folder.WriteFile("csv/"+t.ID+".csv", t.CSV); err != nil {
			return "", err
		}
		if t.Chart == tables.None {
			continue
		}
		if err := folder.WriteFile("svg/"+t.ID+".svg", func(w io.Writer) error { return charts.SVG(w, t, c.Language) }); err != nil {
			return "", err
		}
	}
	return folder.Finish()
}

func (c *tablesCommand) print(out io.Writer, path, sums string, made *counted) error {
	hidden := 0
	for _, t := range made.tables {
		hidden += t.SuppressedCells
	}
	if c.JSON {
		return printJSON(out, map[string]any{"folder": path, "working": c.Working, "cases": len(made.sel.Cases), "tables": len(made.tables),
			"suppressed": hidden, "sums": sums, "again": made.again, "refused": len(made.refused), "left_out_cases": made.sel.LeftOut.Cases, "left_out_sources": made.sel.LeftOut.Threads})
	}
	fmt.Fprintf(out, "open %s in a browser\n%s of %s\n", cli.OneLine(filepath.Join(path, "index.html")), cli.Count(len(made.tables), "table", "tables"), cli.Count(len(made.sel.Cases), "case", "cases"))
	fmt.Fprintf(out, "SHA-256 of SHA256SUMS: %s\nIt is in the record of custody.\n", sums)
	if c.Working {
		fmt.Fprintf(out, "%s\n%s\n", tables.Warning().EN, tables.Warning().AR)
		return nil
	}
	made.say(out)
	fmt.Fprintf(out, "%s not printed: small, or they would betray a small one\n", cli.Count(hidden, "number is", "numbers are"))
	fmt.Fprintf(out, "left out, because it was not allowed: %s\n", cli.Count(made.sel.LeftOut.Cases, "case", "cases"))
	return nil
}

// event is what the record of custody says of the tables. In a report it stands beside
// what it says of the pages: more sources are counted for others than are told.
func (m *counted) event(purpose, recipient string) custody.Event {
	return custody.Event{Act: custody.Reported, Purpose: purpose, Recipient: recipient, Subjects: subjects(m.sel),
		Detail: fmt.Sprintf("tables; for %s; %d cases; the last edition again: %s", m.sel.Use, len(m.sel.Cases), yesNo(m.again))}
}

// say tells what a person must know of tables for others before they hand them on.
func (m *counted) say(out io.Writer) {
	if m.again {
		fmt.Fprintln(out, tables.Repeated().EN)
	}
	for _, r := range m.refused {
		fmt.Fprintf(out, "not shown, for it would betray other small numbers: %s %s %s\n", r.Table, r.Row, r.Column)
	}
}
