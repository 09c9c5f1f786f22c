package sticks

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func wanted(head []byte) bool { return bytes.HasPrefix(head, []byte("wanted")) }

// tree makes files, and folders where a name ends with a slash.
func tree(t *testing.T, top string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(top, filepath.FromSlash(name))
		folder := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			folder = path
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if folder == path {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// names returns the sticks and what was found on each, below top.
func names(top string, all []Stick) (out []string) {
	for _, s := range all {
		out = append(out, strings.TrimPrefix(filepath.ToSlash(s.Path), filepath.ToSlash(top)))
		for _, f := range s.Files {
			out = append(out, strings.TrimPrefix(filepath.ToSlash(f.Path), filepath.ToSlash(top)))
		}
	}
	return out
}

func TestFind(t *testing.T) {
	top := t.TempDir()
	tree(t, top, map[string]string{
		"A/b.tar": "wanted 1", "A/other": "something", "A/empty": "", "A/x/y/z/w/deep": "wanted", "A/x/y/z/w/v/deeper": "wanted",
		"B/": "", "loose": "wanted", "C/سجل/ب.tar": "wanted",
	})
	all, err := Places{Roots: []string{top, filepath.Join(top, "none")}, Any: true}.Find(t.Context(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(top, all), []string{"/A", "/A/b.tar", "/A/x/y/z/w/deep", "/B", "/C", "/C/سجل/ب.tar"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if !all[0].Cut || all[1].Cut {
		t.Error("it does not say where it stopped")
	}
	if f := all[0].Files[0]; f.Size != 8 || time.Since(f.Time) > time.Hour {
		t.Errorf("%+v", f)
	}
	// Where nothing is mounted, nothing is a stick.
	if all, err := (Places{Roots: []string{top}}).Find(t.Context(), wanted); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

// However much lies on a stick, looking ends.
func TestFindIsBounded(t *testing.T) {
	defer func(n int) { maxFiles = n }(maxFiles)
	maxFiles = 50
	top := t.TempDir()
	files := map[string]string{}
	for i := range maxFiles + 10 {
		files["A/"+strings.Repeat("0", i%7)+string(rune('a'+i%26))+itoa(i)] = ""
	}
	files["A/zz/last"] = "wanted"
	tree(t, top, files)
	all, err := Places{Roots: []string{top}, Any: true}.Find(t.Context(), wanted)
	if err != nil || len(all) != 1 || !all[0].Cut || len(all[0].Files) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Places{Roots: []string{top}, Any: true}).Find(ctx, wanted); err == nil {
		t.Error("it goes on when it was stopped")
	}
}

func itoa(n int) string {
	out := ""
	for ; n > 0; n /= 10 {
		out = string(rune('0'+n%10)) + out
	}
	return out
}

func TestEject(t *testing.T) {
	top := t.TempDir()
	tree(t, top, map[string]string{"file": "x"})
	if gone, err := Eject(top); gone || err != nil { // nothing is mounted here
		t.Errorf("gone %v, %v", gone, err)
	}
	if _, err := Eject(filepath.Join(top, "none")); err == nil {
		t.Error("a stick that is not there was flushed")
	}
}
