package promises

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"
	"amana/internal/testimony"
)

// P5: nothing about the source is kept. Envelopes of every kind, of the same class,
// by very different sources leave records that differ in nothing but what is random.
func TestP5NothingAboutTheSourceIsKept(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 2)
	s := state.Serve(t, nil)
	for i, narrative := range []string{"a", strings.Repeat("ب", 20_000)} {
		body, size := rig.Form(narrative, []rig.File{rig.Text("one.pdf", "1")}[:i]...)
		head := rig.Head([]string{"/ar/testimony", "/en/testimony"}[i], size)
		head = strings.Replace(head, "User-Agent: test", "User-Agent: "+strings.Repeat("Mozilla ", 20*i+1)+"\r\nAccept-Language: ar-SY\r\nX-Forwarded-For: 192.0.2.7", 1)
		status, _, err := s.Send(io.MultiReader(strings.NewReader(head), body))
		if err != nil || status != 200 {
			t.Fatalf("status %d, %v", status, err)
		}
	}
	// One who comes back, reads a reply and adds; one who withdraws.
	marks := newSought()
	stays, goes := newSource(t, s, marks, "ar", "a"), newSource(t, s, marks, "en", "b")
	answer(t, s, stays, goes)
	for _, c := range []*source{stays, goes} {
		page := c.typing(200, strings.Join(c.words, " "))
		c.say(200, "reply", c.with(rig.Field{Name: "id", Value: append(rig.ReplyIDs(page), "")[0]}))
		c.say(200, "add", c.with(), "1")
		c.say(200, "name", c.with(rig.Field{Name: "send", Value: "1"}, rig.Field{Name: "his_name", Value: "x"}))
	}
	goes.say(200, "withdraw", goes.with(rig.Field{Name: "sure", Value: "1"}))
	kinds := make(map[testimony.Kind]int)
	for _, o := range s.Export(t) {
		kinds[o.Kind]++
	}
	for kind, want := range map[testimony.Kind]int{testimony.First: 3, testimony.Addition: 1, testimony.Name: 1, testimony.Fetched: 2, testimony.Withdrawal: 1} {
		if kinds[kind] != want {
			t.Errorf("%d envelopes are a %s, want %d", kinds[kind], kind, want)
		}
	}
	s.WantQuiet(t)
	s.Stop(t)
	kept := keptIn(t, s.Folder)
	if len(kept) != 8 {
		t.Fatalf("%d records", len(kept))
	}
	// What may differ: id, header and hash are random. All else must be equal.
	for _, one := range kept {
		if one != kept[0] {
			t.Errorf("records differ in more than what is random:\n%+v\n%+v", kept[0], one)
		}
	}
}

// P5: that somebody looked for replies, or read one, shows nowhere but in the sealed
// note to the reviewers: neither in the letterbox nor, by a code that nobody has,
// anywhere.
func TestP5ALookLeavesNoTrace(t *testing.T) {
	state := rig.NewState(t, rig.Erasing, 1)
	s := state.Serve(t, nil)
	marks := newSought()
	c, other := newSource(t, s, marks, "ar", "a"), newSource(t, s, marks, "en", "b")
	answer(t, s, c, other)
	look := func(what string, names []string, do func()) {
		t.Helper()
		before := readAll(t, s.Folder, names)
		do()
		for i, data := range readAll(t, s.Folder, names) {
			if !bytes.Equal(data, before[i]) {
				t.Errorf("%s: %s is not as it was", what, names[i])
			}
		}
	}
	letters := []string{"replies.db"}
	all := append(letters, filepath.Join("vault", "headers.db"), filepath.Join("vault", "payloads.db"))
	look("a code that nobody has", all, func() { c.typing(200, stranger(c.lang)) })
	var page string
	look("a code", all, func() { page = c.typing(200, strings.Join(c.words, " ")) })
	ids := rig.ReplyIDs(page)
	if len(ids) != 1 {
		t.Fatalf("%d replies wait", len(ids))
	}
	read := func() {
		if page := c.say(200, "reply", c.with(rig.Field{Name: "id", Value: ids[0]})); !strings.Contains(page, replyMark) {
			t.Error("the reply is not shown")
		}
	}
	look("a reply that is read", letters, read)
	look("a reply that is read again", all, read)
	look("a reply of another", all, func() {
		c.typing(200, strings.Join(other.words, " "))
		c.say(200, "reply", c.with(rig.Field{Name: "id", Value: ids[0]}))
	})
	// A withdrawal must be seen, or the search proves nothing.
	before := readAll(t, s.Folder, letters)
	other.say(200, "withdraw", other.with(rig.Field{Name: "sure", Value: "1"}))
	if bytes.Equal(before[0], readAll(t, s.Folder, letters)[0]) {
		t.Error("a withdrawal leaves the letterbox as it was")
	}
}

// readAll returns the bytes of files of a state.
func readAll(t *testing.T, folder string, names []string) (all [][]byte) {
	t.Helper()
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}
