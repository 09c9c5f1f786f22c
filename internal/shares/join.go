package shares

import (
	"bytes"
	"fmt"
	"slices"

	"amana/internal/keyfile"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/math/polynomial"
	"github.com/cloudflare/circl/secretsharing"
)

// Join makes the key again. With more shares than are needed it also finds those
// that are not what was printed, and returns their numbers in order: the key is
// good all the same. The same share given twice counts once.
//
// Errors wrap [ErrTooFew], [ErrSets], or [ErrForged] if no k of the shares make
// a key.
func Join(shares []*Share) (key *keyfile.Key, bad []int, err error) {
	given, err := oneSet(shares)
	if err != nil {
		return nil, nil, err
	}
	need := given[0].Needed
	if len(given) < need {
		return nil, nil, fmt.Errorf("%w: %d are needed, and there %s", ErrTooFew, need, are(len(given)))
	}
	for len(given) > 0 {
		// Good shares have all the same ciphertext.
		var alike, others []*Share
		for _, s := range given {
			if bytes.Equal(s.sealed, given[0].sealed) {
				alike = append(alike, s)
			} else {
				others = append(others, s)
			}
		}
		given = others
		found, good := open(alike, need)
		switch {
		case found == nil:
			continue
		case key != nil:
			return nil, nil, fmt.Errorf("%w: they make two different keys. Leave out those that you trust least", ErrForged)
		}
		key = found
		for _, s := range shares {
			if !slices.Contains(good, s.Number) && !slices.Contains(bad, s.Number) {
				bad = append(bad, s.Number)
			}
		}
	}
	if key == nil {
		return nil, nil, fmt.Errorf("%w: at least one of them is not what was printed. One more of the others can show which", ErrForged)
	}
	slices.Sort(bad)
	return key, bad, nil
}

func are(n int) string {
	if n == 1 {
		return "is 1"
	}
	return fmt.Sprintf("are %d", n)
}

// oneSet returns the shares, each once, if they belong together.
func oneSet(shares []*Share) ([]*Share, error) {
	var given []*Share
	for _, s := range shares {
		if first := shares[0]; !bytes.Equal(s.about(), first.about()) {
			return nil, fmt.Errorf("%w: share %d is of set %x, and share %d of set %x. A key may have been split more than once",
				ErrSets, first.Number, first.Set, s.Number, s.Set)
		}
		i := slices.IndexFunc(given, func(g *Share) bool { return g.Number == s.Number })
		switch {
		case i < 0:
			given = append(given, s)
		case given[i].value != s.value || !bytes.Equal(given[i].sealed, s.sealed):
			return nil, fmt.Errorf("%w: there are two different shares %d. Leave one of them out", ErrForged, s.Number)
		}
	}
	if len(given) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrTooFew)
	}
	return given, nil
}

// open looks for k shares that open what is sealed. It returns the key and the
// numbers of the shares that fit it, or nil.
//
// Several holders together can forge shares that make the right key on a wrong
// polynomial, so the one that the most shares lie on is taken for the right one.
func open(shares []*Share, k int) (key *keyfile.Key, good []int) {
	var points []secretsharing.Share
	var numbers []int
	for _, s := range shares {
		value := field.NewScalar()
		if value.UnmarshalBinary(s.value[:]) != nil {
			continue // no scalar is written so
		}
		points = append(points, secretsharing.Share{ID: field.NewScalar().SetUint64(uint64(s.Number)), Value: value})
		numbers = append(numbers, s.Number)
	}
	for some := range choices(points, k) {
		secret, err := secretsharing.Recover(uint(k-1), some)
		if err != nil {
			return nil, nil
		}
		found := shares[0].openWith(secret)
		if found == nil {
			continue
		}
		key = found
		if fit := fitting(through(some), points, numbers); len(fit) > len(good) {
			good = fit
		}
		if len(good) == len(points) {
			break
		}
	}
	return key, good
}

// fitting returns the numbers of the points that lie on a polynomial.
func fitting(line polynomial.LagrangePolynomial, points []secretsharing.Share, numbers []int) (fit []int) {
	for i, p := range points {
		if line.Evaluate(p.ID).IsEqual(p.Value) {
			fit = append(fit, numbers[i])
		}
	}
	return fit
}

func (s *Share) openWith(secret group.Scalar) *keyfile.Key {
	aead, err := s.cipher(secret)
	if err != nil {
		return nil
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), s.sealed, s.about())
	if err != nil {
		return nil
	}
	defer clear(plain)
	key, err := unmarshal(plain)
	if err != nil {
		return nil
	}
	return key
}

// through returns the polynomial that goes through the given points.
func through(points []secretsharing.Share) polynomial.LagrangePolynomial {
	var x, y []group.Scalar
	for _, p := range points {
		x, y = append(x, p.ID), append(y, p.Value)
	}
	return polynomial.NewLagrangePolynomial(x, y)
}

// choices yields every choice of k of the points: at most 12,870, for 8 of 16.
func choices(points []secretsharing.Share, k int) func(func([]secretsharing.Share) bool) {
	return func(yield func([]secretsharing.Share) bool) {
		var choose func(from int, some []secretsharing.Share) bool
		choose = func(from int, some []secretsharing.Share) bool {
			if len(some) == k {
				return yield(some)
			}
			for i := from; i <= len(points)-(k-len(some)); i++ {
				if !choose(i+1, append(some, points[i])) {
					return false
				}
			}
			return true
		}
		choose(0, make([]secretsharing.Share, 0, k))
	}
}
