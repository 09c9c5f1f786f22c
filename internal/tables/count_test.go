package tables

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"amana/internal/facts"
)

// hand is three cases made by hand.
func hand() []*facts.Facts {
	date := func(pairs ...string) map[string]facts.Span {
		all := make(map[string]facts.Span)
		for i := 0; i < len(pairs); i += 2 {
			all[pairs[i]], _ = facts.ParseSpan(pairs[i+1])
		}
		return all
	}
	return []*facts.Facts{
		{ // surrendered in time, was promised discharge, died in Sednaya
			Case: "C-1", Sources: 2, Corroboration: []string{"paper"},
			One: map[string]string{"surrender_to": "mp_qaboun", "fate": "death_confirmed", "court": "field_first", "death_paper": "have", "remains": "neither",
				"arrest_gov": "daraa", "surrender_gov": "damascus", "in_time": "yes", "lawyer": "none", "indictment": "never", "public_hearing": "no", "sentence": "death"},
			Many: map[string][]string{"decree": {"ld18_2018"}, "category": {"nco", "volunteer"}, "promise": {"discharge", "no_arrest"}, "agreement": {"daraa"},
				"guarantor": {"russian_police"}, "after": {"civilian"}, "arrest_by": {"mi"}, "notice_how": {"registry"}, "source_relation": {"family", "friend"}},
			Dates:  date("defect_date", "2012-03", "surrender_date", "2018-11-03", "arrest_date", "2018-12", "death_date", "2019-02-01", "notice_date", "2019-05-01"),
			Places: []facts.Place{{Place: "mi"}, {Place: "sednaya_red"}}, Transfers: []facts.Transfer{{From: "mi", To: "sednaya_red"}},
		},
		{ // returned to service, and that is all that is told
			Case: "C-2", Sources: 1, One: map[string]string{"returned": "same_unit", "surrender_to": "centre"},
			Many:  map[string][]string{"decree": {"ld18_2018"}, "promise": {"rejoin_only"}, "category": {"conscript"}},
			Dates: date("surrender_date", "2019-03"), Differ: []string{"fate"},
		},
		{Case: "C-3", Sources: 1, One: map[string]string{"fate": "missing", "acknowledged": "denied"}, Many: map[string][]string{"basis": {"caught"}, "after": {"abroad"}, "decree": {"none"}},
			Dates: date("arrest_date", "2018")},
	}
}

func TestEachTable(t *testing.T) {
	byID := make(map[string]*Table)
	for _, table := range Count(hand()).Working() {
		byID[table.ID] = table
	}
	want := `flow cases cases 3
flow defected cases 2
flow surrendered cases 2
flow returned cases 1
flow arrested cases 2
flow disappeared cases 1
flow released cases 0
flow died cases 1
decree ld18_2018 died 1
decree ld18_2018 all 2
decree none missing 1
decree all all 3
decree_deadline ld18_2018 in 1
decree_deadline ld18_2018 undetermined 1
deadline in died 1
deadline undetermined none 1
deadline none missing 1
in_time yes in 1
in_time unknown all 2
ground both died 1
ground decree none 1
ground caught missing 1
agreement daraa died 1
agreement unknown all 2
guarantor russian_police died 1
promise discharge broken 1
promise no_arrest broken 1
promise rejoin_only no_breach 1
category nco died 1
category volunteer died 1
category all died 1
category_discharge nco arrested 1
category_discharge conscript unpromised 1
surrender_to mp_qaboun died 1
surrender_to mp_qaboun all 1
arrest_by mi died 1
place sednaya_any died 1
place sednaya_red died 1
place unknown all 2
transfer mi>sednaya_red cases 1
transfer unknown cases 2
duration_surrender_arrest 7-29 least_surrender_arrest 1
duration_surrender_arrest 30-89 most_surrender_arrest 1
duration_surrender_arrest unknown least_surrender_arrest 2
duration_death_notice 30-89 least_death_notice 1
durations surrender_arrest used 1
durations surrender_arrest missing 2
durations surrender_arrest median_least 28
durations surrender_arrest median_most 58
durations decree_surrender median_least 25
fate death_confirmed cases 1
fate unknown cases 1
notice_how registry cases 1
notice_how all cases 1
death_paper have cases 1
remains neither cases 1
court field_first cases 1
court unknown cases 1
court all cases 2
public_hearing no cases 1
lawyer none cases 1
indictment never cases 1
sentence death cases 1
governorate daraa died 1
governorate unknown all 2
surrender_gov damascus died 1
surrender_month 2018-11 cases 1
surrender_month 2019-03 cases 1
arrest_month 2018-12 cases 1
arrest_month 2018 cases 1
heat 2018 daraa 1
heat 2018 unknown 1
source_relation family cases 1
source_relation friend cases 1
source_relation unknown cases 2
knowledge unknown cases 3
sources 2 cases 1
sources 1 cases 2
corroboration paper cases 1
missing fate answered 2
missing fate contradictory 1
missing surrender_to missing 1
missing places answered 1`
	for line := range strings.Lines(want) {
		f := strings.Fields(line)
		n, _ := strconv.Atoi(f[3])
		table := byID[f[0]]
		if table == nil {
			t.Fatalf("there is no table %s", f[0])
		}
		if cell, ok := table.Cell(f[1], f[2]); !ok || cell.Value != n {
			t.Errorf("%s %s %s: %d (%v), want %d", f[0], f[1], f[2], cell.Value, ok, n)
		}
		delete(byID, f[0]+" ")
	}
	for id := range byID {
		if !strings.Contains(want, id+" ") && !strings.HasPrefix(id, "duration_") {
			t.Errorf("no cell of %s is looked at", id)
		}
	}
}

