package export

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf16"

	"amana/internal/edtf"
)

// entity is one FollowTheMoney entity.
type entity struct {
	id, schema string
	properties map[string][]string
}

func newEntity(schema string, key ...string) *entity {
	sum := sha256.Sum256([]byte("amana ftm 1\n" + schema + "\n" + strings.Join(key, "\n")))
	return &entity{"amana-" + hex.EncodeToString(sum[:16]), schema, make(map[string][]string)}
}

// limits are the most UTF-16 units of a value, by property; of the others [limit].
var limits = map[string]int{"description": 65_000, "summary": 65_000, "notes": 65_000, "name": 384, "weakAlias": 384, "location": 250}

const limit = 1024

// set adds values that are not empty; one that is longer than the model lets it be
// becomes several.
func (e *entity) set(name string, values ...string) {
	most := limits[name]
	if most == 0 {
		most = limit
	}
	for _, v := range values {
		for v = strings.TrimSpace(v); v != ""; {
			piece := head(v, most)
			if text := strings.TrimSpace(piece); text != "" {
				e.properties[name] = append(e.properties[name], text)
			}
			v = v[len(piece):]
		}
	}
}

// head returns the beginning of s, of at most so many UTF-16 units.
func head(s string, most int) string {
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > most {
			return s[:i]
		}
	}
	return s
}

// prefix returns what FollowTheMoney takes of a date: the parts from the year on that
// are known. It has neither ranges nor doubts; exact tells whether nothing was lost.
func prefix(s string) (date string, exact bool) {
	d, err := edtf.Parse(s)
	switch {
	case err != nil || d.Year == 0:
		return "", false
	case d.Month == 0:
		return edtf.Date{Year: d.Year}.String(), !d.About && d.Day == 0
	}
	exact = !d.About
	d.About = false
	return d.String(), exact
}

// when sets the days of an event, from and to; what a prefix cannot say stands in the
// description.
func (e *entity) when(from, to string) {
	if before, after, interval := strings.Cut(from, "/"); interval && to == from {
		from, to = before, after
	}
	for name, s := range map[string]string{"startDate": from, "endDate": to} {
		date, _ := prefix(s)
		e.set(name, date)
	}
	_, exactFrom := prefix(from)
	_, exactTo := prefix(to)
	if from != "" && !exactFrom || to != "" && !exactTo {
		e.set("description", "EDTF: "+from+" – "+to)
	}
}
