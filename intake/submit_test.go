package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/vault"

	"filippo.io/age"
)

// opened decrypts the one testimony kept and returns its document and files.
func (r *site) opened(sealed []byte) (testimony.Testimony, map[string]string) {
	r.t.Helper()
	plain, err := age.Decrypt(bytes.NewReader(sealed), r.identity)
	if err != nil {
		r.t.Fatal(err)
	}
	data, err := io.ReadAll(plain)
	if err != nil {
		r.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		r.t.Fatal(err)
	}
	entries := make(map[string]string)
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			r.t.Fatal(err)
		}
		content, err := io.ReadAll(rc)
		if err != nil {
			r.t.Fatal(err)
		}
		entries[f.Name] = string(content)
	}
	var said testimony.Testimony
	if err := json.Unmarshal([]byte(entries[testimony.TestimonyName]), &said); err != nil {
		r.t.Fatal(err)
	}
	return said, entries
}

func TestSubmit(t *testing.T) {
	r := start(t, func(c *Config) {
		c.Now = func() time.Time { return time.Date(2026, 11, 22, 23, 59, 59, 0, time.FixedZone("", -3600)) }
	})
	content := strings.Repeat("\x00photo\r\n--", 50_000)
	response, page := r.say(post("/ar/testimony", sent{"narrative", "", "ما حدث\r\nهناك"}, sent{"files", "صورة.jpg", content}, sent{"files", "", ""}))
	if response.StatusCode != 200 || strings.Contains(page, "ما حدث") {
		t.Fatalf("status %d", response.StatusCode)
	}
	if len(r.store.kept) != 1 {
		t.Fatalf("%d testimonies were kept", len(r.store.kept))
	}
	said, entries := r.opened(r.store.kept[0])
	if said.Answers["narrative"] != "ما حدث\nهناك" || said.Language != "ar" || said.Roster.Epoch != 1 {
		t.Errorf("testimony: %+v", said)
	}
	if said.Received != "2026-11-23" || r.store.labels[0] != (vault.Label{Day: "2026-11-23", Epoch: 1}) {
		t.Errorf("day received: %s, %+v; want the day in UTC", said.Received, r.store.labels[0])
	}
	if len(said.Files) != 1 || said.Files[0].Name != "صورة.jpg" || entries["files/001.jpg"] != content {
		t.Errorf("files: %+v", said.Files)
	}
}

// shortText is the built-in questionnaire with room for nine characters of text.
func shortText(t *testing.T) *questionnaire.Schema {
	t.Helper()
	q := *questionnaire.Builtin()
	q.Sections = slices.Clone(q.Sections)
	q.Sections[0].Questions = slices.Clone(q.Sections[0].Questions)
	narrative := *q.Sections[0].Questions[0]
	narrative.Limit = 9
	q.Sections[0].Questions[0] = &narrative
	return &q
}

// What is refused is not kept, and the words come back in the form.
func TestRefusedWordsComeBack(t *testing.T) {
	words := sent{"narrative", "", "ما حدث <b>"}
	for _, c := range []struct {
		name   string
		change func(*Config)
		fail   func(*memory)
		parts  []sent
		status int
	}{
		{"file too large", func(c *Config) { c.Limits.File = 10 }, nil, []sent{words, {"files", "a", strings.Repeat("x", 1<<20)}}, 413},
		{"together too large", func(c *Config) { c.Limits.Total = 10 }, nil, []sent{words, {"files", "a", "123456"}, {"files", "b", "123456"}}, 413},
		{"too many files", func(c *Config) { c.Limits.Files = 1 }, nil, []sent{words, {"files", "a", "1"}, {"files", "b", "1"}}, 413},
		{"text too long", func(c *Config) { c.Questionnaire = shortText(t) }, nil, []sent{words}, 400},
		{"disk full", nil, func(m *memory) { m.ready = vault.ErrFull }, []sent{words, {"files", "a", "1"}}, 507},
		{"disk fills", nil, func(m *memory) { m.write = fmt.Errorf("no: %w", vault.ErrFull) }, []sent{words, {"files", "a", strings.Repeat("x", 1<<20)}}, 507},
		{"disk has failed", nil, func(m *memory) { m.ready = vault.ErrDisk }, []sent{words, {"files", "a", "1"}}, 503},
		{"disk fails", nil, func(m *memory) { m.write = fmt.Errorf("no: %w", vault.ErrDisk) }, []sent{words, {"files", "a", strings.Repeat("x", 1<<20)}}, 503},
		{"disk fails at the end", nil, func(m *memory) { m.commit = fmt.Errorf("no: %w", vault.ErrDisk) }, []sent{words}, 503},
		{"commit fails", nil, func(m *memory) { m.commit = io.ErrClosedPipe }, []sent{words}, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, c.change)
			if c.fail != nil {
				c.fail(r.store)
			}
			response, page := r.say(post("/ar/testimony", c.parts...))
			if response.StatusCode != c.status {
				t.Errorf("status %d, want %d", response.StatusCode, c.status)
			}
			if !strings.Contains(page, "ما حدث &lt;b&gt;</textarea>") {
				t.Errorf("the words are lost: %s", page)
			}
			if len(r.store.testimonies()) != 0 {
				t.Error("a refused testimony was kept")
			}
		})
	}
}

