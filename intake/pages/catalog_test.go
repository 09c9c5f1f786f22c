package pages

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// copied returns the catalogs that are shipped, in a form that a test can change.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(catalogFiles, "catalogs/*.toml")
	if err != nil || len(names) != 4 {
		t.Fatalf("there are the catalogs %q: %v", names, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(catalogFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// TestFifthLanguage: a language joins by one file and no code.
func TestFifthLanguage(t *testing.T) {
	for _, tag := range []string{"art", "ku", "ckb", "fa", "fr"} {
		t.Run(tag, func(t *testing.T) {
			files := copied(t)
			added := strings.NewReplacer(
				`name = "English"`, `name = "Made Up"`,
				`direction = "ltr"`, `direction = "rtl"`,
				`digits = "0123456789"`, `digits = "abcdefghij"`,
				`start = "Write your testimony"`, `start = "Zazaza"`,
			).Replace(string(files["catalogs/en.toml"].Data))
			files["catalogs/"+tag+".toml"] = &fstest.MapFile{Data: []byte(added)}
			p, err := load(templateFiles, files, Options{Questionnaire: SampleSchema(tag)})
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Languages(); len(got) != 5 || got[0] != "ar" || !slices.Contains(got, tag) {
				t.Fatalf("the languages are %q", got)
			}
			var landing, arabic, receipt bytes.Buffer
			if err := p.Landing(&landing, tag, State{Reviewers: 3, Epoch: 4}); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`<html lang="` + tag + `" dir="rtl">`, "Zazaza", "/" + tag + "/before", "At present only d reviewers", "list number\u00a0e", `<ol class="words" lang="en" dir="ltr"`} {
				if !strings.Contains(landing.String(), want) {
					t.Errorf("its first page does not say %q", want)
				}
			}
			if err := p.Landing(&arabic, "ar", State{Reviewers: 1, Epoch: 1}); err != nil {
				t.Fatal(err)
			}
			if want := `<a href="/` + tag + `/" lang="` + tag + `" hreflang="` + tag + `" dir="rtl">Made Up</a>`; !strings.Contains(arabic.String(), want) {
				t.Errorf("the Arabic page does not lead to it")
			}
			if err := p.Receipt(&receipt, tag, Receipt{Files: 12, Day: "2026-11-22"}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(receipt.String(), "cc November cacg") || !strings.Contains(receipt.String(), "bc files") {
				t.Error("its receipt does not use its digits")
			}
		})
	}
}

// TestBrokenCatalogs: every fault in a catalog is found at the start.
func TestBrokenCatalogs(t *testing.T) {
	const en, ar, de, tr = "catalogs/en.toml", "catalogs/ar.toml", "catalogs/de.toml", "catalogs/tr.toml"
	for name, c := range map[string]struct{ file, old, new, want string }{
		"missing key":        {en, "send = \"Send the testimony\"\n", "", "en: form.send: the key is missing"},
		"empty words":        {en, `send = "Send the testimony"`, `send = ""`, "en: form.send: the key is missing"},
		"unused key":         {en, "[landing]\n", "[landing]\nextra = \"words\"\n", "en: landing.extra: nothing asks for this key"},
		"missing form":       {ar, "few = \"وصلت معها {{.N}} ملفات.\"\n", "", "ar: receipt.files: no form for 3"},
		"no count":           {en, `start = "Write your testimony"`, `start = {one = "a", other = "b"}`, "en: landing.start: has plural forms"},
		"unknown filling":    {en, "Day it arrived: {{.Day}}", "Day it arrived: {{.Hour}}", "en: receipt.day: {{.Hour}} is not filled in here"},
		"code in words":      {en, "Day it arrived: {{.Day}}", "{{len .Day}}", "en: receipt.day: {{len .Day}} is not filled in here"},
		"filling left out":   {en, "Day it arrived: {{.Day}}.", "It arrived.", "en: receipt.day: has the placeholders []"},
		"no direction":       {en, `direction = "ltr"`, `direction = "left"`, "language.direction must be rtl or ltr"},
		"nine digits":        {en, `digits = "0123456789"`, `digits = "012345678"`, "language.digits must be"},
		"not TOML":           {en, "[landing]", "[landing", "failed to parse catalogs/en.toml"},
		"missing problem":    {ar, "[problem.busy]", "[problem.bus]", "ar: problem.busy.title: the key is missing"},
		"unused problem":     {ar, "[problem.busy]", "[problem.bus]", "ar: problem.bus.title: nothing asks for this key"},
		"missing month":      {en, "11 = \"November\"\n", "", "en: month.11: the key is missing"},
		"missing count":      {en, "[size.gb]", "[size.tb]", "en: size.gb: the key is missing"},
		"missing in German":  {de, "send = \"Aussage absenden\"\n", "", "de: form.send: the key is missing"},
		"missing in Turkish": {tr, "send = \"Tanıklığı gönderin\"\n", "", "tr: form.send: the key is missing"},
		"German form":        {de, "one = \"{{.N}} Antwort wartet auf Sie.\"\n", "", "de: thread.replies: no form for 1"},
		"Turkish form":       {tr, "other = \"{{.N}} cevap sizi bekliyor.\"\n", "", "tr: thread.replies: no form for 0"},
		"German filling":     {de, "Geschrieben am {{.Day}}.", "Geschrieben.", "de: reply.day: has the placeholders []"},
		"broken placeholder": {en, "{{.Day}}.", "{{.Day}.", "en: receipt.day: "},
	} {
		t.Run(name, func(t *testing.T) {
			files := copied(t)
			data := string(files[c.file].Data)
			changed := strings.Replace(data, c.old, c.new, 1)
			if changed == data {
				t.Fatal("the catalog does not hold what the test would change")
			}
			files[c.file] = &fstest.MapFile{Data: []byte(changed)}
			if _, err := load(templateFiles, files, Options{Questionnaire: SampleSchema()}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	t.Run("no default", func(t *testing.T) {
		files := copied(t)
		delete(files, ar)
		if _, err := load(templateFiles, files, Options{Questionnaire: SampleSchema()}); err == nil {
			t.Error("there is no catalog of the default language, and no error")
		}
	})
	t.Run("name is no language", func(t *testing.T) {
		files := copied(t)
		files["catalogs/not_a_language.toml"] = files[en]
		if _, err := load(templateFiles, files, Options{Questionnaire: SampleSchema()}); err == nil {
			t.Error("a file name that is no language, and no error")
		}
	})
}

// TestWanted: the keys are really found in the templates, in every corner of
// them, or the check for unused keys would mean nothing.
func TestWanted(t *testing.T) {
	p, err := New(Options{Questionnaire: SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	keys := wanted(p.sets["en"].templates)
	for key, function := range map[string]string{
		"landing.start": "t", "read.reviewers": "readers", "read.list": "list", "form.readers": "readers", "receipt.files": "n", "receipt.day": "day",
		"form.files_limit": "limits", "form.go_files": "t", "form.title_again": "t", "layout.languages": "t",
		"thread.some": "of", "thread.replies": "n", "thread.read_reply": "day", "return.title_again": "t",
		"problem.tor2web.text": "limits", "month.12": "t", "language.date": "date",
	} {
		if keys[key] != function {
			t.Errorf("%s is asked for by %q, not %q", key, keys[key], function)
		}
	}
	for _, lang := range p.Languages() {
		if got := len(p.sets[lang].catalog.messages); got != len(keys) {
			t.Errorf("%d keys are wanted, the catalog of %s has %d", len(keys), lang, got)
		}
	}
}

// TestArabicForms: all six plural forms are there, and differ where a reader
// would notice.
func TestArabicForms(t *testing.T) {
	p, err := New(Options{Questionnaire: SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	c := p.sets["ar"].catalog
	for n, want := range map[int64]string{
		0: "لم يصل معها أي ملف.", 1: "وصل معها ملف واحد.", 2: "وصل معها ملفان.",
		3: "وصلت معها ٣ ملفات.", 10: "وصلت معها ١٠ ملفات.", 11: "وصل معها ١١ ملفًا.",
		99: "وصل معها ٩٩ ملفًا.", 100: "وصل معها ١٠٠ ملف.", 103: "وصلت معها ١٠٣ ملفات.",
	} {
		if got, err := c.count("receipt.files", n); err != nil || got != want {
			t.Errorf("%d: got %q, %v, want %q", n, got, err, want)
		}
	}
	for key, function := range wanted(p.sets["ar"].templates) {
		if counted(function) && len(forms(c.messages[key])) != 6 {
			t.Errorf("%s has %d forms", key, len(forms(c.messages[key])))
		}
	}
}

// TestTwoForms: German and Turkish have the two plural forms of CLDR. German ones
// differ, and Turkish ones do not: a number is followed by one thing.
func TestTwoForms(t *testing.T) {
	p, err := New(Options{Questionnaire: SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][3]string{
		"de": {"0 Dateien kamen mit ihr an.", "1 Datei kam mit ihr an.", "2 Dateien kamen mit ihr an."},
		"tr": {"Onunla birlikte 0 dosya geldi.", "Onunla birlikte 1 dosya geldi.", "Onunla birlikte 2 dosya geldi."},
	} {
		c := p.sets[lang].catalog
		for n, words := range want {
			if got, err := c.count("receipt.files", int64(n)); err != nil || got != words {
				t.Errorf("%s: %d: got %q, %v, want %q", lang, n, got, err, words)
			}
		}
		for key, function := range wanted(p.sets[lang].templates) {
			m := c.messages[key]
			if counted(function) && (len(forms(m)) != 2 || m.One == "" || m.Other == "") {
				t.Errorf("%s: %s has not the forms one and other", lang, key)
			}
			if counted(function) && lang == "tr" && m.One != m.Other {
				t.Errorf("tr: %s has two forms that differ", key)
			}
		}
	}
}

// TestEnglishWords: a language without a list of words says that those of a code and
// of the list of reviewers are English, and one with a list does not.
func TestEnglishWords(t *testing.T) {
	p, err := New(Options{Questionnaire: SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	for lang, word := range map[string]string{"ar": "إنجليزية", "de": "englische", "en": "English words", "tr": "İngilizce kelime"} {
		c := p.sets[lang].catalog
		for _, key := range []string{"read.list", "code.optional", "receipt.code"} {
			if got := strings.Contains(c.messages[key].Other, word); got != (c.wordList().Lang != lang) {
				t.Errorf("%s: %s says that the words are English: %v", lang, key, got)
			}
		}
	}
}

func TestWords(t *testing.T) {
	p, err := New(Options{Questionnaire: SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	c := p.sets["en"].catalog
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1 << 10: "1 KB", 1<<10 + 1: "1025 bytes",
		10<<10 + 1: "10 KB", 2 << 30: "2 GB", 3 << 29: "1536 MB", 1 << 40: "1024 GB",
		20_000 << 30: "20,000 GB", 64<<20 - 1: "63 MB", -5: "0 bytes",
	} {
		if got, err := c.size(n); err != nil || got != want {
			t.Errorf("size(%d) = %q, %v, want %q", n, got, err, want)
		}
	}
	for day, want := range map[string]string{"2026-11-22": "22 November 2026", "2026-01-05": "5 January 2026", "soon": "soon", "": ""} {
		if got, err := c.date(day); err != nil || got != want {
			t.Errorf("date(%q) = %q, %v, want %q", day, got, err, want)
		}
	}
	for max, want := range map[int]string{200_000: "80 pages", 2499: "2499 characters", 2500: "1 page", 1: "1 character", -1: "0 characters"} {
		if got, err := c.limits("form.narrative_limit", State{MaxText: max}); err != nil || !strings.Contains(got, "about "+want+".") {
			t.Errorf("MaxText %d: %q, %v, want %q", max, got, err, want)
		}
	}
	for lang, want := range map[string][3]string{
		"ar": {"٢٢ تشرين الثاني ٢٠٢٦", "٢٠٬٠٠٠", "٣ صفحات"},
		"de": {"22. November 2026", "20.000", "3 Seiten"},
		"en": {"22 November 2026", "20,000", "3 pages"},
		"tr": {"22 Kasım 2026", "20.000", "3 sayfa"},
	} {
		c := p.sets[lang].catalog
		date, err := c.date("2026-11-22")
		text, err2 := c.limits("form.narrative_limit", State{MaxText: 7500})
		if err != nil || err2 != nil || date != want[0] || c.number(20_000) != want[1] || !strings.Contains(text, want[2]) {
			t.Errorf("%s: %q, %q, %q, not %q", lang, date, c.number(20_000), text, want)
		}
	}
}

// TestKinds: each kind has words of its own.
func TestKinds(t *testing.T) {
	p, err := New(Options{Questionnaire: SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range p.Languages() {
		seen := map[string]ProblemKind{}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			title, err := p.sets[lang].catalog.limits(problemKey("title", kind), State{})
			if err != nil {
				t.Fatal(err)
			}
			if other, ok := seen[title]; ok {
				t.Errorf("%s: %s and %s have the same title", lang, kind, other)
			}
			seen[title] = kind
		}
		if len(seen) != 22 {
			t.Errorf("%s: %d kinds, not 22: list the new ones in allKinds too", lang, len(seen))
		}
	}
}
