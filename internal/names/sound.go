package names

import "strings"

// sound is one letter, or two that are one sound, of either script.
type sound struct {
	set  uint32 // the sounds that it can be
	kind kind
	raw  rune // the letter, to tell one spelling from another in one script
}

type kind uint8

const (
	consonant kind = iota
	semi           // و ي inside of a word: a long vowel or a consonant
	long           // ا inside of a word; ou, ee, aa
	short          // a, e, i, o, u
	guttural       // ع, and ا at the beginning: Latin letters have none, or any vowel
	weak           // ه ة, h at the end
)

// The sounds.
const (
	sB uint32 = 1 << iota
	sT
	sTH
	sJ
	sH
	sX
	sD
	sZ
	sR
	sS
	sSH
	sF
	sQ
	sGH
	sL
	sM
	sN
	sW
	sY
	sA
)

var arabicSounds = map[rune]uint32{
	'ب': sB, 'ت': sT, 'ث': sT | sTH | sS, 'ج': sJ, 'ح': sH, 'خ': sX, 'د': sD, 'ذ': sD | sZ, 'ر': sR, 'ز': sZ, 'س': sS, 'ش': sSH,
	'ص': sS, 'ض': sD | sZ, 'ط': sT, 'ظ': sZ | sD, 'غ': sGH, 'ف': sF, 'ق': sQ, 'ك': sQ, 'ل': sL, 'م': sM, 'ن': sN, 'ه': sH,
}

var latinSounds = []struct {
	text string
	set  uint32
	kind kind
}{
	{"sch", sSH, consonant}, {"sh", sSH, consonant}, {"ch", sSH, consonant}, {"kh", sX, consonant}, {"gh", sGH, consonant},
	{"th", sT | sTH | sS | sD, consonant}, {"dh", sD | sZ, consonant}, {"ph", sF, consonant}, {"dj", sJ, consonant}, {"dsch", sJ, consonant},
	{"ou", sW, long}, {"oo", sW, long}, {"ee", sY, long}, {"aa", sA, long}, {"ie", sY | sA, long}, {"ei", sY, long}, {"ai", sY | sA, long},
	{"ay", sY | sA, long}, {"ey", sY, long}, {"au", sW | sA, long}, {"aw", sW | sA, long},
	{"a", sA, short}, {"e", sA | sY, short}, {"i", sY, short}, {"o", sW, short}, {"u", sW, short},
	{"b", sB, consonant}, {"c", sQ | sS, consonant}, {"d", sD, consonant}, {"f", sF, consonant}, {"g", sQ | sGH | sJ, consonant},
	{"h", sH | sX, consonant}, {"j", sJ, consonant}, {"k", sQ, consonant}, {"l", sL, consonant}, {"m", sM, consonant}, {"n", sN, consonant},
	{"p", sB, consonant}, {"q", sQ, consonant}, {"r", sR, consonant}, {"s", sS, consonant}, {"t", sT, consonant}, {"v", sF | sW, consonant},
	{"x", sQ, consonant}, {"z", sZ | sD, consonant}, {"w", sW, semi}, {"y", sY, semi},
}

// sounds returns the sounds of a folded part.
func sounds(t token) []sound {
	if t.latin {
		return latin(t.text)
	}
	letters := []rune(t.text)
	var all []sound
	for i, r := range letters {
		first, last := i == 0, i == len(letters)-1
		s := sound{arabicSounds[r], consonant, r}
		switch {
		case r == 'ا' && first:
			s.set, s.kind = sA|sY|sW, guttural
		case r == 'ا':
			s.set, s.kind = sA, long
		case r == 'ع':
			s.set, s.kind = sA|sY|sW, guttural
		case r == 'و' || r == 'ي':
			s.set = sW
			if r == 'ي' {
				s.set = sY
			}
			if !first {
				s.kind = semi
			}
		case r == 'ه' && last && !first:
			s.kind = weak
		case s.set == 0:
			s.set = 1 << 31 // a letter of no sound that is known: like itself alone
		}
		all = append(all, s)
	}
	return all
}

func latin(text string) (all []sound) {
	for rest := text; rest != ""; {
		s, n := sound{1 << 31, consonant, []rune(rest)[0]}, len(string([]rune(rest)[0]))
		for _, l := range latinSounds {
			if strings.HasPrefix(rest, l.text) {
				s, n = sound{l.set, l.kind, rune(l.text[0])}, len(l.text)
				break
			}
		}
		rest = rest[n:]
		switch {
		case len(all) == 0 && s.kind == semi:
			s.kind = consonant
		case rest == "" && s.raw == 'h' && s.set&sH != 0 && len(all) > 0:
			s.kind = weak
		}
		// A letter that is doubled is said once.
		if n := len(all); n > 0 && s.kind == consonant && all[n-1].set == s.set && all[n-1].kind == consonant {
			continue
		}
		all = append(all, s)
	}
	return all
}

// skeleton returns the consonants of a part, coarsely: for finding what to compare.
func skeleton(all []sound) string {
	var b []byte
	for _, s := range all {
		if s.kind != consonant {
			continue
		}
		c := coarse(s.set)
		if c != 0 && (len(b) == 0 || b[len(b)-1] != c) {
			b = append(b, c)
		}
	}
	return string(b)
}

func coarse(set uint32) byte {
	switch {
	case set&sT != 0:
		return 't'
	case set&(sQ|sGH) != 0:
		return 'k'
	case set&(sD|sZ) != 0:
		return 'd'
	case set == sX:
		return 'x'
	case set&sH != 0:
		return 0
	}
	for _, c := range []struct {
		set uint32
		c   byte
	}{{sB, 'b'}, {sJ, 'j'}, {sR, 'r'}, {sSH, 'c'}, {sS, 's'}, {sF, 'f'}, {sL, 'l'}, {sM, 'm'}, {sN, 'n'}, {sW, 'w'}, {sY, 'y'}} {
		if set&c.set != 0 {
			return c.c
		}
	}
	return '?'
}
