package intake

import (
	"errors"
	"time"

	"amana/intake/circuit"
)

// Room for forms. See package circuit for how it is shared out when it is scarce.
const (
	// textForm is the longest form, in bytes, that takes one of the places for texts: a
	// whole narrative and all answers are less, and so is a small photo. They have
	// places of their own, which uploads of hours never take, and a time that goes by
	// their length.
	textForm = 512 << 10
	textTime = time.Minute // for a text, and as much more as its length takes at Pace.Rate

	// mostHeld is how much of a form stays in memory until the answer was sent, at most:
	// its words and the names of its files. The files themselves go by.
	mostHeld = 2 << 20

	// placeWait is how long a form waits for a place, where circuits have shares.
	placeWait = 20 * time.Second

	// fairness is how many times Pace.Rate Pace.Fair is: to keep 64 places costs an
	// attacker half a megabyte a second.
	fairness = 8

	// How many requests some count besides themselves, for the work they make: a form
	// that is to be kept is flushed to the disk, and a code is slow on purpose.
	formCost = 4
	codeCost = 4
)

// held returns how many bytes of the form will stay in memory, at most.
func (p *posted) held() int64 {
	if n := p.r.ContentLength; n >= 0 {
		return min(n, mostHeld)
	}
	return mostHeld
}

// place takes a place for a form that is to be kept, and its share of the memory. The
// place is left when the answer was sent: words that are given back take memory until
// then.
func (p *posted) place() error {
	s, guest := p.server, p.out.guest
	var place *circuit.Place
	var err error
	if n := p.r.ContentLength; n >= 0 && n <= textForm {
		place, err = s.texts.Take(s.stopping, guest, 0)
		if errors.Is(err, circuit.ErrFull) {
			place, err = s.places.Take(s.stopping, guest, 0)
		}
		if errors.Is(err, circuit.ErrFull) {
			place, err = s.texts.Take(s.stopping, guest, placeWait)
		}
		p.out.paced.hurry(textTime + time.Duration(n/s.config.Pace.Rate)*time.Second)
	} else {
		place, err = s.places.Take(s.stopping, guest, placeWait)
	}
	if err != nil {
		return err
	}
	p.out.after = append(p.out.after, place.Leave)
	if !guest.Reserve(p.held()) {
		return circuit.ErrShare
	}
	return nil
}

// places is a bounded number of places for what is soon done.
type places chan struct{}

func newPlaces(n int) places { return make(places, n) }

// leave gives a place back.
func (p places) leave() { <-p }
