package questionnaire

import (
	"fmt"
	"strings"
	"testing"
)

// Each fault is said with its line: one thing is changed in a good file, and the
// error is about that and nothing else.
func TestFaults(t *testing.T) {
	good := small(t)
	question := func(more string) string {
		return "[[section.question]]\ncode = \"more\"\n" + more + "for = [\"R1\"]\nlabel = { ar = \"ا\", en = \"a\" }\n\n"
	}
	const files = "[[section]]\ncode = \"files\"\n"
	places := good[strings.Index(good, "entries = [\n  { code = \"branch\""):]
	var tags strings.Builder
	for i := range maxLanguages - 1 {
		fmt.Fprintf(&tags, ", \"x-a%d\"", i)
	}
	for _, c := range []struct {
		old, new string
		at       string // the line is the first that begins so, after the change
		want     string
	}{
		// The file.
		{"schema = \"amana/questionnaire/1\"", "schema = \"amana/questionnaire/2\"", "schema", `schema is not "amana/questionnaire/1"`},
		{"schema = \"amana/questionnaire/1\"\n", "", "#", `schema is not "amana/questionnaire/1"`},
		{"schema = \"amana/questionnaire/1\"", "schema = 1", "schema", `schema is not "amana/questionnaire/1"`},
		{"name = \"small\"", "name = \"Small\"", "name", "name is not 1 to 32 of a-z, 0-9 and -"},
		{"name = \"small\"", "name = \"" + strings.Repeat("a", 33) + "\"", "name", "name is not 1 to 32 of a-z, 0-9 and -"},
		{"name = \"small\"\n", "", "#", "no name"},
		{"version = 3", "version = 0", "version", "version is not a number from 1 to 1000000"},
		{"version = 3", "version = \"3\"", "version", "version is not a number from 1 to 1000000"},
		{"version = 3", "version = 3.0", "version", "version is not a number from 1 to 1000000"},
		{"version = 3\n", "", "#", "no version"},
		{"version = 3", "version = 3\nauthor = \"x\"", "author", `unknown key "author"`},
		{"version = 3", "version = 3\nVersion = 3", "Version", `unknown key "Version"`},
		{"version = 3", "version = 3\nversion = 4", "version = 4", "Key 'version' has already been defined."},
		{"version = 3", "version = 3\nthis is not TOML", "this", "expected '.' or '=', but got 'i' instead"},
		{"version = 3", "version = 3 # \xff", "version", "the file is not UTF-8 text: save it anew as UTF-8"},
		{"languages = [\"ar\", \"en\"]", "languages = [\"ar\", \"en\", \"xx9\"]", "languages", `"xx9" is not a language tag of BCP 47`},
		{"languages = [\"ar\", \"en\"]", "languages = [\"ar\", \"en\", \"und\"]", "languages", `"und" is not a language tag of BCP 47`},
		{"languages = [\"ar\", \"en\"]", "languages = [\"ar\", \"EN\"]", "languages", `the language tag "EN" is written "en"`},
		{"languages = [\"ar\", \"en\"]", "languages = [\"ar\", \"en\", \"ar\"]", "languages", `language "ar" stands there twice`},
		{"languages = [\"ar\", \"en\"]", "languages = []", "languages", "languages is not a list of one text or more"},
		{"languages = [\"ar\", \"en\"]", "languages = \"ar\"", "languages", "languages is not a list of one text or more"},
		{"languages = [\"ar\", \"en\"]\n", "", "#", "no languages"},
		{"unknown = { ar = \"لا أعرف\", en", "unknown = { en", "unknown", `no unknown in "ar"`},
		{"declined = {", "# declined = {", "#", "no declined"},
		{"\"en\"]", "\"en\"" + tags.String() + "]", "languages", "more than 50 languages"},
		// Sections.
		{"code = \"places\"\n", "", "[[section]]\nrepeat", "section 2: no code"},
		{"code = \"places\"", "code = \"Places\"", "code = \"Places\"", `section 2: code "Places" is not a letter a-z and up to 31 of a-z, 0-9 and _`},
		{"code = \"places\"", "code = \"" + strings.Repeat("a", 33) + "\"", "code = \"aaa", `section 2: code "` + strings.Repeat("a", 33) + `" is not a letter a-z and up to 31 of a-z, 0-9 and _`},
		{"code = \"places\"", "code = 1", "code = 1", "section 2: code is not a text"},
		{"code = \"places\"", "code = \"what\"", "code = \"what\"\nrepeat", "section what: the code stands there twice"},
		{"page = \"name\"", "page = \"other\"", "page", `section name: page is not "form" or "name"`},
		{"repeat = 2", "repeat = 10", "repeat", "section places: repeat is not a number from 1 to 9"},
		{"repeat = 2", "repeat = 0", "repeat", "section places: repeat is not a number from 1 to 9"},
		{"repeat = 2", "repeat = 2\nfold = true", "fold", `section places: unknown key "fold"`},
		{"title = { ar = \"أماكن الاحتجاز\", en = \"Places of detention\" }\n", "", "[[section]]\ncode = \"places\"", "section places: no title"},
		{"title = { ar = \"اسمه\", en = \"His name\" }", "title = \"His name\"", "title = \"His", "section name: title is not a table with a text for each language"},
		{"en = \"In your own words\"", "en = \"\"", "intro", `section what: intro in "en" is empty`},
		{files, "[[section]]\ncode = \"empty\"\ntitle = { ar = \"ا\", en = \"a\" }\n\n" + files, "[[section]]\ncode = \"empty\"", "section empty: no question"},
		// Texts.
		{"label = { ar = \"متى انشق؟\", en = \"When did he leave?\" }", "label = { ar = \"متى انشق؟\" }", "label = { ar = \"متى", `question defect_date: no label in "en"`},
		{"label = { ar = \"متى انشق؟\", en = \"When did he leave?\" }\n", "", "[[section.question]]\ncode = \"defect_date\"", "question defect_date: no label"},
		{"en = \"When did he leave?\"", "en = \"When?\", de = \"Wann?\"", "label = { ar = \"متى", `question defect_date: label in "de", which is none of the languages`},
		{"en = \"When did he leave?\"", "en = 7", "label = { ar = \"متى", `question defect_date: label in "en" is not a text`},
		{"When did he leave?", "When did he leave? ", "label = { ar = \"متى", `question defect_date: label in "en" begins or ends with a space`},
		{"When did he leave?", "\u00a0When did he leave?", "label = { ar = \"متى", `question defect_date: label in "en" begins or ends with a space`},
		{"When did he leave?", `When\tdid he leave?`, "label = { ar = \"متى", `question defect_date: label in "en" holds the character U+0009, which does not show`},
		{"When did he leave?", `When\u001b[31m did he leave?`, "label = { ar = \"متى", `question defect_date: label in "en" holds the character U+001B, which does not show`},
		{"When did he leave?", "When \u202edid he leave?", "label = { ar = \"متى", `question defect_date: label in "en" holds the character U+202E, which does not show`},
		{"When did he leave?", `When \u2066did he leave?`, "label = { ar = \"متى", `question defect_date: label in "en" holds the character U+2066, which does not show`},
		{"When did he leave?", `When \u2028did he leave?`, "label = { ar = \"متى", `question defect_date: label in "en" holds the character U+2028, which does not show`},
		{"hint = { ar = \"اسم عام يكفي\", en", "hint = { en", "hint", `question unit: no hint in "ar"`},
		// Questions.
		{"code = \"unit\"\n", "", "[[section.question]]\ntype = \"text\"\nlimit = 10\n", "section what: question 2: no code"},
		{"code = \"unit\"", "code = \"1unit\"", "code = \"1unit\"", `section what: question 2: code "1unit" is not a letter a-z and up to 31 of a-z, 0-9 and _`},
		{"code = \"his_name\"", "code = \"unit\"", "code = \"unit\"\ntype = \"text\"\nlimit = 100", "question unit: the code stands there twice"},
		{"code = \"unit\"", "code = \"token\"", "code = \"token\"", "question token: the code is reserved"},
		{"code = \"unit\"", "code = \"place_1\"", "code = \"place_1\"", `question place_1: a code may not end in "_1"`},
		{"code = \"unit\"", "code = \"unit_y\"", "code = \"unit_y\"", `question unit_y: a code may not end in "_y"`},
		{"code = \"unit\"", "code = \"unit_m\"", "code = \"unit_m\"", `question unit_m: a code may not end in "_m"`},
		{"code = \"unit\"", "code = \"unit_d\"", "code = \"unit_d\"", `question unit_d: a code may not end in "_d"`},
		{"code = \"unit\"", "code = \"unit_about\"", "code = \"unit_about\"", `question unit_about: a code may not end in "_about"`},
		{"code = \"unit\"\ntype = \"text\"", "code = \"unit\"\ntype = \"number\"", "type = \"number\"", "question unit: type is not text, date, one, many or files"},
		{"code = \"unit\"\ntype = \"text\"\n", "code = \"unit\"\n", "[[section.question]]\ncode = \"unit\"", "question unit: no type"},
		{"limit = 10\n", "limit = 200001\n", "limit = 200001", "question unit: limit is not a number from 1 to 200000"},
		{"limit = 10\n", "limit = 0\n", "limit = 0", "question unit: limit is not a number from 1 to 200000"},
		{"limit = 10\n", "", "[[section.question]]\ncode = \"unit\"", "question unit: no limit"},
		{"rows = 12", "rows = 51", "rows", "question narrative: rows is not a number from 1 to 50"},
		{"rows = 12", "rows = 12\nrequired = true", "required", `question narrative: unknown key "required"`},
		{"for = [\"R2\", \"R8\"]", "for = []", "for = []", "question unit: for is not a list of one text or more"},
		{"for = [\"R2\", \"R8\"]", "for = [\"R2\", 8]", "for = [\"R2\"", "question unit: for is not a list of one text or more"},
		{"for = [\"R2\", \"R8\"]", "for = [\"R2\", \"\"]", "for = [\"R2\"", "question unit: a text of for is empty"},
		{"for = [\"R2\", \"R8\"]\n", "", "[[section.question]]\ncode = \"unit\"", "question unit: no for"},
		{"type = \"date\"\nfor = [\"R1\"]", "type = \"date\"\nlimit = 5\nfor = [\"R1\"]", "limit = 5", "question defect_date: a question of type date has no limit"},
		{"type = \"date\"\nfor = [\"R1\"]", "type = \"date\"\nrows = 5\nfor = [\"R1\"]", "rows = 5", "question defect_date: a question of type date has no rows"},
		// Where questions stand.
		{"code = \"narrative\"", "code = \"story\"", "code = \"story\"", "question story: the first question has to be narrative, a text, on the page form, in a section that does not repeat"},
		{"title = { ar = \"ما حدث\"", "repeat = 2\ntitle = { ar = \"ما حدث\"", "code = \"narrative\"", "question narrative: the first question has to be narrative, a text, on the page form, in a section that does not repeat"},
		{"type = \"files\"", "type = \"date\"", "code = \"files\"\ntype", `question files: the question of type files, and no other, has the code "files"`},
		{"code = \"files\"\ntype", "code = \"papers\"\ntype", "code = \"papers\"", `question papers: the question of type files, and no other, has the code "files"`},
		{"code = \"files\"\ntype = \"files\"", "code = \"more\"\ntype = \"date\"", "[[section]]", "no question of type files"},
		{"[[list]]\n", question("type = \"date\"\n") + "[[list]]\n", "type = \"files\"", "question files: the question of type files has to be the last of the page form, in a section that does not repeat"},
		{files, files + "page = \"name\"\n", "type = \"files\"", "question files: the question of type files has to be the last of the page form, in a section that does not repeat"},
		{files, files + "repeat = 2\n", "type = \"files\"", "question files: the question of type files has to be the last of the page form, in a section that does not repeat"},
		// Lists.
		{"[[list]]\ncode = \"place\"", "[[list]]\ncode = \"decree\"\nentries = [{ code = \"a\", ar = \"ا\", en = \"a\", confidence = \"H\" }]\n[[list]]\ncode = \"place\"", "code = \"decree\"\nentries = [{", "list decree: the code stands there twice"},
		{"[[list]]\ncode = \"place\"", "[[list]]\ncode = \"spare\"\nentries = [{ code = \"a\", ar = \"ا\", en = \"a\", confidence = \"H\" }]\n[[list]]\ncode = \"place\"", "code = \"spare\"", "list spare: no question uses the list"},
		{"code = \"decree\"\nentries", "code = \"decree\"\ntitle = \"x\"\nentries", "title = \"x\"", `list decree: unknown key "title"`},
		{"code = \"second\"", "code = \"first\"", "  { code = \"first\", ar = \"الثاني\"", "list decree: entry first: the code stands there twice"},
		{"code = \"second\"", "code = \"unknown\"", "  { code = \"unknown\"", "list decree: entry unknown: the program itself adds this entry"},
		{"code = \"second\"", "code = \"declined\"", "  { code = \"declined\"", "list decree: entry declined: the program itself adds this entry"},
		{"code = \"second\"", "code = \"second-1\"", "  { code = \"second-1\"", `list decree: entry 2: code "second-1" is not a letter a-z and up to 31 of a-z, 0-9 and _`},
		{"code = \"second\", ", "", "  { ar = \"الثاني\"", "list decree: entry 2: no code"},
		{"en = \"The second\", ", "", "  { code = \"second\"", `list decree: entry second: no label in "en"`},
		{"en = \"The second\"", "en = \"The second\", de = \"x\"", "  { code = \"second\"", `list decree: entry second: unknown key "de"`},
		{"confidence = \"L\"", "confidence = \"X\"", "  { code = \"third\"", "list decree: entry third: confidence is not H, M or L"},
		{", confidence = \"L\"", "", "  { code = \"third\"", "list decree: entry third: no confidence"},
		{"source = \"a newspaper\", ", "", "  { code = \"second\"", "list decree: entry second: no source, and the confidence is M"},
		{"note = \"90 days | in doubt\"", "note = \"\"", "  { code = \"second\"", "list decree: entry second: note is empty"},
		{"  { code = \"branch\", ar = \"فرع\", en = \"A branch\", confidence = \"H\" },", "  7,", "  7", "list place: entries 1 is not a table"},
		{places, "entries = []\n", "entries = []", "list place: no entries"},
		{places, "entries = {}\n", "entries = {}", "list place: entries is not a list of tables"},
		{places, "", "[[list]]\ncode = \"place\"", "list place: no entries"},
		// Behind texts of several lines, and with quotes before their end.
		{"name = \"small\"\nversion = 3", "name = \"\"\"\\\n  small\"\"\"\nversion = 0", "version", "version is not a number from 1 to 1000000"},
		{"name = \"small\"\nversion = 3", "name = \"\"\"\nsmall\"\"\" # \"\"\"\nversion = 0", "version", "version is not a number from 1 to 1000000"},
		{"\"90 days | in doubt\" },\n  { code = \"third\",", "\"\"\"\\\"90\\\" \"days\"\"\"\"\" },\n  { code = \"third\", x = 1,", "  { code = \"third\"", `list decree: entry third: unknown key "x"`},
		{"\"90 days | in doubt\" },\n  { code = \"third\",", "'''90 \\'''' },\n  { code = \"third\", x = 1,", "  { code = \"third\"", `list decree: entry third: unknown key "x"`},
		// Sizes.
		{files, "[[section]]\ncode = \"much\"\nrepeat = 7\ntitle = { ar = \"ا\", en = \"a\" }\n" + question("type = \"text\"\nlimit = 200000\n") + files, "limit = 200000", "question more: the texts of page form have more than 1200000 characters together"},
		{"version = 3", "version = 3\na.b.c.d.e.f.g.h.i = 1", "a.b", "the tables are too deep"},
		{"version = 3", "version = 3\na = [[[[[[[[1]]]]]]]]", "a = ", "the tables are too deep"},
		{"version = 3", "version = 3\n\"" + strings.Repeat("a", 40) + "\" = 1", "\"aaa", "a key is longer than 40 bytes"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%q is not in the file", c.old)
		}
		want := fmt.Sprintf("line %d: %s", lineOf(t, text, c.at), c.want)
		if _, err := Read(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q for %q:\ngot  %v\nwant %s", c.new, c.old, err, want)
		}
	}
}

