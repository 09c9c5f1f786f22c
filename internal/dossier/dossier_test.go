package dossier

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"amana/internal/questionnaire"
	"amana/internal/seal"
	"amana/internal/testimony"
	"amana/internal/unseal"

	"filippo.io/age"
)

var identity = sync.OnceValue(func() *age.HybridIdentity {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		panic(err)
	}
	return id
})

// envelope returns an opened testimony with the given file names.
func envelope(t testing.TB, in testimony.Testimony, names ...string) *unseal.Envelope {
	t.Helper()
	var out bytes.Buffer
	w, err := seal.New(&out, []age.Recipient{identity().Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := w.File(name, "text/html")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(f, "bytes of %s", name)
	}
	if in.Received == "" {
		in.Received = "2026-11-22"
	}
	in.Roster = testimony.Roster{Epoch: 1, SHA256: strings.Repeat("ab", 32)}
	if in.Language == "" {
		in.Language = "ar"
	}
	if in.Kind == "" {
		in.Kind = testimony.First
	}
	if in.Thread == "" {
		in.Thread = strings.Repeat("5c", 16)
	}
	if err := w.Close(in); err != nil {
		t.Fatal(err)
	}
	e, err := unseal.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), identity())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func create(t testing.TB) *Folder {
	t.Helper()
	f, err := Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Discard)
	return f
}

