package questionnaire

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSeedsAreThere(t *testing.T) {
	for _, target := range []string{"FuzzRead", "FuzzCheck"} {
		seeds := filepath.Join("testdata/fuzz", target)
		found, err := os.ReadDir(seeds)
		if err != nil || len(found) < 5 {
			t.Errorf("%s holds %d seeds, want at least 5 (%v)", seeds, len(found), err)
		}
	}
}

// No file makes the reader panic. What it takes keeps the promises of a Schema.
func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(bytes.NewReader(data))
		if err != nil {
			for i, line := range strings.Split(err.Error(), "\n") {
				if !strings.HasPrefix(line, "line ") && i != maxFaults {
					t.Errorf("a fault without a line: %q", line)
				}
			}
			return
		}
		names, keys := make(map[string]bool), make(map[string]string)
		for _, page := range []string{PageForm, PageName} {
			for _, field := range s.Fields(page) {
				q, row := s.Find(field.Key)
				if names[field.Name] || q != field.Question || row != field.Row || keys[field.Key] != "" && keys[field.Key] != q.Code {
					t.Errorf("field %+v", field)
				}
				names[field.Name], keys[field.Key] = true, q.Code
				if (q.Type == TypeOne || q.Type == TypeMany) && s.Lists[q.List] == nil {
					t.Errorf("question %s has no list", q.Code)
				}
				for _, tag := range s.Languages {
					if q.Label[tag] == "" {
						t.Errorf("question %s has no label in %s", q.Code, tag)
					}
				}
			}
		}
		if !names["narrative"] {
			t.Error("no narrative")
		}
		if err := WriteMarkdown(io.Discard, s); err != nil {
			t.Error(err)
		}
		if _, problems := s.Check(PageForm, Input{"narrative": {"a"}}, today); len(problems) != 0 {
			t.Errorf("%+v", problems)
		}
	})
}

// Nothing that comes with a form makes the check panic, and what it accepts obeys
// every rule. The input is "name=value" between unit separators.
func FuzzCheck(f *testing.F) {
	s := smallSchema(f)
	f.Fuzz(func(t *testing.T, form string, namePage bool) {
		in := make(Input)
		for _, pair := range strings.Split(form, "\x1f") {
			name, value, _ := strings.Cut(pair, "=")
			in[name] = append(in[name], value)
		}
		page := PageForm
		if namePage {
			page = PageName
		}
		got, problems := s.Check(page, in, today)
		obeys(t, s, page, got, problems)
	})
}
