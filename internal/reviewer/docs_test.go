package reviewer

import (
	"context"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/cases"

	"github.com/alecthomas/kong"
)

var commandOf = regexp.MustCompile(`^amana-decrypt ([a-z].*)$`)

// blocks returns the lines of a page that stand in code.
func blocks(t *testing.T, path string) (lines []string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	code := false
	for line := range strings.Lines(strings.ReplaceAll(string(page), "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		if code && line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// arguments takes a line apart as a shell does, where there are no signs but quotes.
func arguments(line string) (all []string) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}

// Every command in the page for reviewers is one that the program takes, with those
// options, and the page in Arabic shows the same ones. It fails when a command or an
// option gets another name.
func TestReviewCommands(t *testing.T) {
	english, arabic := blocks(t, "../../docs/review.md"), blocks(t, "../../docs/review.ar.md")
	if !slices.Equal(english, arabic) {
		t.Errorf("the two pages show other lines:\n%s\n\n%s", strings.Join(english, "\n"), strings.Join(arabic, "\n"))
	}
	_, vkey := carry.NewKey()
	seen := make(map[string]bool)
	for _, line := range english {
		m := commandOf.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		args := arguments(strings.NewReplacer("amana-intake+…", vkey, "eight words", "powder media zone spare dash fade flag differ").Replace(m[1]))
		parser, err := kong.New(new(grammar), kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard),
			kong.BindTo(context.Background(), (*context.Context)(nil)), kong.BindTo(io.Writer(io.Discard), (*io.Writer)(nil)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(args); err != nil {
			t.Errorf("amana-decrypt %s: %v", m[1], err)
		}
		seen[args[0]] = true
		if args[0] == "code" && len(args) > 2 {
			field, value, _ := strings.Cut(args[2], "=")
			if _, err := cases.Book().Check(strings.Repeat("0f", 16), field, value); err != nil {
				t.Errorf("amana-decrypt %s: %v", m[1], err)
			}
		}
	}
	for _, want := range []string{"open", "list", "show", "view", "close", "cases", "code", "report", "tables", "reveal", "exchange", "reply", "export", "custody", "outbox"} {
		if !seen[want] {
			t.Errorf("no command %s is found", want)
		}
	}
}
