package reckoning

import (
	"slices"
	"strconv"
	"strings"

	"amana/internal/cases"
)

// held takes the places and the moves between them: those that reviewers coded of the
// case, or of each thread those that they coded of it, or those that it names.
func (p *person) held(told []said, id string, values []cases.Value) {
	if rows, any, differ := codedRows(values, id); any {
		p.contradictory["places"] = differ
		if !differ {
			p.stays(rows)
		}
		return
	}
	for _, one := range told {
		rows, any, differ := codedRows(values, one.id)
		if !any {
			rows = one.answers
		}
		p.contradictory["places"] = p.contradictory["places"] || differ
		p.stays(rows)
	}
	if p.contradictory["places"] {
		p.places, p.moves, p.rows = nil, nil, false
	}
}

// codedRows returns what reviewers coded of the places of a subject: who codes one row
// codes all of them.
func codedRows(values []cases.Value, subject string) (rows map[string]string, any, differ bool) {
	rows = make(map[string]string)
	for _, v := range values {
		key, ok := strings.CutPrefix(v.Field, "fact.place")
		if v.Subject != subject || !ok {
			continue
		}
		if before, twice := rows["place"+key]; twice && before != v.Value {
			differ = true
		}
		rows["place"+key], any = v.Value, true
	}
	return rows, any, differ
}

// stays takes one list of rows.
func (p *person) stays(answers map[string]string) {
	before := ""
	for row := 1; row <= 5; row++ {
		suffix := "_" + strconv.Itoa(row)
		place := without(answers["place"+suffix])
		answered := false
		for _, key := range []string{"place", "place_from", "place_to", "place_known"} {
			answered = answered || answers[key+suffix] != ""
		}
		if !answered {
			continue
		}
		p.rows = p.rows || place != "" || answers["place_from"+suffix] != "" || answers["place_to"+suffix] != ""
		if place != "" && !slices.Contains(p.places, place) {
			p.places = append(p.places, place)
		}
		if move := before + ">" + place; before != "" && place != "" && before != place && !slices.Contains(p.moves, move) {
			p.moves = append(p.moves, move)
		}
		before = place
	}
}
