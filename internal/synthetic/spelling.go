package synthetic

import (
	"slices"
	"strings"
)

// person is who a case is about, as his papers have it.
type person struct {
	given, family, father, mother, motherFamily, town spelled
	born                                              int // year
}

func (m *maker) who() person {
	one := func(all []spelled) spelled {
		// The first names of a list are by far the most common.
		return all[min(m.IntN(len(all)), m.IntN(len(all)))]
	}
	return person{
		given: one(men), family: one(families), father: one(men), mother: one(women), motherFamily: one(families),
		town: one(towns), born: 1962 + min(m.IntN(38), 12+m.IntN(26)),
	}
}

// write writes a name as one source would: in the letters of their language, with the
// liberties that people take.
func (m *maker) write(name spelled, lang string) string {
	if lang != "ar" {
		text := name.latin[m.IntN(len(name.latin))]
		if m.percent(6) {
			text = m.slip(text)
		}
		return text
	}
	text := name.arabic
	for range 2 {
		if m.percent(25) {
			text = arabicHabits[m.IntN(len(arabicHabits))](m, text)
		}
	}
	if m.percent(5) {
		text = m.slip(text)
	}
	return text
}

// arabicHabits are ways to write an Arabic name otherwise that nobody takes for
// another name.
var arabicHabits = []func(*maker, string) string{
	func(_ *maker, s string) string {
		return strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا").Replace(s)
	},
	func(_ *maker, s string) string { return strings.NewReplacer("ة", "ه").Replace(s) },
	func(_ *maker, s string) string { return strings.NewReplacer("ى", "ي").Replace(s) },
	func(_ *maker, s string) string { return strings.NewReplacer("ي", "ى").Replace(s) }, // the Egyptian way, also inside words by slip
	func(_ *maker, s string) string { return strings.ReplaceAll(s, "عبد ", "عبد") },
	func(_ *maker, s string) string { return strings.TrimPrefix(s, "ال") },
	func(_ *maker, s string) string {
		return strings.NewReplacer("ؤ", "و", "ئ", "ي", "ء", "").Replace(s)
	},
	func(m *maker, s string) string { return m.inside(s, "ـ") },                                     // tatweel
	func(m *maker, s string) string { return m.inside(s, []string{"َ", "ُ", "ِ", "ّ"}[m.IntN(4)]) }, // a vowel sign
	func(_ *maker, s string) string { return strings.ReplaceAll(s, "ك", "ک") },                      // a Persian keyboard
	func(_ *maker, s string) string { return "  " + s + " " },
}

// inside puts a sign behind one of the letters but the last.
func (m *maker) inside(s, sign string) string {
	letters := []rune(s)
	at := 1 + m.IntN(max(1, len(letters)-1))
	return string(letters[:at]) + sign + string(letters[at:])
}

// slip makes one slip of the finger.
func (m *maker) slip(s string) string {
	letters := []rune(s)
	if len(letters) < 4 {
		return s
	}
	at := 1 + m.IntN(len(letters)-2)
	switch m.IntN(3) {
	case 0:
		letters[at], letters[at+1] = letters[at+1], letters[at]
	case 1:
		letters = slices.Delete(letters, at, at+1)
	case 2:
		letters = slices.Insert(letters, at, letters[at])
	}
	return string(letters)
}

// namePage fills in the page of his name, some of it left out.
func (m *maker) namePage(p person, lang string) map[string]string {
	page := map[string]string{"his_name": m.write(p.given, lang) + " " + m.write(p.family, lang)}
	if m.percent(80) {
		page["his_father"] = m.write(p.father, lang)
	}
	if m.percent(55) {
		page["his_mother"] = m.write(p.mother, lang)
		if m.percent(40) {
			page["his_mother"] += " " + m.write(p.motherFamily, lang)
		}
	}
	if m.percent(65) {
		page["his_birth"] = m.birth(p.born)
	}
	if m.percent(60) {
		page["his_birthplace"] = m.write(p.town, lang)
	}
	return page
}
