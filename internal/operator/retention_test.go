package operator

import (
	"context"
	"strings"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/vaulttest"
)

// aging is a state with a vault of its own and a clock.
type aging struct {
	*testing.T
	state State
	store *bolt.Store
	now   time.Time
	told  []string
}

func newAging(t *testing.T) *aging {
	t.Helper()
	a := &aging{T: t, state: State{Folder: t.TempDir()}, now: time.Date(2026, 11, 27, 23, 0, 0, 0, time.UTC)}
	var err error
	if a.store, err = bolt.Create(a.state.Folder, bolt.Options{Reserve: -1}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.store.Close() })
	return a
}

// put keeps a testimony that came in so many days before the clock's.
func (a *aging) put(before int, collected bool) vault.ID {
	a.Helper()
	p, err := a.store.Create(a.Context())
	if err != nil {
		a.Fatal(err)
	}
	p.Write(vaulttest.Header(1700, 1))
	id, err := p.Commit(vault.Label{Day: a.now.AddDate(0, 0, -before).Format(time.DateOnly), Epoch: 1})
	if err == nil && collected {
		rec, _, err2 := lookAgain(a.Context(), a.store, id)
		if err = err2; err == nil {
			_, err = a.store.Collect(a.Context(), []vault.Receipt{vaulttest.Receipt(&rec)})
		}
	}
	if err != nil {
		a.Fatal(err)
	}
	return id
}

// retain lets the clock go on for some days, and carries out the rules after that.
func (a *aging) retain(days int, r retention) {
	a.Helper()
	a.now = a.now.AddDate(0, 0, days)
	k := &keeper{r, a.state, a.store, func(what string) { a.told = append(a.told, what) }}
	for range 2 { // a server that is started again does it twice a day
		if err := k.retain(context.Background(), a.now); err != nil {
			a.Fatal(err)
		}
	}
}

func (a *aging) look(when string, ids []vault.ID, want ...vault.State) {
	a.Helper()
	states, err := a.store.Look(a.Context(), ids)
	for i := range ids {
		if err != nil || states[i] != want[i] {
			a.Errorf("%s: %v, %v; want %v", when, states, err, want)
			return
		}
	}
}

// What is acknowledged and old goes, at the day that the rule says; the rest does not,
// unless it was said twice.
func TestRetention(t *testing.T) {
	a := newAging(t)
	old, young, alone := a.put(40, true), a.put(20, true), a.put(400, false)
	ids := []vault.ID{old, young, alone}
	for range 20 {
		a.retain(1, retention{})
	}
	a.look("without a rule", ids, vault.Collected, vault.Collected, vault.Kept)
	if len(a.told) > 0 {
		t.Errorf("without a rule it says %v", a.told)
	}
	rule := retention{Acknowledged: 50}
	for range steady {
		a.retain(1, rule)
	}
	a.look("while the rule is new", ids, vault.Collected, vault.Collected, vault.Kept) // 67, 47, 427 days
	a.retain(1, rule)
	a.look("after a week", ids, vault.Purged, vault.Collected, vault.Kept) // 68, 48, 428 days
	a.retain(1, rule)
	a.retain(1, rule)
	a.look("on the last day", ids, vault.Purged, vault.Collected, vault.Kept)
	a.retain(1, rule)
	a.look("after it", ids, vault.Purged, vault.Purged, vault.Kept)
	for range 3 {
		a.retain(1, rule)
	}
	a.look("what nobody has signed for", ids, vault.Purged, vault.Purged, vault.Kept)
	a.retain(1, retention{Unacknowledged: 400, UnacknowledgedAgain: 400})
	a.look("said twice", ids, vault.Purged, vault.Purged, vault.Absent)
	if all := strings.Join(a.told, "\n"); !strings.Contains(all, "retention: what the rules name is gone from here") {
		t.Errorf("it says\n%s", all)
	}
}

// A clock that jumps erases nothing: a year forward, back, and after a long sleep the
// server waits until it has seen the days pass.
func TestRetentionClock(t *testing.T) {
	rule := retention{Acknowledged: 30, Unacknowledged: 300, UnacknowledgedAgain: 300}
	a := newAging(t)
	for range steady + 2 {
		a.retain(1, rule)
	}
	ids := []vault.ID{a.put(5, true), a.put(5, false)}
	a.retain(365, rule)
	a.look("a year forward", ids, vault.Collected, vault.Kept)
	for range steady - 1 {
		a.retain(1, rule)
	}
	a.look("six days later", ids, vault.Collected, vault.Kept)
	a.retain(-365, rule)
	for range steady - 1 {
		a.retain(1, rule)
	}
	a.look("back again", ids, vault.Collected, vault.Kept)
	for range 30 {
		a.retain(1, rule)
	}
	a.look("when the days passed one by one", ids, vault.Purged, vault.Kept)
	a.retain(steady+1, rule)
	a.retain(steady, retention{Acknowledged: 1})
	a.look("after a sleep", ids[1:], vault.Kept)
}

// A rule that is said once, or that means nothing, is refused.
func TestRetentionRefused(t *testing.T) {
	for r, want := range map[retention]string{
		{}:                       "",
		{Acknowledged: 1}:        "",
		{Unacknowledged: 5}:      "must give the same",
		{UnacknowledgedAgain: 5}: "must give the same",
		{Unacknowledged: 5, UnacknowledgedAgain: 6}: "must give the same",
		{Unacknowledged: 5, UnacknowledgedAgain: 5}: "",
		{Acknowledged: -1}:                          "number of days",
	} {
		if err := r.check(); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
