package reckoning

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"amana/internal/consent"
	"amana/internal/synthetic"
	"amana/internal/tables"
)

// one is a cell of a table as a page has it.
var one = regexp.MustCompile(`<td class="(?:number|hidden)"[^>]*>\s*([^<]*?)\s*</td>`)

// What is written to pages and CSV is what was counted again, to the last cell: of a
// working table the numbers, of one for others the numbers that are shown and nothing
// in the place of the others.
func TestWrittenCellByCell(t *testing.T) {
	all := synthetic.Make(300, 120, synthetic.Options{Names: 1})
	truth := count(t, persons(all, nil, consent.Numbers))
	set := counted(t, all, nil, consent.Numbers)
	cells := 0
	for _, table := range set.Working() {
		if table.ID == "durations" {
			continue // in words
		}
		for at, n := range fromCSV(t, table) {
			if n != strconv.Itoa(truth[table.ID][at]) {
				t.Errorf("CSV of %s: %v is %s, and should be %d", table.ID, at, n, truth[table.ID][at])
			}
			cells++
		}
		page := fromPage(t, table)
		for i, n := range page {
			at := [2]string{table.Rows[i/len(table.Columns)].Code, table.Columns[i%len(table.Columns)].Code}
			if n != strconv.Itoa(truth[table.ID][at]) {
				t.Errorf("page of %s: %v is %q, and should be %d", table.ID, at, n, truth[table.ID][at])
			}
		}
	}
	hidden := 0
	for _, table := range set.Protect(tables.Options{Day: "2026-11-27"}).Tables {
		written, page := fromCSV(t, table), fromPage(t, table)
		for r, row := range table.Rows {
			for c, column := range table.Columns {
				if table.Cells[r][c].State != tables.Suppressed {
					continue
				}
				hidden++
				if n := written[[2]string{row.Code, column.Code}]; n != "" {
					t.Errorf("CSV of %s: row %s column %s is suppressed, and has %q", table.ID, row.Code, column.Code, n)
				}
				if n := page[r*len(table.Columns)+c]; strings.ContainsAny(n, "0123456789") {
					t.Errorf("page of %s: row %s column %s is suppressed, and has %q", table.ID, row.Code, column.Code, n)
				}
			}
		}
	}
	if cells < 1_000 || hidden < 100 {
		t.Errorf("only %d cells were read, and %d were suppressed", cells, hidden)
	}
}

// fromCSV reads the cells of a table's CSV.
func fromCSV(t *testing.T, table *tables.Table) map[[2]string]string {
	t.Helper()
	var out bytes.Buffer
	if err := table.CSV(&out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := make(map[string]int)
	for i, name := range rows[0] {
		at[name] = i
	}
	cells := make(map[[2]string]string)
	for _, row := range rows[1:] {
		cells[[2]string{row[at["row"]], row[at["column"]]}] = row[at["cases_at_least"]]
	}
	if len(cells) != len(table.Rows)*len(table.Columns) {
		t.Errorf("CSV of %s has %d cells, and should have %d", table.ID, len(cells), len(table.Rows)*len(table.Columns))
	}
	return cells
}

// fromPage reads the cells of a table's page, row by row.
func fromPage(t *testing.T, table *tables.Table) (cells []string) {
	t.Helper()
	var out bytes.Buffer
	if err := table.HTML(&out, "en"); err != nil {
		t.Fatal(err)
	}
	for _, m := range one.FindAllStringSubmatch(out.String(), -1) {
		cells = append(cells, m[1])
	}
	if len(cells) != len(table.Rows)*len(table.Columns) {
		t.Fatalf("page of %s has %d cells, and should have %d", table.ID, len(cells), len(table.Rows)*len(table.Columns))
	}
	return cells
}
