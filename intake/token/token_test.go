package token

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"amana/internal/mailbox"
)

// clock is a clock that a test sets.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)} }

func thread(b byte, replies bool) Thread {
	return Thread{Thread: mailbox.ThreadFrom([32]byte{b, 1, 2, 31: b}), Replies: replies}
}

func TestRoundTrip(t *testing.T) {
	k := NewKeys(newClock().now)
	for _, want := range []Thread{thread(1, true), thread(2, false)} {
		token := k.Seal(want)
		if len(token) != Size {
			t.Errorf("%d characters, not %d", len(token), Size)
		}
		got, err := k.Open(token)
		if err != nil || got.Seed() != want.Seed() || got.Replies != want.Replies {
			t.Errorf("opened as another thread: %v", err)
		}
		if k.Seal(want) == token {
			t.Error("two tokens of one thread are the same")
		}
	}
}

// A token holds for its life and not longer, also where the key has changed.
func TestLife(t *testing.T) {
	for _, c := range []struct {
		sealed, opened time.Duration
		good           bool
	}{
		{0, 0, true},
		{0, Life, true},
		{0, Life + time.Second, false},
		{Life - time.Minute, Life + time.Minute, true},
		{Life - time.Minute, 2*Life - time.Minute, true},
		{Life - time.Minute, 2 * Life, false},
		{0, 10 * Life, false},
		{time.Hour, 0, false},                 // the clock was set back
		{time.Hour, -1000 * time.Hour, false}, // far
	} {
		clock := newClock()
		start := clock.Time
		k := NewKeys(clock.now)
		k.Seal(thread(1, true)) // the first key is made at the start
		clock.Time = start.Add(c.sealed)
		token := k.Seal(thread(7, true))
		clock.Time = start.Add(c.opened)
		if _, err := k.Open(token); (err == nil) != c.good {
			t.Errorf("sealed after %v, opened after %v: %v", c.sealed, c.opened, err)
		}
	}
}

// The keys of before are gone: what they sealed opens nothing, whatever the clock says.
func TestOldKeysGo(t *testing.T) {
	clock := newClock()
	k := NewKeys(clock.now)
	token := k.Seal(thread(1, true))
	for range 2 {
		clock.Time = clock.Add(Life)
		k.Seal(thread(2, true))
	}
	clock.Time = newClock().Time.Add(time.Second)
	if _, err := k.Open(token); err == nil {
		t.Error("a token opens although its key should be gone")
	}
}

// They go where nobody comes, too.
func TestRenew(t *testing.T) {
	clock := newClock()
	k := NewKeys(clock.now)
	token := k.Seal(thread(1, true))
	for range 2 {
		clock.Time = clock.Add(Life)
		k.Renew()
	}
	clock.Time = newClock().Time.Add(time.Second)
	if _, err := k.Open(token); err == nil {
		t.Error("a token opens although its key should be gone")
	}
}

func TestRefused(t *testing.T) {
	clock := newClock()
	k, other := NewKeys(clock.now), NewKeys(clock.now)
	token := k.Seal(thread(1, true))
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	bad := map[string]string{
		"empty": "", "of another process": other.Seal(thread(1, true)), "longer": token + "A", "shorter": token[1:],
		"spaces": strings.Repeat(" ", Size), "other letters": strings.Repeat("/", Size), "not ASCII": strings.Repeat("ب", Size/2),
	}
	for i := range raw {
		changed := append([]byte(nil), raw...)
		changed[i] ^= 1
		bad["changed at "+string(rune('a'+i%26))+string(rune('0'+i/26))] = base64.RawURLEncoding.EncodeToString(changed)
	}
	for name, token := range bad {
		if _, err := k.Open(token); !errors.Is(err, ErrExpired) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(bad) < 70 {
		t.Errorf("only %d were tried", len(bad))
	}
}
