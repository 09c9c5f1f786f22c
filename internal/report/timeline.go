package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The measures of the drawing, in its own units.
const (
	timelineWidth = 1000
	labelWidth    = 300
	rowHeight     = 34
	topHeight     = 34
)

// timeline is the drawing of what happened when.
type timeline struct {
	Width, Height, Foot int
	LabelX, AxisFrom    int
	Years               []tick
	Decrees             []tick
	Events              []*event
	Undated             []*event // whose year nobody knows
}

// tick is a line from top to bottom.
type tick struct {
	X                 int
	Label, Day, About string
}

// event is something with a date.
type event struct {
	Label   string
	Row     int // in a section that repeats; else 0
	Date    *date
	To      *date // if it lasted, and its end is known
	Sources []int // numbers of the sources that say so; none for a reviewer's reading
	Y, TextY, X, Width, MiddleX, ToX, ToWidth, MarkY,
	Between, BetweenWidth int
	Sharp bool // it is known to the day
}

// lasting are the events that have a beginning and an end, by the keys of both.
var lasting = map[string]string{"return_date": "return_end", "place_from": "place_to"}

// ends are the keys of ends.
var ends = map[string]string{"return_end": "return_date", "place_to": "place_from"}

// timeline draws the dates of a case.
func (l *language) timeline(rows []*answerRow) *timeline {
	byKey := make(map[string]*answerRow)
	for _, r := range rows {
		byKey[r.Key] = r
	}
	var events []*event
	for _, r := range rows {
		if _, page := l.labels.titles[baseKey(r.Key)]; !page || strings.HasPrefix(r.Key, "his_") {
			continue // what nobody knows, and when he was born
		}
		if start, isEnd := ends[baseKey(r.Key)]; isEnd && byKey[start+suffix(r.Key)] != nil {
			continue // drawn with its beginning
		}
		var to *answerRow
		if end := lasting[baseKey(r.Key)]; end != "" {
			to = byKey[end+suffix(r.Key)]
		}
		label := l.say("event-" + baseKey(r.Key))
		if strings.HasPrefix(label, "event-") {
			label = r.Label
		}
		if place := byKey["place"+suffix(r.Key)]; strings.HasPrefix(r.Key, "place_") && place != nil {
			label = placeName(place, label)
		}
		events = append(events, l.events(r, to, label)...)
	}
	t := &timeline{Width: timelineWidth}
	for _, e := range events {
		if e.Date.Earliest == "" {
			t.Undated = append(t.Undated, e)
		} else {
			t.Events = append(t.Events, e)
		}
	}
	if len(t.Events) == 0 && len(t.Undated) == 0 {
		return nil
	}
	slices.SortStableFunc(t.Events, func(a, b *event) int {
		return cmp.Or(cmp.Compare(a.Date.Earliest, b.Date.Earliest), cmp.Compare(a.Date.Latest, b.Date.Latest))
	})
	l.draw(t, byKey)
	return t
}

// baseKey and suffix divide "place_from_2" into "place_from" and "_2".
func baseKey(key string) string { return strings.TrimSuffix(key, suffix(key)) }

func suffix(key string) string {
	if n := len(key); n > 2 && key[n-2] == '_' && key[n-1] >= '1' && key[n-1] <= '9' {
		return key[n-2:]
	}
	return ""
}

// placeName returns the name of the place that a row names, if all name the same.
func placeName(r *answerRow, label string) string {
	name := ""
	for _, v := range slices.Concat(r.Cells...) {
		if len(v.Entries) == 1 && v.Entries[0].Known && !v.Entries[0].Silent {
			if name != "" && name != v.Entries[0].Label {
				return label
			}
			name = v.Entries[0].Label
		}
	}
	return cmp.Or(name, label)
}

