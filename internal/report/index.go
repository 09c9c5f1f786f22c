package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"amana/internal/dossier"
	"amana/internal/facts"
	"amana/internal/testimony"
)

// perPage is how many cases a page of the index lists. The first has a script that
// looks through all of them.
const perPage = 400

// maxSearched bounds the words of sources that the index has for its search; all
// cases share it.
const maxSearched = 4 << 20

// indexRow is what the index says of a case.
type indexRow struct {
	ID          string
	Fate, Gov   string
	Service     string
	Date        string // when he gave himself up, or was arrested
	Sort        string // its earliest day
	Testimonies int
	Files       int
	Flags       []string // codes of words: "flag-…"
	words       string   // to search in
}

// indexRow returns what the index says of a case.
func (l *language) indexRow(d *caseData, v *caseView) indexRow {
	r := indexRow{ID: d.id, Files: len(d.files)}
	for _, c := range d.columns {
		if c.t.Kind == testimony.First {
			r.Testimonies++
		}
	}
	f := d.facts
	r.Fate, r.Service = l.agreed(f, "fate"), l.agreed(f, "category")
	for _, key := range []string{"surrender_gov", "arrest_gov", "defect_gov"} {
		if r.Gov == "" {
			r.Gov = l.agreed(f, key)
		}
	}
	for _, key := range []string{"surrender_date", "arrest_date", "return_date", "defect_date"} {
		if span := f.Dates[key]; r.Sort == "" && span.Known() {
			r.Date, r.Sort = span.EDTF, span.Earliest
		}
	}
	for _, flag := range []struct {
		word string
		on   bool
	}{{"withdrawn", d.withdrawn > 0}, {"contested", v.Contested}, {"differ", v.Differing > 0}, {"warned", v.Warned}} {
		if flag.on {
			r.Flags = append(r.Flags, flag.word)
		}
	}
	r.words = dossier.VisibleText(l.searched(v))
	return r
}

// agreed returns what is counted as the answer to a question; words of ours if sources
// contradict each other, and nothing if nobody says anything.
func (l *language) agreed(f *facts.Facts, key string) string {
	if slices.Contains(f.Differ, key) {
		return l.say("contradictory")
	}
	s := l.labels.first
	answer, codes := f.One[key], f.Many[key]
	return entries(l.labels.value(s, key, answer, codes))
}

// entries returns the labels of what was chosen.
func entries(v value) string {
	var all []string
	for _, e := range v.Entries {
		if e.Known && !e.Silent {
			all = append(all, e.Label)
		}
	}
	return strings.Join(all, " · ")
}

// searched returns the words of a case that the search looks through: of lists in the
// language of the page, and what sources wrote, as far as there is room for all.
func (l *language) searched(v *caseView) string {
	var b strings.Builder
	room := maxSearched / max(1, len(l.rows))
	add := func(s string) {
		if s == "" || b.Len() >= room {
			return
		}
		b.WriteString(cut(s, room-b.Len()))
		b.WriteByte(' ')
	}
	for _, r := range v.Rows {
		for _, v := range slices.Concat(r.Cells...) {
			add(entries(v))
			add(v.Text)
		}
	}
	for _, c := range v.Columns {
		add(c.Narrative)
	}
	return strings.TrimSpace(b.String())
}

// cut returns at most n bytes of s, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// indexView is a page of the index.
type indexView struct {
	Number, Of int
	Total      int
	Rows       []indexRow
	Pages      []int
	Data       template.JS // all rows, for the script; on the first page only
	Words      template.JS
	All        bool // the words of all sources are searched whole
	NoTables   bool // there are none, for that would betray small numbers
	name       string
}

func (v *indexView) title() string { return v.name }

// index writes the pages of the index.
func (m *maker) index(l *language) error {
	pages := max(1, (len(l.rows)+perPage-1)/perPage)
	for n := 1; n <= pages; n++ {
		v := &indexView{Number: n, Of: pages, Total: len(l.rows), NoTables: !HasTables(m.sel.Use), name: l.say("title"), Rows: l.rows[(n-1)*perPage : min(n*perPage, len(l.rows))]}
		name := l.Code + "/index.html"
		if n > 1 {
			name = fmt.Sprintf("%s/index-%d.html", l.Code, n)
		}
		for i := range pages {
			v.Pages = append(v.Pages, i+1)
		}
		kind := "list"
		if n == 1 {
			kind = "index"
			if err := l.data(v); err != nil {
				return err
			}
		}
		if err := l.page(m, name, kind, v); err != nil {
			return err
		}
		m.made.Pages++
	}
	return nil
}

// data gives the first page what its script looks through. JSON as Go writes it has no
// character that could end a script.
func (l *language) data(v *indexView) error {
	type row [9]any
	all := make([]row, 0, len(l.rows))
	room := maxSearched / max(1, len(l.rows))
	v.All = true
	for i := range l.rows {
		r := &l.rows[i]
		v.All = v.All && len(r.words) < room-4
		all = append(all, row{r.ID, r.Fate, r.Gov, r.Service, r.Sort, plainDate(r.Date), r.Testimonies, r.Files, [2]any{r.Flags, r.words}})
	}
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	v.Data = template.JS(data)
	told := map[string]string{}
	for _, key := range []string{"shown-of", "none", "flag-withdrawn", "flag-contested", "flag-differ", "flag-warned", "all"} {
		told[key] = l.say(key)
	}
	data, err = json.Marshal(told)
	v.Words = template.JS(data)
	return err
}

// front writes the page from which one goes to a language.
func (m *maker) front() error {
	l := m.lang[0]
	f := frame{language: l, Policy: l.policy(false), Working: m.working(), Day: m.Day, Body: m.lang}
	m.made.Pages++
	return m.out.WriteFile("index.html", func(w io.Writer) error { return l.pages.ExecuteTemplate(w, "front", f) })
}
