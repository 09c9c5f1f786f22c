package intake

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/mailbox"
	"amana/internal/testimony"
	"amana/vault"
	"amana/vault/letterbox"
)

var (
	tokenOf = regexp.MustCompile(`name="token" value="([A-Za-z0-9_-]+)"`)
	wordOf  = regexp.MustCompile(`<li>([^<]+)</li>\n`)
)

// tokenIn returns the token that a page carries.
func (r *site) tokenIn(page string) string {
	r.t.Helper()
	m := tokenOf.FindStringSubmatch(page)
	if m == nil {
		r.t.Fatalf("the page carries no token: %.400s", page)
	}
	return m[1]
}

// send posts a form and returns status and page.
func (r *site) send(path string, parts ...sent) (int, string) {
	r.t.Helper()
	response, page := r.say(post(path, parts...))
	return response.StatusCode, page
}

func field(name, value string) sent { return sent{name, "", value} }

// handIn hands in a testimony with the wish for a code and returns the code as the
// receipt shows it, and the token below it.
func (r *site) handIn(lang string) (code, token string) {
	r.t.Helper()
	status, page := r.send("/"+lang+"/testimony", field("narrative", "ما حدث"), field(wishQuestion, wishCode))
	if status != 200 {
		r.t.Fatalf("status %d", status)
	}
	_, list, ok := strings.Cut(page, `<ol class="words"`)
	if !ok {
		r.t.Fatal("the receipt shows no code")
	}
	list, _, _ = strings.Cut(list, "</ol>")
	var words []string
	for _, m := range wordOf.FindAllStringSubmatch(list, -1) {
		words = append(words, m[1])
	}
	if len(words) != 8 {
		r.t.Fatalf("the code has %d words", len(words))
	}
	return strings.Join(words, " "), r.tokenIn(page)
}

// enter gives the code and returns the page of the thread.
func (r *site) enter(lang, code string) string {
	r.t.Helper()
	status, page := r.send("/"+lang+"/code", field("code", code))
	if status != 200 {
		r.t.Fatalf("status %d", status)
	}
	return page
}

// documents are all envelopes that are kept, opened.
func (r *site) documents() (all []testimony.Testimony) {
	r.t.Helper()
	for _, sealed := range r.store.testimonies() {
		said, _ := r.opened(sealed)
		all = append(all, said)
	}
	return all
}

// threadOf returns the thread of a code that was shown.
func (r *site) threadOf(code string) mailbox.Thread {
	r.t.Helper()
	c, err := mailbox.ParseCode(code)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Thread()
}

// answerTo puts a reply for a code into the letterbox.
func (r *site) answerTo(code, text string) (id [16]byte) {
	r.t.Helper()
	thread := r.threadOf(code)
	identity, err := thread.Identity()
	if err != nil {
		r.t.Fatal(err)
	}
	name := thread.ID()
	sealed, err := mailbox.Seal(mailbox.Reply{Thread: hex.EncodeToString(name[:]), Day: "2026-11-20", Text: text}, identity.Recipient())
	if err != nil {
		r.t.Fatal(err)
	}
	id = [16]byte{1, 2, 3, byte(len(r.letters.kept))}
	r.letters.kept = append(r.letters.kept, letterbox.Letter{Mailbox: thread.Mailbox(), ID: id, Day: "2026-11-22", Sealed: sealed})
	return id
}

// A code is given only to who wants one, opens the way back, and stands in no page
// but the receipt.
func TestCode(t *testing.T) {
	r := start(t, nil)
	status, page := r.send("/ar/testimony", field("narrative", "ما حدث"))
	if status != 200 || strings.Contains(page, `class="words"`) {
		t.Errorf("status %d; or a code was given to who did not ask", status)
	}
	if said := r.documents()[0]; said.Reply != nil || said.Kind != testimony.First || len(said.Thread) != 32 {
		t.Errorf("without a wish: %+v", said)
	}
	for _, lang := range r.server.words.Load().pages.Languages() {
		code, _ := r.handIn(lang)
		kept := r.documents()
		said := kept[len(kept)-1]
		thread := r.threadOf(code)
		id, box := thread.ID(), thread.Mailbox()
		identity, _ := thread.Identity()
		if said.Thread != hex.EncodeToString(id[:]) || said.Reply == nil || said.Reply.Mailbox != hex.EncodeToString(box[:]) || said.Reply.Recipient != identity.Recipient().String() {
			t.Errorf("%s: the envelope is of another thread than the code", lang)
		}
		if r.store.ids[len(r.store.ids)-1] != vault.ID(thread.Part(0)) {
			t.Errorf("%s: it is kept under another name than the code gives", lang)
		}
		page := r.enter(lang, "1. "+strings.ToUpper(code)+" ")
		if strings.Contains(page, code) || strings.Contains(page, strings.ToUpper(code)) {
			t.Errorf("%s: the code left the form that carried it", lang)
		}
	}
}

