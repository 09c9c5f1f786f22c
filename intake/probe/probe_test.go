package probe

import (
	"errors"
	"testing"
	"time"
)

// A token is good once, for its time, and no other is good at all: it fails if
// anything else than a token that is out marks a form.
func TestTokens(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	tokens := New(func() time.Time { return now })
	fresh := func() string {
		t.Helper()
		token, err := tokens.New()
		if err != nil || len(token) < 26 || len(token) > Size {
			t.Fatalf("token of %d characters, %v", len(token), err)
		}
		return token
	}
	for _, bad := range []string{"", "x", fresh() + "x"} {
		if tokens.Take(bad) {
			t.Errorf("a token of nobody's is taken: %d characters", len(bad))
		}
	}
	one, two := fresh(), fresh()
	if !tokens.Take(one) || tokens.Take(one) || !tokens.Take(two) {
		t.Error("a token is not good once and once only")
	}
	late := fresh()
	now = now.Add(Life)
	if tokens.Take(late) {
		t.Error("a token is good after its time")
	}
	back := fresh()
	now = now.Add(-time.Hour)
	if tokens.Take(back) {
		t.Error("a token is good on a clock that was set back")
	}
	if New(time.Now).Take(one) {
		t.Error("a token is good on another server")
	}
}

// Tokens do not pile up in memory, and it goes on when their time is over.
func TestMany(t *testing.T) {
	now := time.Now()
	tokens := New(func() time.Time { return now })
	for range Most {
		if _, err := tokens.New(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tokens.New(); !errors.Is(err, ErrMany) {
		t.Errorf("one more than %d: %v", Most, err)
	}
	now = now.Add(Life)
	if _, err := tokens.New(); err != nil {
		t.Errorf("after their time: %v", err)
	}
}
