package layers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTest  = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9_]*\b`)
	writtenOne = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Z][A-Za-z0-9_]*)\(`)
)

// Whoever reads that a test holds the project to a promise finds that test.
func TestNamedTestsExist(t *testing.T) {
	written := map[string]bool{}
	for _, path := range tracked(t) {
		if strings.HasSuffix(path, "_test.go") {
			for _, f := range writtenOne.FindAllSubmatch(read(t, path), -1) {
				written[string(f[1])] = true
			}
		}
	}
	named := 0
	for _, path := range tracked(t) {
		if path != "SECURITY.md" && path != "README.md" && !(strings.HasPrefix(path, "docs/") && strings.HasSuffix(path, ".md")) {
			continue
		}
		for _, name := range namedTest.FindAllString(string(read(t, path)), -1) {
			named++
			if !written[name] {
				t.Errorf("%s names %s, which is no test", path, name)
			}
		}
	}
	if named < 10 {
		t.Errorf("only %d tests are named: the search does not find them", named)
	}
	// The search finds what is there, and nothing else.
	if !written["TestNamedTestsExist"] || written["TestThatNobodyWrote"] {
		t.Error("the search finds other tests than there are")
	}
}

// A link in a page to another: not to an address, nor to a place in the same page.
var linked = regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)

// Whoever follows a link in the documents finds what it names.
func TestLinksLead(t *testing.T) {
	links := 0
	for _, path := range tracked(t) {
		if !strings.HasSuffix(path, ".md") {
			continue
		}
		for _, m := range linked.FindAllSubmatch(read(t, path), -1) {
			links++
			if _, err := os.Stat(filepath.Join(root(t), filepath.Dir(path), string(m[1]))); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
	if links < 30 {
		t.Errorf("only %d links are found: the search does not find them", links)
	}
}
