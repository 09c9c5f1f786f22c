package tables_test

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"amana/internal/charts"
	"amana/internal/tables"
)

// paper is what an attacker holds: the numbers of one edition, read from its CSV, HTML
// and SVG, and what docs/tables.md says of them. Nothing here uses what the package
// knows of its relations.
type paper struct {
	low, high map[string]int // by "table row column"
	rows      map[string][]string
	columns   map[string][]string
	sums      [][]string // the first is the sum of the others
	less      [][2]string
	covers    [][]string // the others together are at least the first
}

const far = 1 << 30

func readPaper(t *testing.T, all []*tables.Table, again map[string]int) *paper {
	t.Helper()
	p := &paper{low: map[string]int{}, high: map[string]int{}, rows: map[string][]string{}, columns: map[string][]string{}}
	for _, table := range all {
		if table.ID == "durations" {
			continue
		}
		var out bytes.Buffer
		if err := table.CSV(&out); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out.Bytes(), []byte("\uFEFF")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines[1:] {
			id, row, column := l[0], strings.TrimPrefix(l[1], "'"), l[4]
			k := id + " " + row + " " + column
			if !slices.Contains(p.rows[id], row) {
				p.rows[id] = append(p.rows[id], row)
			}
			if !slices.Contains(p.columns[id], column) {
				p.columns[id] = append(p.columns[id], column)
			}
			p.low[k], p.high[k] = 0, far
			if n, err := strconv.Atoi(l[7]); err == nil {
				p.low[k], p.high[k] = n, n
				if before, ok := again[k]; ok && before == n {
					p.high[k] = n + 4 // the page says that it may have grown a little
				}
			}
		}
		p.drawn(t, table, lines[1:])
	}
	p.learn()
	return p
}

