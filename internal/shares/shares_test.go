package shares

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"amana/internal/keyfile"

	"github.com/cloudflare/circl/secretsharing"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// seeds returns all that a key is made of.
func seeds(k *keyfile.Key) string {
	identity, signing, err := k.Seeds()
	return fmt.Sprintf("%q %x %x %s %v", k.Name, identity, signing, k.VerifierKey(), err)
}

// subsets yields every choice of shares, the empty one too.
func subsets(all []*Share) func(func([]*Share) bool) {
	return func(yield func([]*Share) bool) {
		for bits := range 1 << len(all) {
			var some []*Share
			for i, s := range all {
				if bits>>i&1 == 1 {
					some = append(some, s)
				}
			}
			if !yield(some) {
				return
			}
		}
	}
}

// Any k shares make the same key, and fewer make none, in any order.
func TestSplitAndJoin(t *testing.T) {
	keys := []*keyfile.Key{must(keyfile.NewReviewer("مراجع A")), must(keyfile.NewAdministrator("Administrator A"))}
	for n := 2; n <= 5; n++ {
		for k := 2; k <= n; k++ {
			key := keys[(n+k)%2]
			all := must(Split(key, k, n))
			for some := range subsets(all) {
				slices.Reverse(some)
				got, bad, err := Join(some)
				switch {
				case len(some) < k:
					if !errors.Is(err, ErrTooFew) || got != nil {
						t.Errorf("%d of %d, with %d: %v", k, n, len(some), err)
					}
				case err != nil || len(bad) != 0 || seeds(got) != seeds(key):
					t.Errorf("%d of %d, with %d: bad %v, %v", k, n, len(some), bad, err)
				}
			}
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	key := must(keyfile.NewAdministrator("A"))
	for _, c := range [][2]int{{0, 0}, {1, 1}, {1, 3}, {-1, 3}, {4, 3}, {2, 17}, {17, 17}, {2, -1}} {
		if _, err := Split(key, c[0], c[1]); !errors.Is(err, ErrCount) {
			t.Errorf("%v: %v", c, err)
		}
	}
	if _, err := Split(new(keyfile.Key), 2, 3); !errors.Is(err, keyfile.ErrNoSigningKey) {
		t.Errorf("a key of age-keygen: %v", err)
	}
}

// Fewer than k shares say nothing: whatever k-1 of them are, for any other
// scalar there is a k-th share with which they make it. So the shares in hand
// fit every scalar equally well. And Join takes none but the right one.
func TestTooFewSharesSayNothing(t *testing.T) {
	const k, n = 3, 4
	all := must(Split(must(keyfile.NewReviewer("Reviewer A")), k, n))
	for range 20 {
		other := field.RandomScalar(nil)
		for some := range subsets(all) {
			if len(some) != k-1 {
				continue
			}
			// The line through k-1 shares and the other scalar at 0.
			points := []secretsharing.Share{{ID: field.NewScalar(), Value: other}}
			for _, s := range some {
				points = append(points, point(t, s))
			}
			for _, last := range all {
				if slices.Contains(some, last) {
					continue
				}
				made := *last
				value := must(through(points).Evaluate(point(t, last).ID).MarshalBinary())
				made.value = [valueSize]byte(value)
				together := append(slices.Clone(some), &made)
				var back []secretsharing.Share
				for _, s := range together {
					back = append(back, point(t, s))
				}
				secret := must(secretsharing.Recover(k-1, back))
				if !secret.IsEqual(other) {
					t.Fatal("no share fits another scalar: the shares in hand exclude it")
				}
				if key, _, err := Join(together); !errors.Is(err, ErrForged) || key != nil {
					t.Fatalf("joined with a made-up share: %v", err)
				}
			}
		}
	}
	// What is sealed is the only thing that tells: two sets of one key have
	// nothing in common.
	key := must(keyfile.NewAdministrator("A"))
	a, b := must(Split(key, 2, 2)), must(Split(key, 2, 2))
	if a[0].Set == b[0].Set || a[0].value == b[0].value || bytes.Equal(a[0].sealed, b[0].sealed) {
		t.Error("splitting twice gives the same")
	}
}

func point(t *testing.T, s *Share) secretsharing.Share {
	t.Helper()
	value := field.NewScalar()
	if err := value.UnmarshalBinary(s.value[:]); err != nil {
		t.Fatal(err)
	}
	return secretsharing.Share{ID: field.NewScalar().SetUint64(uint64(s.Number)), Value: value}
}

// forge returns a share that is well made and wrong.
func forge(s *Share, change func(*Share)) *Share {
	f := *s
	f.sealed = bytes.Clone(s.sealed)
	change(&f)
	return must(Parse([]byte(f.Code())))
}

var forgeries = map[string]func(*Share){
	"value":      func(s *Share) { s.value[0] ^= 1 },
	"no scalar":  func(s *Share) { s.value = [32]byte(bytes.Repeat([]byte{0xff}, 32)) },
	"sealed":     func(s *Share) { s.sealed[20] ^= 1 },
	"both":       func(s *Share) { s.value[3] ^= 1; s.sealed[0] ^= 1 },
	"cut sealed": func(s *Share) { s.sealed = s.sealed[:minSealed] },
}

// With one share more than needed, a forged one is named, and the key is made
// without it. With as many as needed, nothing is made.
func TestForgedShareIsNamed(t *testing.T) {
	key := must(keyfile.NewReviewer("Reviewer A"))
	all := must(Split(key, 3, 5))
	for name, change := range forgeries {
		for which := range all {
			given := slices.Clone(all)
			given[which] = forge(all[which], change)
			for _, some := range [][]*Share{given, without(given, (which+1)%5)} {
				got, bad, err := Join(some)
				if err != nil || seeds(got) != seeds(key) || !slices.Equal(bad, []int{which + 1}) {
					t.Errorf("%s in share %d, with %d: bad %v, %v", name, which+1, len(some), bad, err)
				}
			}
			three := []*Share{given[which], all[(which+1)%5], all[(which+2)%5]}
			if got, _, err := Join(three); !errors.Is(err, ErrForged) || got != nil {
				t.Errorf("%s in share %d, with 3: %v", name, which+1, err)
			}
		}
	}
	// Two forged among five are found too.
	given := slices.Clone(all)
	given[0], given[3] = forge(all[0], forgeries["value"]), forge(all[3], forgeries["sealed"])
	if got, bad, err := Join(given); err != nil || seeds(got) != seeds(key) || !slices.Equal(bad, []int{1, 4}) {
		t.Errorf("two forged: bad %v, %v", bad, err)
	}
}

func without(all []*Share, i int) []*Share { return slices.Delete(slices.Clone(all), i, i+1) }

// A search through every choice ends, and finds nothing.
func TestNothingFits(t *testing.T) {
	all := must(Split(must(keyfile.NewAdministrator("A")), 6, 12))
	for i := range 7 {
		all[i] = forge(all[i], func(s *Share) { s.value = [32]byte(must(field.RandomScalar(nil).MarshalBinary())) })
	}
	if _, _, err := Join(all); !errors.Is(err, ErrForged) {
		t.Error(err)
	}
}

// Two holders who forge their shares together, so that the right key comes out,
// do not make the others look like forgers.
func TestForgersTogether(t *testing.T) {
	key := must(keyfile.NewAdministrator("A"))
	all := must(Split(key, 3, 6))
	// A line through 0 at 0 that is added to shares 1 and 2, with share 3 as it is.
	x := func(n uint64) secretsharing.Share {
		return secretsharing.Share{ID: field.NewScalar().SetUint64(n), Value: field.NewScalar()}
	}
	off := x(1)
	off.Value.SetUint64(7)
	added := through([]secretsharing.Share{x(0), x(3), off})
	for i := range 2 {
		p := point(t, all[i])
		value := p.Value.Add(p.Value, added.Evaluate(p.ID))
		all[i] = forge(all[i], func(s *Share) { s.value = [32]byte(must(value.MarshalBinary())) })
	}
	if got, bad, err := Join(all[:3]); err != nil || len(bad) != 0 || seeds(got) != seeds(key) {
		t.Fatalf("the forgery is not what this test is about: bad %v, %v", bad, err)
	}
	if got, bad, err := Join(all); err != nil || !slices.Equal(bad, []int{1, 2}) || seeds(got) != seeds(key) {
		t.Errorf("bad %v, %v", bad, err)
	}
}

func TestSharesOfDifferentKeys(t *testing.T) {
	key := must(keyfile.NewAdministrator("A"))
	a, b := must(Split(key, 2, 3)), must(Split(key, 2, 3))
	_, _, err := Join([]*Share{a[0], b[1]})
	if !errors.Is(err, ErrSets) || !strings.Contains(err.Error(), fmt.Sprintf("share 1 is of set %x, and share 2 of set %x", a[0].Set, b[1].Set)) {
		t.Error(err)
	}
	if _, _, err := Join([]*Share{a[0], a[0]}); !errors.Is(err, ErrTooFew) {
		t.Errorf("one share twice: %v", err)
	}
	if got, bad, err := Join([]*Share{a[0], a[2], a[0]}); err != nil || len(bad) != 0 || seeds(got) != seeds(key) {
		t.Errorf("one of two twice: bad %v, %v", bad, err)
	}
	if _, _, err := Join([]*Share{a[0], a[2], forge(a[0], forgeries["value"])}); !errors.Is(err, ErrForged) || !strings.Contains(err.Error(), "two different shares 1") {
		t.Errorf("two shares 1: %v", err)
	}
	if _, _, err := Join(nil); !errors.Is(err, ErrTooFew) {
		t.Errorf("none: %v", err)
	}
	// The marks of another set on the shares of this one do not open it.
	for i := range a {
		a[i].Set = b[0].Set
	}
	if _, _, err := Join([]*Share{a[0], a[1], b[2]}); !errors.Is(err, ErrForged) {
		t.Errorf("with another set's mark: %v", err)
	}
}

// Two whole sets under one mark: nobody can tell which is right.
func TestTwoKeysUnderOneMark(t *testing.T) {
	a := must(Split(must(keyfile.NewAdministrator("A")), 2, 4))
	b := must(Split(must(keyfile.NewAdministrator("B")), 2, 4))
	set := a[0].Set
	one := must(splitAs(t, b, set))
	_, _, err := Join([]*Share{a[0], a[1], one[2], one[3]})
	if !errors.Is(err, ErrForged) || !strings.Contains(err.Error(), "two different keys") {
		t.Error(err)
	}
}

// splitAs seals what two shares make anew, under another set's mark.
func splitAs(t *testing.T, shares []*Share, set [4]byte) ([]*Share, error) {
	t.Helper()
	secret := must(secretsharing.Recover(1, []secretsharing.Share{point(t, shares[0]), point(t, shares[1])}))
	key, _, err := Join(shares)
	if err != nil {
		return nil, err
	}
	var out []*Share
	for _, s := range shares {
		made := *s
		made.Set = set
		aead := must(made.cipher(secret))
		made.sealed = aead.Seal(nil, make([]byte, aead.NonceSize()), must(marshal(key)), made.about())
		out = append(out, &made)
	}
	return out, nil
}

// However a share is printed, nothing of it shows.
func TestSharePrintsNothing(t *testing.T) {
	s := must(Split(must(keyfile.NewAdministrator("A")), 2, 2))[0]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{s, *s} {
			if got := fmt.Sprintf(verb, v); got != "**redacted**" {
				t.Errorf("%s: %d characters", verb, len(got))
			}
		}
	}
}
