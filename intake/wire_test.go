package intake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"amana/vault"
)

// Every answer, the error pages and net/http's own refusals included, carries
// the same headers and no other that could tell something.
func TestHeadersOnTheWire(t *testing.T) {
	page := map[string]string{
		"Cache-Control":                "no-store",
		"Connection":                   "close",
		"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Cross-Origin-Embedder-Policy": "require-corp",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	}
	open := start(t, func(c *Config) { c.Limits.File = 10 })
	busy := start(t, func(c *Config) { c.Places, c.Texts = 1, 1 })
	busy.take(busy.server.places)
	busy.take(busy.server.texts)
	full := start(t, nil)
	full.store.ready = fmt.Errorf("disk: %w", vault.ErrFull)
	broken := start(t, nil)
	broken.store.commit = fmt.Errorf("disk gone")
	panicking := start(t, nil)
	panicking.store.create = func() { panic("ما حدث") }
	closed := start(t, nil)
	closed.rosters.set(newRoster(t, 1, "2000-01-01", "2000-01-02", closed.identity))
	without := start(t, nil)
	without.rosters.set(nil)
	changing := start(t, nil)
	other := newRoster(t, 2, alwaysFrom, alwaysUntil, newIdentity(t))
	changing.store.create = func() { changing.rosters.set(other) }
	words := sent{"narrative", "", "ما حدث"}
	for _, c := range []struct {
		name   string
		rig    *site
		raw    string
		status int
		lang   string
	}{
		{"landing", open, get("/"), 200, "ar"},
		{"landing in English", open, get("/en/"), 200, "en"},
		{"style", open, get("/style.css"), 200, ""},
		{"form", open, get("/ar/testimony"), 200, "ar"},
		{"HEAD", open, "HEAD /ar/ HTTP/1.1\r\nHost: x\r\n\r\n", 200, ""},
		{"HTTP/1.0", open, "GET /ar/ HTTP/1.0\r\n\r\n", 200, "ar"},
		{"receipt", open, post("/ar/testimony", words), 200, "ar"},
		{"empty form", open, post("/en/testimony"), 400, "en"},
		{"not multipart", open, "POST /en/testimony HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\na", 400, "en"},
		{"boundary too long", open, strings.Replace(post("/ar/testimony", words), "boundary=", "boundary="+strings.Repeat("x", 70), 1), 400, "ar"},
		{"no Host", open, "GET / HTTP/1.1\r\n\r\n", 400, "ar"},
		{"not HTTP", open, "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "ar"},
		{"head too large", open, "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", 431, "ar"},
		{"transfer encoding", open, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nothing\r\n\r\n", 501, "ar"},
		{"HTTP/3.7", open, "GET / HTTP/3.7\r\nHost: x\r\n\r\n", 505, "ar"},
		{"expectation", open, "GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n", 417, "ar"},
		{"web proxy", open, "GET /en/ HTTP/1.1\r\nHost: x\r\nX-Tor2web: 1\r\n\r\n", 403, "en"},
		{"web proxy, form", open, strings.Replace(post("/en/testimony", words), "Host:", "X-Tor2web: encrypted\r\nHost:", 1), 403, "en"},
		{"no such page", open, get("/en/nothing"), 404, "en"},
		{"no such language", open, get("/xx/"), 404, "ar"},
		{"no slash", open, get("/en"), 200, "en"},
		{"unclean path", open, get("/ar/../en/"), 404, "ar"},
		{"encoded path", open, get("/%2e%2e/etc/passwd"), 404, "ar"},
		{"PUT", open, "PUT /en/testimony HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405, "en"},
		{"OPTIONS", open, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 405, "ar"},
		{"TRACE", open, "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "ar"},
		{"CONNECT", open, "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", 405, "ar"},
		{"HTTP/2 preface", open, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405, "ar"},
		{"POST to a page", open, "POST /en/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405, "en"},
		{"file too large", open, post("/ar/testimony", words, sent{"files", "a", strings.Repeat("x", 11)}), 413, "ar"},
		{"internal", broken, post("/ar/testimony", words), 500, "ar"},
		{"panic", panicking, post("/en/testimony", words), 500, "en"},
		{"all places taken, form page", busy, get("/en/testimony"), 503, "en"},
		{"all places taken, form sent", busy, post("/en/testimony", words), 503, "en"},
		{"disk full, form page", full, get("/ar/testimony"), 507, "ar"},
		{"disk full, form sent", full, post("/ar/testimony", words), 507, "ar"},
		{"closed, landing", closed, get("/en/"), 503, "en"},
		{"closed, form page", closed, get("/ar/testimony"), 503, "ar"},
		{"closed, form sent", closed, post("/en/testimony", words), 503, "en"},
		{"closed, HEAD", closed, "HEAD /en/ HTTP/1.1\r\nHost: x\r\n\r\n", 503, ""},
		{"closed, style", closed, get("/style.css"), 200, ""},
		{"closed, no such page", closed, get("/en/nothing"), 404, "en"},
		{"closed, web proxy", closed, strings.Replace(post("/en/testimony", words), "Host:", "X-Tor2web: encrypted\r\nHost:", 1), 403, "en"},
		{"roster exchanged", changing, post("/ar/testimony", words), 503, "ar"},
		{"roster", open, get("/roster.txt"), 200, ""},
		{"roster, HEAD", open, "HEAD /roster.txt HTTP/1.1\r\nHost: x\r\n\r\n", 200, ""},
		{"roster, expired", closed, get("/roster.txt"), 200, ""},
		{"roster, none", without, get("/roster.txt"), 404, "ar"},
		{"roster, web proxy", open, "GET /roster.txt HTTP/1.1\r\nHost: x\r\nX-Tor2web: 1\r\n\r\n", 403, "ar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.rig.t = t
			response, body := c.rig.say(c.raw)
			if response.StatusCode != c.status {
				t.Errorf("status %d, want %d", response.StatusCode, c.status)
			}
			for name, value := range page {
				if got := strings.Join(response.Header.Values(name), "|"); got != value {
					// http.ReadResponse takes Connection out of the header.
					if name != "Connection" || !response.Close {
						t.Errorf("%s: %q", name, got)
					}
				}
			}
			for name := range response.Header {
				switch {
				case page[name] != "", name == "Content-Type", name == "Content-Length":
				case name == "Allow" && c.status == http.StatusMethodNotAllowed:
				default:
					t.Errorf("unexpected header %s", name)
				}
			}
			if c.lang != "" && !strings.Contains(body, `<html lang="`+c.lang+`"`) {
				t.Errorf("page is not in %s: %.100s", c.lang, body)
			}
			if strings.HasPrefix(c.raw, "HEAD") && body != "" {
				t.Error("HEAD has a body")
			}
		})
	}
}

func TestListenRefusesOtherMachines(t *testing.T) {
	for _, address := range []string{
		"tcp:0.0.0.0:0", "tcp:[::]:0", "tcp::0", "tcp:192.0.2.1:80", "tcp:localhost:0", "tcp:[fe80::1]:0",
		"127.0.0.1:0", "unix:", "", "udp:127.0.0.1:0",
	} {
		if l, err := Listen(address); err == nil {
			l.Close()
			t.Errorf("%q was accepted", address)
		}
	}
	for _, address := range []string{"tcp:127.0.0.1:0", "tcp:[::1]:0", "tcp:127.9.9.9:0"} {
		l, err := Listen(address)
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		l.Close()
	}
}

func TestListenUnix(t *testing.T) {
	path := t.TempDir() + "/s"
	l, err := Listen("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Listen("unix:" + path); err == nil {
		again.Close()
		t.Error("a socket that answers was replaced")
	}
	l.Close()
}
