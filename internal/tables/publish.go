package tables

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Reveal asks that one cell be printed although it is small.
type Reveal struct {
	Table, Row, Column string // codes
	Reason             string // printed beside the cell
	By                 string // name of the reviewer who signed it
}

// Options say what is known before tables are printed for others.
type Options struct {
	Least   int        // smaller counts are suppressed; 0 means [Least]
	Day     string     // of this edition, "2026-11-27"
	Earlier []*Edition // what was printed before, the oldest first
	Reveals []Reveal
}

// Published is what may be printed for others.
type Published struct {
	Tables  []*Table
	Edition *Edition // to be kept, so that the next betrays no difference
	// Refused are the reveals that could not be done without betraying other small
	// counts, or that name no cell.
	Refused []Reveal
	// Repeated tells that the tables are those of the last edition once more: what came
	// since cannot be shown without betraying small counts.
	Repeated bool
}

// Protect returns the tables as they may be printed for others. What it suppresses is
// laid down in docs/tables.md.
func (s *Set) Protect(o Options) *Published {
	if o.Least <= 0 {
		o.Least = Least
	}
	out := &Published{}
	reveals := slices.Clone(o.Reveals)
	for {
		if s.publish(o, reveals, out, deepest) == nil {
			return out
		}
		if n := len(reveals); n > 0 {
			out.Refused = append(out.Refused, reveals[n-1])
			reveals = reveals[:n-1]
			continue
		}
		// What is crossed is given up as a whole before all is.
		for deep := 2; deep > 0; deep-- {
			if s.publish(o, reveals, out, deep) == nil {
				return out
			}
		}
		return s.repeat(o, out)
	}
}

// errNoCell is about a reveal of a cell that no table has.
var errNoCell = errors.New("tables: there is no such cell")

// deepest is deeper than any count.
const deepest = 9

// publish prints what is less deep, if it can be protected.
func (s *Set) publish(o Options, reveals []Reveal, out *Published, deep int) error {
	r := s.recodeAfter(o, reveals)
	sheets, counts := s.count(r)
	m := newModel(s, r, sheets, counts)
	g := newGuard(m, o.Least)
	revealed, err := g.reveal(sheets, reveals)
	if err != nil {
		return err
	}
	for k := range m.impossible() {
		c := g.counts[g.byKey[k]]
		c.fixed, c.zero = true, true
	}
	g.strict = g.knownSame(o.Earlier, revealed)
	g.compare(o.Earlier)
	s.ghosts(g, r, o.Earlier)
	g.begin()
	for _, v := range g.shown(deep) {
		g.hide(v)
	}
	if err := g.protect(); err != nil {
		return err
	}
	told := s.toldBy(r)
	out.Edition = g.edition(o, s.groups(r), revealed, told)
	out.Tables = s.tables(sheets, r, func(k string) Cell { return g.cell(k, revealed).with(told[k]) }, o.Least)
	return nil
}

// recodeAfter puts small values together. What an earlier edition showed by itself stays
// so, and what it put together comes apart only where it has grown.
func (s *Set) recodeAfter(o Options, reveals []Reveal) *recoding {
	keep := make(map[string]bool)
	for _, v := range reveals {
		for i := range s.defines {
			d := &s.defines[i]
			if d.id != v.Table {
				continue
			}
			keep[d.rows+"="+v.Row] = true
			if len(d.columns) == 1 {
				keep[d.columns[0]+"="+v.Column] = true
			}
		}
	}
	fresh := s.recode(o.Least, keep)
	if len(o.Earlier) == 0 {
		return fresh
	}
	last, now := o.Earlier[len(o.Earlier)-1].Groups, s.groups(fresh)
	stays := make(Groups)
	for id, groups := range last {
		stays[id] = make(map[string][]string)
		for name, codes := range groups {
			for _, code := range codes {
				to := name
				if name == CodeRest {
					to = now.of(id, code)
				}
				if to != "" && !keep[id+"="+code] {
					stays[id][to] = append(stays[id][to], code)
				}
			}
		}
	}
	return s.regroup(stays)
}

// of returns the group in which a value stands, "" if it stands by itself.
func (g Groups) of(id, code string) string {
	for name, codes := range g[id] {
		if slices.Contains(codes, code) {
			return name
		}
	}
	return ""
}

// reveal fixes the cells that are to be printed, and returns why, by key.
func (g *guard) reveal(sheets []*sheet, reveals []Reveal) (map[string]Reveal, error) {
	why := make(map[string]Reveal)
	for _, v := range reveals {
		k, ok := find(sheets, v)
		if !ok {
			return nil, errNoCell
		}
		c := g.counts[g.byKey[k]]
		c.fixed = true
		why[k] = v
	}
	return why, nil
}

