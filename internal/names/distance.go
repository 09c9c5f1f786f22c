package names

import "math"

// distance returns what it costs to come from one part to another: 0 for what is one
// name in two spellings, about 1 for each letter that is wrong, missing or too many.
// cross tells that they are of two scripts, one of which does not write short vowels.
func distance(a, b []sound, cross bool) float64 {
	cost := func(s sound) float64 { return leaving(s, cross) }
	flat := make([]float64, (len(a)+1)*(len(b)+1))
	rows := make([][]float64, len(a)+1)
	for i := range rows {
		rows[i] = flat[i*(len(b)+1):][:len(b)+1]
	}
	for i := range a {
		rows[i+1][0] = rows[i][0] + cost(a[i])
	}
	for j := range b {
		rows[0][j+1] = rows[0][j] + cost(b[j])
	}
	for i := range a {
		for j := range b {
			best := min(rows[i][j+1]+cost(a[i]), rows[i+1][j]+cost(b[j]), rows[i][j]+between(a[i], b[j], cross))
			// Two letters that changed places.
			if i > 0 && j > 0 && a[i].kind == consonant && b[j].kind == consonant &&
				a[i].set&b[j-1].set != 0 && a[i-1].set&b[j].set != 0 {
				best = min(best, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = best
		}
	}
	return rows[len(a)][len(b)]
}

// leaving is what it costs to leave a sound out.
func leaving(s sound, cross bool) float64 {
	switch s.kind {
	case weak:
		if cross {
			return 0.05
		}
		return 0.4
	case semi:
		if cross {
			return 0.55
		}
		return 0.8
	case long:
		if cross {
			return 0.35
		}
		return 0.6
	case guttural:
		if cross {
			return 0.1
		}
		return 0.8
	case short:
		if cross {
			return 0
		}
		return 0.3
	}
	return 1
}

// near are sounds that are heard, or written, for one another.
var near = []struct {
	a, b uint32
	cost float64
}{{sH, sX, 0.4}, {sQ, sGH, 0.4}, {sS, sSH, 0.5}, {sS, sZ, 0.6}, {sD, sT, 0.6}, {sTH, sS, 0.3}, {sB, sF, 0.7}, {sM, sN, 0.7}, {sQ, sX, 0.6}, {sJ, sSH, 0.6}}

// between is what it costs to take one sound for another.
func between(a, b sound, cross bool) float64 {
	vowel := func(s sound) bool { return s.kind != consonant && s.kind != weak }
	switch {
	case a.set&b.set != 0 && (cross || a.raw == b.raw || a.raw < 0x80):
		return 0
	case a.set&b.set != 0: // another letter for the same sound
		return 0.4
	case vowel(a) && vowel(b):
		if cross {
			return 0.5
		}
		return 0.4 + 0.4*boolean(a.raw > 0x80)
	}
	for _, n := range near {
		if a.set&n.a != 0 && b.set&n.b != 0 || a.set&n.b != 0 && b.set&n.a != 0 {
			return n.cost + 0.3*boolean(!cross && a.raw > 0x80)
		}
	}
	if vowel(a) != vowel(b) {
		if cross {
			return 2 // never better than leaving both out
		}
		return 1.2
	}
	return 1
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// weight is how many letters of a part count: of one script all that are written, of two
// the consonants and little else.
func weight(all []sound, cross bool) float64 {
	n := 0.0
	for _, s := range all {
		switch {
		case s.kind == consonant:
			n++
		case s.kind == short || s.kind == weak:
			n += 0.5 * boolean(!cross)
		case cross:
			n += 0.7
		default:
			n++
		}
	}
	return math.Max(n, 2.5)
}

// likeness returns how much two parts are one name: 1 for the same, 0 for nothing in
// common, or for two names of their own: حسن is no slip for حسين.
func likeness(a, b *part) float64 {
	if a.text == b.text {
		return 1
	}
	met := len(a.known) == 0 || len(b.known) == 0 || meet(a.known, b.known)
	if !met {
		return 0
	}
	cross := a.latin != b.latin
	d := distance(a.sounds, b.sounds, cross)
	like := math.Max(0, 1-d/math.Max(weight(a.sounds, cross), weight(b.sounds, cross)))
	if len(a.known) > 0 && len(b.known) > 0 {
		like = math.Max(like, 0.97)
	}
	return like
}

func meet(a, b []int) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
