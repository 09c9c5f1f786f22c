//go:build tcell_minimal

package desk

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// Every word stands in every language, with the same names in it, and every key that the
// screens ask for is there.
func TestCatalogs(t *testing.T) {
	en, ar := load("en"), load("ar")
	if len(en.words) < 100 || ar.words["broken"] != "" || en.words["broken"] != "" {
		t.Fatalf("%d words; %s %s", len(en.words), en.words["broken"], ar.words["broken"])
	}
	for key, text := range en.words {
		other, ok := ar.words[key]
		if !ok {
			t.Errorf("%s is not in Arabic", key)
			continue
		}
		names, others := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
		slices.Sort(names)
		slices.Sort(others)
		if !slices.Equal(slices.Compact(names), slices.Compact(others)) {
			t.Errorf("%s has %v in English, %v in Arabic", key, names, others)
		}
		if (text == "") != (other == "") {
			t.Errorf("%s is empty in one language", key)
		}
	}
	for key := range ar.words {
		if _, ok := en.words[key]; !ok {
			t.Errorf("%s is not in English", key)
		}
	}
	for language, c := range map[string]*catalog{"en": en, "ar": ar} {
		for key, text := range c.words {
			for _, bad := range []string{"dissident", "user", "message", "معارض"} {
				if strings.Contains(strings.ToLower(text), bad) {
					t.Errorf("%s: %s says %q", language, key, bad)
				}
			}
		}
	}
}

// Every kind of problem has words and advice, as has every reason and change.
func TestKindsHaveWords(t *testing.T) {
	source, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	c := load("en")
	found := 0
	for _, path := range source {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\t[A-Za-z]+ +(?:Kind|Change) += "([a-z]+)"`).FindAllStringSubmatch(string(data), -1) {
			found++
			if strings.Contains(m[0], "Change") {
				if _, ok := c.words["news."+m[1]]; !ok {
					t.Errorf("no words for %s", m[1])
				}
				continue
			}
			for _, key := range []string{"problem." + m[1], "advice." + m[1]} {
				if _, ok := c.words[key]; !ok {
					t.Errorf("no %s", key)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d kinds are found", found)
	}
}

// Whatever a screen may say is in the catalogs: also what no test of a screen comes to.
func TestScreensHaveWords(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	c := load("ar")
	whole := regexp.MustCompile(`"((?:do|key|unit|work|news|threads|sticks|home|workspace|suggestions|pair|send|leave|problem|read)\.[a-z]+(?:\.[a-z]+)*)"`)
	page := regexp.MustCompile(`(?:name: |name = |told\(|\.do\(|chooseStick\(|a\.ask\()"([a-z]+)"`)
	found := 0
	for _, path := range append(paths, "../reviewer/desk_read.go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, m := range whole.FindAllStringSubmatch(string(data), -1) {
			keys = append(keys, m[1])
		}
		for _, m := range page.FindAllStringSubmatch(string(data), -1) {
			keys = append(keys, m[1]+".title", m[1]+".says")
		}
		for _, key := range keys {
			found++
			if _, ok := c.words[key]; !ok {
				t.Errorf("%s: no words for %s", path, key)
			}
		}
	}
	for _, group := range []struct {
		prefix string
		names  []string
	}{
		{"read.", []string{"testimony", "addition", "name", "withdrawal", "fetched", "probe", "reply.waiting", "reply.sent", "reply.read"}},
		{"file.", []string{"roster", "slips", "confirmation", "acknowledgement", "replies"}},
		{"failed.", []string{"not-ours", "damaged", "malformed", "newer", "unreadable", "differs"}},
		{"failedadvice.", []string{"not-ours", "damaged", "malformed", "newer", "unreadable", "differs"}},
		{"due.", []string{"reply", "acknowledgement"}}, {"person.", []string{"name", "father", "mother", "birth", "birthplace"}},
	} {
		for _, name := range group.names {
			if _, ok := c.words[group.prefix+name]; !ok {
				t.Errorf("no words for %s", group.prefix+name)
			}
		}
	}
	if found < 120 {
		t.Errorf("only %d words are looked for", found)
	}
}
