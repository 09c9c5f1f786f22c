package intake

import (
	"bytes"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"amana/internal/daylog"
	"amana/internal/mailbox"
	"amana/internal/testimony"
	"amana/vault"
	"amana/vault/letterbox"
)

// A reply is shown once the code is given, and the reviewers get a sealed note of
// it, once.
func TestReply(t *testing.T) {
	r := start(t, nil)
	code, _ := r.handIn("ar")
	id := r.answerTo(code, "لم ننسَ <b>")
	page := r.enter("ar", code)
	if !strings.Contains(page, hex.EncodeToString(id[:])) || strings.Contains(page, "لم ننسَ") {
		t.Error("the page does not offer the reply, or shows it at once")
	}
	for range 3 {
		var status int
		status, page = r.send("/ar/reply", field("token", r.tokenIn(page)), field("id", hex.EncodeToString(id[:])))
		if status != 200 || !strings.Contains(page, "لم ننسَ &lt;b&gt;") {
			t.Fatalf("status %d: %s", status, page)
		}
		_, page = r.send("/ar/thread", field("token", r.tokenIn(page)))
	}
	kept := r.documents()
	if len(kept) != 2 {
		t.Fatalf("%d envelopes are kept", len(kept))
	}
	if note := kept[1]; note.Kind != testimony.Fetched || len(note.Fetched) != 1 || note.Fetched[0] != hex.EncodeToString(id[:]) || note.Thread != kept[0].Thread {
		t.Errorf("the note: %+v", note)
	}
	if len(r.store.testimonies()[0]) != len(r.store.testimonies()[1]) {
		t.Error("the note has another length than a testimony")
	}
}

// Where the letterbox cannot be read nobody is told that there is no reply.
func TestLetterboxFails(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	id := r.answerTo(code, "a reply")
	r.letters.fail(letterbox.ErrDamaged)
	page := r.enter("en", code)
	if strings.Contains(page, "no answer") || !strings.Contains(page, "cannot tell") || !strings.Contains(page, `action="/en/add"`) {
		t.Errorf("the page says: %.2000s", page)
	}
	if status, page := r.send("/en/reply", field("token", token), field("id", hex.EncodeToString(id[:]))); status != 200 || !strings.Contains(page, "cannot tell") {
		t.Errorf("status %d", status)
	}
}

