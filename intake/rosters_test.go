package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amana/internal/roster"
	"amana/internal/wordlist"

	"filippo.io/age"
)

// told counts what the operator is told.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (o *told) problem(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, err.Error())
}

func (o *told) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := o.lines
	o.lines = nil
	return lines
}

var someWords = sent{"narrative", "", "ما حدث <b>"}

// checkClosed asks for everything that a source may see of a closed intake.
func (r *site) checkClosed() {
	r.t.Helper()
	before := len(r.store.testimonies())
	for _, raw := range []string{get("/"), get("/en"), get("/ar/"), get("/en/testimony"), "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"} {
		response, page := r.say(raw)
		if response.StatusCode != 503 {
			r.t.Errorf("%.20q: status %d, want 503", raw, response.StatusCode)
		}
		if strings.Contains(page, "<form") || strings.Contains(page, `class="words"`) {
			r.t.Errorf("%.20q: a closed intake shows a form or readers", raw)
		}
		if raw == get("/") && !strings.Contains(page, "لا نستقبل شهادات الآن") {
			r.t.Errorf("%.20q: the page does not say that the intake is closed: %s", raw, page)
		}
	}
	for _, parts := range [][]sent{{someWords}, {someWords, {"files", "a", strings.Repeat("x", 1<<20)}}} {
		response, page := r.say(post("/ar/testimony", parts...))
		if response.StatusCode != 503 || !strings.Contains(page, "لا نستقبل شهادات الآن") {
			r.t.Errorf("a testimony sent to a closed intake: status %d", response.StatusCode)
		}
		if !strings.Contains(page, "ما حدث &lt;b&gt;</textarea>") {
			r.t.Errorf("the words are lost: %s", page)
		}
	}
	if got := len(r.store.testimonies()); got != before {
		r.t.Errorf("a closed intake kept %d", got-before)
	}
	if response, _ := r.say(get("/style.css")); response.StatusCode != 200 {
		r.t.Errorf("the style sheet: status %d", response.StatusCode)
	}
}

// checkOpen hands in a testimony.
func (r *site) checkOpen() {
	r.t.Helper()
	before := len(r.store.testimonies())
	for _, raw := range []string{get("/"), get("/ar/testimony"), post("/ar/testimony", someWords)} {
		if response, _ := r.say(raw); response.StatusCode != 200 {
			r.t.Errorf("%.20q: status %d, want 200", raw, response.StatusCode)
		}
	}
	if got := len(r.store.testimonies()); got != before+1 {
		r.t.Errorf("%d were kept, want 1", got-before)
	}
}

// One server, never started again, while its clock goes over the days of its
// roster.
func TestP4ClosedOnEverySubmission(t *testing.T) {
	var clock atomic.Pointer[time.Time]
	clock.Store(new(time.Time))
	var operator told
	r := start(t, func(c *Config) {
		c.Now = func() time.Time { return *clock.Load() }
		c.Problem = operator.problem
	})
	r.rosters.set(newRoster(t, 1, "2026-11-22", "2026-11-23", r.identity))
	wasOpen := true
	for _, c := range []struct {
		now  string
		open bool
	}{
		{"2026-11-21T23:59:59.999999999Z", false},
		{"2026-11-22T00:00:00Z", true},
		{"2026-11-22T00:30:00+01:00", false}, // still the 21st in UTC
		{"2026-11-23T23:59:59.999999999Z", true},
		{"2026-11-24T00:00:00Z", false},
		{"2026-11-24T00:30:00+01:00", true},
		{"2026-11-23T23:30:00-01:00", false},
		{"2027-11-22T12:00:00Z", false},
		{"2026-11-23T12:00:00Z", true}, // a clock that was wrong and is put right
	} {
		t.Run(c.now, func(t *testing.T) {
			r.t = t
			now, err := time.Parse(time.RFC3339Nano, c.now)
			if err != nil {
				t.Fatal(err)
			}
			clock.Store(&now)
			operator.take()
			if c.open {
				r.checkOpen()
			} else {
				r.checkClosed()
			}
			if lines := operator.take(); len(lines) != 0 {
				t.Errorf("the operator is told at the moment of a source: %q", lines)
			}
			want := 0
			if wasOpen && !c.open {
				want = 1 // when it closes, and not again
			}
			r.server.Watch()
			r.server.Watch()
			if lines := operator.take(); len(lines) != want {
				t.Errorf("the operator is told %q", lines)
			}
			wasOpen = c.open
		})
	}
}

