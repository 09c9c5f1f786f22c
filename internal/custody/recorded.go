package custody

import (
	"encoding/hex"
	"strings"
)

// recorded is what the record says of one envelope: the first that each act said.
type recorded struct {
	link              int // that tells of its arrival
	day               string
	thread            [16]byte
	roster            sum
	bundle            sum
	document, payload sum
	file              sum
}

// sum is a SHA-256; zero if it is not said.
type sum [32]byte

func (s sum) String() string { return hex.EncodeToString(s[:]) }

// is tells whether what is said is what is there. What is not said fits nothing.
func (s sum) is(digits string) bool { return s != sum{} && s.String() == digits }

func sumOf(digits string) (s sum) {
	hex.Decode(s[:], []byte(digits)) // its shape was checked
	return s
}

// arrives tells whether a link tells of an arrival.
func (l *Link) arrives() bool {
	switch l.Act {
	case Received, Carried:
		return true
	case Opened:
		return l.Detail == openedIn
	case Verified:
		return l.Detail == verifiedIn
	case Copied:
		return l.Detail == copiedIn
	}
	return false
}

// remember takes what a link says of how envelopes came into all. One that comes again,
// because its original was lost, comes with another bundle and perhaps another header:
// the last counts. All else may not change, and is told to differ.
func remember(l *Link, all map[string]*recorded, differ func(id, what string)) {
	if !l.arrives() {
		return
	}
	for i := range l.Subjects {
		s := &l.Subjects[i]
		if s.Testimony == "" {
			continue
		}
		r := all[s.Testimony]
		if r == nil {
			r = &recorded{link: l.Number}
			all[s.Testimony] = r
		}
		to := map[Act]*sum{Received: &r.roster, Carried: &r.bundle, Opened: &r.document, Verified: &r.payload, Copied: &r.file}[l.Act]
		if said := sumOf(s.Hash); s.Hash == "" {
			// a roster that was damaged on its way
		} else if *to == (sum{}) || l.Act == Carried || l.Act == Copied {
			*to = said
		} else if *to != said {
			differ(s.Testimony, string(l.Act))
		}
		if l.Act != Received {
			continue
		}
		day, _, _ := strings.Cut(s.Detail, " ")
		var thread [16]byte
		hex.Decode(thread[:], []byte(s.Thread)) // its shape was checked
		if r.day == "" {
			r.day, r.thread = day, thread
		} else if r.day != day || r.thread != thread {
			differ(s.Testimony, string(l.Act))
		}
	}
}