func add(t testing.TB, f *Folder, id string, e *unseal.Envelope) Opened {
	t.Helper()
	if err := f.Add(context.Background(), id, e, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	return NewOpened(id, e)
}

func finish(t testing.TB, f *Folder, x Index) string {
	t.Helper()
	if x.Questions == nil {
		x.Questions = []*questionnaire.Schema{questions()}
	}
	if err := f.WriteIndex(x); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(f.Path(), "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

var id1, id2 = strings.Repeat("1", 32), strings.Repeat("2", 32)

// Whatever a source writes, the page shows it and does nothing with it.
func TestHostileWords(t *testing.T) {
	hostile := `</div></article><script>alert(1)</script><img src="http://x.example/a" onerror=alert(1)>&amp;` + "\u202eevil\u2066\x1b[31m\r\nline"
	in := testimony.Testimony{Language: "en", Answers: map[string]string{testimony.Narrative: hostile, "unit": hostile,
		"surrender_date": hostile, "use_report": hostile, "never_publish": hostile, "risk": hostile, "basis": hostile, "no_such_key": hostile}}
	f := create(t)
	o := add(t, f, id1, envelope(t, in, hostile+".jpg", "javascript:alert(1)", "a.html"))
	o.Notes = []string{hostile}
	page := finish(t, f, Index{Made: "2026-11-22", Intake: "k", Opened: []Opened{o},
		Failed: []Failed{{id2, Malformed, hostile}}})
	for _, bad := range []string{"<script", "<img", "\u202e", "\u2066", "\x1b", `="http`, "javascript:alert(1)\"", ".html\""} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if !strings.Contains(page, "[U&#43;202E]evil[U&#43;2066]") {
		t.Error("the override is not shown")
	}
	links := regexp.MustCompile(`(?:href|src|action|style)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Errorf("links: %v", links)
	}
	for _, link := range links {
		if data, err := os.ReadFile(filepath.Join(f.Path(), link[1])); err != nil || !bytes.HasPrefix(data, []byte("bytes of ")) {
			t.Errorf("link %q leads nowhere (%v)", link[1], err)
		}
	}
}

// The policy of the page names the hash of exactly the style that stands in it.
func TestPolicy(t *testing.T) {
	f := create(t)
	page := finish(t, f, Index{Made: "2026-11-22"})
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if style == nil || policy == nil {
		t.Fatal("no style or no policy")
	}
	sum := sha256.Sum256([]byte(style[1]))
	want := "default-src &#39;none&#39;; style-src &#39;sha256-" + strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;") + "&#39;; base-uri"
	if !strings.HasPrefix(policy[1], want) {
		t.Errorf("policy %s\nwant   %s", policy[1], want)
	}
	for _, bad := range []string{"url(", "@import", "http", "unsafe"} {
		if strings.Contains(styleText, bad) || strings.Contains(strings.ReplaceAll(pageText, "http-equiv", ""), bad) {
			t.Errorf("style or page has %q", bad)
		}
	}
}

func TestLanguageOfTestimony(t *testing.T) {
	for language, want := range map[string]string{
		"ar": "rtl", "ar-SY": "rtl", "en": "ltr", "ckb": "rtl", "ku": "ltr", "ku-Arab": "rtl", "fa": "rtl", "ar-Latn": "ltr", "": "ltr",
	} {
		if got := Direction(language); got != want {
			t.Errorf("%q: %s, want %s", language, got, want)
		}
	}
	f := create(t)
	in := testimony.Testimony{Language: "en", Answers: map[string]string{testimony.Narrative: "one\n\n  two"}}
	page := finish(t, f, Index{Opened: []Opened{add(t, f, id1, envelope(t, in))}})
	if !strings.Contains(page, `<div lang="en" dir="ltr">`) || !strings.Contains(page, "dir=\"auto\">one\n\n  two</div>") {
		t.Error(page)
	}
}

func TestFileNames(t *testing.T) {
	for entry, want := range map[string]string{
		"files/001.jpg": "files/008.jpg", "files/001.exe": "files/008.bin", "files/001.html": "files/008.bin",
		"files/001.svg": "files/008.bin", "files/001.desktop": "files/008.bin", "../x.jpg": "files/008.jpg", "": "files/008.bin",
		"files/001.jpg/../../x": "files/008.bin",
	} {
		if got := fileName(7, entry); got != want {
			t.Errorf("%q: %s, want %s", entry, got, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"صورة.jpg": "صورة.jpg", "a\u202eb": "a[U+202E]b", "a\x00b\n": "a[U+0000]b[U+000A]", "می\u200cخواهم": "می\u200cخواهم",
		"\u200fa\ufeff": "[U+200F]a[U+FEFF]", "\u2028": "[U+2028]", "\U000e0041": "[U+E0041]",
	} {
		if got := VisibleName(in); got != want {
			t.Errorf("name %q: %q, want %q", in, got, want)
		}
	}
	if got := VisibleText("a\r\nb\tc\u200f\x07"); got != "a\nb\tc\u200f[U+0007]" {
		t.Errorf("text: %q", got)
	}
}

// A testimony that fails at its last check leaves nothing of itself.
func TestAddUndone(t *testing.T) {
	f := create(t)
	spoiled := errors.New("spoiled")
	err := f.Add(t.Context(), id1, envelope(t, testimony.Testimony{}, "a.jpg"), func() error {
		if _, err := os.Stat(filepath.Join(f.Partial(), id1, "files", "001.jpg")); err != nil {
			t.Errorf("the last check comes before the files: %v", err)
		}
		return spoiled
	})
	if !errors.Is(err, spoiled) || errors.Is(err, ErrWrite) {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(f.Partial(), id1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
	add(t, f, id2, envelope(t, testimony.Testimony{}, "a.jpg"))
	if err := f.Add(t.Context(), id2, envelope(t, testimony.Testimony{}), func() error { return nil }); !errors.Is(err, ErrWrite) {
		t.Errorf("the same id twice: %v", err)
	}
}

func TestFolderRules(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path); !errors.Is(err, ErrBusy) {
		t.Errorf("while another writes: %v", err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("commit over a folder that came meanwhile: %v", err)
	}
	if _, err := os.Lstat(f.Partial()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the unfinished folder stayed")
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(link); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a link: %v", err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "new.partial")); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(dir, "new")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a link in place of the unfinished folder: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "missing", "out")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder to be in: %v", err)
	}
}

// The page of many testimonies is written without keeping them.
func TestManyTestimonies(t *testing.T) {
	f := create(t)
	e := envelope(t, testimony.Testimony{Answers: map[string]string{testimony.Narrative: strings.Repeat("كلمة ", 100)}})
	x := Index{}
	for i := range 2000 {
		x.Opened = append(x.Opened, add(t, f, fmt.Sprintf("%032x", i), e))
	}
	page := finish(t, f, x)
	if n := strings.Count(page, "<article"); n != 2000 || !strings.HasSuffix(page, "</html>\n") {
		t.Errorf("%d testimonies on the page", n)
	}
}
