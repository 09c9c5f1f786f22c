// Package consent says what a source allows to be done with what they sent. It stands
// before everything that leaves the reviewers: tables, charts, pages, exports.
//
// Unless a source clearly allowed a use it is not allowed: an answer that is missing,
// unknown, declined, or of a code that nobody knows means no. The package is pure
// computation.
package consent

import (
	"slices"

	"amana/internal/testimony"
)

// Use is something that may be done with a testimony.
type Use string

// The uses.
const (
	Own           Use = "own"                 // the reviewers' own work: always
	Numbers       Use = "numbers"             // counted in tables and charts that others see
	Report        Use = "report"              // told in a report, with its details
	WGEID         Use = "wgeid"               // UN Working Group on Enforced or Involuntary Disappearances
	IIMP          Use = "iimp"                // Independent Institution on Missing Persons in Syria
	IIIM          Use = "iiim"                // International, Impartial and Independent Mechanism
	CoI           Use = "coi"                 // Commission of Inquiry on Syria
	CourtAbroad   Use = "court-abroad"        // courts of other states
	CourtInternal Use = "court-syrian"        // Syrian courts
	CourtWorld    Use = "court-international" // international courts
	National      Use = "national"            // the National Commission for the Missing
)

// Uses are all uses, for lists of choices.
var Uses = []Use{Own, Numbers, Report, WGEID, IIMP, IIIM, CoI, CourtAbroad, CourtWorld, CourtInternal, National}

// Permissions is what the envelopes of one thread allow together.
type Permissions struct {
	Withdrawn bool
	// Secret is what must never be published, in the source's words. While it is not
	// empty and no reviewer has cleared the testimony, only [Numbers] and [Own] are
	// allowed.
	Secret  bool
	allowed map[Use]bool
}

// Of returns what a thread allows: the latest answer of a source to each question of
// consent counts. all are the thread's envelopes by the day received; cleared tells
// that a reviewer has read what must stay secret and left it out.
func Of(all []*testimony.Testimony, cleared bool) Permissions {
	p := Permissions{allowed: make(map[Use]bool)}
	answers, choices := make(map[string]string), make(map[string][]string)
	for _, t := range all {
		if t.Kind == testimony.Withdrawal {
			p.Withdrawn = true
		}
		for key, value := range t.Answers {
			if value != "" {
				answers[key] = value
			}
		}
		for key, codes := range t.Choices {
			if len(codes) > 0 {
				choices[key] = codes
			}
		}
	}
	p.Secret = answers["never_publish"] != "" && !cleared
	switch answers["use_report"] {
	case "details":
		p.allowed[Numbers], p.allowed[Report] = true, true
	case "numbers":
		p.allowed[Numbers] = true
	}
	p.list(choices["share_un"], map[string]Use{"wgeid": WGEID, "iimp": IIMP, "iiim": IIIM, "coi": CoI})
	p.list(choices["share_court"], map[string]Use{"abroad": CourtAbroad, "international": CourtWorld, "syrian": CourtInternal})
	if answers["share_national"] == "yes" {
		p.allowed[National] = true
	}
	return p
}

// list allows the uses that codes name, unless a code among them takes it back.
func (p Permissions) list(codes []string, uses map[string]Use) {
	for _, code := range codes {
		if slices.Contains([]string{"none", "ask", "no", "unknown", "declined"}, code) {
			return
		}
	}
	for _, code := range codes {
		if use := uses[code]; use != "" {
			p.allowed[use] = true
		}
	}
}

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
