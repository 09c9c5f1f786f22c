package export

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"amana/internal/cases"
	"amana/internal/facts"
	"amana/internal/questionnaire"
)

// writeCSV writes the set of tables.
func writeCSV(ctx context.Context, j *Job, folder *Folder) error {
	set := []struct {
		name   string
		header []string
		rows   func(*person, func(...string) error) error
	}{
		{"cases.csv", j.caseHeader(), j.caseRow},
		{"answers.csv", answerHeader, j.answerRows},
		{"places.csv", placeHeader, j.placeRows},
		{"files.csv", j.fileHeader(), j.fileRows},
		{"consent.csv", j.consentHeader(), j.consentRows},
	}
	var tables []*table
	var files []*file
	defer func() {
		for _, f := range files {
			f.out.Close() // after an error; else it does nothing
		}
	}()
	for _, one := range set {
		f, err := folder.create(one.name)
		if err != nil {
			return err
		}
		files = append(files, f)
		t, err := newTable(f, true, one.header...)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	}
	err := j.each(ctx, func(p *person) error {
		for i, one := range set {
			if err := one.rows(p, tables[i].row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range tables {
		if err := tables[i].flush(); err != nil {
			return err
		}
		if err := files[i].close(); err != nil {
			return err
		}
	}
	if err := j.eachFile(ctx, folder); err != nil {
		return err
	}
	return j.custodyTable(folder)
}

// eachFile writes the files of all cases, where the use may have them.
func (j *Job) eachFile(ctx context.Context, folder *Folder) error {
	if !j.files() {
		return nil
	}
	return j.each(ctx, func(p *person) error {
		for part := range p.parts {
			if err := j.writeFiles(ctx, part, folder); err != nil {
				return err
			}
		}
		return nil
	})
}

func (j *Job) caseHeader() []string {
	header := []string{"case", "sources"}
	if j.hasNames() {
		header = append(header, nameKeys()...)
	}
	for _, q := range j.columns() {
		if q.Type == questionnaire.TypeDate {
			header = append(header, q.Code, q.Code+"_earliest", q.Code+"_latest", q.Code+"_precision")
			continue
		}
		header = append(header, q.Code, q.Code+"_en", q.Code+"_ar")
	}
	for _, f := range coded() {
		header = append(header, "coded_"+f.Code, "coded_"+f.Code+"_en", "coded_"+f.Code+"_ar")
	}
	return append(header, "contradictory", "read_by_reviewers")
}

func (j *Job) caseRow(p *person, row func(...string) error) error {
	f, err := facts.Of(j.Selection, p.Case)
	if err != nil {
		return err
	}
	cells := []string{p.ID, strconv.Itoa(f.Sources)}
	if j.hasNames() {
		for _, key := range nameKeys() {
			cells = append(cells, strings.Join(p.named(key), " | "))
		}
	}
	s := questionnaire.Builtin()
	for _, q := range j.columns() {
		if q.Type == questionnaire.TypeDate {
			cells = append(cells, dateCells(f.Dates[q.Code])...)
			continue
		}
		codes := f.Many[q.Code]
		if one := f.One[q.Code]; one != "" {
			codes = []string{one}
		}
		cells = append(cells, labelled(codes, func(code, lang string) string { return labelIn(s, q.Code, code, lang) })...)
	}
	for _, field := range coded() {
		codes := p.codes(field.Code)
		cells = append(cells, labelled(codes, func(code, lang string) string { return cases.Book().Label(field.Code, code, lang) })...)
	}
	return row(append(cells, strings.Join(f.Differ, "|"), strings.Join(f.Coded, "|"))...)
}

var answerHeader = []string{"case", "source", "part", "kind", "received", "language", "key", "question_en", "question_ar",
	"value", "value_en", "value_ar", "edtf", "earliest", "latest", "precision"}

// answerRows writes a row for each answer, as it was given.
func (j *Job) answerRows(p *person, row func(...string) error) error {
	for part := range p.parts {
		t := part.t
		keys := slices.Sorted(maps.Keys(t.Answers))
		keys = append(keys, slices.Sorted(maps.Keys(t.Choices))...)
		for _, key := range keys {
			start := []string{p.ID, part.source.code, strconv.Itoa(part.number), string(t.Kind), t.Received, t.Language, key}
			q, _ := part.question(key)
			if q == nil {
				q = &questionnaire.Question{}
			}
			start = append(start, q.Label.In("en"), q.Label.In("ar"))
			if value, ok := t.Answers[key]; ok {
				if err := row(append(start, part.answerCells(q, key, value)...)...); err != nil {
					return err
				}
				continue
			}
			for _, code := range t.Choices[key] {
				if err := row(append(slices.Clone(start), code, part.label(key, code, "en"), part.label(key, code, "ar"), "", "", "", "")...); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *part) answerCells(q *questionnaire.Question, key, value string) []string {
	switch q.Type {
	case questionnaire.TypeDate:
		d := readDate(value)
		return []string{value, "", "", d.edtf, d.earliest, d.latest, d.precision}
	case questionnaire.TypeOne:
		return []string{value, p.label(key, value, "en"), p.label(key, value, "ar"), "", "", "", ""}
	}
	return []string{value, "", "", "", "", "", ""}
}
