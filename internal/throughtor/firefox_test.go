package throughtor

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/firefoxtest"
)

// A page that shows whether scripts run.
const scriptPage = `<!doctype html><p id="said">off</p><script>document.getElementById("said").textContent = "on"</script>`

// Somebody with the browser that Tor Browser is made of, and no script, fills the Arabic
// form through the onion, with a file, and sees the receipt.
func TestFirefoxInBrowser(t *testing.T) {
	p, s := serve(t)
	f := firefoxtest.Start(t, p.client.SOCKS)

	// No script runs, on a page that would show it.
	page := "data:text/html;base64," + base64.StdEncoding.EncodeToString([]byte(scriptPage))
	for _, on := range []bool{true, false} {
		f.SetScripts(on)
		f.Open(page)
		if said := f.Text("#said"); said != map[bool]string{true: "on", false: "off"}[on] {
			t.Fatalf("scripts are to be on: %t, and the page says %s", on, said)
		}
	}

	photo := filepath.Join(t.TempDir(), "صورة من الهاتف.jpg")
	content := strings.Repeat("\xff\xd8 pixels \r\n", 200_000)
	if err := os.WriteFile(photo, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	narrative := "احكِ ما حدث\nهنا <b>"
	f.Open("http://" + p.onion.Hostname + "/")
	f.Look("firefox-1-landing")
	f.Click(`a[href="/ar/before"]`)
	f.Click(`a[href="/ar/testimony"]`)
	f.Type("#narrative", narrative)
	f.Click("details:has([name=surrender_date_y]) > summary")
	f.Type("[name=surrender_date_y]", "٢٠١٨")
	f.Click("details:has(#files) > summary")
	f.Type("#files", photo)
	f.Look("firefox-2-form")
	f.Click("[aria-describedby=send-hint]")
	if h := f.Text("h1"); !strings.Contains(h, "مختومة ومحفوظة") {
		t.Errorf("the receipt says %q", h)
	}
	f.Look("firefox-3-receipt")

	kept := s.Export(t)
	if len(kept) != 1 {
		t.Fatalf("%d testimonies are kept", len(kept))
	}
	o := kept[0]
	if o.Answers["narrative"] != narrative || o.Answers["surrender_date"] != "2018" || o.Language != "ar" {
		t.Errorf("kept: %+v in %s", o.Answers, o.Language)
	}
	if len(o.Files) != 1 || o.Files[0].Name != filepath.Base(photo) || o.Content[0] != content {
		t.Errorf("kept files: %+v", o.Files)
	}
	s.WantQuiet(t)
}