func find(sheets []*sheet, v Reveal) (string, bool) {
	for _, t := range sheets {
		if t.define.id != v.Table {
			continue
		}
		for r := range t.rows {
			for c := range t.columns {
				if t.rows[r].Code == v.Row && t.columns[c].Code == v.Column {
					return t.keys[r][c], true
				}
			}
		}
	}
	return "", false
}

// knownSame tells whether an attacker can take what is printed as before for what has not
// changed: nothing has come since, or a number is revealed that the last edition hid.
// Else, who knows only what is printed cannot tell it from what has grown a little.
func (g *guard) knownSame(earlier []*Edition, revealed map[string]Reveal) bool {
	if len(earlier) == 0 {
		return true
	}
	last := earlier[len(earlier)-1]
	for k := range revealed {
		if last.Cells[k].Shown == nil {
			return true
		}
	}
	for k, p := range last.Cells {
		if at, ok := g.byKey[k]; ok && g.counts[at].value != p.True {
			return false
		}
	}
	return true
}

// compare looks at what earlier editions printed of the same counts.
func (g *guard) compare(earlier []*Edition) {
	for _, c := range g.counts {
		if c.zero {
			continue
		}
		for _, e := range earlier {
			p, ok := e.Cells[c.key]
			if !ok {
				continue
			}
			g.after(c, p)
		}
	}
}

// after decides about a count of which an edition printed p. The editions come in their
// order, so that what is decided last is about the last.
func (g *guard) after(c *count, p Printed) {
	switch {
	case p.Shown == nil:
		if c.fate == shownAs && !c.fixed && near(c.value, p.True, g.least) && c.value >= g.least {
			c.fate = cover
		}
	case *p.Shown == c.value && g.strict:
		c.fate, c.shown, c.fixed = shownAs, c.value, true
	case *p.Shown == c.value:
		c.fate, c.shown, c.fixed = unchanged, c.value, false
	case *p.Shown < c.value && near(c.value, *p.Shown, g.least):
		c.fixed = false
		c.fate, c.shown = unchanged, *p.Shown
	case near(c.value, *p.Shown, g.least):
		c.fixed = false
		c.fate, c.shown = fewer, *p.Shown
	}
}

func near(a, b, least int) bool { return a-b < least && b-a < least }

// cell returns a count as it is printed.
func (g *guard) cell(k string, revealed map[string]Reveal) Cell {
	c := g.counts[g.byKey[k]]
	v, why := revealed[k]
	switch {
	case !c.printed(g.least, why):
		return Cell{State: Suppressed}
	case why && c.shown < g.least:
		return Cell{State: Revealed, Value: c.shown, Why: v.Reason, By: v.By}
	}
	return Cell{Value: c.shown}
}

// printed tells whether a count stands in this edition. A small one whose reveal was
// withdrawn is known to whoever has the earlier edition, and is not printed again.
func (c *count) printed(least int, revealed bool) bool {
	return (c.fate == shownAs || c.fate == unchanged) && (c.zero || revealed || c.shown >= least)
}

// with returns a cell that is printed with the cases that are told.
func (c Cell) with(told int) Cell {
	if c.Shown() {
		c.Value += told
	}
	return c
}

func (g *guard) edition(o Options, groups Groups, revealed map[string]Reveal, told map[string]int) *Edition {
	e := &Edition{Schema: EditionSchema, Day: o.Day, Least: o.Least, Groups: groups, Cells: make(map[string]Printed)}
	for _, c := range g.counts {
		if c.fate == ghost {
			continue
		}
		p := Printed{True: c.value, Told: told[c.key]}
		if _, why := revealed[c.key]; c.printed(g.least, why) {
			shown := c.shown
			p.Shown = &shown
		}
		e.Cells[c.key] = p
	}
	return e
}

// repeat prints the last edition once more.
func (s *Set) repeat(o Options, out *Published) *Published {
	out.Repeated = true
	if len(o.Earlier) == 0 { // nothing can betray what was never printed: suppress all
		out.Edition = &Edition{Schema: EditionSchema, Day: o.Day, Least: o.Least, Cells: make(map[string]Printed)}
	} else {
		out.Edition = o.Earlier[len(o.Earlier)-1]
	}
	r := s.regroup(out.Edition.Groups)
	if len(o.Earlier) == 0 {
		r = s.recode(o.Least, nil)
	}
	var sheets []*sheet
	for i := range s.defines {
		t := s.layout(&s.defines[i], r)
		t.counts = make([][]int, len(t.rows))
		sheets = append(sheets, t)
	}
	out.Tables = s.tables(sheets, r, func(k string) Cell {
		p, ok := out.Edition.Cells[k]
		if !ok || p.Shown == nil {
			return Cell{State: Suppressed}
		}
		return Cell{Value: *p.Shown + p.Told}
	}, o.Least)
	return out
}