var (
	htmlCell = regexp.MustCompile(`<td class="(hidden|number|revealed)">([^<]*)</td>`)
	svgTitle = regexp.MustCompile(`<title>([^<]*: )([0-9]+)</title>`)
	oneMonth = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}$`)
)

// drawn holds the page and the chart to the numbers of the CSV: they say no more.
func (p *paper) drawn(t *testing.T, table *tables.Table, lines [][]string) {
	t.Helper()
	var page, chart bytes.Buffer
	if table.HTML(&page, "en") != nil || charts.SVG(&chart, table, "en") != nil {
		t.Fatal("cannot be drawn")
	}
	printed := map[string]bool{"0": true}
	var cells []string
	for _, l := range lines {
		printed[l[7]] = true
		cells = append(cells, l[7])
	}
	found := htmlCell.FindAllStringSubmatch(page.String(), -1)
	if len(found) != len(cells) {
		t.Fatalf("%s: %d cells on the page, %d in the CSV", table.ID, len(found), len(cells))
	}
	for i, f := range found {
		if f[2] == "–" != (cells[i] == "") || f[2] != "–" && f[2] != cells[i] {
			t.Errorf("%s: the page says %q where the CSV says %q", table.ID, f[2], cells[i])
		}
	}
	for _, f := range svgTitle.FindAllStringSubmatch(chart.String(), -1) {
		if !printed[f[2]] {
			t.Errorf("%s: the chart says %s, which the CSV does not", table.ID, f[2])
		}
	}
}

// learn writes down what docs/tables.md says of the numbers.
func (p *paper) learn() {
	same := func(a, b string) {
		if _, ok := p.low[a]; ok {
			if _, ok := p.low[b]; ok {
				p.sums = append(p.sums, []string{a, b})
			}
		}
	}
	overlap := []string{"decree", "agreement", "guarantor", "category", "category_discharge", "arrest_by", "place", "transfer", "notice_how", "source_relation", "knowledge", "corroboration"}
	all := "flow cases cases"
	for id, rows := range p.rows {
		columns := p.columns[id]
		total := columns[len(columns)-1]
		if total == "all" {
			for _, r := range rows {
				sum := []string{id + " " + r + " all"}
				for _, c := range columns[:len(columns)-1] {
					sum = append(sum, id+" "+r+" "+c)
				}
				p.sums = append(p.sums, sum)
			}
		}
		if rows[len(rows)-1] == "all" {
			for _, c := range columns {
				column := []string{id + " all " + c}
				for _, r := range rows[:len(rows)-1] {
					column = append(column, id+" "+r+" "+c)
					p.less = append(p.less, [2]string{id + " " + r + " " + c, id + " all " + c})
				}
				if slices.Contains(overlap, id) {
					p.covers = append(p.covers, column)
				} else {
					p.sums = append(p.sums, column)
				}
				if total == "all" && columns[0] == "died" {
					same(id+" all "+c, "deadline all "+c)
				}
			}
		}
		if slices.Contains([]string{"notice_how", "death_paper", "remains"}, id) {
			same(id+" all cases", "flow died cases")
		} else if slices.Contains([]string{"court", "public_hearing", "lawyer", "indictment", "sentence"}, id) {
			same(id+" all cases", "flow arrested cases")
		} else if rows[len(rows)-1] == "all" {
			same(id+" all "+total, all)
		}
		if id == "missing" {
			for _, r := range rows {
				p.sums = append(p.sums, []string{all, id + " " + r + " answered", id + " " + r + " contradictory", id + " " + r + " missing"})
			}
		}
	}
	for _, r := range p.rows["decree"] {
		same("decree "+r+" all", "decree_deadline "+r+" all")
	}
	for _, r := range p.rows["category"] {
		same("category "+r+" all", "category_discharge "+r+" all")
	}
	for _, c := range p.columns["heat"] {
		same("heat all "+c, "governorate "+c+" all")
	}
	for _, c := range []string{"in", "undetermined", "out", "none"} {
		same("in_time all "+c, "deadline "+c+" all")
	}
	p.sums = append(p.sums, []string{"deadline all died", "fate declared_dead cases", "fate death_confirmed cases"},
		[]string{"deadline all released", "fate released cases", "fate freed_2024 cases"},
		[]string{"deadline all missing", "fate missing cases", "fate not_found_2024 cases"},
		[]string{"deadline none all", "decree none all", "decree unknown all"})
	same("flow died cases", "deadline all died")
	same("flow released cases", "deadline all released")
	for key, unknown := range map[string]string{"fate": "fate unknown cases", "in_time": "in_time unknown all", "surrender_to": "surrender_to unknown all", "arrest_gov": "governorate unknown all",
		"surrender_gov": "surrender_gov unknown all", "decree": "decree unknown all", "agreement": "agreement unknown all", "category": "category unknown all", "arrest_by": "arrest_by unknown all"} {
		p.sums = append(p.sums, []string{all, unknown, "missing " + key + " answered"})
	}
	p.months()
}

// months says that the months of a year are the year.
func (p *paper) months() {
	for _, y := range p.rows["heat"] {
		if len(y) != 4 {
			continue
		}
		sum := []string{"heat " + y + " all"}
		for _, m := range p.rows["arrest_month"] {
			if strings.HasPrefix(m, y) {
				sum = append(sum, "arrest_month "+m+" cases")
			}
		}
		p.sums = append(p.sums, sum)
	}
}

// attack narrows what each number can be until nothing more follows.
func (p *paper) attack() {
	for changed, rounds := true, 0; changed && rounds < 500; rounds++ {
		changed = false
		set := func(k string, low, high int) {
			if low > p.low[k] {
				p.low[k], changed = low, true
			}
			if high < p.high[k] {
				p.high[k], changed = high, true
			}
		}
		for _, s := range p.sums {
			low, high := 0, 0
			for _, k := range s[1:] {
				low, high = low+p.low[k], min(far, high+p.high[k])
			}
			set(s[0], low, high)
			for _, k := range s[1:] {
				if high < far {
					set(k, p.low[s[0]]-(high-p.high[k]), far)
				} else if alone(p, s[1:], k) {
					others := 0
					for _, o := range s[1:] {
						if o != k {
							others += p.high[o]
						}
					}
					set(k, p.low[s[0]]-others, far)
				}
				set(k, 0, p.high[s[0]]-(low-p.low[k]))
			}
		}
		for _, l := range p.less {
			set(l[0], 0, p.high[l[1]])
			set(l[1], p.low[l[0]], far)
		}
		for _, s := range p.covers {
			for _, k := range s[1:] {
				if alone(p, s[1:], k) {
					others := 0
					for _, o := range s[1:] {
						if o != k {
							others += p.high[o]
						}
					}
					set(k, p.low[s[0]]-others, far)
				}
			}
		}
	}
}

// alone tells whether all but one of the numbers have an upper bound.
func alone(p *paper, keys []string, k string) bool {
	for _, o := range keys {
		if o != k && p.high[o] >= far {
			return false
		}
	}
	return true
}

// truth returns every count as it is, by the words of a paper.
func truth(s *tables.Set) map[string]int {
	all := make(map[string]int)
	for _, t := range s.Working() {
		for r := range t.Rows {
			for c := range t.Columns {
				// A year or quarter may stand for all of it there, and not here.
				if strings.HasSuffix(t.ID, "_month") && !oneMonth.MatchString(t.Rows[r].Code) {
					continue
				}
				all[t.ID+" "+t.Rows[r].Code+" "+t.Columns[c].Code] = t.Cells[r][c].Value
			}
		}
	}
	return all
}

func TestSuppressedCellsCannotBeRecovered(t *testing.T) {
	betrayed := 0
	for seed := range uint64(2) {
		for _, n := range []int{60, 400} {
			set := tables.Count(tables.SomeFacts(seed, n))
			p := set.Protect(tables.Options{})
			if p.Repeated {
				t.Errorf("%d cases: nothing could be printed", n)
			}
			paper := readPaper(t, p.Tables, nil)
			hidden := recovered(t, set, paper, true)
			if hidden == 0 {
				t.Errorf("%d cases: nothing small is hidden", n)
			}
			// The same attack on tables that hide the small numbers alone finds some.
			bare := readPaper(t, tables.SmallHidden(set), nil)
			betrayed += recovered(t, set, bare, false)
		}
	}
	if betrayed < 10 {
		t.Errorf("the attack recovers only %d numbers that nothing protects: it can do nothing", betrayed)
	}
}

// recovered attacks, and returns how many small numbers are hidden, or, where none may
// be found, were found.
func recovered(t *testing.T, set *tables.Set, p *paper, protected bool) int {
	t.Helper()
	n := 0
	hidden := make(map[string]bool)
	for k := range p.low {
		hidden[k] = p.high[k] == far
	}
	p.attack()
	for k, v := range truth(set) {
		if v < 1 || v > 4 || !hidden[k] {
			continue
		}
		if p.low[k] > v || p.high[k] < v {
			t.Errorf("the attack itself is wrong: %s is %d, not %d to %d", k, v, p.low[k], p.high[k])
		}
		found := p.high[k]-p.low[k] < 2
		switch {
		case protected && found:
			t.Errorf("%s is %d, and what is printed leaves %d to %d", k, v, p.low[k], p.high[k])
		case protected || found:
			n++
		}
	}
	return n
}

// A number that is revealed must not betray others, in the same edition or with one that
// hid it.
func TestRevealedCellsBetrayNoOthers(t *testing.T) {
	set := tables.Count(tables.SomeFacts(3, 250))
	first := set.Protect(tables.Options{})
	var reveals []tables.Reveal
	for _, w := range set.Working() {
		for _, r := range w.Rows {
			if cell, ok := w.Cell(r.Code, "died"); ok && cell.Value > 0 && cell.Value < tables.Least && len(reveals) < 3 && w.ID != "deadline" {
				reveals = append(reveals, tables.Reveal{Table: w.ID, Row: r.Code, Column: "died", Reason: "asked for", By: "a"})
			}
		}
	}
	if len(reveals) < 3 {
		t.Fatal("too few small numbers to reveal")
	}
	for _, earlier := range [][]*tables.Edition{nil, {first.Edition}} {
		p := set.Protect(tables.Options{Reveals: reveals, Earlier: earlier})
		if earlier == nil && len(p.Refused) > 0 {
			t.Errorf("%d reveals were refused in a first edition", len(p.Refused))
		}
		paper := readPaper(t, p.Tables, nil)
		if earlier != nil { // what the first printed is known, for nothing has come since
			old := readPaper(t, first.Tables, nil)
			for k, n := range old.low {
				if _, ok := paper.low[k]; ok && old.high[k] == n && paper.high[k] == far {
					paper.low[k], paper.high[k] = n, n
				}
			}
		}
		recovered(t, set, paper, true)
	}
}

func TestSmallDifferencesOfEditionsCannotBeRecovered(t *testing.T) {
	shown, grown := 0, 0
	for seed := range uint64(1) {
		all := tables.SomeFacts(seed, 600)
		before := tables.Count(all)
		first := before.Protect(tables.Options{})
		old := readPaper(t, first.Tables, nil)
		printed := make(map[string]int)
		for k := range old.low {
			if old.high[k] < far {
				printed[k] = old.low[k]
			}
		}
		after := tables.Count(append(all, tables.SomeFacts(seed+50, 120)...))
		second := after.Protect(tables.Options{Earlier: []*tables.Edition{first.Edition}})
		now := readPaper(t, second.Tables, printed)
		if second.Repeated {
			continue
		}
		recovered(t, after, now, true)
		old.attack()
		was, is := truth(before), truth(after)
		for k, v := range is {
			d := v - was[k]
			if _, ok := now.low[k]; !ok {
				continue
			}
			if _, ok := old.low[k]; !ok {
				continue
			}
			if now.low[k] == now.high[k] && old.low[k] == old.high[k] {
				shown++
			}
			if d < 1 || d > 4 {
				continue
			}
			grown++
			if now.high[k]-now.low[k]+old.high[k]-old.low[k] < 2 {
				t.Errorf("%s grew by %d, and both editions together leave %d to %d", k, d, now.low[k]-old.high[k], now.high[k]-old.low[k])
			}
		}
	}
	if grown < 100 || shown == 0 {
		t.Errorf("only %d numbers grew a little, and %d were printed anew: it proves nothing", grown, shown)
	}
}
