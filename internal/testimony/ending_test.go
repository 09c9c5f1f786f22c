package testimony

import (
	"slices"
	"strings"
	"testing"
)

func TestEnding(t *testing.T) {
	for name, want := range map[string]string{
		"photo.jpg":              "jpg",
		"PHOTO.JPG":              "jpg",
		"صورة.PnG":               "png",
		"a.tar.7z":               "7z",
		"../../etc/x.pdf":        "pdf",
		".pdf":                   "pdf",
		"files/001.bin":          "bin",
		"":                       "bin",
		".":                      "bin",
		"..":                     "bin",
		"none":                   "bin",
		"dot.":                   "bin",
		"run.exe":                "bin",
		"film.mp4.exe":           "bin",
		"page.html":              "bin",
		"page.svg":               "bin",
		"macro.docm":             "bin",
		"x.jpg/y":                "bin",
		"x.jpg\x00":              "bin",
		"x.jpg ":                 "bin",
		"photo\u202egpj.exe":     "bin",
		"x.\u212Apg":             "bin", // a sign that folds to an ordinary letter
		"x." + longEnding:        "bin",
		"photo\u202egpj.exe.jpg": "jpg",
		"x.jpg\n":                "bin",
	} {
		if got := Ending(name); got != want {
			t.Errorf("Ending(%.40q) = %q, want %q", name, got, want)
		}
	}
}

var longEnding = strings.Repeat("jpg", 10_000)

// Whatever is on the list must be harmless where reviewers work; these are the
// ones that run, or show as a page with scripts, on common systems.
func TestEndingsAreHarmless(t *testing.T) {
	for _, e := range []string{"exe", "com", "bat", "cmd", "scr", "pif", "lnk", "msi", "js", "jse", "vbs", "wsf", "hta",
		"ps1", "jar", "html", "htm", "xhtml", "svg", "xml", "mht", "url", "desktop", "sh", "py", "app", "dmg", "docm", "xlsm", "iso"} {
		if slices.Contains(endings, e) {
			t.Errorf("%q is on the list of harmless endings", e)
		}
	}
	for _, e := range endings {
		if e != strings.ToLower(e) || strings.Trim(e, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%q is not a plain ending", e)
		}
	}
}
