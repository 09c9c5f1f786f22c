package report

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/browsertest"
	"amana/internal/charts"
	"amana/internal/consent"
	"amana/internal/facts"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/tables"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
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
		if !strings.HasPrefix(ev.Request.URL, "data:image/jpeg;") {
			s.requests = append(s.requests, ev.Request.URL)
		}
	case *log.EventEntryAdded:
		s.complaints = append(s.complaints, ev.Entry.Text)
	case *audits.EventIssueAdded:
		s.complaints = append(s.complaints, string(ev.Issue.Code))
	}
}

func (s *seen) take() (requests, complaints []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, complaints = s.requests, s.complaints
	s.requests, s.complaints = nil, nil
	return requests, complaints
}

func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) R {
	t.Helper()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

func visit(t *testing.T, ctx context.Context, path string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return value
}

func wide(t *testing.T, ctx context.Context, width int64, scheme string) {
	t.Helper()
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// picture leaves a picture of the page for a person to look at, if one was asked for.
func picture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("AMANA_SCREENSHOTS")
	if folder == "" {
		return
	}
	beyond := true
	p := call(t, ctx, devpage.CaptureScreenshot, devpage.CaptureScreenshotParams{CaptureBeyondViewport: &beyond, Format: "png"})
	if err := os.WriteFile(filepath.Join(folder, "report-"+name+".png"), p.Data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// looked is a report for the reviewers' own desk, and the id of the case that has most
// to show.
func looked(t *testing.T) (path, id string) {
	t.Helper()
	people := synthetic.Make(7, 40, synthetic.Options{Files: true})
	w := filled(t, people, false)
	s := selected(t, w, linked(t, w, people), consent.Own, selection.Options{Names: true})
	most := 0
	for _, c := range s.Cases {
		n, files := 0, 0
		for _, th := range c.Threads {
			n += 10 * len(th.Refs)
			for _, r := range th.Refs {
				n += 5 * len(r.Files)
				files += len(r.Files)
			}
		}
		if n > most && len(c.Threads) > 1 && len(c.Values) > 0 && files > 0 {
			most, id = n, c.ID
		}
	}
	path, _ = written(t, s, Options{Names: true, Files: true, Extras: counted(t, s)})
	return path, id
}

// charted is a table with a chart.
const charted = "surrender_month"

// counted are the tables of a selection.
func counted(t *testing.T, s *selection.Selection) (all []Extra) {
	t.Helper()
	set := tables.New()
	for _, c := range s.Cases {
		f, err := facts.Of(s, c)
		if err != nil {
			t.Fatal(err)
		}
		set.Add(f)
	}
	for _, one := range set.Working() {
		x := Extra{ID: one.ID, Title: map[string]string{"ar": one.Title.AR, "en": one.Title.EN}, HTML: one.HTML, CSV: one.CSV}
		if one.Chart != tables.None {
			x.SVG = func(w io.Writer, lang string) error { return charts.SVG(w, one, lang) }
		}
		all = append(all, x)
	}
	return all
}

// TestInBrowser opens pages from the disk in a real browser: it asks for nothing but
// the page, and complains of nothing; nothing reaches over the edge; axe finds nothing
// to object to; without scripts all can be read. With AMANA_SCREENSHOTS set to a
// folder it leaves pictures there.
func TestInBrowser(t *testing.T) {
	path, id := looked(t)
	ctx := browsertest.StartFor(t, 3*time.Minute)
	var saw seen
	if err := chromedp.Listen(ctx, saw.event); err != nil {
		t.Fatal(err)
	}
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, log.Enable, cdp.Empty{})
	call(t, ctx, audits.Enable, cdp.Empty{})
	caseOf := func(lang string) string { return lang + "/cases/" + id + ".html" }
	for _, look := range []struct {
		width  int64
		scheme string
		names  []string
	}{
		{1280, "light", []string{"index.html", "ar/index.html", caseOf("ar"), "ar/tables.html", "en/tables/" + charted + ".html"}},
		{390, "dark", []string{"en/index.html", caseOf("en"), "ar/tables/heat.html", "ar/tables/flow.html"}},
	} {
		wide(t, ctx, look.width, look.scheme)
		for _, name := range look.names {
			saw.take()
			file := filepath.Join(path, filepath.FromSlash(name))
			visit(t, ctx, file)
			if over := eval[float64](t, ctx, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
				t.Errorf("%s at %d is %v too wide", name, look.width, over)
			}
			requests, complaints := saw.take()
			if want := []string{"file://" + file}; !slices.Equal(requests, want) {
				t.Errorf("%s: the browser asked for %q", name, requests)
			}
			if len(complaints) > 0 {
				t.Errorf("%s: the browser complains: %q", name, complaints)
			}
			picture(t, ctx, look.scheme+"-"+strings.ReplaceAll(strings.TrimSuffix(name, ".html"), "/", "-"))
			for _, v := range browsertest.Axe(t, ctx) {
				t.Errorf("%s at %d: %s", name, look.width, v)
			}
			call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
		}
	}
	// The watch is worth something only if it can see.
	bad := filepath.Join(t.TempDir(), "bad.html")
	page := strings.Replace(read(t, path, "en", "index.html"), "<h1>", `<img src="https://example.org/x.png"><p style="color:red">bad</p><script>document.title="x"</script><h1>`, 1)
	if err := os.WriteFile(bad, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	saw.take()
	visit(t, ctx, bad)
	if title := eval[string](t, ctx, "document.title"); title == "x" {
		t.Error("a script that is not ours ran")
	}
	if _, complaints := saw.take(); len(complaints) < 3 {
		t.Errorf("a page that breaks its policy went unnoticed: %q", complaints)
	}
}
