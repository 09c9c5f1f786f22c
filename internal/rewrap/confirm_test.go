package rewrap

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"amana/internal/carry"

	"filippo.io/age"
)

// forge returns a header of the given stanzas with the right MAC, as whoever has
// the file key can make one.
func forge(t *testing.T, key []byte, stanzas ...*age.Stanza) []byte {
	t.Helper()
	out := []byte("age-encryption.org/v1\n")
	for _, s := range stanzas {
		out = appendStanza(out, s)
	}
	return withMAC(t, key, out)
}

// stanza wraps a file key for one recipient.
func stanza(t *testing.T, key []byte, r age.Recipient) *age.Stanza {
	t.Helper()
	stanzas, err := r.Wrap(key)
	if err != nil || len(stanzas) != 1 {
		t.Fatalf("%d stanzas, %v", len(stanzas), err)
	}
	return stanzas[0]
}

// A header is confirmed only if it may take the old one's place.
func TestConfirm(t *testing.T) {
	ids, to := people(t, 4)
	me := ids[:1]
	old, _ := sealed(t, to[1:2])
	key, err := age.DecryptHeader(old, ids[1])
	if err != nil {
		t.Fatal(err)
	}
	otherKey := bytes.Repeat([]byte{7}, 16)
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	mine, second, third := stanza(t, key, to[0]), stanza(t, key, to[1]), stanza(t, key, to[2])
	// Stanzas of the right form at which age stops: a point of low order.
	point := *second
	enc, err := base64.RawStdEncoding.DecodeString(second.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	clear(enc[len(enc)-32:])
	point.Args = []string{base64.RawStdEncoding.EncodeToString(enc)}
	// And some that have not the form.
	short, body, args := *second, *second, *second
	short.Args = []string{base64.RawStdEncoding.EncodeToString(enc[1:])}
	body.Body = body.Body[1:]
	args.Args = append(slices.Clone(args.Args), "more")
	badMAC := forge(t, otherKey, mine, second, third)
	for name, c := range map[string]struct {
		next []byte
		want error
	}{
		"good":             {forge(t, key, mine, second, third), nil},
		"any order":        {forge(t, key, third, second, mine), nil},
		"other key":        {forge(t, otherKey, stanza(t, otherKey, to[0]), stanza(t, otherKey, to[1]), stanza(t, otherKey, to[2])), ErrOtherKey},
		"not for us":       {forge(t, key, stanza(t, key, to[3]), second, third), ErrNotOurs},
		"one missing":      {forge(t, key, mine, second), ErrDamaged},
		"one more":         {forge(t, key, mine, second, third, stanza(t, key, to[3])), ErrDamaged},
		"X25519 more":      {forge(t, key, mine, second, third, stanza(t, key, classic.Recipient())), ErrDamaged},
		"X25519 for one":   {forge(t, key, mine, second, stanza(t, key, classic.Recipient())), ErrDamaged},
		"grease":           {forge(t, key, mine, second, &age.Stanza{Type: "grease"}), ErrDamaged},
		"twice for us":     {forge(t, key, mine, second, stanza(t, key, to[0])), ErrDamaged},
		"two keys for us":  {forge(t, key, mine, second, stanza(t, otherKey, to[0])), ErrDamaged},
		"age stops before": {forge(t, key, &point, mine, third), ErrDamaged},
		"age stops after":  {forge(t, key, mine, third, &point), ErrDamaged},
		"short stanza":     {forge(t, key, mine, &short, third), ErrDamaged},
		"short body":       {forge(t, key, mine, &body, third), ErrDamaged},
		"more arguments":   {forge(t, key, mine, &args, third), ErrDamaged},
		"bad MAC":          {badMAC, ErrDamaged},
		"with a payload":   {append(forge(t, key, mine, second, third), "more"...), ErrDamaged},
		"empty":            {nil, ErrDamaged},
		"text":             {[]byte("MARKER\n"), ErrDamaged},
		"quoted":           {bytes.Replace(badMAC, []byte("\n-> "), []byte("\nMARKER!\n-> "), 1), ErrDamaged},
	} {
		err := Confirm(old, c.next, me, 3)
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || err != nil && strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	good := forge(t, key, mine, second, third)
	for name, c := range map[string]struct {
		old  []byte
		ids  []*age.HybridIdentity
		want error
	}{
		"no key":          {old, nil, ErrNotOurs},
		"two keys":        {old, ids[:2], nil},
		"one of two keys": {old, []*age.HybridIdentity{ids[3], ids[2]}, nil},
		"damaged old":     {old[:len(old)-1], me, ErrDamaged},
		"no old":          {nil, me, ErrDamaged},
		"old of another":  {forge(t, otherKey, stanza(t, otherKey, to[1])), me, ErrOtherKey},
	} {
		if err := Confirm(c.old, good, c.ids, 3); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A change of any byte of either header is found, and any cut.
func TestConfirmDamage(t *testing.T) {
	ids, to := people(t, 2)
	old, _ := sealed(t, to)
	next, err := newHeader(old, ids[:1], to)
	if err != nil {
		t.Fatal(err)
	}
	known := func(err error) bool {
		return errors.Is(err, ErrDamaged) || errors.Is(err, ErrNotOurs) || errors.Is(err, ErrOtherKey)
	}
	change := func(data []byte, at int) []byte {
		data = bytes.Clone(data)
		data[at] ^= 1 << (at % 8)
		return data
	}
	for at := range old {
		if at%3 == 0 || at > len(old)-100 { // the MAC covers all bytes alike
			if err := Confirm(change(old, at), next, ids[:1], 2); !known(err) {
				t.Fatalf("byte %d of the old header changed: %v", at, err)
			}
		}
		if err := Confirm(old[:at], next, ids[:1], 2); !errors.Is(err, ErrDamaged) {
			t.Fatalf("old header cut off at %d: %v", at, err)
		}
	}
	for at := range next {
		if at%3 == 0 || at > len(next)-100 {
			if err := Confirm(old, change(next, at), ids[:1], 2); !known(err) {
				t.Fatalf("byte %d of the new header changed: %v", at, err)
			}
		}
		if err := Confirm(old, next[:at], ids[:1], 2); !errors.Is(err, ErrDamaged) {
			t.Fatalf("new header cut off at %d: %v", at, err)
		}
	}
}

// What is counted without a key is what is there.
func TestCountRecipients(t *testing.T) {
	_, to := people(t, 3)
	key := make([]byte, 16)
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	x, h, g := stanza(t, key, classic.Recipient()), stanza(t, key, to[0]), &age.Stanza{Type: "grease", Args: []string{"a", "b"}}
	odd := *h
	odd.Body = append(bytes.Clone(odd.Body), 1)
	short := *h
	short.Args = []string{base64.RawStdEncoding.EncodeToString(make([]byte, 1119))}
	for name, c := range map[string]struct {
		header        []byte
		hybrid, other int
		bad           bool
	}{
		"hybrid":      {forge(t, key, h, h), 2, 0, false},
		"mixed":       {forge(t, key, h, x, h, g), 2, 2, false},
		"X25519":      {forge(t, key, x), 0, 1, false},
		"odd hybrid":  {forge(t, key, h, &odd), 1, 1, false},
		"short key":   {forge(t, key, h, &short), 1, 1, false},
		"no stanza":   {forge(t, key), 0, 0, true},
		"followed":    {append(forge(t, key, h), 'x'), 0, 0, true},
		"two headers": {slices.Concat(forge(t, key, h), forge(t, key, h)), 0, 0, true},
		"many":        {forge(t, key, slices.Repeat([]*age.Stanza{g}, 1025)...), 0, 0, true},
		"large":       {forge(t, key, &age.Stanza{Type: "grease", Body: make([]byte, maxHeader)}), 0, 0, true},
		"empty":       {nil, 0, 0, true},
	} {
		hybrid, other, err := carry.CountRecipients(c.header)
		if hybrid != c.hybrid || other != c.other || errors.Is(err, carry.ErrMalformed) != c.bad {
			t.Errorf("%s: %d and %d, %v", name, hybrid, other, err)
		}
	}
}
