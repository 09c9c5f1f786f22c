package pages_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"amana/internal/browsertest"
)

// seen collects what the browser asks for and complains about.
type seen struct {
	mu         sync.Mutex
	requests   []string
	complaints []string
}

func (s *seen) event(ev any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		s.requests = append(s.requests, ev.Request.URL)
	case *log.EventEntryAdded:
		s.complaints = append(s.complaints, ev.Entry.Text)
	case *audits.EventIssueAdded:
		s.complaints = append(s.complaints, string(ev.Issue.Code))
	}
}

// take returns what was seen since the last call.
func (s *seen) take() (requests, complaints []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, complaints = s.requests, s.complaints
	s.requests, s.complaints = nil, nil
	return requests, complaints
}

// TestInBrowser opens the pages in a real browser with scripts switched off, on
// a small phone and on a desk, in light and dark, under the intake's policy.
// Pages that hold nothing of another kind are looked at once, on the phone, and so
// are all of those in German and Turkish.
// With AMANA_SCREENSHOTS set to a folder it leaves a picture of each there.
func TestInBrowser(t *testing.T) {
	served := map[string][]byte{}
	var paths []string
	once := map[string]bool{}
	for _, pg := range shippedPages(t) {
		path := "/" + pg.lang + "/" + pg.name
		once[path] = pg.lang == "de" || pg.lang == "tr"
		switch pg.name {
		case "landing-organised", "form", "form-text_too_long", "receipt-code", "thread-some", "reply", "problem-tor2web":
		case "landing", "safety", "before-organised", "form-invalid", "receipt", "code", "code-mistyped", "code-words", "name", "name-busy",
			"thread-nothing", "thread-added", "thread-unfinished", "thread-file_too_large", "withdraw", "withdrawn", "problem-closed", "problem-expired":
			once[path] = true
		default:
			continue
		}
		served[path] = pg.data
		paths = append(paths, path)
	}
	server := serve(t, served)
	ctx := browsertest.StartFor(t, 5*time.Minute)
	var saw seen
	if err := chromedp.Listen(ctx, saw.event); err != nil {
		t.Fatal(err)
	}
	call(t, ctx, audits.Enable, cdp.Empty{})
	browsertest.WithoutScripts(t, ctx)
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			show(t, ctx, width, scheme)
			for _, path := range paths {
				if once[path] && (width > 500 || scheme == "dark") {
					continue
				}
				t.Run(fmt.Sprintf("%d-%s%s", width, scheme, path), func(t *testing.T) {
					saw.take()
					url := server.URL + path
					if err := chromedp.Do(ctx, chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
						t.Fatal(err)
					}
					checkLayout(t, ctx, width, strings.HasPrefix(path, "/ar/"))
					requests, complaints := saw.take()
					// A browser asks for this of its own accord, and no page
					// can stop it without an icon to offer instead.
					requests = slices.DeleteFunc(requests, func(url string) bool { return url == server.URL+"/favicon.ico" })
					if want := []string{url, server.URL + "/style.css"}; !slices.Equal(requests, want) {
						t.Errorf("the browser asked for %q, not %q", requests, want)
					}
					if len(complaints) > 0 {
						t.Errorf("the browser complains: %q", complaints)
					}
					screenshot(t, ctx, fmt.Sprintf("%d-%s%s.png", width, scheme, strings.ReplaceAll(path, "/", "-")))
				})
			}
		}
	}

	// The watch over complaints is worth something only if it can see one.
	served["/bad"] = []byte(`<!doctype html><title>bad</title><p style="color:red">bad<img src="https://example.org/x.png">`)
	saw.take()
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/bad")); err != nil {
		t.Fatal(err)
	}
	call(t, ctx, dom.GetDocument, dom.GetDocumentParams{})
	if _, complaints := saw.take(); len(complaints) == 0 {
		t.Error("a page that breaks the policy went unnoticed")
	}
}

// notShown leaves out what has no place on the page: what is hidden, and what a fold
// that is closed holds. The questions' own test opens all folds.
const notShown = ":not([hidden], [type=hidden], details:not([open]) > :not(summary), details:not([open]) > :not(summary) *)"

