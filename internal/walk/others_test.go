package walk

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/charts"
	"amana/internal/consent"
	"amana/internal/dossier"
	"amana/internal/editions"
	"amana/internal/export"
	"amana/internal/facts"
	"amana/internal/questionnaire"
	"amana/internal/report"
	"amana/internal/selection"
	"amana/internal/tables"
	"amana/internal/workspace"
)

// others are what other packages make: the pages of the report with the tables in them,
// and the tables alone.
func others() []output {
	told := join(textKeys(questionnaire.PageForm), []string{"added", "strange"})
	return []output{
		{"report", []consent.Use{consent.Report, consent.IIIM, consent.Own}, false, false, writeReport, told},
		{"report", details(), true, true, writeReport, join(told, inNames, []string{"bytes0", "bytes1"})},
		{"custody show", recipients(), false, false, writeRecord, nil},
		{"tables", []consent.Use{consent.Numbers, consent.Own}, false, false, writeTables, nil},
	}
}

// recipients are the uses that are for one body, and not for everybody.
func recipients() []consent.Use {
	return slices.DeleteFunc(details(), func(u consent.Use) bool { return u == consent.Own || u.Public() })
}

// writeRecord prints the record of custody of every case, as custody show --to does.
func writeRecord(t *testing.T, d *desk, s *selection.Selection, _ output, path string) {
	for _, c := range d.cases {
		var refs []workspace.Ref
		for _, th := range c.Threads {
			refs = append(refs, th.Refs...)
		}
		story, _, err := export.Record(d.log, s, refs)
		if errors.Is(err, export.ErrNothing) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var page, text bytes.Buffer
		if err := errors.Join(story.HTML(&page, "ar"), story.Text(&text, "en")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, c.ID+".html"), append(page.Bytes(), text.Bytes()...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// count returns the tables of a workspace as a use may see them: as they are on the
// reviewers' own desk, and protected for all others.
func (d *desk) count(t *testing.T, use consent.Use) []*tables.Table {
	t.Helper()
	if use != consent.Own {
		use = consent.Numbers
	}
	if d.tables[use] != nil {
		return d.tables[use]
	}
	s, err := selection.Make(t.Context(), d.Workspace, d.cases, use, selection.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set := tables.New()
	for _, c := range s.Cases {
		f, err := facts.Of(s, c)
		if err != nil {
			t.Fatal(err)
		}
		set.Add(f)
	}
	counted := 0
	for n := 0; n < people; n += 2 {
		if d.told[n].allows(use) || d.told[n+1].allows(use) {
			counted++
		}
	}
	if set.Cases() != counted || use != consent.Own && (counted == 0 || counted == people/2) {
		t.Errorf("%d people are counted for %s, want %d", set.Cases(), use, counted)
	}
	if use == consent.Own {
		d.tables[use] = set.Working()
		return d.tables[use]
	}
	published, _, err := editions.Publish(d.Workspace, set)
	if err != nil {
		t.Fatal(err)
	}
	d.tables[use] = published.Tables
	return published.Tables
}

func writeReport(t *testing.T, d *desk, s *selection.Selection, o output, path string) {
	folder, err := dossier.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Discard()
	options := report.Options{Day: "2026-11-27", Names: o.names, Files: o.files && s.Use.Files(), Questions: []*questionnaire.Schema{questionnaire.Builtin()}}
	all := d.count(t, s.Use)
	if !report.HasTables(s.Use) {
		all = nil
	}
	for _, one := range all {
		x := report.Extra{ID: one.ID, Title: map[string]string{"ar": one.Title.AR, "en": one.Title.EN}, HTML: one.HTML, CSV: one.CSV}
		if one.Chart != tables.None {
			x.SVG = func(w io.Writer, lang string) error { return charts.SVG(w, one, lang) }
		}
		options.Extras = append(options.Extras, x)
	}
	if _, err := report.Write(t.Context(), s, folder, options); err != nil {
		t.Fatal(err)
	}
	if err := folder.Commit(); err != nil {
		t.Fatal(err)
	}
}

func writeTables(t *testing.T, d *desk, s *selection.Selection, o output, path string) {
	folder, err := dossier.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Discard()
	all := d.count(t, s.Use)
	for _, lang := range []string{"ar", "en"} {
		put(t, folder, lang+".html", func(w io.Writer) error { return charts.Page(w, all, lang, false) })
		for _, one := range all {
			put(t, folder, one.ID+"."+lang+".html", func(w io.Writer) error { return one.HTML(w, lang) })
			if one.Chart != tables.None {
				put(t, folder, one.ID+"."+lang+".svg", func(w io.Writer) error { return charts.SVG(w, one, lang) })
			}
		}
	}
	for _, one := range all {
		put(t, folder, one.ID+".csv", one.CSV)
	}
	if err := folder.Commit(); err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 || !strings.HasPrefix(filepath.Base(path), "out") {
		t.Errorf("%d tables", len(all))
	}
}

func put(t *testing.T, folder *dossier.Folder, name string, fill func(io.Writer) error) {
	t.Helper()
	if err := folder.WriteFile(name, fill); err != nil {
		t.Fatal(err)
	}
}