// events returns the dates of a row, each once.
func (l *language) events(r, to *answerRow, label string) (all []*event) {
	add := func(d *date, source int, end *date) {
		if d == nil || !d.Valid {
			return
		}
		for _, e := range all {
			if e.Date.EDTF == d.EDTF && source > 0 && len(e.Sources) > 0 && (e.To == nil) == (end == nil) && (end == nil || e.To.EDTF == end.EDTF) {
				e.Sources = append(e.Sources, source)
				return
			}
		}
		e := &event{Label: label, Row: r.Row, Date: d, To: end}
		if source > 0 {
			e.Sources = []int{source}
		}
		all = append(all, e)
	}
	for i, cell := range r.Cells {
		var end *date
		if to != nil {
			for _, v := range to.Cells[i] {
				if v.Date != nil && v.Date.Earliest != "" {
					end = v.Date
				}
			}
		}
		for _, v := range cell {
			add(v.Date, i+1, end)
		}
	}
	for _, c := range r.Coded {
		add(c.Value.Date, 0, nil)
	}
	return all
}

// draw gives everything its place.
func (l *language) draw(t *timeline, byKey map[string]*answerRow) {
	if len(t.Events) == 0 {
		return
	}
	first, last := 9999, 0
	for _, e := range t.Events {
		first, last = min(first, year(e.Date.Earliest)), max(last, year(e.Date.Latest))
		if e.To != nil {
			last = max(last, year(e.To.Latest))
		}
	}
	first, last = max(first, last-60), last+1 // a date of a hundred years ago is a slip of the pen
	from := yearNumber(first)
	days := yearNumber(last) - from
	t.Height = topHeight + rowHeight*len(t.Events) + 24
	t.Foot = t.Height - 16
	span := func(early, late string) (x, width int) {
		a := max(0, dayNumber(early)-from)
		b := max(a+1, dayNumber(late)+1-from)
		room := timelineWidth - labelWidth - 10
		x, end := labelWidth+a*room/days, labelWidth+b*room/days
		width = max(end-x, 2)
		if l.RTL {
			x = timelineWidth - x - width
		}
		return x, width
	}
	t.LabelX, t.AxisFrom = 0, labelWidth
	if l.RTL {
		t.LabelX, t.AxisFrom = timelineWidth, 0
	}
	step := 1 + (last-first)/14
	for y := first; y < last; y += step {
		x, w := span(fmt.Sprintf("%04d-01-01", y), fmt.Sprintf("%04d-01-01", y))
		if l.RTL {
			x += w
		}
		t.Years = append(t.Years, tick{X: x, Label: strconv.Itoa(y)})
	}
	for _, d := range l.decrees(byKey) {
		if y := year(d.Day); y >= first && y < last {
			d.X, _ = span(d.Day, d.Day)
			t.Decrees = append(t.Decrees, d)
		}
	}
	for i, e := range t.Events {
		e.place(topHeight+i*rowHeight, span, l.RTL)
	}
}

// place gives an event its place in a row.
func (e *event) place(y int, span func(early, late string) (int, int), rtl bool) {
	e.Y, e.TextY, e.MarkY = y+8, y+24, y+17
	e.X, e.Width = span(e.Date.Earliest, e.Date.Latest)
	e.MiddleX = e.X + e.Width/2
	e.Sharp = e.Date.Earliest == e.Date.Latest
	if e.To == nil {
		return
	}
	e.ToX, e.ToWidth = span(e.To.Earliest, e.To.Latest)
	e.Between, e.BetweenWidth = e.X+e.Width, e.ToX-e.X-e.Width
	if rtl {
		e.Between, e.BetweenWidth = e.ToX+e.ToWidth, e.X-e.ToX-e.ToWidth
	}
	e.BetweenWidth = max(0, e.BetweenWidth)
}

func year(day string) int {
	n, _ := strconv.Atoi(day[:min(4, len(day))])
	return n
}

// dayNumber counts the days to a day; to one that no calendar has, 0.
func dayNumber(day string) int {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return int(t.Unix() / 86_400)
}

// yearNumber counts the days to the first of a year, which may be the year 10000.
func yearNumber(year int) int {
	return int(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}
