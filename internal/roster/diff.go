package roster

import (
	"fmt"
	"slices"
)

// Diff says in English what a roster changes, in sentences without a subject
// that are made to be read aloud: "adds reviewer "R" with the fingerprint …".
// It leaves nothing out but the hash of the roster before. previous may be nil.
func Diff(previous, next *Roster) []string {
	if previous == nil {
		previous = &Roster{}
	}
	var s []string
	s = append(s, diffPeople("reviewer", reviewerCards(previous), reviewerCards(next))...)
	s = append(s, diffPeople("administrator", administratorCards(previous), administratorCards(next))...)
	if len(s) == 0 {
		s = append(s, "keeps the same reviewers and the same administrators")
	}
	if previous.Signatures != next.Signatures {
		of := fmt.Sprintf("%d of %d", previous.Signatures, len(previous.Administrators))
		s = append(s, fmt.Sprintf("asks for the signatures of %d of %d administrators under the next roster%s",
			next.Signatures, len(next.Administrators), before(of, previous.Epoch)))
	}
	if previous.From != next.From {
		s = append(s, fmt.Sprintf("begins on %s%s", next.From, before(previous.From, previous.Epoch)))
	}
	if previous.Until != next.Until {
		s = append(s, fmt.Sprintf("expires %s%s", next.Until, before(previous.Until, previous.Epoch)))
	}
	return s
}

func before(value string, epoch uint32) string {
	if epoch == 0 {
		return ""
	}
	return " (before: " + value + ")"
}

func reviewerCards(r *Roster) (cards []Card) {
	for _, v := range r.Reviewers {
		cards = append(cards, v.Card())
	}
	return cards
}

func administratorCards(r *Roster) (cards []Card) {
	for _, a := range r.Administrators {
		cards = append(cards, a.Card())
	}
	return cards
}

// diffPeople knows people by their names, and by their keys if the name is new.
func diffPeople(kind string, previous, next []Card) (s []string) {
	named := func(cards []Card, name string) int {
		return slices.IndexFunc(cards, func(c Card) bool { return c.Name == name })
	}
	renamed := func(cards, others []Card, c Card) int {
		return slices.IndexFunc(cards, func(p Card) bool { return p.Sum() == c.Sum() && named(others, p.Name) < 0 })
	}
	for _, n := range next {
		if i := named(previous, n.Name); i >= 0 {
			if p := previous[i]; p.Sum() != n.Sum() {
				s = append(s, fmt.Sprintf("gives %s %q %s: the fingerprint is now %s (before: %s)", kind, n.Name, which(p, n), n.Fingerprint(english), p.Fingerprint(english)))
			}
		} else if i := renamed(previous, next, n); i >= 0 {
			s = append(s, fmt.Sprintf("gives %s %q the name %q and leaves the keys as they are", kind, previous[i].Name, n.Name))
		} else {
			s = append(s, fmt.Sprintf("adds %s %q with the fingerprint %s", kind, n.Name, n.Fingerprint(english)))
		}
	}
	for _, p := range previous {
		if named(next, p.Name) < 0 && renamed(next, previous, p) < 0 {
			s = append(s, fmt.Sprintf("retires %s %q, who had the fingerprint %s", kind, p.Name, p.Fingerprint(english)))
		}
	}
	same := func(a, b Card) bool { return a.Name == b.Name }
	if len(s) == 0 && !slices.EqualFunc(previous, next, same) {
		s = append(s, fmt.Sprintf("names the same %ss in another order", kind))
	}
	return s
}

// which says which keys of a person are new.
func which(p, n Card) string {
	switch {
	case n.Recipient == nil || recipientText(p.Recipient) == recipientText(n.Recipient):
		return "a new signing key"
	case p.Key == n.Key:
		return "a new key for opening testimonies"
	}
	return "new keys, for opening testimonies and for signing"
}
