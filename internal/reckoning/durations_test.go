package reckoning

import (
	"slices"
)

// lengths are the seven durations, each from one date to another.
var lengths = map[string][2]string{
	"defect_surrender": {"defect_date", "surrender_date"}, "decree_surrender": {"", "surrender_date"},
	"surrender_arrest": {"surrender_date", "arrest_date"}, "return_arrest": {"return_date", "arrest_date"},
	"arrest_death": {"arrest_date", "death_date"}, "death_notice": {"death_date", "notice_date"},
	"arrest_last_seen": {"arrest_date", "last_seen"},
}

// classes are the histogram's, each with its first day.
var classes = []struct {
	code  string
	first int
}{
	{"0-6", 0}, {"7-29", 7}, {"30-89", 30}, {"90-179", 90}, {"180-364", 180}, {"365-729", 365}, {"730-1824", 730}, {"1825-", 1825},
}

func class(days int) (code string) {
	for _, c := range classes {
		if days >= c.first {
			code = c.code
		}
	}
	return code
}

func (c *counting) durations(p *person) {
	for id, of := range lengths {
		from, known := p.days[of[0]]
		if of[0] == "" {
			from, known = p.issue(c.decrees)
		}
		to, both := p.days[of[1]]
		if !known || !both || to[1] < from[0] {
			c.add("durations", []string{id}, []string{"missing"})
			c.add("duration_"+id, []string{"unknown"}, []string{"least_" + id, "most_" + id}, "row")
			continue
		}
		least, most := max(0, to[0]-from[1]), to[1]-from[0]
		c.add("durations", []string{id}, []string{"used"})
		c.add("duration_"+id, []string{class(least)}, []string{"least_" + id}, "row")
		c.add("duration_"+id, []string{class(most)}, []string{"most_" + id}, "row")
		all := c.lengths[id]
		c.lengths[id] = [2][]int{append(all[0], least), append(all[1], most)}
	}
}

// issue is the day of the latest of his decrees that was issued before he gave himself
// up.
func (p *person) issue(all map[string]*decree) (days [2]int, known bool) {
	surrender, ok := p.days["surrender_date"]
	if !ok {
		return days, false
	}
	for _, code := range p.many["decree"] {
		if d := all[code]; d != nil && !d.about && d.issued <= surrender[1] && (!known || d.issued > days[0]) {
			days, known = [2]int{d.issued, d.issued}, true
		}
	}
	return days, known
}

// quartiles fills in those of all durations.
func (c *counting) quartiles() {
	for id, both := range c.lengths {
		for which, name := range []string{"least", "most"} {
			all := both[which]
			slices.Sort(all)
			n := len(all)
			for column, rank := range map[string]int{"q1_": (n + 3) / 4, "median_": (n + 1) / 2, "q3_": (3*n + 3) / 4} {
				if n > 0 {
					c.all["durations"][[2]string{id, column + name}] = all[rank-1]
				}
			}
		}
	}
}