func TestCSVIsForSpreadsheets(t *testing.T) {
	table := &Table{ID: "x", Rows: []Label{{Code: "=1+1", Text: Text{"@x", "-2"}}}, Columns: []Label{casesLabel}, Cells: [][]Cell{{{State: Revealed, Value: 3, Why: "x", By: "=cmd"}}}}
	var out bytes.Buffer
	if err := table.CSV(&out); err != nil {
		t.Fatal(err)
	}
	rest, bom := bytes.CutPrefix(out.Bytes(), []byte("\uFEFF"))
	if !bom {
		t.Error("it does not begin with a byte order mark")
	}
	lines, err := csv.NewReader(bytes.NewReader(rest)).ReadAll()
	if err != nil || len(lines) != 2 {
		t.Fatal(lines, err)
	}
	for _, cell := range lines[1] {
		if strings.ContainsRune("=+-@", []rune(cell + " ")[0]) {
			t.Errorf("%q can be taken for a formula", cell)
		}
	}
}

func TestRevealedCellsAreTold(t *testing.T) {
	s := Count(SomeFacts(7, 250))
	first := s.Protect(Options{})
	var small Reveal
	for _, w := range s.Working() {
		for _, r := range w.Rows {
			if cell, _ := w.Cell(r.Code, "died"); w.ID == "surrender_to" && cell.Value > 0 && cell.Value < Least {
				small = Reveal{w.ID, r.Code, "died", "the family asked for it", "Reviewer a"}
			}
		}
	}
	if small.Table == "" {
		t.Fatal("nothing small is there to be revealed")
	}
	p := s.Protect(Options{Reveals: []Reveal{small}})
	if len(p.Refused) > 0 {
		t.Fatal("it was refused, and nothing was printed before")
	}
	found := false
	for _, table := range p.Tables {
		cell, ok := table.Cell(small.Row, small.Column)
		if table.ID != small.Table || !ok {
			continue
		}
		found = cell.State == Revealed && cell.Why == small.Reason && strings.Contains(strings.Join(table.Notes("en"), " "), small.Reason)
	}
	if !found {
		t.Error("it is not printed with its reason")
	}
	if first.Edition.Same(p.Edition) {
		t.Error("the edition does not say that it was printed")
	}
	// Withdrawn, it is not printed again.
	q := s.Protect(Options{Earlier: []*Edition{p.Edition}})
	for _, table := range q.Tables {
		for _, row := range table.Cells {
			for _, cell := range row {
				if cell.State == Revealed {
					t.Error("a reveal that was withdrawn is printed")
				}
			}
		}
	}
	if p := s.Protect(Options{Reveals: []Reveal{{Table: "fate", Row: "nowhere", Column: "cases"}}}); len(p.Refused) != 1 {
		t.Error("a reveal of no cell was not refused")
	}
}
