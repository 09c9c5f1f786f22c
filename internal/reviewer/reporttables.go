package reviewer

import (
	"context"
	"io"

	"amana/internal/charts"
	"amana/internal/report"
	"amana/internal/tables"
	"amana/internal/workspace"
)

// tables counts, and returns the tables as parts of the report: as they are for the
// reviewers' own desk, and for anybody as they betray no small count. For a recipient of
// its own there are none: what they alone are told could be taken away from them.
func (j *reportJob) tables(ctx context.Context) (all []report.Extra, err error) {
	if !report.HasTables(j.sel.Use) {
		j.counted = new(counted)
		return nil, nil
	}
	if j.counted, err = countCases(ctx, j.Workspace, j.cases, j.Working); err != nil {
		return nil, err
	}
	for _, t := range j.counted.tables {
		x := report.Extra{ID: t.ID, Title: map[string]string{}, Note: map[string]string{}, HTML: t.HTML, CSV: t.CSV}
		for _, lang := range report.Languages {
			x.Title[lang] = tables.Digits(t.Title.In(lang), lang)
			if j.counted.again {
				x.Note[lang] = tables.Repeated().In(lang)
			}
		}
		if t.Chart != tables.None {
			x.SVG = func(w io.Writer, lang string) error { return charts.SVG(w, t, lang) }
		}
		all = append(all, x)
	}
	return all, nil
}

// writes returns what must be remembered of the tables that were printed.
func (j *reportJob) writes() []workspace.Write { return j.counted.writes }
