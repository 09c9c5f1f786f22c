package reviewer

import (
	"fmt"
	"io"
	"path/filepath"

	"amana/internal/cli"
	"amana/internal/outbox"
	"amana/internal/report"
)

// replies returns what reviewers wrote to sources, for their own desk.
func (j *reportJob) replies() (map[string][]report.Reply, error) {
	if !j.Working {
		return nil, nil
	}
	all, err := outbox.Replies(j.Workspace)
	if err != nil {
		return nil, err
	}
	byThread := make(map[string][]report.Reply)
	for _, r := range all {
		byThread[r.Thread] = append(byThread[r.Thread], report.Reply{Day: r.Day, By: r.By, Text: r.Text, State: r.State()})
	}
	return byThread, nil
}

// print says what was made, and what is not in it.
func (j *reportJob) print(out io.Writer, m *report.Made) error {
	left := j.sel.LeftOut
	if j.JSON {
		return printJSON(out, map[string]any{
			"folder": j.folder.Path(), "for": j.To, "cases": m.Cases, "testimonies": m.Testimonies, "files": m.Files, "warned": m.Warned,
			"pages": m.Pages, "tables": len(j.counted.tables), "again": j.counted.again, "refused": len(j.counted.refused), "sums": m.Sums, "names": j.Names, "files_beside": j.Files,
			"left_out_cases": left.Cases, "left_out_sources": left.Threads, "left_out_names": left.Names, "danger": j.sel.Danger,
		})
	}
	fmt.Fprintf(out, "open %s in a browser\n", cli.OneLine(filepath.Join(j.folder.Path(), "index.html")))
	fmt.Fprintf(out, "%s told, for %s\n", cli.Count(m.Cases, "case", "cases"), j.sel.Use.In("en"))
	if m.Warned > 0 {
		fmt.Fprintf(out, "%s of %d with a warning: read it before you open one\n", cli.Count(m.Warned, "file", "files"), m.Files)
	}
	fmt.Fprintf(out, "SHA-256 of SHA256SUMS: %s\nIt is in the record of custody.\n", m.Sums)
	j.counted.say(out)
	if !report.HasTables(j.sel.Use) {
		fmt.Fprint(out, "There are no tables in it: the cases that they alone are told could be taken away from the numbers, down to small ones.\n")
	}
	if j.Working {
		fmt.Fprint(out, "It is for your own desk: it holds everything in the open, whatever sources allowed. Give it to nobody, and delete it when you have done.\nهذا لمكتبكم وحدكم: فيه كل شيء مكشوفًا، مهما سمحت به المصادر. لا تعطوه لأحد، واحذفوه حين تنتهون.\n")
		return nil
	}
	fmt.Fprintf(out, "left out, because it was not allowed: %s, and %s\n",
		cli.Count(left.Cases, "case", "cases"), cli.Count(left.Threads, "source in all", "sources in all"))
	if j.sel.Danger > 0 {
		fmt.Fprintf(out, "Think again: %s here said that somebody could come to harm if others learned of it, or that they do not know.\n", cli.Count(j.sel.Danger, "source", "sources"))
	}
	if j.Names || j.Files {
		fmt.Fprint(out, "It is not encrypted, and can lead to people. Keep it on an encrypted disk.\n")
	}
	return nil
}
