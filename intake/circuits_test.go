package intake

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"amana/intake/circuit"
	"amana/intake/pages"
	"amana/vault"
)

// shared makes the site tell circuits apart.
func shared(change func(*Config)) func(*Config) {
	return func(c *Config) {
		c.Circuits = new(circuit.Shares)
		if change != nil {
			change(c)
		}
	}
}

// told reports whether a page is about a problem.
func (r *site) told(page string, kind pages.ProblemKind) bool {
	r.t.Helper()
	var b strings.Builder
	if err := r.server.pages.Problem(&b, "ar", pages.Problem{Kind: kind}); err != nil {
		r.t.Fatal(err)
	}
	_, title, _ := strings.Cut(b.String(), "<h1")
	_, title, _ = strings.Cut(title, ">")
	title, _, _ = strings.Cut(title, "</h1>")
	if title == "" {
		r.t.Fatal("the page has no title")
	}
	return strings.Contains(page, strings.TrimSpace(title))
}

// Where tor tells circuits apart, a connection without its line gets no answer, and
// one with it gets all pages.
func TestLineIsRequired(t *testing.T) {
	r := start(t, shared(nil))
	c := r.dial()
	io.WriteString(c, get("/ar/"))
	if answer, _ := io.ReadAll(c); len(answer) != 0 {
		t.Errorf("answered without the line: %.60q", answer)
	}
	if response, _ := r.on(1).say(get("/ar/")); response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
	if response, _ := r.on(1).say(post("/ar/testimony", field("narrative", "ما حدث"))); response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
	// Where it does not, the line is no request.
	if response, _ := start(t, nil).on(1).say(get("/ar/")); response.StatusCode != 400 {
		t.Errorf("status %d without circuits", response.StatusCode)
	}
}

