package charts

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"amana/internal/facts"
	"amana/internal/tables"
)

// sample is tables of a few cases, for the reviewers' desk and for others.
func sample() (working, others []*tables.Table) {
	s := tables.New()
	for i := range 40 {
		date, _ := facts.ParseSpan([]string{"2018-10", "2018-11-05", "2019-02", "2020"}[i%4])
		s.Add(&facts.Facts{Case: "C", Sources: 1, One: map[string]string{"fate": []string{"missing", "released", "released"}[i%3], "arrest_gov": []string{"daraa", "homs"}[i/37], "surrender_to": "mp_qaboun"},
			Many: map[string][]string{"category": {"nco"}}, Dates: map[string]facts.Span{"arrest_date": date, "surrender_date": date}})
	}
	return s.Working(), s.Protect(tables.Options{}).Tables
}

func TestDrawingsAreWholeAndAskForNothing(t *testing.T) {
	working, others := sample()
	drawn := 0
	for _, all := range [][]*tables.Table{working, others} {
		for _, table := range all {
			for _, lang := range []string{"ar", "en"} {
				var out bytes.Buffer
				if err := SVG(&out, table, lang); err != nil {
					t.Fatal(err)
				}
				if out.Len() == 0 {
					continue
				}
				drawn++
				for d := xml.NewDecoder(&out); ; {
					token, err := d.Token()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatalf("%s: %v", table.ID, err)
					}
					start, ok := token.(xml.StartElement)
					if !ok {
						continue
					}
					if n := start.Name.Local; n == "script" || n == "image" || n == "use" || n == "a" || n == "foreignObject" || n == "style" {
						t.Errorf("%s has a %s", table.ID, n)
					}
					for _, a := range start.Attr {
						if a.Name.Local == "direction" && (a.Value == "rtl") != (lang == "ar") {
							t.Errorf("%s in %s runs %s", table.ID, lang, a.Value)
						}
						if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
							t.Errorf("%s has %s", table.ID, a.Name.Local)
						}
					}
				}
			}
		}
	}
	if drawn < 100 {
		t.Errorf("only %d drawings", drawn)
	}
}

// What a table does not say its drawing does not say: neither in words nor by a length.
func TestSuppressedCellsHaveNoLength(t *testing.T) {
	row := func(n int, state tables.State) *tables.Table {
		c := tables.Cell{State: state}
		if state == tables.Exact {
			c.Value = n
		}
		return &tables.Table{ID: "x", Least: 5, Rows: []tables.Label{{Code: "a", Text: tables.Text{AR: "أ", EN: "A"}}, {Code: "2018-10", Text: tables.Text{AR: "ب", EN: "B"}}},
			Columns: []tables.Label{{Code: "cases"}}, Cells: [][]tables.Cell{{c}, {{Value: 20}}}}
	}
	for _, chart := range []tables.Chart{tables.Bars, tables.Heat, tables.Line} {
		hidden, shown := row(3, tables.Suppressed), row(7, tables.Exact)
		hidden.Chart, shown.Chart = chart, chart
		hidden.Rows[0].Code, shown.Rows[0].Code = "2018-09", "2018-09"
		var a, b bytes.Buffer
		if SVG(&a, hidden, "en") != nil || SVG(&b, shown, "en") != nil {
			t.Fatal("not drawn")
		}
		if strings.Contains(a.String(), "A: ") || strings.Contains(a.String(), "A / ") {
			t.Errorf("%s: words about what is suppressed", chart)
		}
		if !strings.Contains(b.String(), "7") {
			t.Errorf("%s: what is printed is not drawn", chart)
		}
	}
}

func TestPageOfWorkingTablesWarns(t *testing.T) {
	working, others := sample()
	for _, lang := range []string{"ar", "en"} {
		var own, out bytes.Buffer
		if Page(&own, working, lang, false) != nil || Page(&out, others, lang, true) != nil {
			t.Fatal("not written")
		}
		if n := strings.Count(own.String(), tables.Warning().In(lang)); n < len(working) {
			t.Errorf("the warning stands there %d times, for %d tables", n, len(working))
		}
		if strings.Contains(out.String(), tables.Warning().In(lang)) || !strings.Contains(out.String(), repeated.In(lang)) {
			t.Error("the page for others says the wrong things")
		}
		for _, page := range []string{own.String(), out.String()} {
			if strings.Contains(page, "<script") || strings.Contains(page, "src=") || !strings.Contains(page, "default-src 'none'") {
				t.Error("the page could ask for something")
			}
			if !strings.Contains(page, tables.AtLeast().In(lang)) {
				t.Error("the page does not say “at least”")
			}
		}
	}
}