// ghosts brings in what earlier editions printed of values together that now stand
// apart: their sum is known.
func (s *Set) ghosts(g *guard, r *recoding, earlier []*Edition) {
	seen := make(map[string]bool)
	for i := len(earlier) - 1; i >= 0; i-- {
		old := s.regroup(earlier[i].Groups)
		parts := s.parts(old, r)
		if len(parts) == 0 {
			continue
		}
		_, counts := s.count(old)
		for _, k := range slices.Sorted(maps.Keys(counts)) {
			n := counts[k]
			p, printed := earlier[i].Cells[k]
			if _, now := g.byKey[k]; now || !printed || seen[k] {
				continue
			}
			seen[k] = true
			g.haunt(k, n, p, parts)
		}
	}
}

// part is a group of an earlier edition, and the rows that it stands in now.
type part struct {
	atoms []string
	many  bool
}

// parts returns, by the code of the atom behind "=~", the groups that came apart.
func (s *Set) parts(old, r *recoding) map[string]part {
	all := make(map[string]part)
	for n, a := range s.attributes {
		for _, row := range old.rows[n] {
			var atoms []string
			for _, v := range row.members {
				if atom := r.rows[n][r.group[n][v]].atom; !slices.Contains(atoms, atom) {
					atoms = append(atoms, atom)
				}
			}
			if len(atoms) > 1 {
				all[row.atom] = part{atoms, a.many}
				if a.classID != "" {
					var classes []string
					for _, atom := range atoms {
						classes = append(classes, strings.Replace(atom, a.id+"=", a.classID+"=", 1))
					}
					all[strings.Replace(row.atom, a.id+"=", a.classID+"=", 1)] = part{classes, true}
				}
			}
		}
	}
	return all
}

// haunt adds a count of an earlier edition that has no cell now.
func (g *guard) haunt(k string, n int, p Printed, parts map[string]part) {
	c := &count{key: k, value: n, fate: ghost}
	switch {
	case !near(n, p.True, g.least) && (p.Shown == nil || !near(n, *p.Shown, g.least)):
		return // it has changed enough
	case p.Shown == nil:
		c.low, c.high = min(1, n), n+around
		if n < g.least {
			c.high, c.apart = max(g.least-1, n), apart
		}
	case *p.Shown == n:
		c.low, c.high = n, n
		if !g.strict {
			c.high = n + g.least - 1
		}
	case *p.Shown < n:
		c.low, c.high, c.apart = *p.Shown, *p.Shown+g.least-1, apart
	default:
		c.low, c.high, c.apart = max(0, *p.Shown-g.least+1), *p.Shown-1, apart
	}
	var sets [][]string // of keys whose sum is the count
	sets = append(sets, []string{k})
	overlap := false
	for _, atom := range slices.Sorted(maps.Keys(parts)) {
		part := parts[atom]
		var next [][]string
		for _, keys := range sets {
			var all []string
			hit := false
			for _, one := range keys {
				if in, class, ok := replace(one, atom); ok {
					hit, overlap = true, overlap || part.many
					for _, a := range part.atoms {
						all = append(all, key(strings.Split(in+"&"+a+class, "&")...))
					}
				} else {
					all = append(all, one)
				}
			}
			if hit {
				next = append(next, all)
			} else {
				next = append(next, keys)
			}
		}
		sets = next
	}
	if len(sets[0]) < 2 {
		return
	}
	g.add(c)
	if !overlap {
		g.relate(relation{keys: append([]string{k}, sets[0]...), signs: append([]int8{1}, slices.Repeat([]int8{-1}, len(sets[0]))...)})
		return
	}
	for _, one := range sets[0] {
		g.relate(relation{keys: []string{k, one}, signs: []int8{1, -1}, least: true})
	}
	g.relate(relation{keys: append(slices.Clone(sets[0]), k), signs: append(slices.Repeat([]int8{1}, len(sets[0])), -1), least: true})
}

// replace takes an atom out of a key, with the class behind it.
func replace(k, atom string) (rest, class string, ok bool) {
	var others []string
	for _, a := range strings.Split(k, "&") {
		plain, c, classed := strings.Cut(a, "|")
		if plain != atom {
			others = append(others, a)
			continue
		}
		ok = true
		if classed {
			class = "|" + c
		}
	}
	return strings.Join(others, "&"), class, ok
}
