package questionnaire

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// small is a file with one of everything.
func small(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/small.toml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// smallSchema is what Read makes of it.
func smallSchema(t testing.TB) *Schema {
	t.Helper()
	s, err := Read(strings.NewReader(small(t)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRead(t *testing.T) {
	s := smallSchema(t)
	if s.Name != "small" || s.Version != 3 || !slices.Equal(s.Languages, []string{"ar", "en"}) || s.SHA256 != sha256.Sum256([]byte(small(t))) {
		t.Errorf("%s %d %v", s.Name, s.Version, s.Languages)
	}
	var sections []string
	for _, section := range s.Sections {
		sections = append(sections, section.Code)
	}
	if !slices.Equal(sections, []string{"what", "places", "name", "files"}) {
		t.Errorf("sections %v", sections)
	}
	what, places := s.Sections[0], s.Sections[1]
	if what.Page != PageForm || what.Repeat != 1 || what.Intro.In("en") != "In your own words" || places.Repeat != 2 || places.Intro != nil || s.Sections[2].Page != PageName {
		t.Errorf("%+v %+v", what, places)
	}
	narrative, unit := what.Questions[0], what.Questions[1]
	if narrative.Type != TypeText || narrative.Limit != 100 || narrative.Rows != 12 || narrative.Hint != nil || unit.Rows != 1 || !slices.Equal(unit.For, []string{"R2", "R8"}) || unit.Hint.In("ar") != "اسم عام يكفي" {
		t.Errorf("%+v %+v", narrative, unit)
	}
	list := s.Lists["decree"]
	if len(list.Entries) != 5 || list.Entry("first").Confidence != High || list.Entry("second").Source != "a newspaper" ||
		list.Entry("third").Confidence != Low || list.Entry("fourth") != nil || list.Entry("second").Label.In("en") != "The second" {
		t.Errorf("%+v", list)
	}
	for code, list := range s.Lists {
		last := list.Entries[len(list.Entries)-2:]
		if last[0].Code != CodeUnknown || last[1].Code != CodeDeclined || last[0].Label.In("en") != "I don’t know" || last[1].Label.In("en") != "I’d rather not say" {
			t.Errorf("list %s ends in %+v", code, last)
		}
	}
	if got := unit.Label.In("de"); got != "قطعته" {
		t.Errorf("in a language that the file does not have: %q", got)
	}
}

func TestBuiltin(t *testing.T) {
	s := Builtin()
	if s.Name != "amana" || len(s.Sections) == 0 || s != Builtin() {
		t.Errorf("%s with %d sections", s.Name, len(s.Sections))
	}
}

// A file written with other means of TOML says the same.
func TestOtherSpelling(t *testing.T) {
	text := small(t)
	for _, c := range []struct{ old, new string }{
		{"title = { ar = \"ما حدث\", en = \"What happened\" }", "title.ar = 'ما حدث'\ntitle.\"en\" = \"What\\u0020happened\""},
		{"for = [\"R2\", \"R8\"]", "for = [ # who\n  'R2',\n\n  \"R8\",\n]"},
		{"code = \"place\"\nentries = [\n  { code = \"branch\"", "code = \"place\"\nentries = [{\ncode = \"branch\""},
		{"label = { ar = \"الاسم\", en = \"Name\" }", "[section.question.label]\nar = '''الاسم'''\nen = \"\"\"\nName\"\"\""},
		{"\n", "\r\n"},
	} {
		changed := strings.ReplaceAll(text, c.old, c.new)
		if changed == text {
			t.Fatalf("%q is not in the file", c.old)
		}
		got, err := Read(strings.NewReader(changed))
		if err != nil {
			t.Errorf("%q: %v", c.new, err)
			continue
		}
		want := smallSchema(t)
		got.SHA256 = want.SHA256
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q makes a difference", c.new)
		}
	}
}

func TestReadFails(t *testing.T) {
	cut := errors.New("cut")
	if _, err := Read(iotest.ErrReader(cut)); !errors.Is(err, cut) {
		t.Error(err)
	}
}

// A file that is not UTF-8 says so, whatever else is wrong with it, and where.
func TestNotUTF8(t *testing.T) {
	utf16 := []byte{0xff, 0xfe}
	for _, c := range small(t) {
		utf16 = append(utf16, byte(c), byte(c>>8))
	}
	lineOf := func(words string) int {
		before, _, _ := strings.Cut(small(t), words)
		return 1 + strings.Count(before, "\n")
	}
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"a byte of another code page": {strings.Replace(small(t), "version = 3", "version = 'a' # \xe9", 1), lineOf("version = 3")},
		"in words":                    {strings.Replace(small(t), "His unit", "His un\xeft", 1), lineOf("His unit")},
		"no schema":                   {"\xc7\xe1", 1},
		"half a letter":               {small(t) + "# \xd9", 1 + strings.Count(small(t), "\n")},
		"as some editors save it":     {string(utf16), 1},
	} {
		_, err := Read(strings.NewReader(c.text))
		want := fmt.Sprintf("line %d: the file is not UTF-8 text: save it anew as UTF-8", c.line)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := Read(strings.NewReader(strings.Replace(small(t), "His unit", "\uFFFD", 1))); err != nil && strings.Contains(err.Error(), "UTF-8") {
		t.Error("the sign for what cannot be read is UTF-8")
	}
}

// What could make the parser work or remember much is refused in little time.
func TestHostileFiles(t *testing.T) {
	fill := func(head, rest string) string {
		return head + strings.Repeat(rest, (maxFile-len(head))/len(rest))
	}
	for name, text := range map[string]string{
		"too large":      strings.Repeat("#\n", maxFile/2) + "#",
		"arrays":         fill("a=", "["),
		"inline tables":  fill("", "{"),
		"tables":         fill("a=", "{a="),
		"no keys":        fill("a=", "{="),
		"dotted":         fill("", "a."),
		"header":         fill("[", "a."),
		"long key":       fill("a", "a") + "=1",
		"quoted key":     fill("\"", "a") + "\"=1",
		"text":           fill("a=\"", "a"),
		"long code":      strings.Replace(small(t), "code = \"unit\"", "code = \""+strings.Repeat("a", 900_000)+"\"", 1),
		"long number":    strings.Replace(small(t), "version = 3", "version = "+strings.Repeat("1", 900_000), 1),
		"long text":      fill("a='''", "a\n"),
		"empty lines":    fill("", "\n"),
		"array headers":  fill("", "[[a]]\n"),
		"many sections":  fill("schema = \"amana/questionnaire/1\"\n", "[[section]]\n"),
		"many questions": fill("schema = \"amana/questionnaire/1\"\n[[section]]\n", "[[section.question]]\n"),
		"many entries":   fill("schema = \"amana/questionnaire/1\"\n[[list]]\nentries=[", "{code=1},"),
	} {
		_, err := Read(strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), "line ") || strings.Count(err.Error(), "\n") > maxFaults || len(err.Error()) > 100_000 {
			t.Errorf("%s: %.300v", name, err)
		}
	}
}