// Of a question and a list that do not find each other, both are named.
func TestListsThatAreNotFound(t *testing.T) {
	for _, c := range []struct{ old, new, at, want string }{
		{"list = \"decree\"", "list = \"decrees\"", "list = \"decrees\"", `question decree: there is no list "decrees"`},
		{"type = \"many\"\nlist = \"decree\"", "type = \"date\"\nlist = \"decree\"", "list = \"decree\"", "question decree: a question of type date has no list"},
		{"type = \"many\"\nlist = \"decree\"\n", "type = \"many\"\n", "[[section.question]]\ncode = \"decree\"", "question decree: no list"},
	} {
		text := strings.Replace(small(t), c.old, c.new, 1)
		want := fmt.Sprintf("line %d: %s\nline %d: list decree: no question uses the list", lineOf(t, text, c.at), c.want,
			lineOf(t, text, "code = \"decree\"\nentries"))
		if _, err := Read(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q for %q:\ngot  %v\nwant %s", c.new, c.old, err, want)
		}
	}
}

// lineOf returns the number of the line that a text begins first.
func lineOf(t *testing.T, text, begin string) int {
	t.Helper()
	before, _, ok := strings.Cut("\n"+text, "\n"+begin)
	if !ok {
		t.Fatalf("no line begins %q", begin)
	}
	return strings.Count(before, "\n") + 1
}

