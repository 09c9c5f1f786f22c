package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/internal/consent"
	"amana/internal/synthetic"
)

// FollowTheMoney's own model, from npm, takes every entity.
func TestFtMIsTakenByTheModel(t *testing.T) {
	d := newDesk(t, false, synthetic.Make(11, 60, synthetic.Options{Names: 80}))
	for _, names := range []bool{false, true} {
		path, _ := d.export(t, FtM, consent.Own, names, false)
		var all []struct {
			ID, Schema string
			Properties map[string][]string
		}
		if err := ask(t, "ftm", filepath.Join(path, ftmName), &all); err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]int)
		months := 0
		for _, e := range all {
			seen[e.Schema]++
			for _, day := range e.Properties["startDate"] {
				if len(day) == len("2018-07") {
					months++
				}
			}
		}
		for _, schema := range []string{"Person", "Event", "CourtCase", "CourtCaseParty", "Note"} {
			if seen[schema] == 0 {
				t.Errorf("no %s: %v", schema, seen)
			}
		}
		if seen["Person"] < 60 || months == 0 {
			t.Errorf("%v, %d dates without a day", seen, months)
		}
	}
	again, _ := d.export(t, FtM, consent.Own, true, false)
	once, _ := d.export(t, FtM, consent.Own, true, false)
	if !bytes.Equal(read(t, again, ftmName), read(t, once, ftmName)) {
		t.Error("the same cases give other entities")
	}
	bad := filepath.Join(t.TempDir(), "bad")
	for _, line := range []string{
		`{"id":"a","schema":"Event","properties":{"name":["x"],"startDate":["2018-07/2018-09"]}}`,
		`{"id":"a","schema":"Event","properties":{"name":["x"],"involved":["b"]}}`,
		`{"id":"a","schema":"Person","properties":{"nome":["x"]}}`,
		`{"id":"a","schema":"Person","properties":{}}`,
	} {
		if err := os.WriteFile(bad, []byte(line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if ask(t, "ftm", bad, new([]any)) == nil {
			t.Errorf("the model takes %s", line)
		}
	}
}

// A strict reader from npm reads what was written, and what it reads is what this
// package meant.
func TestCSVIsReadByOthers(t *testing.T) {
	d := newDesk(t, false, synthetic.Make(12, 40, synthetic.Options{Names: 60, Files: true}))
	path, m := d.export(t, CSV, consent.Own, true, false)
	tables := 0
	for _, e := range m.Entries {
		if !strings.HasSuffix(e.Name, ".csv") {
			continue
		}
		tables++
		var rows [][]string
		if err := ask(t, "csv", filepath.Join(path, e.Name), &rows); err != nil {
			t.Fatalf("%s: %v", e.Name, err)
		}
		data := read(t, path, e.Name)
		if !bytes.HasPrefix(data, []byte("\ufeff\"")) {
			t.Errorf("%s has no byte order mark, or a cell without quotes", e.Name)
		}
		ours, err := csv.NewReader(bytes.NewReader(data[3:])).ReadAll()
		if err != nil || !slices.EqualFunc(rows, ours, slices.Equal[[]string]) {
			t.Errorf("%s: two readers read different things (%v)", e.Name, err)
		}
		if e.Name != "custody.csv" && len(rows) < 2 { // nothing was written to that yet
			t.Errorf("%s is empty", e.Name)
		}
	}
	if tables != 6 {
		t.Errorf("%d tables", tables)
	}
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("\"a\",\"b\"\r\n\"c\"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ask(t, "csv", bad, new([][]string)) == nil {
		t.Error("the reader takes rows of different lengths")
	}
}

var (
	uwaziRangeShape = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}:\d{4}-\d{2}-\d{2}$`)
	caseShape       = regexp.MustCompile(`^C-[0-9a-f]{10}$`)
	flatShape       = regexp.MustCompile(`^T-[0-9a-f]{10}-\d+-\d{3}\.[a-z0-9]+$`)
)

// The ZIP holds to the rules of Uwazi's importer: import.csv on top, a title that is a
// case's code, whole days in ranges, several values apart by bars, translations in
// columns of their own, and an entry for every attachment that a row names.
func TestUwaziImport(t *testing.T) {
	d := newDesk(t, true, synthetic.Make(13, 25, synthetic.Options{Names: 60, Files: true}))
	for _, files := range []bool{false, true} {
		path, m := d.export(t, Uwazi, consent.Own, true, files)
		z, err := zip.OpenReader(filepath.Join(path, uwaziName))
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		entries := make(map[string]bool)
		for _, f := range z.File {
			if entries[f.Name] || f.Name != "import.csv" && !flatShape.MatchString(f.Name) {
				t.Errorf("entry %q", f.Name)
			}
			entries[f.Name] = true
		}
		rows := readUwazi(t, z.File[0])
		ranges, several, attached := 0, 0, 0
		for _, row := range rows {
			if !caseShape.MatchString(row["title"]) {
				t.Errorf("title %q", row["title"])
			}
			for column, value := range row {
				if _, isDate := row[column+"_edtf"]; isDate && value != "" && column != "places" {
					ranges++
					if from, to, _ := strings.Cut(value, ":"); !uwaziRangeShape.MatchString(value) || from > to {
						t.Errorf("%s: %q", column, value)
					}
				}
				if arabic, ok := row[column+"__ar"]; ok {
					n, m := strings.Count(value, "|"), strings.Count(arabic, "|")
					if several += n; n != m || value == "" != (arabic == "") || strings.Contains(value, "::") {
						t.Errorf("%s: %q and %q", column, value, arabic)
					}
				}
			}
			for _, name := range strings.Split(row["attachments"], "|") {
				if name != "" && !entries[name] {
					t.Errorf("the ZIP has no %q", name)
				}
				if name != "" {
					attached++
				}
			}
		}
		if len(rows) != m.Cases || ranges == 0 || several == 0 || attached != len(entries)-1 || files != (attached > 0) {
			t.Errorf("%d rows, %d ranges, %d bars, %d attachments of %d entries", len(rows), ranges, several, attached, len(entries))
		}
	}
}

// readUwazi returns the rows of import.csv by the names of their columns.
func readUwazi(t *testing.T, f *zip.File) []map[string]string {
	t.Helper()
	if f.Name != "import.csv" {
		t.Fatalf("the first entry is %q", f.Name)
	}
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil || !bytes.HasPrefix(data, []byte(`"title",`)) {
		t.Fatalf("the first column is not title (%v)", err)
	}
	all, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := make(map[string]string)
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// A draft is made only where the source allows it and his name is there; it says what
// is missing, and that nobody has filed it.
func TestDrafts(t *testing.T) {
	d := newDesk(t, false, synthetic.Make(14, 150, synthetic.Options{Names: 50}))
	job := d.job(t, WGEID, consent.WGEID, true, false)
	path := t.TempDir()
	writeTo(t, path, job)
	drafts, missing := 0, 0
	list := string(read(t, path, "no-draft.txt"))
	for _, c := range job.Selection.Cases {
		p, err := job.person(c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = os.Stat(filepath.Join(path, "drafts", c.ID+".en.txt"))
		named := len(p.named("his_name")) > 0
		if named != (err == nil) || named == strings.Contains(list, c.ID) {
			t.Errorf("%s: named %v, %v", c.ID, named, err)
		}
		if !named {
			missing++
			continue
		}
		drafts++
		for lang, words := range draftWords {
			text := string(read(t, path, "drafts", c.ID+"."+lang+".txt"))
			for _, w := range []string{words.title, words.nobody, words.name, words.date, words.place, words.forces, words.search, words.anonymous, words.end, oneLine(p.named("his_name")[0])} {
				if !strings.Contains(text, w) {
					t.Errorf("%s in %s has no %q", c.ID, lang, w)
				}
			}
			refuses := strings.Contains(text, words.familyNot)
			for part := range p.parts {
				if part.t.Answers["family_agrees"] == "no" && !refuses {
					t.Errorf("%s in %s does not say that the family was not asked", c.ID, lang)
				}
			}
		}
	}
	if drafts == 0 || missing == 0 {
		t.Errorf("%d drafts, %d without", drafts, missing)
	}
	for _, use := range consent.Uses {
		if err := Check(WGEID, use); (err == nil) != (use == consent.WGEID) {
			t.Errorf("a draft for %s: %v", use, err)
		}
	}
}