// checkLayout looks at the page that is open: nothing reaches over the edge,
// targets are large enough for a thumb, words are large and strong enough to
// read, and the direction is right.
func checkLayout(t *testing.T, ctx context.Context, width int64, rtl bool) {
	t.Helper()
	layout := call(t, ctx, devpage.GetLayoutMetrics, cdp.Empty{})
	if got := layout.CSSLayoutViewport.ClientWidth; int64(got) != width {
		t.Errorf("the page is laid out %v wide, not %d", got, width)
	}
	if size := layout.CSSContentSize; size.Width > float64(width) || size.X < 0 {
		t.Errorf("the page is %v wide from %v, more than %d", size.Width, size.X, width)
	}
	root := call(t, ctx, dom.GetDocument, dom.GetDocumentParams{}).Root.NodeID
	all := func(selectors string) []cdp.NodeID {
		var shown []string
		for _, s := range strings.Split(selectors, ", ") {
			shown = append(shown, s+notShown)
		}
		return call(t, ctx, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: root, Selector: strings.Join(shown, ", ")}).NodeIDs
	}
	for _, selector := range []string{"a", "button", "input", "textarea"} {
		for _, id := range all(selector) {
			box := call(t, ctx, dom.GetBoxModel, dom.GetBoxModelParams{NodeID: id}).Model
			if box.Width < 44 || box.Height < 44 {
				t.Errorf("a <%s> is %d by %d, too small for a thumb", selector, box.Width, box.Height)
			}
			if left, right := box.Border[0], box.Border[2]; left < 0 || right > float64(width) {
				t.Errorf("a <%s> reaches from %v to %v", selector, left, right)
			}
		}
	}
	words := all("h1, h2, p, li, label, a, strong, button, textarea")
	if len(words) == 0 {
		t.Error("there are no words")
	}
	for _, id := range words {
		background := call(t, ctx, css.GetBackgroundColors, css.GetBackgroundColorsParams{NodeID: id})
		style := computed(t, ctx, id)
		if px := pixels(style["font-size"]); px < 18 {
			t.Errorf("words of %v px", px)
		}
		for _, back := range background.BackgroundColors {
			if got := contrast(hexOf(t, style["color"]), hexOf(t, back)); got < 4.5 {
				t.Errorf("%s on %s has a contrast of %.2f", style["color"], back, got)
			}
		}
	}
	direction := map[bool]string{true: "rtl", false: "ltr"}[rtl]
	for _, id := range all("html, h1, p, textarea") {
		if got := computed(t, ctx, id)["direction"]; got != direction {
			t.Errorf("the direction is %s, not %s", got, direction)
		}
	}
}

// call runs one command of the browser's protocol.
func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) R {
	t.Helper()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// computed returns the computed style of a node.
func computed(t *testing.T, ctx context.Context, id cdp.NodeID) map[string]string {
	t.Helper()
	style := map[string]string{}
	for _, property := range call(t, ctx, css.GetComputedStyleForNode, css.GetComputedStyleForNodeParams{NodeID: id}).ComputedStyle {
		style[property.Name] = property.Value
	}
	return style
}

func pixels(s string) float64 {
	f, _ := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 64)
	return f
}

// hexOf turns "rgb(1, 2, 3)" into "#010203".
func hexOf(t *testing.T, rgb string) string {
	t.Helper()
	var r, g, b int
	if _, err := fmt.Sscanf(rgb, "rgb(%d, %d, %d)", &r, &g, &b); err != nil {
		t.Fatalf("the colour %q is not a plain one: %v", rgb, err)
	}
	return fmt.Sprintf("#%02x%02x%02x", r, g, b)
}

// screenshot leaves a picture of the whole page for a person to look at, if one
// was asked for.
func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("AMANA_SCREENSHOTS")
	if folder == "" {
		return
	}
	beyond := true
	picture := call(t, ctx, devpage.CaptureScreenshot, devpage.CaptureScreenshotParams{CaptureBeyondViewport: &beyond, Format: "png"})
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, "--", "-")), picture.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}
