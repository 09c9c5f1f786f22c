package roster

import (
	"fmt"
	"slices"
)

// How many days before its end ([Roster.DaysLeft]) a roster is spoken of, louder
// each time: the administrators need weeks to meet and sign.
const (
	Soon     = 30 // the next one should be prepared
	VerySoon = 14 // it should be made now
	LastWeek = 7  // the intake is about to close
)

// Risks says in English what an administrator should think of twice before
// signing, each in a sentence; none if all is well. previous may be nil. today
// is a day like 2026-11-22.
func Risks(previous, next *Roster, today string) []string {
	var s []string
	switch left := next.DaysLeft(today); {
	case left < 0:
		s = append(s, fmt.Sprintf("The roster has expired: its last day was %s. No server will take it.", next.Until))
	case left == 0:
		s = append(s, fmt.Sprintf("The roster ends today, %s. Then the intake closes, until there is a next one.", next.Until))
	case left <= LastWeek:
		s = append(s, fmt.Sprintf("The roster expires within a week, after %s. Then the intake closes, until there is a next one.", next.Until))
	}
	if len(next.Reviewers) < 2 {
		s = append(s, "There is only one reviewer. If that one key is lost, nobody can ever open what arrives from then on.")
	}
	if previous == nil {
		return s
	}
	stays := func(v Reviewer) bool {
		return slices.ContainsFunc(previous.Reviewers, func(p Reviewer) bool { return p.Card().Sum() == v.Card().Sum() })
	}
	if !slices.ContainsFunc(next.Reviewers, stays) {
		s = append(s, "No reviewer of the roster before stays with the same keys. The testimonies that are there can be handed on to the new ones only by somebody who is retired here: do not let go of those keys before that is done.")
	}
	if n := len(next.Administrators); n < 2 && n < len(previous.Administrators) {
		s = append(s, "There is only one administrator left. If that one key is lost, there can be no next roster, and the intake closes when this one ends.")
	} else if n == next.Signatures && len(previous.Administrators) > previous.Signatures {
		s = append(s, "From now on every administrator must sign the next roster. If one of their keys is lost, there can be none, and the intake closes when this one ends.")
	}
	return s
}

// Notes says in English what an administrator should know besides, though it may
// well be meant so, each in a sentence. previous may be nil. It repeats nothing
// that [Risks] says.
func Notes(previous, next *Roster, today string) []string {
	var s []string
	if len(next.Administrators) == 1 && (previous == nil || len(previous.Administrators) < 2) {
		s = append(s, "There is only one administrator. If that one key is lost, there can be no next roster, and the intake closes when this one ends.")
	}
	if next.From > today {
		s = append(s, fmt.Sprintf("The roster is valid from %s on, and servers take it only from that day on.", next.From))
	}
	return s
}
