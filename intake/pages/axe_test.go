package pages_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"amana/intake/pages"
	"amana/internal/browsertest"
)

// TestAxe: axe-core finds nothing to object to, by WCAG 2.2 AA and good practice, on
// any page in any language, with its folds as they come and all open. On a desk and
// in the dark, where only layout and colours differ, it looks at one page of each
// kind, with all folds open.
func TestAxe(t *testing.T) {
	all := shippedPages(t)
	served := map[string][]byte{}
	for _, pg := range all {
		served["/"+pg.lang+"/"+pg.name] = pg.data
	}
	server := serve(t, served)
	ctx := browsertest.StartFor(t, 10*time.Minute)
	browsertest.WithoutScripts(t, ctx)
	for i, look := range []struct {
		width  int64
		scheme string
		wanted func(page) bool
	}{
		{360, "light", inPhone}, {1280, "light", onDesk}, {360, "dark", inDark},
	} {
		show(t, ctx, look.width, look.scheme)
		for _, pg := range all {
			if !look.wanted(pg) {
				continue
			}
			path := "/" + pg.lang + "/" + pg.name
			t.Run(fmt.Sprintf("%d-%s%s", look.width, look.scheme, path), func(t *testing.T) {
				if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
					t.Fatal(err)
				}
				if i == 0 {
					for _, v := range browsertest.Axe(t, ctx) {
						t.Error(v)
					}
				}
				if openFolds(t, ctx) > 0 || i > 0 {
					for _, v := range browsertest.Axe(t, ctx) {
						t.Error("with all folds open: ", v)
					}
				}
			})
		}
	}
}

// inPhone chooses all pages but those that differ from another in one sentence: of a
// form that comes back, one is enough.
func inPhone(pg page) bool {
	switch pg.name {
	case "form-invalid", "name-invalid", "thread-file_too_large", "code-mistyped":
		return true
	}
	before, kind, _ := strings.Cut(pg.name, "-")
	return before == "problem" || !slices.Contains(allKinds, pages.ProblemKind(kind))
}

// onDesk chooses one page of each kind in two languages.
func onDesk(pg page) bool { return pg.lang == "en" && oneOfEach(pg) || inDark(pg) }

// inDark chooses one page of each kind in one language.
func inDark(pg page) bool { return pg.lang == "ar" && oneOfEach(pg) }

// oneOfEach chooses one page of each kind, the one that has most to show.
func oneOfEach(pg page) bool {
	switch pg.name {
	case "landing-organised", "safety", "before-organised", "form", "form-invalid", "name-invalid", "code-words",
		"receipt-code", "thread-some", "reply", "withdraw", "withdrawn", "problem-expired":
		return true
	}
	return false
}

// show sets the size of the window and the scheme of colours.
func show(t *testing.T, ctx context.Context, width int64, scheme string) {
	t.Helper()
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500})
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// openFolds opens all folds of the page, as somebody would who looks at everything,
// and returns how many were closed.
func openFolds(t *testing.T, ctx context.Context) int {
	t.Helper()
	root := call(t, ctx, dom.GetDocument, dom.GetDocumentParams{}).Root.NodeID
	closed := nodes(t, ctx, root, "details:not([open])")
	for _, id := range closed {
		call(t, ctx, dom.SetAttributeValue, dom.SetAttributeValueParams{NodeID: id, Name: "open"})
	}
	return len(closed)
}

// nodes returns what a selector finds below a node.
func nodes(t *testing.T, ctx context.Context, below cdp.NodeID, selector string) []cdp.NodeID {
	t.Helper()
	return call(t, ctx, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: below, Selector: selector}).NodeIDs
}
