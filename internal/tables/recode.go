package tables

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// recode puts values together that fewer than least cases have. keep, by attribute and
// code, are values that stay by themselves.
func (s *Set) recode(least int, keep map[string]bool) *recoding {
	r := &recoding{}
	for n, a := range s.attributes {
		counts := s.margin(a, n)
		small := func(c int) bool { return c > 0 && c < least }
		kept := func(code string) bool {
			return code == CodeUnknown || a.id == "decree" && code == "none" || keep[a.id+"="+code]
		}
		groups := make(map[int]string) // by value: the group that it stands in
		switch a.merge {
		case toRest:
			for v, l := range a.labels {
				if counts[v] < least && !kept(l.Code) {
					groups[v] = CodeRest
				}
			}
		case toUnknownFate:
			held, none := a.index["held"], a.index["none"]
			if (counts[held] < least || counts[none] < least) && !kept("held") && !kept("none") {
				groups[held], groups[none] = CodeRest, CodeRest
			}
		case toTime:
			mergeTime(a, counts, least, small, kept, groups)
		}
		r.put(a, a.together(groups))
	}
	return r
}

// margin returns how many cases have each value.
func (s *Set) margin(a *attribute, n int) []int {
	counts := make([]int, len(a.labels))
	within := s.within(a)
	for i := range s.records {
		if rec := &s.records[i]; within(rec) {
			for _, v := range rec.v[rec.at[n]:rec.at[n+1]] {
				counts[v]++
			}
		}
	}
	return counts
}

// mergeTime puts months into their quarter if one of them is small, all of a year
// together if one of its quarters is, and years into the rest.
func mergeTime(a *attribute, counts []int, least int, small func(int) bool, kept func(string) bool, groups map[int]string) {
	for y := firstYear; y <= lastYear; y++ {
		year := strconv.Itoa(y)
		var members []int
		total, whole, keep := counts[a.index[year]], small(counts[a.index[year]]), kept(year)
		for q := 1; q <= 4; q++ {
			name := fmt.Sprintf("%s-Q%d", year, q)
			quarter := []int{a.index[name]}
			for m := 3*q - 2; m <= 3*q; m++ {
				quarter = append(quarter, a.index[fmt.Sprintf("%s-%02d", year, m)])
			}
			sum, merge, keepQuarter := 0, false, false
			for _, v := range quarter {
				sum += counts[v]
				merge = merge || small(counts[v])
				keepQuarter = keepQuarter || kept(a.labels[v].Code)
			}
			if merge && !keepQuarter {
				for _, v := range quarter {
					groups[v] = name
				}
				whole = whole || small(sum)
			}
			keep = keep || keepQuarter
			total += sum
			members = append(members, quarter...)
		}
		if keep {
			continue
		}
		if whole || total < least {
			if total < least {
				year = CodeRest
			}
			for _, v := range append(members, a.index[strconv.Itoa(y)]) {
				groups[v] = year
			}
		}
	}
	for _, code := range []string{codeBefore, codeLater} {
		if v := a.index[code]; counts[v] < least && !kept(code) {
			groups[v] = CodeRest
		}
	}
}

// together returns the rows of an attribute, of whose values some stand in groups: the
// rest stands behind all but what is not known.
func (a *attribute) together(groups map[int]string) []shown {
	members := make(map[string][]int)
	for v := range a.labels {
		if g := groups[v]; g != "" {
			members[g] = append(members[g], v)
		}
	}
	var rows, behind []shown
	for v, l := range a.labels {
		g, grouped := groups[v]
		one := shown{l, a.id + "=" + l.Code, []int{v}}
		switch {
		case !grouped && l.Code == CodeUnknown:
			behind = append(behind, one)
		case !grouped:
			rows = append(rows, one)
		case members[g][0] != v:
		case g == CodeRest:
			label := restLabel
			if a.merge == toUnknownFate {
				label.Text = Text{"مصيره غير معروف", "Fate not known"}
			}
			behind = append([]shown{{label, a.groupAtom(members[g]), members[g]}}, behind...)
		default:
			rows = append(rows, shown{a.labels[a.index[g]], a.groupAtom(members[g]), members[g]})
		}
	}
	return append(rows, behind...)
}

// groupAtom names values that stand together: the same values have the same name in
// every edition.
func (a *attribute) groupAtom(members []int) string {
	var codes []string
	for _, v := range members {
		codes = append(codes, a.labels[v].Code)
	}
	slices.Sort(codes)
	sum := sha256.Sum256([]byte(strings.Join(codes, ",")))
	return a.id + "=~" + hex.EncodeToString(sum[:6])
}

// Groups says which values stand together, by attribute and by the code of the row.
type Groups map[string]map[string][]string

// groups returns what a recoding puts together.
func (s *Set) groups(r *recoding) Groups {
	all := make(Groups)
	for n, a := range s.attributes {
		for _, row := range r.rows[n] {
			if !strings.Contains(row.atom, "=~") {
				continue
			}
			if all[a.id] == nil {
				all[a.id] = make(map[string][]string)
			}
			for _, v := range row.members {
				all[a.id][row.Code] = append(all[a.id][row.Code], a.labels[v].Code)
			}
		}
	}
	return all
}

// regroup returns the recoding that puts together what an earlier edition did.
func (s *Set) regroup(all Groups) *recoding {
	r := &recoding{}
	for _, a := range s.attributes {
		groups := make(map[int]string)
		for name, codes := range all[a.id] {
			for _, code := range codes {
				if v, ok := a.index[code]; ok {
					groups[v] = name
				}
			}
		}
		r.put(a, a.together(groups))
	}
	return r
}
