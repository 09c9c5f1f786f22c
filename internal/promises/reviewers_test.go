package promises

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/rig"
)

// listed is what amana-decrypt list --json prints, as far as the test reads it.
type listed struct {
	Threads []struct {
		ID        string
		Case      string
		Withdrawn bool
		Parts     []struct{ ID, Kind string }
	}
}

func (d *desk) list() (l listed) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.run("list", "--json")), &l); err != nil {
		d.t.Fatal(err)
	}
	return l
}

// caseOf returns the case of a thread.
func (d *desk) caseOf(thread string) string {
	d.t.Helper()
	for _, th := range d.list().Threads {
		if th.ID == thread {
			return th.Case
		}
	}
	d.t.Fatalf("no thread %s", thread)
	return ""
}

// telling hands in a testimony with answers, and takes the code.
func telling(t *testing.T, s *rig.Server, marks *sought, lang, narrative string, fields ...rig.Field) *source {
	t.Helper()
	c := &source{t: t, s: s, marks: marks, lang: lang, came: func() {}, look: func() {}}
	fields = append([]rig.Field{{Name: "narrative", Value: narrative}, {Name: "contact_wish", Value: "code"}}, fields...)
	c.words = rig.CodeWords(c.post(200, "testimony", fields, "a file of "+narrative))
	var err error
	if c.thread, err = rig.ThreadOf(c.words); err != nil {
		t.Fatalf("the receipt has no code: %v", err)
	}
	return c
}

func (c *source) threadID() string {
	id := c.thread.ID()
	return hex.EncodeToString(id[:])
}

// carried exports a bundle of the server and returns its path and the server's key.
func carried(t *testing.T, s *rig.Server, dir, name string) (path, vkey string) {
	t.Helper()
	path = filepath.Join(dir, name)
	s.Run(t, "export", "-o", path)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b, err := carry.OpenBundle(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return path, b.Manifest.Intake
}

// From the form to the report, and back to the source: what was not allowed is not in
// what is for others; the server erases what was acknowledged and nothing else; the
// source reads the reply; nothing is in the open in the workspace.
func TestFromSourceToReportAndBack(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 2)
	s := state.Serve(t, nil)
	const told, counted, kept, late = "told-mark-51203", "counted-mark-51204", "kept-mark-51205", "late-mark-51206"
	of := func(use string) []rig.Field {
		return []rig.Field{{Name: "use_report", Value: use}, {Name: "basis", Value: "settlement"}, {Name: "surrender_gov", Value: "daraa"}, {Name: "unit", Value: "a brigade"}}
	}
	marks := newSought()
	first := telling(t, s, marks, "ar", told, of("details")...)
	second := telling(t, s, marks, "en", counted, of("numbers")...)
	telling(t, s, marks, "en", kept)

	d := &desk{t: t, dir: t.TempDir(), key: state.KeyFile, marks: newSought()}
	d.workspace, d.temp = filepath.Join(d.dir, "work"), filepath.Join(d.dir, "temp")
	stick := filepath.Join(d.dir, "stick")
	for _, folder := range []string{d.temp, stick} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.marks.add("a text", told, counted, kept, late)
	bundle, vkey := carried(t, s, d.dir, "first.tar")
	d.run("open", bundle, "--intake", vkey)
	afterwards := telling(t, s, marks, "ar", late, of("details")...)

	d.run("cases", "link", d.caseOf(first.threadID()), d.caseOf(second.threadID()), "--yes")
	if a, b := d.caseOf(first.threadID()), d.caseOf(second.threadID()); a != b {
		t.Errorf("linked, they are of %s and %s", a, b)
	}
	wantAllowed(t, d, told, counted, kept)
	backToTheSource(t, s, d, stick, first)

	// Purged is what was acknowledged, and nothing else.
	s.Run(t, "purge", "--acknowledged", "--yes")
	left := make(map[string]bool)
	for _, o := range s.Export(t) {
		left[o.Answers["narrative"]] = true
	}
	if left[told] || left[counted] || left[kept] || !left[late] {
		t.Errorf("after the purge the server has %v", left)
	}
	bundle, _ = carried(t, s, d.dir, "second.tar")
	d.run("open", bundle)
	if th := d.list().Threads; len(th) != 4 {
		t.Errorf("%d threads", len(th))
	}
	d.caseOf(afterwards.threadID())
	d.run("custody", "verify")
	d.wantNothing("at the end", 4*64<<10)
}

// wantAllowed makes a report, tables and an export for others, and fails unless they
// hold what was allowed and nothing else.
func wantAllowed(t *testing.T, d *desk, told, counted, kept string) {
	t.Helper()
	report, tables, export := filepath.Join(d.dir, "report"), filepath.Join(d.dir, "tables"), filepath.Join(d.dir, "export")
	d.run("report", "-o", report, "--recipient", "a newspaper", "--purpose", "a test")
	d.run("tables", "-o", tables, "--recipient", "a newspaper", "--purpose", "a test")
	d.run("export", "--format", "json", "--to", "report", "-o", export, "--recipient", "a newspaper", "--purpose", "a test")
	for folder, want := range map[string]bool{report: true, tables: false, export: true} {
		searched, found := d.search(folder)
		if searched == 0 {
			t.Errorf("%s is empty", folder)
		}
		if has(t, folder, told) != want {
			t.Errorf("%s: what may be told is there: %v", filepath.Base(folder), !want)
		}
		for _, mark := range []string{counted, kept} {
			if has(t, folder, mark) {
				t.Errorf("%s has what was not allowed: %v", filepath.Base(folder), found)
			}
		}
	}
}

// has tells whether a text stands in a file of a folder.
func has(t *testing.T, folder, text string) bool {
	t.Helper()
	marks := newSought()
	marks.add("it", text)
	d := &desk{t: t, marks: marks}
	_, found := d.search(folder)
	return len(found) > 0
}

// backToTheSource replies, carries what is due to the server, and has the source read.
func backToTheSource(t *testing.T, s *rig.Server, d *desk, stick string, to *source) {
	t.Helper()
	const reply = "reply-mark-51207: do you still have the paper?"
	text := filepath.Join(d.dir, "reply.txt")
	if err := os.WriteFile(text, []byte(reply+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run("reply", "--thread", to.threadID(), "--text", text, "--yes")
	d.run("outbox", stick)
	folders, err := filepath.Glob(filepath.Join(stick, "amana-outbox-*"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("on the stick: %v %v", folders, err)
	}
	if has(t, stick, "reply-mark-51207") {
		t.Error("the reply lies on the stick in the open")
	}
	s.Run(t, "import", folders[0])
	page := to.typing(200, strings.Join(to.words, " "))
	ids := rig.ReplyIDs(page)
	if len(ids) != 1 {
		t.Fatalf("%d replies wait", len(ids))
	}
	page = to.say(200, "reply", to.with(rig.Field{Name: "id", Value: ids[0]}))
	if !strings.Contains(page, "reply-mark-51207") {
		t.Error("the source does not see the reply")
	}
}
