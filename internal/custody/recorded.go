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

	seen bool // the index has it
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

// remember takes what a link says of envelopes into all. A later link that says another
// thing of one than an earlier did changes nothing: it is told to differ.
func remember(l *Link, all map[string]*recorded, differ func(id, what string)) {
	for i := range l.Subjects {
		s := &l.Subjects[i]
		if s.Testimony == "" {
			continue
		}
		var to *sum
		r := all[s.Testimony]
		switch l.Act {
		case Received, Carried, Opened, Verified, Copied:
			if r == nil {
				r = &recorded{link: l.Number}
				all[s.Testimony] = r
			}
		default:
			continue
		}
		switch l.Act {
		case Received:
			to = &r.roster
			if day, _, _ := strings.Cut(s.Detail, " "); r.day == "" {
				r.day = day
				hex.Decode(r.thread[:], []byte(s.Thread))
			}
		case Carried:
			to = &r.bundle
		case Opened:
			to = &r.document
		case Verified:
			to = &r.payload
		case Copied:
			to = &r.file
		}
		switch said := sumOf(s.Hash); {
		case s.Hash == "":
		case *to == sum{}:
			*to = said
		case *to != said && l.Act != Copied && l.Act != Opened:
			differ(s.Testimony, string(l.Act))
		}
	}
}
