package promises

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"amana/internal/rig"
)

// asking returns a questionnaire with one question besides the narrative.
func asking(code string) string {
	const text = `schema = "amana/questionnaire/1"
name = "of-%[1]s"
version = 1
languages = ["ar"]
unknown = { ar = "لا أعرف" }
declined = { ar = "لا أجيب" }

[[section]]
code = "what"
title = { ar = "ما حدث" }

[[section.question]]
code = "narrative"
type = "text"
limit = 2000
for = ["R6"]
label = { ar = "احكِ" }

[[section.question]]
code = "%[1]s"
type = "text"
limit = 100
for = ["R6"]
label = { ar = "سؤال %[1]s" }

[[section.question]]
code = "fate"
type = "one"
list = "fate"
for = ["R6"]
label = { ar = "مصيره" }

[[section.question]]
code = "files"
type = "files"
for = ["R6"]
label = { ar = "نسخ" }

[[list]]
code = "fate"
entries = [ { code = "free", ar = "حر", confidence = "H" } ]
`
	return fmt.Sprintf(text, code)
}

// put gives a file other content as an editor does: a new file in its place.
func put(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path+".new", []byte(text), 0o600))
	must(t, os.Rename(path+".new", path))
}

// A reload takes other questions, other words and a roster that was put there by hand,
// and drops no upload: those under way are kept with the questions they were asked.
// What is bad is refused with its line, and what was there stays.
func TestReloadDropsNoUpload(t *testing.T) {
	t.Parallel()
	state := rig.NewState(t, rig.Erasing, 2)
	questions := filepath.Join(t.TempDir(), "questionnaire.toml")
	put(t, questions, asking("unit"))
	server := state.Serve(t, nil, "--reserve", "0", "--questionnaire", questions)
	book := rig.NewLedger()
	var under []*held
	for i := range 5 {
		under = append(under, hold(t, state, fmt.Sprintf("قبل %d", i), rig.Field{Name: "unit", Value: "كتيبة"}))
	}
	again := func() string {
		t.Helper()
		const last = "need a restart"
		had := len(server.Log.String())
		must(t, server.Cmd.Process.Signal(syscall.SIGHUP))
		waitLog(t, server, had, last)
		return server.Log.String()[had:]
	}

	next, err := state.Next(rig.Day(0), rig.Day(90))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(state.Folder, "rosters", "2.txt"), next.Bytes(), 0o600))
	put(t, questions, asking("village"))
	if said := again(); !strings.Contains(said, "reloaded the questions") || !strings.Contains(said, "the newest is roster 2") {
		t.Errorf("a reload says:\n%s", said)
	}
	if status, page, err := state.Send(strings.NewReader("GET /ar/testimony HTTP/1.1\r\nHost: amana.onion\r\n\r\n")); err != nil || status != 200 || !strings.Contains(page, "سؤال village") || strings.Contains(page, "سؤال unit") {
		t.Errorf("the form is not of the new questions: %d, %v", status, err)
	}
	for _, h := range under {
		if status, _, err := h.end(); err != nil || status != 200 {
			t.Errorf("an upload under way at the reload: %d, %v", status, err)
			continue
		}
		h.kept(book)
	}
	// A form that was fetched before and is sent after: nothing is kept under questions
	// that were not asked, and the words come back.
	status, page, err := state.PostTo("/ar/testimony", []rig.Field{{Name: "narrative", Value: "كلماتي القديمة"}, {Name: "unit", Value: "كتيبة"}})
	if err != nil || status != 400 || !strings.Contains(page, "كلماتي القديمة") {
		t.Errorf("a form of the questions before: %d, %v", status, err)
	}
	put(t, questions, strings.Replace(asking("other"), "limit = 100", "limit = 0", 1))
	if said := again(); !strings.Contains(said, "stay in use") || !strings.Contains(said, "line 22") {
		t.Errorf("a reload of a bad file says:\n%s", said)
	}
	if !book.Post(state, "بعد", 1000) {
		t.Error("after a reload of a bad file nothing is taken")
	}
	kept := make(map[string]string)
	for _, o := range state.Export(t) {
		kept[o.Answers["narrative"]] = fmt.Sprintf("%s %d", o.Questionnaire.Name, o.Roster.Epoch)
	}
	for _, h := range under {
		if got := kept[h.narrative]; got != "of-unit 1" {
			t.Errorf("what began before the reload is kept as %q", got)
		}
	}
	if got := kept["بعد"]; got != "of-village 2" {
		t.Errorf("what came after the reload is kept as %q", got)
	}
	settle(t, book, state)
	server.Stop(t)
}
