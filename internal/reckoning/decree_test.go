package reckoning

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// decree is what its file says.
type decree struct {
	issued int
	about  bool
	grace  map[string]string   // "inside", "outside"
	more   map[string][][2]int // extensions
}

// readDecrees reads the file as lines; it is no more than that.
func readDecrees(t testing.TB) map[string]*decree {
	t.Helper()
	f, err := os.Open("../decrees/decrees.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := make(map[string]*decree)
	var d *decree
	var ways []string
	from := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "[[decree]]" {
			d = &decree{grace: make(map[string]string), more: make(map[string][][2]int)}
		}
		key, value, ok := strings.Cut(line, " = ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		value = strings.Trim(value, `"`)
		switch key {
		case "code":
			all[value] = d
		case "issued":
			d.issued = dayOf(value)
		case "about":
			d.about = true
		case "inside", "outside":
			d.grace[key] = value
		case "for":
			if ways = []string{value}; value == "both" {
				ways = []string{"inside", "outside"}
			}
		case "from":
			from = dayOf(value)
		case "until":
			for _, way := range ways {
				d.more[way] = append(d.more[way], [2]int{from, dayOf(value)})
			}
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d decrees", len(all))
	}
	return all
}

func dayOf(s string) int {
	lo, _, _ := span(s)
	return lo
}

// last returns the last day of a grace; false if it is not known.
func (d *decree) last(way string) (int, bool) {
	grace := d.grace[way]
	number1, unit, _ := strings.Cut(grace, " ")
	n, err := strconv.Atoi(number1)
	switch {
	case grace == "" || d.about:
		return 0, false
	case unit == "days" && err == nil:
		return d.issued + n, true
	case unit == "months" && err == nil:
		on := time.Date(2000, 1, 1+d.issued, 0, 0, 0, 0, time.UTC)
		end := number(on.Year(), int(on.Month())+n+1, 0) // of the month
		return min(end, number(on.Year(), int(on.Month())+n, 1)+on.Day()-1), true
	}
	return dayOf(grace), true
}

// verdict tells whether a surrender lies within the grace, in one of the two ways.
func (d *decree) verdict(lo, hi int, way string) string {
	last, known := d.last(way)
	if !known {
		return "undetermined"
	}
	if hi < d.issued {
		return "out"
	}
	windows := append([][2]int{{d.issued, last}}, d.more[way]...)
	for _, w := range windows {
		if w[0] <= lo && hi <= w[1] {
			return "in"
		}
		last = max(last, w[1])
	}
	if lo > last {
		return "out"
	}
	return "undetermined"
}

// under is the verdict of one decree for a person.
func (p *person) under(all map[string]*decree, code string) string {
	d, days := all[code], p.days["surrender_date"]
	if _, known := p.days["surrender_date"]; d == nil || !known {
		return "undetermined"
	}
	way := p.desertion
	if after := p.many["after"]; way == "" && len(after) > 0 {
		if way = "inside"; slices.Contains(after, "abroad") {
			way = "outside"
		}
	}
	if way != "" {
		return d.verdict(days[0], days[1], way)
	}
	in, out := d.verdict(days[0], days[1], "inside"), d.verdict(days[0], days[1], "outside")
	if in == out {
		return in
	}
	return "undetermined"
}

// deadline is that of the case.
func (p *person) deadline(all map[string]*decree) string {
	best := "none"
	for _, code := range p.many["decree"] {
		if code == "none" {
			continue
		}
		switch v := p.under(all, code); {
		case v == "in":
			return "in"
		case v == "undetermined" || best == "none":
			best = v
		}
	}
	return best
}
