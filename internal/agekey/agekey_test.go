package agekey

import (
	"bytes"
	"strings"
	"testing"

	"filippo.io/age"
)

// Our spelling of an identity is age's.
func TestBech32(t *testing.T) {
	for range 50 {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		raw, ok := decode(id.String())
		if !ok || len(raw) != SeedSize || encode(raw) != id.String() {
			t.Fatalf("an identity does not come back: %d bytes, %v", len(raw), ok)
		}
		seed, err := Seed(id)
		if err != nil || !bytes.Equal(seed, raw) {
			t.Fatalf("its seed: %v", err)
		}
		again, err := FromSeed(seed)
		if err != nil || again.String() != id.String() || again.Recipient().String() != id.Recipient().String() {
			t.Fatalf("another identity comes back (%v)", err)
		}
	}
	for _, bad := range []string{"", Prefix, Prefix + "BBBBBBBBBB", "age1pq1qqqqqqq"} {
		if _, ok := decode(bad); ok {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestFromSeedRefuses(t *testing.T) {
	for _, n := range []int{0, 1, 31, 33, 64} {
		id, err := FromSeed(bytes.Repeat([]byte{0xAB}, n))
		if id != nil || err == nil || strings.Contains(err.Error(), "\xab") || strings.Contains(err.Error(), Prefix) {
			t.Errorf("a seed of %d bytes: %v", n, err)
		}
	}
}

// The same bytes are the same identity, today and later.
func TestFromSeedIsAlwaysTheSame(t *testing.T) {
	id, err := FromSeed(bytes.Repeat([]byte{1}, SeedSize))
	const want = "AGE-SECRET-KEY-PQ-1QYQ"
	if err != nil || !strings.HasPrefix(id.String(), want) {
		t.Errorf("it does not begin with %s (%v)", want, err)
	}
}