// A server starts without a roster, says that it is closed, and opens as soon as
// there is one. It never seals to nobody.
func TestP4ClosedWithoutRoster(t *testing.T) {
	nobody := newRoster(t, 1, alwaysFrom, alwaysUntil, newIdentity(t))
	nobody.Reviewers = nil
	for name, without := range map[string]*lists{
		"absent":          {err: errors.New("no folder")},
		"no reason given": {},
		"tampered":        {newest: newRoster(t, 1, alwaysFrom, alwaysUntil, newIdentity(t)), err: errors.New("wrong hash")},
		"names nobody":    {newest: nobody},
	} {
		t.Run(name, func(t *testing.T) {
			var operator told
			r := start(t, func(c *Config) { c.Rosters, c.Problem = without, operator.problem })
			r.rosters = without
			r.checkClosed()
			r.checkClosed()
			if lines := operator.take(); len(lines) != 0 {
				t.Errorf("the operator is told at the moment of a source: %q", lines)
			}
			r.server.Watch()
			r.server.Watch()
			if lines := operator.take(); len(lines) != 1 || !strings.Contains(lines[0], "no roster is in force") {
				t.Errorf("the operator is told %q", lines)
			}
			without.mu.Lock()
			without.err = nil
			without.mu.Unlock()
			without.set(newRoster(t, 1, alwaysFrom, alwaysUntil, r.identity))
			r.checkOpen()
		})
	}
}

// What happens to a testimony when the roster is exchanged while it arrives.
func TestP4RosterExchangedDuringUpload(t *testing.T) {
	a, b, c := newIdentity(t), newIdentity(t), newIdentity(t)
	list := func(epoch uint32, ids ...*age.HybridIdentity) *roster.Signed {
		return newRoster(t, epoch, alwaysFrom, alwaysUntil, ids...)
	}
	old := list(1, a, b)
	const kept, changed, closed = 200, 503, -503
	for _, c := range []struct {
		name    string
		next    *roster.Signed
		outcome int
	}{
		{"not exchanged", old, kept},
		{"read again", list(1, a, b), kept},
		{"one added", list(2, c, b, a), kept},
		{"expired", newRoster(t, 1, "2000-01-01", "2000-01-02", a, b), kept},
		{"one added, not in force yet", newRoster(t, 2, "2999-01-01", "2999-01-02", a, b, c), kept},
		{"one retired", list(2, a), changed},
		{"one exchanged", list(2, a, c), changed},
		{"everybody exchanged", list(2, c), changed},
		{"one retired, not in force yet", newRoster(t, 2, "2999-01-01", "2999-01-02", a), changed},
		{"gone", nil, closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, nil)
			r.identity = b // who may be retired
			r.rosters.set(old)
			begun := make(chan struct{})
			r.store.create = func() { close(begun) }
			raw := post("/en/testimony", someWords, sent{"files", "a", strings.Repeat("x", 1<<20)})
			conn := r.dial()
			half := len(raw) / 2
			go func() {
				io.WriteString(conn, raw[:half])
				<-begun
				r.rosters.set(c.next)
				io.WriteString(conn, raw[half:])
			}()
			response, page := r.answer(conn, raw)
			r.store.create = nil
			if want := max(c.outcome, -c.outcome); response.StatusCode != want {
				t.Errorf("status %d, want %d", response.StatusCode, want)
			}
			if c.outcome == kept {
				if len(r.store.kept) != 1 || r.store.labels[0].Epoch != 1 {
					t.Fatalf("%d kept, %+v", len(r.store.kept), r.store.labels)
				}
				said, _ := r.opened(r.store.kept[0])
				if said.Roster.Epoch != 1 || said.Roster.SHA256 != old.SHA256() {
					t.Errorf("it says that it was sealed under %+v", said.Roster)
				}
				return
			}
			if len(r.store.testimonies()) != 0 {
				t.Error("it was kept")
			}
			title := map[int]string{changed: "The reviewers changed while you were sending", closed: "We are closed for now"}[c.outcome]
			for _, want := range []string{title, "ما حدث &lt;b&gt;</textarea>"} {
				if !strings.Contains(page, want) {
					t.Errorf("the page does not say %q: %s", want, page)
				}
			}
			if c.name == "one retired" {
				if !strings.Contains(page, "At present only 1 reviewer can read what you send (list of reviewers, number\u00a02).") {
					t.Errorf("the page does not name the new readers: %s", page)
				}
				r.identity = a
				r.checkOpen() // what the page asks for: to send again
				if said, _ := r.opened(r.store.kept[0]); said.Roster.Epoch != 2 || said.Roster.SHA256 != c.next.SHA256() || r.store.labels[0].Epoch != 2 {
					t.Errorf("sent again: sealed under %+v, %+v", said.Roster, r.store.labels[0])
				}
			}
		})
	}
}