// Who makes too many requests is told so on a page, whatever he asks for, and gets his
// words back; then he is not answered. Others notice nothing.
func TestTooManyRequests(t *testing.T) {
	r := start(t, shared(func(c *Config) { c.Circuits.Requests = 20 })).on(1)
	answered := 0
	for ; answered < 40; answered++ { // 10 at once, and one more every 3 s
		if response, _ := r.say(get("/ar/")); response.StatusCode != 200 {
			break
		}
	}
	if answered < 10 || answered == 40 {
		t.Fatalf("%d are answered", answered)
	}
	if response, _ := r.say(get("/style.css")); response.StatusCode != 200 {
		t.Errorf("the page that says so has no style: status %d", response.StatusCode)
	}
	for _, path := range []string{"/ar/", "/ar/nothing", "/roster.txt"} {
		if response, page := r.say(get(path)); response.StatusCode != 429 || !r.told(page, pages.Much) {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
	}
	code, _ := r.on(2).handIn("ar")
	words := field("narrative", "ما حدث <b>")
	for path, parts := range map[string][]sent{
		"/ar/testimony": {words, {"files", "a.jpg", "x"}},
		"/ar/code":      {words, field("code", code)},
	} {
		if status, page := r.send(path, parts...); status != 429 || !strings.Contains(page, "ما حدث &lt;b&gt;") {
			t.Errorf("%s: status %d, the words are back: %v", path, status, strings.Contains(page, "ما حدث &lt;b&gt;"))
		}
	}
	closed := 0
	for range 10 {
		c := r.dial()
		io.WriteString(c, get("/ar/"))
		if answer, _ := io.ReadAll(c); len(answer) == 0 {
			closed++
		}
	}
	if closed < 3 {
		t.Errorf("%d of 10 are closed without an answer", closed)
	}
	if response, _ := r.on(3).say(get("/ar/")); response.StatusCode != 200 {
		t.Errorf("another circuit: status %d", response.StatusCode)
	}
	if n := len(r.store.testimonies()); n != 1 {
		t.Errorf("%d testimonies are kept", n)
	}
}

// begin sends a form but for its last bytes.
func (r *site) begin(raw string) net.Conn {
	r.t.Helper()
	c := r.dial()
	io.WriteString(c, raw[:len(raw)-10])
	return c
}

// until waits for what must come.
func (r *site) until(what string, true func() bool) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); !true(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// A circuit has so many forms on their way, and no more; the one too many gets its
// words back.
func TestTooManyUploads(t *testing.T) {
	r := start(t, shared(func(c *Config) { c.Circuits.Uploads = 2 })).on(1)
	raw := post("/ar/testimony", field("narrative", "ما حدث"))
	r.begin(raw)
	big := r.dial()
	io.WriteString(big, strings.Replace(raw, "Content-Length: ", "Content-Length: 9999", 1))
	r.until("both hold places", func() bool { return r.server.texts.Taken() == 1 && r.server.places.Taken() == 1 })
	if response, page := r.say(raw); response.StatusCode != 429 || !strings.Contains(page, "ما حدث</textarea>") {
		t.Errorf("status %d", response.StatusCode)
	}
	if response, _ := r.on(2).say(raw); response.StatusCode != 200 {
		t.Errorf("another circuit: status %d", response.StatusCode)
	}
}

func TestTooManyBytes(t *testing.T) {
	r := start(t, shared(func(c *Config) { c.Circuits.Bytes = 1000 })).on(1)
	if status, _ := r.send("/ar/testimony", field("narrative", strings.Repeat("x", 900))); status != 429 {
		t.Errorf("status %d", status)
	}
	if status, _ := r.send("/ar/code", field("code", strings.Repeat("x", 900))); status != 429 {
		t.Errorf("status %d", status)
	}
	if status, _ := r.send("/ar/testimony", field("narrative", "x")); status != 200 {
		t.Errorf("status %d", status)
	}
}

// Uploads that trickle, of however many circuits, keep no text out, and no upload
// that gets on: the slowest makes room, and is told so with its words.
func TestTricklersMakeRoom(t *testing.T) {
	r := start(t, shared(func(c *Config) {
		c.Places, c.Texts = 2, 2
		c.Pace.Grace, c.Pace.Fair = 300*time.Millisecond, 5000
	}))
	words := field("narrative", "ما حدث")
	large := func(size int) string {
		return post("/ar/testimony", words, sent{"files", "a.jpg", strings.Repeat("x", size)})
	}
	trickle := func(circuit uint32, raw string) net.Conn {
		c := r.on(circuit).dial()
		io.WriteString(c, raw[:len(raw)/2])
		return c
	}
	var uploads, texts []net.Conn
	for n := range uint32(2) {
		uploads = append(uploads, trickle(10+n, large(textForm)))
		texts = append(texts, trickle(20+n, post("/ar/testimony", words, words)))
	}
	r.until("all places are taken", func() bool { return r.server.places.Full() && r.server.texts.Full() })
	if status, _ := r.on(1).send("/ar/testimony", words); status != 200 {
		t.Errorf("a text: status %d", status)
	}
	if response, _ := r.on(2).say(large(textForm)); response.StatusCode != 200 {
		t.Errorf("an upload: status %d", response.StatusCode)
	}
	// Each made room once, and one of two was enough.
	for name, conns := range map[string][]net.Conn{"uploads": uploads, "texts": texts} {
		told := make(chan string, len(conns))
		for _, c := range conns {
			go func() {
				c.SetReadDeadline(time.Now().Add(time.Second))
				answer, _ := io.ReadAll(c)
				told <- string(answer)
			}()
		}
		n := 0
		for range conns {
			if answer := <-told; strings.Contains(answer, "408") {
				n++
				if name == "uploads" && !strings.Contains(answer, "ما حدث</textarea>") {
					t.Error("the words are lost")
				}
			}
		}
		if n != 1 {
			t.Errorf("%d %s made room", n, name)
		}
	}
}

// The page says that there is a way in as long as there is one.
func TestFormIsNotClosedByOthers(t *testing.T) {
	r := start(t, shared(func(c *Config) { c.Places, c.Texts = 1, 1 }))
	r.take(r.server.places)
	r.take(r.server.texts)
	if response, _ := r.on(1).say(get("/ar/testimony")); response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
}

// When the disk's reserve is reached everybody sees the same page, byte for byte, on
// whatever circuit and whatever they did before.
func TestFullIsTheSameForAll(t *testing.T) {
	r := start(t, shared(nil))
	if status, _ := r.on(1).send("/ar/testimony", field("narrative", "ما حدث")); status != 200 {
		t.Fatalf("status %d", status)
	}
	r.begin(post("/ar/testimony", field("narrative", "ما حدث")))
	r.store.mu.Lock()
	r.store.ready = fmt.Errorf("disk: %w", vault.ErrFull)
	r.store.mu.Unlock()
	var seen string
	for id := range uint32(3) {
		response, page := r.on(id + 1).say(get("/ar/testimony"))
		if response.StatusCode != 507 || !r.told(page, pages.Full) {
			t.Errorf("circuit %d: status %d", id+1, response.StatusCode)
		}
		if seen == "" {
			seen = page
		}
		if page != seen {
			t.Errorf("circuit %d sees another page", id+1)
		}
		if status, page := r.on(id+1).send("/ar/testimony", field("narrative", "ما حدث")); status != 507 || !r.told(page, pages.Full) {
			t.Errorf("circuit %d: status %d", id+1, status)
		}
	}
}