// What is no reply to this source is not shown.
func TestForeignReply(t *testing.T) {
	now := time.Now()
	var log bytes.Buffer
	tally := daylog.NewTally(func() time.Time { return now })
	tell := func() string {
		tally.Tell(daylog.New(&log, daylog.Text))
		return log.String()
	}
	r := start(t, func(c *Config) { c.Tally = tally })
	mine, token := r.handIn("en")
	other, _ := r.handIn("en")
	id := r.answerTo(other, "for another")
	// Somebody who can write to the letterbox put another's letter into this mailbox.
	stolen := r.letters.kept[0]
	stolen.Mailbox, stolen.ID = r.threadOf(mine).Mailbox(), [16]byte{9}
	r.letters.kept = append(r.letters.kept, stolen, letterbox.Letter{Mailbox: stolen.Mailbox, ID: [16]byte{10}, Day: "2026-11-22", Sealed: []byte("garbage")})
	for name, c := range map[string]struct {
		id     string
		status int
	}{
		"of another mailbox": {hex.EncodeToString(id[:]), 200}, // the page of one's own thread
		"sealed to another":  {hex.EncodeToString(stolen.ID[:]), 200},
		"no age file":        {"0a000000000000000000000000000000", 200},
		"no id":              {"zz", 400},
		"none":               {"", 400},
	} {
		status, page := r.send("/en/reply", field("token", token), field("id", c.id))
		if status != c.status || strings.Contains(page, "for another") {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
		if bad := name == "sealed to another" || name == "no age file"; bad != strings.Contains(page, "cannot be opened here") {
			t.Errorf("%s: the page says something else", name)
		}
	}
	if n := len(r.store.testimonies()); n != 2 {
		t.Errorf("%d envelopes are kept: a note of something that was not shown", n)
	}
	if said := tell(); said != "" {
		t.Errorf("told while a source was there: %s", said)
	}
	// The operator learns of it on another day.
	now = now.AddDate(0, 0, 1)
	tell()
	if said := tell(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "could not be opened") {
		t.Errorf("told the next day: %s", said)
	}
}

// Withdrawing destroys what is not collected, leaves the reviewers a note, takes the
// replies away, and nothing can be added after it.
func TestWithdraw(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	r.send("/en/add", field("token", token), field("narrative", "collected too"))
	r.store.collect()
	r.send("/en/add", field("token", token), field("narrative", "not collected"))
	r.answerTo(code, "a reply")
	stranger, _ := r.handIn("en")

	// Asked first, and nothing is done yet.
	status, page := r.send("/en/withdraw", field("token", token))
	if status != 200 || !strings.Contains(page, `name="sure" value="1"`) || len(r.store.testimonies()) != 4 {
		t.Fatalf("status %d, %d kept", status, len(r.store.testimonies()))
	}
	open := r.tokenIn(page)
	if status, page = r.send("/en/withdraw", field("token", open), field("sure", "1")); status != 200 {
		t.Fatalf("status %d: %s", status, page)
	}
	thread := r.threadOf(code)
	kinds := map[testimony.Kind]int{}
	for _, said := range r.documents() {
		if said.Answers["narrative"] == "not collected" {
			t.Error("what was not collected is still there")
		}
		kinds[said.Kind]++
	}
	if kinds[testimony.First] != 2 || kinds[testimony.Addition] != 1 || kinds[testimony.Withdrawal] != 1 || len(r.letters.kept) != 0 {
		t.Errorf("kept: %v, %d letters", kinds, len(r.letters.kept))
	}
	states, _ := r.store.Look(t.Context(), []vault.ID{thread.Part(0), thread.Part(2), thread.Withdrawal(0)})
	if states[0] != vault.Collected || states[1] != vault.Absent || states[2] != vault.Kept {
		t.Errorf("states: %v", states)
	}

	// Nothing is added, on an old page or with the code; withdrawing again is no harm.
	page = r.enter("en", code)
	if strings.Contains(page, `action="/en/add"`) {
		t.Error("the page still offers to add")
	}
	for path, parts := range map[string][]sent{
		"/en/add":  {field("token", token), field("narrative", "late")},
		"/en/name": {field("token", token), field("send", "1"), field("his_name", "late")},
	} {
		if status, page := r.send(path, parts...); status != http.StatusConflict || !strings.Contains(page, "late") {
			t.Errorf("%s: status %d, or the words are lost: %.300s", path, status, page)
		}
	}
	// Whatever else was wrong with an addition, the page leads to nothing that it lacks.
	status, page = r.send("/en/add", field("token", token), field("narrative", strings.Repeat("long ", 50_000)), sent{"files", "photo.jpg", "x"})
	if status != http.StatusConflict || strings.Contains(page, `href="#`) || strings.Contains(page, "photo.jpg") || !strings.Contains(page, "long long") {
		t.Errorf("too long as well: status %d: %.300s", status, page)
	}
	before := len(r.store.testimonies())
	if status, _ := r.send("/en/withdraw", field("token", open), field("sure", "1")); status != 200 || len(r.store.testimonies()) != before {
		t.Errorf("again: status %d, %d kept", status, len(r.store.testimonies()))
	}
	if page := r.enter("en", stranger); strings.Contains(page, "withdr") && !strings.Contains(page, `action="/en/add"`) {
		t.Error("another thread is withdrawn too")
	}
}

// An addition that is on its way while the thread is withdrawn is not kept.
func TestAdditionDuringWithdrawal(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	c := r.dial()
	raw := post("/en/add", field("token", token), sent{"files", "a", strings.Repeat("x", 300_000)}, sent{"files", "b", "y"})
	half := strings.LastIndex(raw, "filename=\"b\"")
	if _, err := c.Write([]byte(raw[:half])); err != nil {
		t.Fatal(err)
	}
	id := vault.ID(r.threadOf(code).Part(1))
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		r.store.mu.Lock()
		begun := r.store.claimed[id]
		r.store.mu.Unlock()
		if begun {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the addition does not begin")
		}
	}
	if status, _ := r.send("/en/withdraw", field("token", token), field("sure", "1")); status != 200 {
		t.Fatalf("status %d", status)
	}
	go c.Write([]byte(raw[half:]))
	response, _ := r.answer(c, raw)
	if response.StatusCode != http.StatusConflict {
		t.Errorf("status %d", response.StatusCode)
	}
	if kept := r.documents(); len(kept) != 1 || kept[0].Kind != testimony.Withdrawal {
		t.Errorf("kept: %+v", kept)
	}
}