// A mistyped code is told from its checksum, without a look at what is kept.
func TestMistyped(t *testing.T) {
	r := start(t, nil)
	code, _ := r.handIn("en")
	words := strings.Fields(code)
	r.store.looked = 0
	for name, typed := range map[string]string{
		"nothing": "", "one word less": strings.Join(words[1:], " "), "other words": strings.Repeat("qwerty ", 8),
		"far too long": strings.Repeat("a", 490), "longer than the field": strings.Repeat("zoo ", 1000), "not UTF-8": "\xff\xfe",
	} {
		status, page := r.send("/en/code", field("code", typed))
		if status != http.StatusBadRequest || !strings.Contains(page, `id="problem"`) {
			t.Errorf("%s: status %d", name, status)
		}
		if typed != "" && len(typed) < 200 && strings.Contains(page, typed) {
			t.Errorf("%s: what was typed came back", name)
		}
	}
	if r.store.looked != 0 {
		t.Errorf("%d names were looked for", r.store.looked)
	}
}

// A code that nobody has is answered like one whose mailbox is empty: the same page,
// of the same length, after the same work.
func TestWrongCodeLooksTheSame(t *testing.T) {
	r := start(t, nil)
	right, _ := r.handIn("en")
	wrong := strings.Join(mailbox.NewCode().Words("en"), " ")
	length := 0
	plain := func(code string) (string, int) {
		r.store.looked = 0
		page := r.enter("en", code)
		if length != 0 && len(page) != length {
			t.Errorf("the pages have %d and %d bytes", length, len(page))
		}
		length = len(page)
		return tokenOf.ReplaceAllString(page, ""), r.store.looked
	}
	nobody, worked := plain(wrong)
	_, same := plain(right)
	if worked != same || worked < mailbox.MaxParts {
		t.Errorf("%d and %d names were looked for", worked, same)
	}
	again, _ := plain(strings.Join(mailbox.NewCode().Words("en"), " "))
	if nobody != again {
		t.Error("two codes that nobody has are answered differently")
	}
	// And so is one for which a reply waits, as far as the line shows.
	r.answerTo(right, "a reply")
	if waiting, _ := plain(right); !strings.Contains(waiting, "/en/reply") {
		t.Error("the reply is not offered")
	}
}