// A form whose length says that it is too large is not read for hours first.
func TestTooLargeIsSaidAtOnce(t *testing.T) {
	r := start(t, func(c *Config) { c.Drain = 1 << 20 })
	c := r.dial()
	raw := post("/en/testimony", sent{"narrative", "", "words"}, sent{"files", "a", strings.Repeat("x", 2<<20)})
	raw = strings.Replace(raw, "Content-Length: ", "Content-Length: 99999", 1)
	go io.WriteString(c, raw)
	response, page := r.answer(c, raw)
	if response.StatusCode != 413 || !strings.Contains(page, "words</textarea>") {
		t.Errorf("status %d", response.StatusCode)
	}
}

// A body cut off at any byte leaves nothing behind.
func TestCutOffAtAnyByte(t *testing.T) {
	r := start(t, nil)
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"}, sent{"files", "a", "x"})
	head := strings.Index(raw, "\r\n\r\n") + 4
	for n := head; n < len(raw); n++ {
		c := r.dial()
		io.WriteString(c, raw[:n])
		c.(interface{ CloseWrite() error }).CloseWrite()
		if response, _ := r.answer(c, raw); response.StatusCode != 400 {
			t.Errorf("cut off at %d of %d: status %d", n, len(raw), response.StatusCode)
		}
		c.Close()
	}
	if len(r.store.testimonies()) != 0 {
		t.Error("a testimony that was cut off was kept")
	}
}