// An addition of which it cannot be told whether the thread was withdrawn meanwhile is
// not kept: the page says so.
func TestAdditionWithoutALook(t *testing.T) {
	r := start(t, nil)
	_, token := r.handIn("en")
	r.store.looks, r.store.lookFails = 0, 2 // one for its name, one when it is kept
	status, page := r.send("/en/add", field("token", token), field("narrative", "words <b>"))
	if status != http.StatusInternalServerError || !strings.Contains(page, "words &lt;b&gt;") {
		t.Errorf("status %d, or the words are lost", status)
	}
	if n := len(r.store.testimonies()); n != 1 || r.store.looks < 2 {
		t.Errorf("%d envelopes are kept after %d looks", n, r.store.looks)
	}
}

// Where the remains of a note that broke off block its name, the reviewers get it
// all the same.
func TestWithdrawalWhoseNameIsTaken(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	thread := r.threadOf(code)
	r.store.claimed = map[vault.ID]bool{thread.Withdrawal(0): true, thread.Withdrawal(1): true}
	if status, _ := r.send("/en/withdraw", field("token", token), field("sure", "1")); status != 200 {
		t.Errorf("status %d", status)
	}
	if kept := r.documents(); len(kept) != 1 || kept[0].Kind != testimony.Withdrawal {
		t.Errorf("kept: %+v", kept)
	}
}

// While the intake is closed a reply can be read, and nothing is taken or destroyed.
func TestDialogueWhileClosed(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	id := r.answerTo(code, "a reply")
	r.rosters.set(newRoster(t, 1, "2000-01-01", "2000-01-02", r.identity))
	response, _ := r.say(get("/en/code"))
	if response.StatusCode != 200 {
		t.Errorf("the page that asks for the code: status %d", response.StatusCode)
	}
	r.enter("en", code)
	status, page := r.send("/en/reply", field("token", token), field("id", hex.EncodeToString(id[:])))
	if status != 200 || !strings.Contains(page, "a reply") {
		t.Errorf("a reply: status %d", status)
	}
	for path, parts := range map[string][]sent{
		"/en/add":      {field("token", token), field("narrative", "words <b>")},
		"/en/name":     {field("token", token), field("send", "1"), field("his_name", "words <b>")},
		"/en/withdraw": {field("token", token), field("sure", "1")},
	} {
		status, page := r.send(path, parts...)
		if status != http.StatusServiceUnavailable || path != "/en/withdraw" && !strings.Contains(page, "words &lt;b&gt;") {
			t.Errorf("%s: status %d, or the words are lost", path, status)
		}
	}
	if n := len(r.store.testimonies()); n != 1 {
		t.Errorf("%d envelopes are kept", n)
	}
}

// A code that nobody has, most likely a mistyped one, does not end in a page that says
// that all is withdrawn, and leaves no note.
func TestWithdrawNothing(t *testing.T) {
	r := start(t, nil)
	page := r.enter("en", strings.Join(mailbox.NewCode().Words("en"), " "))
	for _, parts := range [][]sent{{}, {field("sure", "1")}} {
		status, answer := r.send("/en/withdraw", append([]sent{field("token", r.tokenIn(page))}, parts...)...)
		if status != 200 || !strings.Contains(answer, "Nothing is kept here under this code") {
			t.Errorf("status %d, and the page does not say that nothing is kept", status)
		}
	}
	if n := len(r.store.testimonies()); n != 0 {
		t.Errorf("%d notes", n)
	}
}

// A reply that comes in after a withdrawal, or that a crash left, can be taken away.
func TestReplyAfterWithdrawal(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	r.send("/en/withdraw", field("token", token), field("sure", "1"))
	r.answerTo(code, "too late")
	page := r.enter("en", code)
	if !strings.Contains(page, `action="/en/withdraw"`) {
		t.Fatal("the page does not offer to finish")
	}
	r.send("/en/withdraw", field("token", r.tokenIn(page)), field("sure", "1"))
	if page = r.enter("en", code); len(r.letters.kept) != 0 || strings.Contains(page, `action="/en/withdraw"`) {
		t.Errorf("%d replies are left", len(r.letters.kept))
	}
	if kept := r.documents(); len(kept) != 1 || kept[0].Kind != testimony.Withdrawal {
		t.Errorf("kept: %+v", kept)
	}
}