// Wrong and right codes take the same time: what they share is far longer than what
// could differ.
func TestWrongCodeTakesTheSameTime(t *testing.T) {
	r := start(t, nil)
	right, _ := r.handIn("en")
	r.answerTo(right, "a reply")
	wrong := strings.Join(mailbox.NewCode().Words("en"), " ")
	var took [2][]time.Duration
	for range 15 {
		for i, code := range []string{right, wrong} {
			began := time.Now()
			r.enter("en", code)
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	// The fastest of many is what a patient listener would compare.
	ratio := float64(took[0][1]) / float64(took[1][1])
	t.Logf("right %v, wrong %v, ratio %.2f", took[0][1], took[1][1], ratio)
	if ratio < 0.67 || ratio > 1.5 {
		t.Errorf("right codes take %.2f times as long as wrong ones", ratio)
	}
}

// Additions are envelopes of their own under names that only the code connects.
func TestAdditions(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("ar")
	status, page := r.send("/ar/add", field("token", token), sent{"files", "صورة.jpg", "photo"})
	if status != 200 || !strings.Contains(page, `role="status"`) {
		t.Fatalf("status %d", status)
	}
	if status, _ = r.send("/ar/add", field("token", r.tokenIn(page)), field("narrative", "وأيضًا"), sent{"files", "", ""}); status != 200 {
		t.Fatalf("status %d", status)
	}
	page = r.enter("ar", code)
	// With no word and no file nothing is kept, nor begun.
	r.store.create = func() { t.Error("an empty form reaches the vault") }
	if status, _ := r.send("/ar/add", field("token", r.tokenIn(page)), field("narrative", " \n ")); status != http.StatusBadRequest {
		t.Errorf("empty: status %d", status)
	}
	r.store.create = nil
	kept := r.documents()
	if len(kept) != 3 {
		t.Fatalf("%d are kept", len(kept))
	}
	thread := r.threadOf(code)
	for i, said := range kept {
		if r.store.ids[i] != vault.ID(thread.Part(i)) || said.Thread != kept[0].Thread || *said.Reply != *kept[0].Reply {
			t.Errorf("part %d is of another thread", i)
		}
		if want := []testimony.Kind{testimony.First, testimony.Addition, testimony.Addition}[i]; said.Kind != want {
			t.Errorf("part %d is a %s", i, said.Kind)
		}
	}
	if kept[1].Files[0].Name != "صورة.jpg" || kept[2].Answers["narrative"] != "وأيضًا" {
		t.Errorf("kept: %+v", kept)
	}
}

// Two tabs, and two places at once: everything arrives, nothing twice.
func TestTwoTabs(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	var both sync.WaitGroup
	for i := range 6 {
		both.Go(func() {
			token := token
			if i%2 == 0 { // from another device
				token = r.tokenIn(r.enter("en", code))
			}
			response, _ := r.say(post("/en/add", field("token", token), sent{"files", "a", strings.Repeat(fmt.Sprint(i), 200_000)}))
			if response.StatusCode != 200 {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
	both.Wait()
	contents := map[string]bool{}
	for _, sealed := range r.store.testimonies() {
		if said, entries := r.opened(sealed); said.Kind == testimony.Addition {
			contents[entries["files/001.bin"]] = true
		}
	}
	if len(contents) != 6 || len(r.store.testimonies()) != 7 {
		t.Errorf("%d different additions among %d envelopes", len(contents), len(r.store.testimonies()))
	}
	// A page that is sent again is taken again: a copy too many harms less than one
	// too few.
	if status, _ := r.send("/en/add", field("token", token), field("narrative", "again")); status != 200 {
		t.Errorf("sent again: status %d", status)
	}
}

// A thread has an end.
func TestTooManyParts(t *testing.T) {
	r := start(t, nil)
	code, token := r.handIn("en")
	thread := r.threadOf(code)
	for n := 1; n < mailbox.MaxParts; n++ {
		r.store.ids = append(r.store.ids, thread.Part(n))
		r.store.kept, r.store.labels = append(r.store.kept, nil), append(r.store.labels, vault.Label{})
	}
	status, page := r.send("/en/add", field("token", token), field("narrative", "one more"))
	if status != http.StatusConflict || !strings.Contains(page, "one more</textarea>") {
		t.Errorf("status %d, or the words are lost", status)
	}
}

// A token of another time or process is refused, and the words that came with it
// are not lost: they wait until the code is given.
func TestForeignToken(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	r := start(t, func(c *Config) { c.Now = clock })
	other := start(t, nil)
	code, token := r.handIn("en")
	_, foreign := other.handIn("en")
	mu.Lock()
	now = now.Add(3 * time.Hour)
	mu.Unlock()
	for name, bad := range map[string]string{"old": token, "foreign": foreign, "none": "", "garbage": strings.Repeat("A", 92), "long": strings.Repeat("x", 5000)} {
		status, page := r.send("/en/add", field("token", bad), field("narrative", "these <words>"), sent{"files", "photo.jpg", "x"})
		if status != http.StatusBadRequest || !strings.Contains(page, "these &lt;words&gt;</textarea>") || !strings.Contains(page, `action="/en/code"`) {
			t.Errorf("%s: status %d, or the words are lost", name, status)
		}
		if name != "none" && !strings.Contains(page, "photo.jpg") {
			t.Errorf("%s: the page does not say which file to attach again", name)
		}
		for _, path := range []string{"/en/thread", "/en/reply", "/en/name", "/en/withdraw"} {
			if status, page := r.send(path, field("token", bad)); status != http.StatusBadRequest || !strings.Contains(page, `action="/en/code"`) {
				t.Errorf("%s on %s: status %d", name, path, status)
			}
		}
	}
	// The code leads on, with the words.
	status, page := r.send("/en/code", field("code", code), field("narrative", "these <words>"))
	if status != 200 || !strings.Contains(page, "these &lt;words&gt;</textarea>") {
		t.Errorf("status %d, or the words are lost", status)
	}
	if n := len(r.store.testimonies()); n != 1 {
		t.Errorf("%d envelopes are kept", n)
	}
}

// The page of his name makes an envelope of its own.
func TestName(t *testing.T) {
	r := start(t, nil)
	_, token := r.handIn("en")
	status, page := r.send("/en/name", field("token", token))
	if status != 200 || !strings.Contains(page, "name=his_name") {
		t.Fatalf("status %d", status)
	}
	status, page = r.send("/en/name", field("token", r.tokenIn(page)), field("send", "1"), field("his_name", "فلان <i>"), field("his_birth_y", "١٩٩٩"), field("his_birth_m", "13"))
	if status != http.StatusBadRequest || !strings.Contains(page, "فلان &lt;i&gt;") || !strings.Contains(page, "aria-invalid") {
		t.Errorf("a wrong month: status %d, or the words are lost", status)
	}
	status, page = r.send("/en/name", field("token", r.tokenIn(page)), field("send", "1"), field("his_name", "فلان"), field("his_birth_y", "١٩٩٩"))
	if status != 200 || !strings.Contains(page, `role="status"`) {
		t.Fatalf("status %d", status)
	}
	if status, _ := r.send("/en/name", field("token", r.tokenIn(page)), field("send", "1")); status != http.StatusBadRequest {
		t.Errorf("an empty page: status %d", status)
	}
	kept := r.documents()
	if said := kept[1]; len(kept) != 2 || said.Kind != testimony.Name || said.Thread != kept[0].Thread || said.Answers["his_name"] != "فلان" || said.Answers["his_birth"] != "1999" {
		t.Errorf("kept: %+v", kept)
	}
}