func TestSameUploadTwiceAtOnce(t *testing.T) {
	r := start(t, nil)
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"}, sent{"files", "a.jpg", strings.Repeat("x", 1<<20)})
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if response, _ := r.say(raw); response.StatusCode != 200 {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
	both.Wait()
	if len(r.store.testimonies()) != 2 {
		t.Errorf("%d kept", len(r.store.testimonies()))
	}
}

// The body of a refused request is read to its end while it is small enough, so
// that a browser gets to see the page; a larger one is answered and cut off.
func TestDrain(t *testing.T) {
	r := start(t, func(c *Config) { c.Limits.File, c.Drain = 10, 4<<20 })
	for _, size := range []int{1 << 20, 32 << 20} {
		c := r.dial()
		raw := post("/en/testimony", sent{"narrative", "", "words"}, sent{"files", "a", strings.Repeat("x", size)})
		whole := make(chan bool, 1)
		go func() {
			n, _ := io.WriteString(c, raw)
			whole <- n == len(raw)
		}()
		response, page := r.answer(c, raw)
		if response.StatusCode != 413 || !strings.Contains(page, "words</textarea>") {
			t.Errorf("%d bytes: status %d", size, response.StatusCode)
		}
		if size < 4<<20 && !<-whole {
			t.Errorf("%d bytes: cut off", size)
		}
	}
}

// A text that arrived whole is kept, however long it took.
func TestSlowButWhole(t *testing.T) {
	t.Parallel()
	r := start(t, func(c *Config) {
		c.Pace = Pace{Idle: 5 * time.Second, Window: 200 * time.Millisecond, Rate: 1 << 20, Ceiling: time.Minute}
	})
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"})
	conn := r.dial()
	io.WriteString(conn, raw[:len(raw)-100])
	time.Sleep(500 * time.Millisecond)
	io.WriteString(conn, raw[len(raw)-100:])
	if response, _ := r.answer(conn, raw); response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
}

// Words given back to clients that do not read them take a bounded number of
// places, and no copy of the page.
func TestWordsGivenBackAreBounded(t *testing.T) {
	r := start(t, func(c *Config) { c.Places, c.Texts, c.Limits.File = 2, 2, 1 })
	words := strings.Repeat("&", 200_000)
	raw := post("/ar/testimony", sent{"narrative", "", words}, sent{"files", "a", "xx"})
	for range 30 {
		c := r.dial()
		go io.WriteString(c, raw)
	}
	// All who could get a place hold one, since nobody reads.
	deadline := time.Now().Add(20 * time.Second)
	for !(r.server.places.Full() && r.server.texts.Full() && r.server.apologies.Full()) {
		if time.Now().After(deadline) {
			t.Fatalf("%d and %d places and %d apologies are taken", r.server.places.Taken(), r.server.texts.Taken(), r.server.apologies.Taken())
		}
		time.Sleep(10 * time.Millisecond)
	}
	if response, page := r.say(raw); response.StatusCode != 503 || len(page) > 60_000 {
		t.Errorf("status %d, %d bytes", response.StatusCode, len(page))
	}
}

// A server that is stopped cuts off what is still arriving, and ends.
func TestCloseWithUploadUnderWay(t *testing.T) {
	r := start(t, nil)
	c := r.dial()
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"})
	io.WriteString(c, raw[:len(raw)-10])
	for r.server.texts.Taken() != 1 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	r.server.Close(ctx)
	if n := len(r.store.testimonies()); n != 0 {
		t.Errorf("%d kept", n)
	}
}

// With the limits as they are, a source on a circuit of 30 kB/s gets through.
func TestSlowCircuit(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	conn := r.dial()
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"}, sent{"files", "a", strings.Repeat("x", 150_000)})
	go func() {
		for rest := raw; rest != ""; {
			n := min(3000, len(rest))
			if _, err := io.WriteString(conn, rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
			time.Sleep(100 * time.Millisecond)
		}
	}()
	if response, _ := r.answer(conn, raw); response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestPace(t *testing.T) {
	pace := Pace{Idle: time.Second, Window: 400 * time.Millisecond, Rate: 2000, Ceiling: 4 * time.Second}
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"}, sent{"files", "a", strings.Repeat("x", 8000)})
	head := strings.Index(raw, "\r\n\r\n") + 4
	for _, c := range []struct {
		name   string
		piece  int
		pause  time.Duration
		status int
	}{
		{"a slow honest source", 1000, 100 * time.Millisecond, 200},
		{"a trickler", 5, 50 * time.Millisecond, 408},
		{"one that stalls", 1000, 3 * time.Second, 408},
		{"over the ceiling", 150, 120 * time.Millisecond, 408},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(config *Config) { config.Pace, config.Places = pace, 1 })
			conn := r.dial()
			done := make(chan struct{})
			go func() {
				io.WriteString(conn, raw[:head])
				for rest := raw[head:]; rest != ""; {
					n := min(c.piece, len(rest))
					if _, err := io.WriteString(conn, rest[:n]); err != nil {
						return
					}
					rest = rest[n:]
					select {
					case <-done:
						return
					case <-time.After(c.pause):
					}
				}
			}()
			response, _ := r.answer(conn, raw)
			close(done)
			if response.StatusCode != c.status {
				t.Errorf("status %d, want %d", response.StatusCode, c.status)
			}
			if r.server.texts.Taken() > 0 {
				t.Error("its place is still taken")
			}
		})
	}
}

// A line that is dead is waited for once, not again when the rest is passed over: its
// place would be taken twice as long.
func TestDeadLineIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	const idle = 2 * time.Second
	r := start(t, func(c *Config) { c.Pace.Idle = idle })
	conn := r.dial()
	raw := post("/ar/testimony", sent{"narrative", "", "ما حدث"})
	began := time.Now()
	io.WriteString(conn, raw[:len(raw)-10])
	if response, _ := r.answer(conn, raw); response.StatusCode != 408 {
		t.Errorf("status %d", response.StatusCode)
	}
	if took := time.Since(began); took < idle || took > 2*idle-idle/10 {
		t.Errorf("answered after %v; the wait is %v", took, idle)
	}
}