// Whoever runs the server can have it look at its roster, so that the line in the
// log does not wait for a source.
func TestWatch(t *testing.T) {
	var operator told
	r := start(t, func(c *Config) { c.Problem = operator.problem })
	r.server.Watch()
	if lines := operator.take(); len(lines) != 0 {
		t.Errorf("the operator is told %q", lines)
	}
	r.rosters.set(newRoster(t, 1, "2000-01-01", "2000-01-02", r.identity))
	r.server.Watch()
	if lines := operator.take(); len(lines) != 1 {
		t.Errorf("the operator is told %q", lines)
	}
	r.checkClosed()
	r.server.Watch()
	if lines := operator.take(); len(lines) != 0 {
		t.Errorf("the operator is told again: %q", lines)
	}
}

// Who was retired before an upload began cannot open it.
func TestP4SealedToRosterInForce(t *testing.T) {
	r := start(t, nil)
	retired := r.identity
	r.checkOpen()
	r.identity = newIdentity(t)
	r.rosters.set(newRoster(t, 2, alwaysFrom, alwaysUntil, r.identity))
	r.checkOpen()
	kept := r.store.testimonies()
	if said, _ := r.opened(kept[1]); said.Roster.Epoch != 2 {
		t.Errorf("sealed under %+v", said.Roster)
	}
	if _, err := age.Decrypt(bytes.NewReader(kept[0]), retired); err != nil {
		t.Errorf("the first one does not open: %v", err)
	}
	var none *age.NoIdentityMatchError
	if _, err := age.Decrypt(bytes.NewReader(kept[1]), retired); !errors.As(err, &none) {
		t.Errorf("a reviewer who was retired can open it: %v", err)
	}
}

// Pages tell of the roster of this moment.
func TestP4PagesShowRosterInForce(t *testing.T) {
	r := start(t, nil)
	second := newIdentity(t)
	for epoch, ids := range map[uint32][]*age.HybridIdentity{4: {r.identity}, 5: {r.identity, second}} {
		list := newRoster(t, epoch, alwaysFrom, alwaysUntil, ids...)
		r.rosters.set(list)
		for _, lang := range []string{"ar", "en"} {
			_, landing := r.say(get("/" + lang + "/"))
			var items strings.Builder
			for word := range strings.FieldsSeq(wordlist.Fingerprint(lang, list.Sum())) {
				fmt.Fprintf(&items, "<li>%s</li>\n", word)
			}
			if !strings.Contains(landing, items.String()) {
				t.Errorf("%s, list %d: the first page does not show its words", lang, epoch)
			}
		}
		want := map[uint32]string{4: "At present only 1 reviewer can read what you send (list of reviewers, number\u00a04).", 5: "At present only 2 reviewers can read what you send (list of reviewers, number\u00a05)."}[epoch]
		if _, form := r.say(get("/en/testimony")); !strings.Contains(form, want) {
			t.Errorf("the form does not say %q", want)
		}
	}
}

// /roster.txt is the roster as it was signed, byte for byte.
func TestRosterText(t *testing.T) {
	r := start(t, nil)
	for name, list := range map[string]*roster.Signed{
		"in force":    newRoster(t, 3, alwaysFrom, alwaysUntil, r.identity, newIdentity(t)),
		"expired":     newRoster(t, 3, "2000-01-01", "2000-01-02", r.identity),
		"not yet":     newRoster(t, 3, "2999-01-01", "2999-01-02", r.identity),
		"none so far": nil,
	} {
		r.rosters.set(list)
		response, text := r.say(get("/roster.txt"))
		head, _ := r.say(strings.Replace(get("/roster.txt"), "GET", "HEAD", 1))
		if head.StatusCode != response.StatusCode || head.ContentLength != response.ContentLength {
			t.Errorf("%s: HEAD gives %d, %d bytes", name, head.StatusCode, head.ContentLength)
		}
		kind := response.Header.Get("Content-Type")
		if list == nil {
			if response.StatusCode != 404 || !strings.HasPrefix(kind, "text/html") {
				t.Errorf("%s: status %d, %s", name, response.StatusCode, kind)
			}
			continue
		}
		if response.StatusCode != 200 || kind != "text/plain; charset=utf-8" {
			t.Errorf("%s: status %d, %s", name, response.StatusCode, kind)
		}
		if text != string(list.Bytes()) {
			t.Errorf("%s: got %q", name, text)
		}
	}
	if response, _ := r.say(get("/en/roster.txt")); response.StatusCode != 404 {
		t.Errorf("with a language: status %d", response.StatusCode)
	}
}
