package synthetic

import (
	"slices"
	"strings"

	"amana/internal/testimony"
)

// What a source can allow, as answers: codes of one question apart by commas, "" for a
// question that was left out.
var (
	reports   = []string{"", "details", "numbers", "no", "unknown", "declined"}
	nations   = []string{"", "wgeid", "iimp", "iiim", "coi", "wgeid,iimp,iiim,coi", "none", "none,wgeid", "unknown", "declined,coi"}
	courts    = []string{"", "abroad", "international", "syrian", "abroad,international,syrian", "ask", "abroad,ask", "none", "none,syrian", "unknown", "declined"}
	nationals = []string{"", "yes", "ask", "no", "unknown", "declined"}
)

// Consents is how many ways to allow there are, with and without something that must
// never be published.
var Consents = 2 * len(reports) * len(nations) * len(courts) * len(nationals)

// allow answers the questions on what may be done with the testimony.
func (m *maker) allow(said *testimony.Testimony) {
	if m.o.EveryConsent {
		// Steps that have no divisor in common with the number of ways, so that few
		// sources see much of all.
		m.allowed(said, (m.at*1_009+m.n*4_001)%Consents)
		return
	}
	put(said, "use_report", m.pick("details:46 numbers:30 no:7 :10 unknown:4 declined:3"))
	put(said, "share_un", m.pick("wgeid,iimp,iiim,coi:22 none:18 :20 wgeid:8 iiim:8 iimp:5 coi:3 none,wgeid:1 unknown:4 declined,coi:1"))
	put(said, "share_court", m.pick("abroad,international,syrian:12 abroad,international:15 ask:18 none:15 :20 abroad:5 syrian:3 abroad,ask:3 unknown:4"))
	put(said, "share_national", m.pick("yes:20 ask:20 no:30 :24 unknown:4 declined:2"))
	if m.percent(14) {
		said.Answers["never_publish"] = m.secret(said.Language)
	}
	m.besides(said)
}

// allowed answers them in the way of a number.
func (m *maker) allowed(said *testimony.Testimony, way int) {
	next := func(all []string) string {
		one := all[way%len(all)]
		way /= len(all)
		return one
	}
	put(said, "use_report", next(reports))
	put(said, "share_un", next(nations))
	put(said, "share_court", next(courts))
	put(said, "share_national", next(nationals))
	if way == 1 {
		said.Answers["never_publish"] = m.secret(said.Language)
	}
	m.besides(said)
}

func (m *maker) besides(said *testimony.Testimony) {
	put(said, "family_agrees", m.pick("agrees:45 knows:15 no:10 :25 declined:5"))
	put(said, "risk", m.pick("nobody:10 me:20 family:30 him:15 :20 unknown:5"))
}

// put writes an answer, or the codes of a choice if it is the sort that has several.
func put(said *testimony.Testimony, key, value string) {
	switch {
	case value == "":
	case strings.HasPrefix(key, "share_un") || key == "share_court":
		said.Choices[key] = slices.Sorted(slices.Values(strings.Split(value, ",")))
	default:
		said.Answers[key] = value
	}
}
