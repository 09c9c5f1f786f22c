// Package browsertest starts a real browser for tests of pages.
//
// Only tests may import it. The browser keeps its profile in a folder of its own
// that goes with the test, and can reach nothing but this machine.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// limit bounds the life of one browser, so that a browser that hangs fails its
// test and not the whole run.
const limit = 2 * time.Minute

// Start starts a headless Chromium with one empty tab and returns the tab's
// context for chromedp. The browser ends with the test, after two minutes at the
// latest. If there is no Chromium the test fails and says what to install.
func Start(t testing.TB) context.Context {
	t.Helper()
	return StartFor(t, limit)
}

// StartFor is Start for a test that needs its browser for longer.
func StartFor(t testing.TB, limit time.Duration) context.Context {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("browsertest: chromium is not installed: apt-get install chromium")
	}
	// Not t.TempDir: a file that a dying browser still writes would fail it.
	profile, err := os.MkdirTemp("", "browsertest-")
	if err != nil {
		t.Fatalf("browsertest: failed to make a profile folder: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(profile) })

	life, end := context.WithTimeout(context.Background(), limit)
	t.Cleanup(end)
	allocator, endAllocator := chromedp.NewExecAllocator(life,
		chromedp.ExecPath(chromium),
		chromedp.UserDataDir(profile),
		chromedp.Headless,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		// Chromium's own sandbox refuses to start as root.
		chromedp.Flag("no-sandbox", os.Geteuid() == 0),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("metrics-recording-only", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	t.Cleanup(endAllocator)
	tab, endTab := chromedp.NewContext(allocator)
	t.Cleanup(endTab)
	t.Cleanup(func() {
		if err := chromedp.Cancel(tab); err != nil && life.Err() == nil {
			t.Logf("browsertest: failed to end the browser: %v", err)
		}
	})
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("browsertest: failed to start chromium: %v", err)
	}
	return tab
}
