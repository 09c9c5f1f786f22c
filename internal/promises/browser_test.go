package promises

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"amana/internal/browsertest"
	"amana/internal/rig"

	"github.com/chromedp/chromedp"
)

// visit is a browser with scripts switched off at a real server.
type visit struct {
	t   *testing.T
	ctx context.Context
}

func (v visit) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	for i, step := range steps {
		ctx, cancel := context.WithTimeout(v.ctx, 20*time.Second)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			v.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// heading waits for a page with the given selector and returns its heading.
func (v visit) heading(selector string) string {
	v.t.Helper()
	v.do(chromedp.WaitVisible(chromedp.CSS(selector)))
	html, err := chromedp.Run(v.ctx, chromedp.InnerHTML(chromedp.CSS("h1")))
	if err != nil {
		v.t.Fatal(err)
	}
	return html
}

// A file that is too large takes nothing with it: the words come back, and what is
// sent then arrives byte for byte.
func TestBrowserFileTooLarge(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 2)
	s := state.Serve(t, nil, "--listen", "tcp:127.0.0.1:0", "--max-file", "1MiB", "--max-total", "2MiB")
	address := s.Address(t)
	dir := t.TempDir()
	photo, film := filepath.Join(dir, "صورة من الهاتف.jpg"), filepath.Join(dir, "film.mp4")
	content := dense("\xff\xd8 pixel \r\n", 400_000)
	for path, data := range map[string]string{photo: content, film: strings.Repeat("x", 3<<20)} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	v := visit{t, browsertest.Start(t)}
	browsertest.WithoutScripts(t, v.ctx)
	v.do(chromedp.Navigate("http://" + address + "/ar/testimony"))
	text := "احكِ ما حدث\nهنا <b>"
	v.heading("#narrative")
	v.do(chromedp.SendKeys(chromedp.CSS("#narrative"), text),
		chromedp.Click(chromedp.CSS("details:has(#files) > summary")),
		chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{film}),
		chromedp.Click(chromedp.CSS("[aria-describedby=send-hint]")))

	// The film is too large: the words are still there, the reason on top.
	v.heading(".alert")
	back, err := chromedp.Run(v.ctx, chromedp.Value(chromedp.CSS("#narrative")))
	if err != nil || back != text {
		t.Errorf("the words came back as %q, %v", back, err)
	}
	v.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{photo}),
		chromedp.Click(chromedp.CSS("[aria-describedby=send-hint]")))
	if h := v.heading("p.lead"); !strings.Contains(h, "مختومة ومحفوظة") {
		t.Errorf("the receipt says %q", h)
	}

	kept := state.Export(t)
	if len(kept) != 1 {
		t.Fatalf("%d testimonies are kept", len(kept))
	}
	o := kept[0]
	if o.Answers["narrative"] != text || o.Language != "ar" {
		t.Errorf("kept: %q in %s", o.Answers["narrative"], o.Language)
	}
	if len(o.Files) != 1 || o.Files[0].Name != filepath.Base(photo) || o.Content[0] != content {
		t.Errorf("kept files: %+v", o.Files)
	}
}
