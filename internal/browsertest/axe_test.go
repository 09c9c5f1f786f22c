package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"amana/internal/browsertest"

	"github.com/chromedp/chromedp"
)

// Axe finds what is wrong, on a page whose policy allows no script, and nothing
// where nothing is.
func TestAxe(t *testing.T) {
	pages := map[string]string{
		"/good": `<!doctype html><html lang="en"><title>good</title><main><h1>Good</h1><label for="a">Name</label> <input id="a"></main></html>`,
		"/bad":  `<!doctype html><html><title>bad</title><main><h1>Bad</h1><input id="a"><p style="color:#aaa">pale</p></main></html>`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(pages[r.URL.Path]))
	}))
	defer server.Close()
	ctx := browsertest.Start(t)
	browsertest.WithoutScripts(t, ctx)
	for path, want := range map[string][]string{
		"/good": nil,
		"/bad":  {"color-contrast", "html-has-lang", "label"},
	} {
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range browsertest.Axe(t, ctx) {
			got = append(got, v.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s breaks %q, want %q", path, got, want)
		}
	}
}
