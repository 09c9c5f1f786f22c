package questionnaire

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/questionnaire.md")

// The page of documentation is what the built-in questionnaire says.
func TestDocumentation(t *testing.T) {
	const page = "../../docs/questionnaire.md"
	var want bytes.Buffer
	if err := WriteMarkdown(&want, Builtin()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("docs/questionnaire.md is not what amana.toml says: go test ./internal/questionnaire -update")
	}
}

// The example of the format's description is a whole file.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/formats-questionnaire.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```toml\n(.*?)```").FindSubmatch(text)
	if example == nil {
		t.Fatal("there is no example")
	}
	s, err := Read(bytes.NewReader(example[1]))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Sections) < 3 || len(s.Fields(PageName)) == 0 {
		t.Error("the example does not show both pages")
	}
	// What gives a source a code is copied from here.
	if q, _ := s.Find("contact_wish"); q == nil || q.Type != TypeOne || s.Lists[q.List].Entry("code") == nil {
		t.Error("the example does not offer a code to come back with")
	}
}

func TestWriteMarkdown(t *testing.T) {
	s := smallSchema(t)
	var b bytes.Buffer
	if err := WriteMarkdown(&b, s); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"# Questionnaire small, version 3\n",
		"| code | type | ar | en | asked for by |\n|---|---|---|---|---|\n",
		"| `unit` | text, up to 10 characters | قطعته | His unit | R2, R8 |\n",
		"|  | hint | اسم عام يكفي | A general name is enough |  |\n",
		"| `decree` | any of [decree](#list-decree) | أي مرسوم؟ | Which decree? | R5 |\n",
		"| `second` | الثاني | The second | M | a newspaper | 90 days \\| in doubt |\n",
		"| `third` | الثالث | The third | L |  |  |\n",
		"### list decree\n", "with `_1` to `_2` behind it", "| `files` | files |", "On the page of his name",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	s.Lists["decree"].Entries[0].Note = "<b>*_`[x](y)`_*&lt;\\"
	b.Reset()
	if err := WriteMarkdown(&b, s); err != nil || !strings.Contains(b.String(), "&lt;b&gt;\\*\\_\\`\\[x\\](y)\\`\\_\\*&amp;lt;\\\\ |") {
		t.Errorf("a note is not escaped: %v", err)
	}
	if err := WriteMarkdown(full{}, s); !errors.Is(err, errFull) {
		t.Errorf("an error of the writer was lost: %v", err)
	}
}

var errFull = errors.New("full")

// full is a writer that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
