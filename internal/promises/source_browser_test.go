package promises

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/browsertest"
	"amana/internal/rig"
	"amana/internal/testimony"

	"github.com/chromedp/cdproto/emulation"
	devpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// person is a source with a browser that runs no script.
type person struct {
	visit
	address string
	width   int64
	shots   int
}

func newPerson(t *testing.T, address string, width int64) *person {
	s := &person{visit: visit{t, browsertest.Start(t)}, address: address, width: width}
	browsertest.WithoutScripts(t, s.ctx)
	_, err := chromedp.Call(s.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func css(selector string) chromedp.CSS { return chromedp.CSS(selector) }

// text returns the words of an element, which it waits for.
func (s *person) text(selector string) string {
	s.t.Helper()
	s.do(chromedp.WaitVisible(css(selector)))
	text, err := chromedp.Run(s.ctx, chromedp.Text(css(selector)))
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

// says fails the test unless the page's main part holds the words.
func (s *person) says(words ...string) {
	s.t.Helper()
	text := s.text("main")
	for _, w := range words {
		if !strings.Contains(text, w) {
			s.t.Errorf("the page does not say %q but: %s", w, text)
		}
	}
}

// look leaves a picture of the page if AMANA_SCREENSHOTS names a folder.
func (s *person) look(name string) {
	s.t.Helper()
	s.shots++
	folder := os.Getenv("AMANA_SCREENSHOTS")
	if folder == "" {
		return
	}
	beyond := true
	picture, err := chromedp.Call(s.ctx, devpage.CaptureScreenshot, devpage.CaptureScreenshotParams{CaptureBeyondViewport: &beyond, Format: "png"})
	if err != nil {
		s.t.Fatal(err)
	}
	file := filepath.Join(folder, fmt.Sprintf("way-%d-%02d-%s.png", s.width, s.shots, name))
	if err := os.WriteFile(file, picture.Data, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// unfold opens the fold that holds a field, as a tap on its heading does.
func (s *person) unfold(field string) {
	s.t.Helper()
	s.do(chromedp.Click(css("details:has([name=" + field + "]) > summary")))
}

// reviewer works on a machine of their own.
type reviewer struct {
	t       *testing.T
	program string
	key     string
}

func (r reviewer) run(args ...string) string {
	r.t.Helper()
	out, err := exec.Command(r.program, args...).CombinedOutput()
	if err != nil {
		r.t.Fatalf("amana-decrypt %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// TestSourceInBrowser goes the whole way of a source, in Arabic and with no script:
// a testimony with answers and a file, a mistake in it, the code, an addition, a
// reply, a withdrawal; on a small phone and on a desk. The reviewer and the operator
// do their part with the real programs between.
func TestSourceInBrowser(t *testing.T) {
	for _, width := range []int64{360, 1280} {
		t.Run(fmt.Sprint(width), func(t *testing.T) { wholeWay(t, width) })
	}
}

func wholeWay(t *testing.T, width int64) {
	state := rig.NewState(t, rig.Erasing, 2)
	server := state.Serve(t, nil, "--listen", "tcp:127.0.0.1:0")
	address := server.Address(t)
	dir := t.TempDir()
	photo := filepath.Join(dir, "صورة من الهاتف.jpg")
	if err := os.WriteFile(photo, []byte("\xff\xd8 pixels"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newPerson(t, address, width)

	// What is told first, then the form.
	s.do(chromedp.Navigate("http://" + address + "/"))
	s.look("landing")
	s.do(chromedp.Click(css(`a[href="/ar/before"]`)), chromedp.WaitVisible(css(`a[href="/ar/testimony"]`)))
	s.look("before")
	s.do(chromedp.Click(css(`a[href="/ar/testimony"]`)), chromedp.WaitVisible(css("#narrative")))
	s.look("form")
	narrative := "احكِ ما حدث\nهنا <b>"
	s.do(chromedp.SendKeys(css("#narrative"), narrative))
	s.unfold("surrender_date_y")
	s.do(chromedp.SendKeys(css("[name=surrender_date_y]"), "٢٠١٨"), chromedp.SendKeys(css("[name=surrender_date_m]"), "١٣"))
	s.unfold("decree")
	s.do(chromedp.Click(css("[name=decree][value=ld18_2018]")), chromedp.Click(css("[name=decree][value=unknown]")))
	s.do(chromedp.Focus(css("[name=contact_wish]")), chromedp.KeyEvent(kb.ArrowDown+kb.ArrowDown)) // the second entry: with a code
	s.unfold("file_origin")
	s.do(chromedp.SetUploadFiles(css("#files"), []string{photo}))
	s.look("filled")
	s.do(chromedp.Click(css("details:has(#files) button")))

	// There is no thirteenth month. All is still there but the file, which is named.
	s.do(chromedp.WaitVisible(css(".alert")))
	s.look("mistake")
	s.says("صورة من الهاتف.jpg")
	for field, want := range map[string]string{"#narrative": narrative, "[name=surrender_date_y]": "٢٠١٨", "[name=surrender_date_m]": "١٣", "[name=contact_wish]": "code"} {
		got, err := chromedp.Run(s.ctx, chromedp.Value(css(field)))
		if err != nil || got != want {
			t.Errorf("%s came back as %q, %v", field, got, err)
		}
	}
	s.do(chromedp.Click(css(".alert li a")), chromedp.WaitVisible(css("[name=surrender_date_m]")),
		chromedp.Clear(css("[name=surrender_date_m]")), chromedp.SendKeys(css("[name=surrender_date_m]"), "10"),
		chromedp.SetUploadFiles(css("#files"), []string{photo}), chromedp.Click(css("details:has(#files) button")))

	// The receipt shows the code.
	s.do(chromedp.WaitVisible(css("ol.words")))
	s.look("receipt")
	html, err := chromedp.Run(s.ctx, chromedp.OuterHTML(css("ol.words")))
	if err != nil {
		t.Fatal(err)
	}
	words := rig.CodeWords(html)
	if len(words) != 8 {
		t.Fatalf("the code has %d words: %s", len(words), html)
	}

	// Back with the code, written as somebody in a hurry does.
	enter := func() {
		t.Helper()
		s.do(chromedp.Navigate("http://"+address+"/ar/code"), chromedp.WaitVisible(css("#code")),
			chromedp.SendKeys(css("#code"), "١. "+strings.Join(words, "  ")), chromedp.Click(css("main button")), chromedp.WaitVisible(css("main form[action='/ar/withdraw']")))
	}
	enter()
	s.look("thread")
	s.says("جزء واحد", "لم يؤكد المؤتمنون")
	s.do(chromedp.SendKeys(css("#narrative"), "وتذكرت شيئًا"), chromedp.SetUploadFiles(css("#files"), []string{photo}),
		chromedp.Click(css("form[action='/ar/add'] button")), chromedp.WaitVisible(css("[role=status]")))
	s.look("added")
	s.says("جزآن")

	// The reviewer opens the bundle, signs for it, and writes back.
	r := reviewer{t, rig.Program(t, rig.Erasing, "amana-decrypt"), state.KeyFile}
	path := func(name string) string { return filepath.Join(dir, name) }
	state.Run(t, "export", "-o", path("bundle.tar"))
	var opened struct {
		Sealed []struct {
			Kind   testimony.Kind
			Thread string
		}
	}
	out := r.run("open", path("bundle.tar"), "-i", r.key, "-o", path("cases"), "--ack", path("ack.tar"), "--json")
	if err := json.Unmarshal([]byte(out[strings.Index(out, "{"):]), &opened); err != nil || len(opened.Sealed) != 2 || opened.Sealed[0].Thread != opened.Sealed[1].Thread {
		t.Fatalf("opened: %v\n%s", err, out)
	}
	state.Run(t, "import", path("ack.tar"))
	if err := os.WriteFile(path("reply.txt"), []byte("وصلتنا شهادتكم. شكرًا لكم."), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path("roster.txt"), state.Rosters[0].Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run("reply", "-i", r.key, "--folder", path("cases"), "--thread", opened.Sealed[0].Thread, "--roster", path("roster.txt"),
		"--text", path("reply.txt"), "-o", path("reply.tar"), "--yes")
	state.Run(t, "import", path("reply.tar"))

	// The source sees that it was collected, reads the reply, and withdraws.
	enter()
	s.look("waiting")
	s.says("وصلت إليهم كلها")
	s.do(chromedp.Click(css("form[action='/ar/reply'] button")), chromedp.WaitVisible(css("form[action='/ar/thread']")))
	s.look("reply")
	s.says("وصلتنا شهادتكم. شكرًا لكم.")
	s.do(chromedp.Click(css("form[action='/ar/thread'] button")), chromedp.WaitVisible(css("form[action='/ar/withdraw']")))
	s.do(chromedp.SendKeys(css("#narrative"), "لم يُجمع بعد"), chromedp.Click(css("form[action='/ar/add'] button")), chromedp.WaitVisible(css("[role=status]")))
	s.do(chromedp.Click(css("form[action='/ar/withdraw'] button")), chromedp.WaitVisible(css("form[action='/ar/withdraw']:has([name=sure])")))
	s.look("withdraw")
	s.do(chromedp.Click(css("form[action='/ar/withdraw']:has([name=sure]) button")), chromedp.WaitNotPresent(css("form[action='/ar/withdraw']")))
	s.look("withdrawn")

	// What the reviewers find in the next bundle.
	kinds := map[testimony.Kind]int{}
	for _, o := range state.Export(t) {
		kinds[o.Kind]++
		switch {
		case o.Thread != opened.Sealed[0].Thread:
			t.Errorf("a %s is of another thread", o.Kind)
		case o.Answers["narrative"] == "لم يُجمع بعد":
			t.Error("what was not collected is still there")
		case o.Kind == testimony.First:
			if o.Answers["narrative"] != narrative || o.Answers["surrender_date"] != "2018-10" || strings.Join(o.Choices["decree"], " ") != "ld18_2018 unknown" {
				t.Errorf("the testimony: %+v, %+v", o.Answers, o.Choices)
			}
			if len(o.Files) != 1 || o.Files[0].Name != filepath.Base(photo) {
				t.Errorf("its files: %+v", o.Files)
			}
		case o.Kind == testimony.Addition && len(o.Files) != 1:
			t.Errorf("the addition: %+v", o)
		}
	}
	if want := map[testimony.Kind]int{testimony.First: 1, testimony.Addition: 1, testimony.Fetched: 1, testimony.Withdrawal: 1}; fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("in the next bundle: %v, want %v", kinds, want)
	}
	if cookies, err := cookieCount(s.ctx); err != nil || cookies != 0 {
		t.Errorf("%d cookies, %v", cookies, err)
	}
}

// cookieCount returns how many cookies the browser holds.
func cookieCount(ctx context.Context) (int, error) {
	got, err := chromedp.Call(ctx, storage.GetCookies, storage.GetCookiesParams{})
	return len(got.Cookies), err
}
