package export

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"amana/internal/cases"
	"amana/internal/facts"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// uwaziName is the file that Uwazi imports.
const uwaziName = "uwazi.zip"

// writeUwazi writes a ZIP that Uwazi's import takes: import.csv, a row a case, and the
// files it names.
func writeUwazi(ctx context.Context, j *Job, folder *Folder) error {
	return folder.write(uwaziName, func(w io.Writer) error {
		z := zip.NewWriter(w)
		table, err := z.CreateHeader(&zip.FileHeader{Name: "import.csv", Method: zip.Deflate})
		if err != nil {
			return err
		}
		if err := j.uwaziTable(ctx, table); err != nil {
			return err
		}
		if j.files() {
			err := j.each(ctx, func(p *person) error { return j.uwaziFiles(ctx, p, z) })
			if err != nil {
				return err
			}
		}
		return z.Close()
	})
}

func (j *Job) uwaziTable(ctx context.Context, w io.Writer) error {
	// Without a byte order mark: it would become part of the name of the first column.
	t, err := newTable(w, false, j.uwaziHeader()...)
	if err != nil {
		return err
	}
	if err := j.each(ctx, func(p *person) error { return j.uwaziRow(p, t) }); err != nil {
		return err
	}
	return t.flush()
}

func (j *Job) uwaziHeader() []string {
	header := []string{"title", "sources", "narrative"}
	if j.hasNames() {
		header = append(header, nameKeys()...)
	}
	for _, q := range j.columns() {
		if q.Type == questionnaire.TypeDate {
			header = append(header, q.Code, q.Code+"_edtf")
			continue
		}
		header = append(header, q.Code, q.Code+"__ar")
	}
	header = append(header, "places", "places__ar", "places_edtf")
	for _, f := range coded() {
		header = append(header, "coded_"+f.Code, "coded_"+f.Code+"__ar")
	}
	header = append(header, "contradictory")
	if j.files() {
		header = append(header, "attachments")
	}
	return header
}

func (j *Job) uwaziRow(p *person, t *table) error {
	f, err := facts.Of(j.Selection, p.Case)
	if err != nil {
		return err
	}
	cells := []string{p.ID, strconv.Itoa(f.Sources), p.narratives()}
	if j.hasNames() {
		for _, key := range nameKeys() {
			cells = append(cells, strings.Join(p.named(key), " / "))
		}
	}
	s := questionnaire.Builtin()
	for _, q := range j.columns() {
		if q.Type == questionnaire.TypeDate {
			cells = append(cells, uwaziRange(f.Dates[q.Code]), f.Dates[q.Code].EDTF)
			continue
		}
		codes := f.Many[q.Code]
		if one := f.One[q.Code]; one != "" {
			codes = []string{one}
		}
		cells = append(cells, uwaziList(codes, func(code, lang string) string { return labelIn(s, q.Code, code, lang) })...)
	}
	cells = append(cells, uwaziPlaces(f)...)
	for _, field := range coded() {
		cells = append(cells, uwaziList(p.codes(field.Code), func(code, lang string) string { return cases.Book().Label(field.Code, code, lang) })...)
	}
	cells = append(cells, strings.Join(f.Differ, ", "))
	if j.files() {
		var names []string
		for part := range p.parts {
			for i := range part.ref.Files {
				names = append(names, part.flatName(i))
			}
		}
		cells = append(cells, strings.Join(names, "|"))
	}
	return t.row(cells...)
}

// uwaziRange returns a date as Uwazi takes a range: "2018-07-01:2018-07-31". It knows
// no month without a day, so a single date would be made more exact than it is.
func uwaziRange(d facts.Span) string {
	if !d.Known() {
		return ""
	}
	return d.Earliest + ":" + d.Latest
}

// uwaziLabel returns a label without what separates values and parents there.
var uwaziLabel = strings.NewReplacer("|", "/", "::", ": ")

// uwaziList returns labels in English and Arabic as Uwazi takes several values.
func uwaziList(codes []string, label func(code, lang string) string) []string {
	var en, ar []string
	for _, code := range codes {
		en, ar = append(en, uwaziLabel.Replace(label(code, "en"))), append(ar, uwaziLabel.Replace(label(code, "ar")))
	}
	return []string{strings.Join(en, "|"), strings.Join(ar, "|")}
}

// uwaziPlaces returns the places in both languages, each once, and in words with dates.
func uwaziPlaces(f *facts.Facts) []string {
	var codes, stays []string
	seen := make(map[string]bool)
	for _, place := range f.Places {
		cells := listCells("place", place.Place)
		stays = append(stays, fmt.Sprintf("%s: %s–%s", cells[1], place.From.EDTF, place.To.EDTF))
		if place.Place != "" && !seen[place.Place] {
			codes = append(codes, place.Place)
		}
		seen[place.Place] = true
	}
	names := uwaziList(codes, func(code, lang string) string {
		cells := listCells("place", code)
		if lang == "ar" {
			return cells[2]
		}
		return cells[1]
	})
	return append(names, strings.Join(stays, "; "))
}

// narratives returns what the sources of a case told, one after the other.
func (p *person) narratives() string {
	var all []string
	for part := range p.parts {
		if text := part.t.Answers[testimony.Narrative]; text != "" {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n\n* * *\n\n")
}

// flatName is the name of file i where there are no folders.
func (p *part) flatName(i int) string {
	return fmt.Sprintf("%s-%d-%s", p.source.code, p.number, shortName(p.ref, i))
}

func (j *Job) uwaziFiles(ctx context.Context, p *person, z *zip.Writer) error {
	for part := range p.parts {
		for i := range part.ref.Files {
			w, err := z.CreateHeader(&zip.FileHeader{Name: part.flatName(i), Method: zip.Store})
			if err != nil {
				return err
			}
			if err := j.Selection.File(ctx, part.ref, i, w); err != nil {
				return err
			}
		}
	}
	return nil
}
