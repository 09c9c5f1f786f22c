package intake

// places is a bounded number of places, taken without waiting.
type places chan struct{}

func newPlaces(n int) places { return make(places, n) }

// take takes a place and reports whether there was one.
func (p places) take() bool {
	select {
	case p <- struct{}{}:
		return true
	default:
		return false
	}
}

// leave gives a place back.
func (p places) leave() { <-p }

// full reports whether all places are taken.
func (p places) full() bool { return len(p) == cap(p) }
