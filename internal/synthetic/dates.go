package synthetic

import "amana/internal/edtf"

// remembered writes a day as a source remembers it: every form that the page allows,
// the vague ones often. What it says is true of the day.
func (m *maker) remembered(d int) string {
	t := date(d)
	whole := edtf.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
	known := whole
	switch m.pick("day:26 month:38 year:24 noyear:3 dayandyear:2 monthandday:3 onlyday:1") {
	case "month":
		known.Day = 0
	case "year":
		known.Day, known.Month = 0, 0
	case "noyear":
		known.Day, known.Year = 0, 0
	case "dayandyear":
		known.Month = 0
	case "monthandday":
		known.Year = 0
	case "onlyday":
		known.Year, known.Month = 0, 0
	}
	known.About = m.percent(12)
	return known.String()
}

// misremembered writes a day that is not the one that it was, and cannot mean it.
func (m *maker) misremembered(d int) string {
	away := 400 + m.IntN(500)
	if m.percent(50) {
		away = -away
	}
	t := date(min(d+away, lastReceived))
	if away > 0 && d+away > lastReceived {
		t = date(d - away)
	}
	known := edtf.Date{Year: t.Year(), Month: int(t.Month())}
	if m.percent(30) {
		known.Day = t.Day()
	}
	return known.String()
}

// birth writes a year of birth, now and then with a slip of one.
func (m *maker) birth(year int) string {
	known := edtf.Date{Year: year, About: m.percent(15)}
	switch m.IntN(10) {
	case 0:
		known.Year += 1 - 2*m.IntN(2)
	case 1:
		known.Month = 1 + m.IntN(12)
	}
	return known.String()
}
