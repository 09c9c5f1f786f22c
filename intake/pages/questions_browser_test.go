package pages_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"amana/intake/pages"
	"amana/internal/browsertest"
)

// TestQuestionsInBrowser opens the questions in a real browser without scripts:
// all of them fit a small phone and a thumb, words can be read in light and
// dark, and Enter in a line of text sends nothing.
func TestQuestionsInBrowser(t *testing.T) {
	served := map[string][]byte{"/style.css": mustNew(t).Style()}
	for _, lang := range []string{"ar", "en"} {
		served["/"+lang+"/empty"] = pages.QuestionsPage(t, lang, false)
		served["/"+lang+"/keys"] = pages.QuestionsPage(t, lang, true)
		// The hidden button has no box to measure.
		served["/"+lang+"/full"] = bytes.Replace(pages.QuestionsPage(t, lang, true), []byte("<button hidden disabled></button>"), nil, 1)
	}
	var sent atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if strings.HasSuffix(r.URL.Path, ".css") {
			w.Header().Set("Content-Type", "text/css; charset=utf-8")
		}
		if r.Method == http.MethodPost {
			sent.Add(1)
		}
		w.Write(served[r.URL.Path])
	}))
	defer server.Close()

	ctx := browsertest.Start(t)
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	open := func(path string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path, scheme string
		width        int64
	}{
		{"/ar/full", "light", 360}, {"/en/full", "dark", 1280},
		{"/ar/empty", "dark", 360}, {"/en/empty", "light", 1280},
	} {
		t.Run(fmt.Sprintf("%d-%s%s", c.width, c.scheme, c.path), func(t *testing.T) {
			call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
				Width: c.width, Height: 800, DeviceScaleFactor: 1, Mobile: c.width < 500})
			call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: c.scheme}}})
			open(c.path)
			if strings.HasSuffix(c.path, "/full") {
				checkLayout(t, ctx, c.width, strings.HasPrefix(c.path, "/ar/"))
				checkQuestionLayout(t, ctx, float64(c.width))
			}
			screenshot(t, ctx, fmt.Sprintf("questions-%d-%s%s.png", c.width, c.scheme, strings.ReplaceAll(c.path, "/", "-")))
		})
	}

	open("/en/keys")
	press := func(selector string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent("\r")); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"[name=unit]", "[name=defect_date_y]"} {
		press(line)
		time.Sleep(time.Second)
		if sent.Load() != 0 {
			t.Fatalf("Enter on %s sent the form", line)
		}
	}
	press("details button")
	for range 200 {
		if sent.Load() == 1 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("Enter on a button did not send the form")
}

// checkQuestionLayout looks at what checkLayout does not know: lists, folds and
// the lines of boxes to tick.
func checkQuestionLayout(t *testing.T, ctx context.Context, width float64) {
	t.Helper()
	root := call(t, ctx, dom.GetDocument, dom.GetDocumentParams{}).Root.NodeID
	for selector, least := range map[string]int64{"select": 44, "summary": 44, "fieldset > label": 44, "legend": 1, "small": 1} {
		ids := call(t, ctx, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: root, Selector: selector}).NodeIDs
		if len(ids) == 0 {
			t.Errorf("there is no %s", selector)
		}
		for _, id := range ids {
			box := call(t, ctx, dom.GetBoxModel, dom.GetBoxModelParams{NodeID: id}).Model
			if box.Height < least {
				t.Errorf("a %s is %d high", selector, box.Height)
			}
			if box.Border[0] < 0 || box.Border[2] > width {
				t.Errorf("a %s reaches from %v to %v", selector, box.Border[0], box.Border[2])
			}
		}
	}
	for _, id := range call(t, ctx, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: root, Selector: "h3, legend, small, summary, select, strong"}).NodeIDs {
		style := computed(t, ctx, id)
		if px := pixels(style["font-size"]); px < 18 {
			t.Errorf("words of %v px", px)
		}
		for _, back := range call(t, ctx, css.GetBackgroundColors, css.GetBackgroundColorsParams{NodeID: id}).BackgroundColors {
			if got := contrast(hexOf(t, style["color"]), hexOf(t, back)); got < 4.5 {
				t.Errorf("%s on %s has a contrast of %.2f", style["color"], back, got)
			}
		}
	}
}
