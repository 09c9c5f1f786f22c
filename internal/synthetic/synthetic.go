// Package synthetic makes cases that look like what sources send, with answers that
// are known: for tests, for measurements and for the demo. Nobody in it is or was a
// real person: names are put together from common given and family names.
//
// The same seed gives the same cases. It computes, and writes into a workspace or a
// stream that it is given; nothing that a reviewer runs imports it.
package synthetic

import (
	"encoding/hex"
	"math/rand/v2"
	"time"

	"amana/internal/testimony"
)

// Options say what is made. The zero value makes people with one to three sources
// each, in both languages, as skewed as real material is, without files.
type Options struct {
	// Files gives about a third of the sources files, some of them hostile.
	Files bool
	// Names is how many of a hundred sources fill in the page of his name; 0 means 60.
	Names int
	// Alone gives each person one source only.
	Alone bool
	// EveryConsent walks through all combinations of what a source can allow, instead of
	// drawing them as they would come.
	EveryConsent bool
	// Marks ends every text in a source's own words with the [Mark] of its thread and
	// question, so that a test finds where it went.
	Marks bool
	// Probes is how many of the operator's own test testimonies are added, each in a case
	// of its own behind the others.
	Probes int
}

// Case is one person and all who tell about him.
type Case struct {
	Truth   Truth
	Threads []*Thread
}

// Thread is all that one source sent.
type Thread struct {
	ID        string      // 32 hexadecimal digits
	Envelopes []*Envelope // what was sent first is first
	Withdrawn bool
	Mistaken  []string // questions on which the source was made to err, sorted
}

// Envelope is what was sealed at once. Testimony.Files is filled in by sealing.
type Envelope struct {
	ID        string // 32 hexadecimal digits
	Testimony testimony.Testimony
	Files     []File
}

// Make returns n people, and the probes of o behind them.
func Make(seed uint64, n int, o Options) []*Case {
	all := make([]*Case, 0, n+o.Probes)
	for i := range n {
		// Each case has a stream of its own: more cases do not change those before.
		m := &maker{Rand: rand.New(rand.NewPCG(seed, uint64(i))), o: o, at: i}
		all = append(all, m.person())
	}
	for i := range o.Probes {
		m := &maker{Rand: rand.New(rand.NewPCG(^seed, uint64(i))), o: o, at: i}
		all = append(all, m.probe())
	}
	return all
}

// maker makes one case.
type maker struct {
	*rand.Rand
	o  Options
	at int // which case it is, from 0
	n  int // threads made so far
}

// percent is true in p of a hundred.
func (m *maker) percent(p int) bool { return m.IntN(100) < p }

// hex returns so many random bytes in hexadecimal.
func (m *maker) hex(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return hex.EncodeToString(b)
}

// The day that a case is made up to, and the first on which the server took any.
var (
	firstReceived = day(2026, 2, 1)
	lastReceived  = day(2026, 11, 20)
)

// day returns a day as a number; days are added and compared as numbers.
func day(year, month, d int) int {
	return int(time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

// date is the day of a number.
func date(d int) time.Time { return time.Unix(int64(d)*86_400, 0).UTC() }

// text writes a day as "2018-07-12".
func text(d int) string { return date(d).Format(time.DateOnly) }

// rosterSum and bundleSum stand for the hashes of a list of reviewers and of a
// bundle's manifest that there are not.
const (
	rosterSum = "5c0ffee05c0ffee05c0ffee05c0ffee05c0ffee05c0ffee05c0ffee05c0ffee0"
	bundleSum = "b0bb1e00b0bb1e00b0bb1e00b0bb1e00b0bb1e00b0bb1e00b0bb1e00b0bb1e00"
)

// Mark is what a text ends with under [Options].Marks.
func Mark(thread, question string) string { return "⟦" + thread[:12] + "." + question + "⟧" }

// probe makes the operator's own testimony.
func (m *maker) probe() *Case {
	id := m.hex(16)
	e := m.envelope(testimony.Probe, id, "en", m.between(firstReceived, lastReceived))
	e.Testimony.Questionnaire = nil
	e.Testimony.Answers[testimony.Narrative] = "A test of the operator's."
	return &Case{Truth: Truth{Probe: true}, Threads: []*Thread{{ID: id, Envelopes: []*Envelope{e}}}}
}

// between returns a day from one to another, both included.
func (m *maker) between(first, last int) int { return first + m.IntN(max(1, last-first+1)) }
