package intake

import (
	"strings"
	"testing"

	"amana/internal/testimony"
	"amana/vault"
)

// Who comes back after the operator purged what the reviewers have is told that they
// have it, and not that nothing was ever there; can add; and a withdrawal still reaches
// the reviewers.
func TestPurged(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	r.store.collect()
	r.store.purge()
	if len(r.store.testimonies()) != 0 {
		t.Fatal("something is still kept")
	}
	page := r.enter("en", code)
	for sentence, want := range map[string]bool{
		"1 part of what you sent is with the reviewers and is no longer kept here.": true,
		"all of it reached them":          true,
		"Nothing is kept here under this": false,
		"is kept here.":                   false,
		"have not yet confirmed":          false,
		`action="/en/withdraw"`:           true,
		`action="/en/add"`:                true,
	} {
		if strings.Contains(strings.ReplaceAll(page, "no longer kept here.", "no longer."), strings.ReplaceAll(sentence, "no longer kept here.", "no longer.")) != want {
			t.Errorf("the page says %q: %v", sentence, !want)
		}
	}
	if status, page := r.send("/en/add", field("token", token), field("narrative", "more of it")); status != 200 || !strings.Contains(page, "1 part of what you sent is kept here.") {
		t.Errorf("status %d: %.300s", status, page)
	}
	thread := r.threadOf(code)
	states, _ := r.store.Look(t.Context(), []vault.ID{thread.Part(0), thread.Part(1)})
	if states[0] != vault.Purged || states[1] != vault.Kept {
		t.Errorf("the addition took another name: %v", states)
	}
	status, page := r.send("/en/withdraw", field("token", r.tokenIn(r.enter("en", code))), field("sure", "1"))
	if status != 200 || !strings.Contains(page, "The reviewers have 1 part of it.") || !strings.Contains(page, "1 part was destroyed here.") {
		t.Errorf("status %d: %.2000s", status, page)
	}
	kinds := map[testimony.Kind]int{}
	for _, said := range r.documents() {
		kinds[said.Kind]++
	}
	if len(kinds) != 1 || kinds[testimony.Withdrawal] != 1 {
		t.Errorf("kept: %v; want a note of the withdrawal and nothing else", kinds)
	}
	// The note is purged as well, once the reviewers have it.
	r.store.collect()
	r.store.purge()
	if page := r.enter("en", code); !strings.Contains(page, "This testimony was withdrawn") {
		t.Errorf("the page no longer says that it was withdrawn: %.2000s", page)
	}
}
