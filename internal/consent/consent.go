// Package consent says what a source allows to be done with what they sent. It stands
// before everything that leaves the reviewers: tables, charts, pages, exports. The
// rules, and why they are so, are in docs/consent.md.
//
// Unless a source clearly allowed a use it is not allowed: an answer that is missing,
// unknown, declined, or of a code that nobody knows means no. The package is pure
// computation over what it is given and touches nothing.
package consent

import (
	"slices"
	"strings"

	"amana/internal/testimony"
)

// Use is something that may be done with a testimony.
type Use string

// The uses.
const (
	Own                Use = "own"                 // the reviewers' own work: always
	Numbers            Use = "numbers"             // counted in tables and charts that others see
	Report             Use = "report"              // told in a report, with its details
	WGEID              Use = "wgeid"               // UN Working Group on Enforced or Involuntary Disappearances
	IIMP               Use = "iimp"                // Independent Institution on Missing Persons in Syria
	IIIM               Use = "iiim"                // International, Impartial and Independent Mechanism
	CoI                Use = "coi"                 // Commission of Inquiry on Syria
	CourtAbroad        Use = "court-abroad"        // courts of other states
	CourtSyrian        Use = "court-syrian"        // Syrian courts
	CourtInternational Use = "court-international" // international courts
	National           Use = "national"            // the National Commission for the Missing
)

// Uses are all uses, for lists of choices.
var Uses = []Use{Own, Numbers, Report, WGEID, IIMP, IIIM, CoI, CourtAbroad, CourtInternational, CourtSyrian, National}

// Public tells whether anybody can read what is made for a use.
func (u Use) Public() bool { return u == Numbers || u == Report }

// Names tells whether his name may go with a use at all. It never does into what
// anybody can read.
func (u Use) Names() bool { return !u.Public() }

// Files tells whether the files themselves may go with a use, as the source sent them.
// Into what anybody can read they never do: a photo holds the place where it was made.
func (u Use) Files() bool { return !u.Public() }

// Permissions is what the envelopes of one thread allow together.
type Permissions struct {
	Withdrawn bool
	// Secret is set if the source said what must never be published and no reviewer has
	// cleared the testimony. Only [Numbers] and [Own] can be allowed then.
	Secret  bool
	allowed map[Use]bool
}

// The keys of the questions that decide.
const (
	keyReport   = "use_report"
	keyUN       = "share_un"
	keyCourt    = "share_court"
	keyNational = "share_national"
	keyNever    = "never_publish"
)

// codes are what each question of consent can allow by a code. A code that is not here
// allows nothing, and takes back what stands beside it: nobody can tell what it means.
var codes = map[string]map[string][]Use{
	keyReport:   {"details": {Numbers, Report}, "numbers": {Numbers}},
	keyUN:       {"wgeid": {WGEID}, "iimp": {IIMP}, "iiim": {IIIM}, "coi": {CoI}},
	keyCourt:    {"abroad": {CourtAbroad}, "international": {CourtInternational}, "syrian": {CourtSyrian}},
	keyNational: {"yes": {National}},
}

// Of returns what a thread allows. all are its envelopes, in any order; cleared tells
// that a reviewer has read what must stay secret, and that nothing of it stands in what
// would be told.
//
// Only the testimony itself allows something. What came later, an addition or the page
// of his name, belongs to it and can only take back. If a thread has two testimonies,
// both must allow.
func Of(all []*testimony.Testimony, cleared bool) Permissions {
	p := Permissions{allowed: make(map[Use]bool)}
	first := false
	for _, t := range all {
		if t.Kind == testimony.Withdrawal {
			p.Withdrawn = true
		}
		if Secret(t) && !cleared {
			p.Secret = true
		}
		if t.Kind != testimony.First {
			continue
		}
		may := allows(t)
		if first {
			may = both(p.allowed, may)
		}
		first, p.allowed = true, may
	}
	for _, t := range all {
		if t.Kind == testimony.Addition || t.Kind == testimony.Name {
			p.takeBack(t)
		}
	}
	return p
}

// Secret tells whether an envelope says what must never be published.
func Secret(t *testimony.Testimony) bool {
	return strings.TrimSpace(t.Answers[keyNever]) != "" || len(t.Choices[keyNever]) > 0
}

// allows returns what one testimony allows.
func allows(t *testimony.Testimony) map[Use]bool {
	may := make(map[Use]bool)
	if t.Schema == testimony.Schema1 {
		return may // nobody was asked
	}
	for key := range codes {
		for _, use := range answer(t, key) {
			may[use] = true
		}
	}
	return may
}

// answer returns the uses that the answer to one question allows; none unless all of
// it is clear.
func answer(t *testimony.Testimony, key string) []Use {
	given := t.Choices[key]
	if key == keyReport || key == keyNational { // one code
		if len(given) > 0 {
			return nil
		}
		given = []string{t.Answers[key]}
	} else if t.Answers[key] != "" {
		return nil
	}
	var uses []Use
	for _, code := range given {
		if codes[key][code] == nil {
			return nil // none, ask, no, unknown, declined, or what nobody knows
		}
		uses = append(uses, codes[key][code]...)
	}
	return uses
}

// takeBack takes back what a later envelope, if it answers a question of consent, no
// longer allows.
func (p *Permissions) takeBack(t *testimony.Testimony) {
	for key, meant := range codes {
		if t.Answers[key] == "" && len(t.Choices[key]) == 0 {
			continue
		}
		still := answer(t, key)
		for _, uses := range meant {
			for _, use := range uses {
				if !slices.Contains(still, use) {
					delete(p.allowed, use)
				}
			}
		}
	}
}

func both(a, b map[Use]bool) map[Use]bool {
	may := make(map[Use]bool)
	for use := range a {
		if b[use] {
			may[use] = true
		}
	}
	return may
}

// Withhold takes a use back that the source allowed: a reviewer has coded so.
func (p Permissions) Withhold(use Use) { delete(p.allowed, use) }

// Allows tells whether a use is allowed.
func (p Permissions) Allows(use Use) bool {
	switch {
	case use == Own:
		return true
	case p.Withdrawn:
		return false
	case p.Secret && use != Numbers:
		return false
	}
	return p.allowed[use]
}