// All faults are said at once, in the order of their lines.
func TestManyFaults(t *testing.T) {
	text := strings.NewReplacer("version = 3", "version = -3", "limit = 10\n", "limit = true\n", "repeat = 2", "again = 2",
		"confidence = \"L\"", "confidence = \"?\"").Replace(small(t))
	_, err := Read(strings.NewReader(text))
	if err == nil {
		t.Fatal("no fault was found")
	}
	var want []string
	for _, w := range []struct{ at, want string }{
		{"version", "version is not a number from 1 to 1000000"},
		{"limit = true", "question unit: limit is not a number from 1 to 200000"},
		{"again", `section places: unknown key "again"`},
		{"  { code = \"third\"", "list decree: entry third: confidence is not H, M or L"},
	} {
		want = append(want, fmt.Sprintf("line %d: %s", lineOf(t, text, w.at), w.want))
	}
	if got := err.Error(); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// More of anything than there may be is refused, and exactly as much is not.
func TestCounts(t *testing.T) {
	good := small(t)
	const entries = "  { code = \"branch\""
	const files = "[[section]]\ncode = \"files\"\n"
	words := "{ ar = \"ا\", en = \"a\" }"
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprintf("x%d", i)))
		}
		return b.String()
	}
	section := "[[section]]\ncode = \"#\"\ntitle = " + words + "\n[[section.question]]\ncode = \"#\"\ntype = \"date\"\nfor = [\"R\"]\nlabel = " + words + "\n"
	question := "[[section.question]]\ncode = \"#\"\ntype = \"date\"\nfor = [\"R\"]\nlabel = " + words + "\n"
	list := "[[list]]\ncode = \"#\"\nentries = [{ code = \"a\", ar = \"ا\", en = \"a\", confidence = \"H\" }]\n"
	lister := "[[section.question]]\ncode = \"#\"\ntype = \"one\"\nlist = \"#\"\nfor = [\"R\"]\nlabel = " + words + "\n"
	for _, c := range []struct {
		before string
		text   func(n int) string
		most   int
		want   string
	}{
		{entries, func(n int) string {
			return repeat(n, "  { code = \"#\", ar = \"ا\", en = \"a\", confidence = \"H\" },\n")
		},
			maxEntries - 2, "list place: more than 300 of entries"},
		{files, func(n int) string { return repeat(n, section) }, maxSections - 4, "more than 60 of section"},
		{files, func(n int) string { return repeat(n, question) }, maxQuestions - 8, "question files: more than 300 questions"},
		{"[[section]]\ncode = \"name\"", func(n int) string { return repeat(n, lister) + repeat(n, list) }, maxLists - 2, "more than 100 of list"},
	} {
		if _, err := Read(strings.NewReader(strings.Replace(good, c.before, c.text(c.most)+c.before, 1))); err != nil {
			t.Errorf("as much as there may be: %v", err)
		}
		_, err := Read(strings.NewReader(strings.Replace(good, c.before, c.text(c.most+1)+c.before, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %.300v, want %s", err, c.want)
		}
	}
}
