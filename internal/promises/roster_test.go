package promises

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"
	"amana/internal/roster"
	"amana/internal/roster/book"
)

// keep lays a chain of rosters into a state, whatever their days.
func keep(t *testing.T, folder string, chain ...*roster.Signed) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := book.Create(folder, chain); err != nil {
		t.Fatal(err)
	}
}

// edit changes a file of the folder of rosters.
func edit(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := change(bytes.Clone(data))
	if bytes.Equal(changed, data) {
		t.Fatalf("%s was not changed", path)
	}
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
}

// P4: never a silent downgrade. With a roster that is not valid, in force and
// signed, or that was exchanged, the built server turns everybody away, gives the
// words back and keeps nothing; with the same rosters put back it takes testimony
// again.
func TestP4NeverASilentDowngrade(t *testing.T) {
	t.Parallel()
	state := rig.NewState(t, rig.Erasing, 2)
	folder := filepath.Join(state.Folder, "rosters")
	file := func(name string) string { return filepath.Join(folder, name) }
	// chain makes a chain of one roster or two, for the days given in pairs.
	chain := func(reviewers int, days ...int) []*roster.Signed {
		t.Helper()
		o := &rig.Org{Administrators: state.Administrators, Reviewers: state.Reviewers[:reviewers]}
		for i := 0; i < len(days); i += 2 {
			_, err := o.Next(rig.Day(days[i]), rig.Day(days[i+1]))
			must(t, err)
		}
		return o.Rosters
	}
	good := chain(2, -1, 100, 0, 100)
	one, two := good[0], good[1]
	other := chain(1, -1, 100, 0, 100)
	longer := func() *roster.Signed { // another roster after the first
		o := &rig.Org{Administrators: state.Administrators, Reviewers: state.Reviewers, Rosters: good[:1:1]}
		s, err := o.Next(rig.Day(0), rig.Day(3000))
		must(t, err)
		return s
	}()

	// serves runs the server on what is there now and fails the test unless it is
	// open, or closed.
	taken := 0
	serves := func(what string, open bool) {
		t.Helper()
		s, err := state.Start(nil)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		defer s.Kill()
		want := 503
		if open {
			want = 200
			taken++
		}
		words := fmt.Sprintf("words of %s, %d", what, taken)
		for _, page := range []string{"/", "/ar/testimony", "/en/testimony"} {
			status, body, err := s.Send(strings.NewReader("GET " + page + " HTTP/1.1\r\nHost: amana.onion\r\n\r\n"))
			if page == "/" && open && status == 303 { // to a language
				status = 200
			}
			if err != nil || status != want || !strings.Contains(body, "</html>") && status != 200 {
				t.Errorf("%s: %s answers with %d, want %d (%v)", what, page, status, want, err)
			}
		}
		status, page, err := s.Post(words)
		if err != nil || status != want {
			t.Errorf("%s: a testimony is answered with %d, want %d (%v)", what, status, want, err)
		}
		if !open && !strings.Contains(page, words) {
			t.Errorf("%s: the words are not given back", what)
		}
		if n := statusOf(t, state).Testimonies; n != taken {
			t.Fatalf("%s: %d testimonies are kept, want %d", what, n, taken)
		}
	}
	whole := func() { t.Helper(); keep(t, folder, good...) }

	for _, c := range []struct {
		what  string
		spoil func()
	}{
		{"expired", func() { keep(t, folder, chain(2, -40, -2, -30, -1)...) }},
		{"expired, and the one before is not", func() { keep(t, folder, chain(2, -40, 100, -30, -1)...) }},
		{"not yet in force", func() { keep(t, folder, chain(2, 1, 100, 2, 100)...) }},
		{"not yet, and the one before is", func() { keep(t, folder, chain(2, -1, 100, 1, 100)...) }},
		{"one that is over", func() { keep(t, folder, chain(2, -40, -1)...) }},
		{"no folder", func() { must(t, os.RemoveAll(folder)) }},
		{"a file for a folder", func() { must(t, os.RemoveAll(folder)); must(t, os.WriteFile(folder, nil, 0o600)) }},
		{"an empty folder", func() { must(t, os.RemoveAll(folder)); must(t, os.Mkdir(folder, 0o700)) }},
		{"no pin", func() { must(t, os.Remove(file("pin"))) }},
		{"no newest", func() { must(t, os.Remove(file("2.txt"))) }},
		{"no first", func() { must(t, os.Remove(file("1.txt"))) }},
		{"another first", func() { must(t, os.WriteFile(file("1.txt"), other[0].Bytes(), 0o600)) }},
		{"another first, pinned", func() {
			must(t, os.WriteFile(file("1.txt"), other[0].Bytes(), 0o600))
			edit(t, file("pin"), replace(one.SHA256(), other[0].SHA256()))
		}},
		{"another newest", func() { must(t, os.WriteFile(file("2.txt"), longer.Bytes(), 0o600)) }},
		{"of another chain", func() { must(t, os.WriteFile(file("2.txt"), other[1].Bytes(), 0o600)) }},
		{"the first in place of the newest", func() { must(t, os.WriteFile(file("2.txt"), one.Bytes(), 0o600)) }},
		{"a gap", func() { must(t, os.Rename(file("2.txt"), file("3.txt"))) }},
		{"empty", func() { must(t, os.Truncate(file("2.txt"), 0)) }},
		{"empty pin", func() { must(t, os.Truncate(file("pin"), 0)) }},
		{"cut off", func() { must(t, os.Truncate(file("2.txt"), int64(len(two.Bytes())-1))) }},
		{"another date", func() { edit(t, file("2.txt"), replace("until "+rig.Day(100), "until "+rig.Day(400))) }},
		{"another name", func() { edit(t, file("2.txt"), replace("Reviewer 2", "Reviewer 3")) }},
		{"fewer signatures", func() { edit(t, file("2.txt"), replace("\nsignatures 1\n", "\nsignatures 0\n")) }},
		{"no signature", func() {
			edit(t, file("2.txt"), func(b []byte) []byte { return b[:bytes.Index(b, []byte("\n— "))+1] })
		}},
		{"a signature of another", func() {
			edit(t, file("2.txt"), func(b []byte) []byte {
				from := longer.Bytes()
				return append(b[:bytes.Index(b, []byte("\n— "))], from[bytes.Index(from, []byte("\n— ")):]...)
			})
		}},
	} {
		whole()
		c.spoil()
		serves(c.what, false)
	}
	whole()
	serves("put back", true)
	// A copy of before with its pin: what is kept by now shows that it is older.
	keep(t, folder, one)
	serves("rolled back", false)
	whole()
	serves("put back again", true)
	for name, places := range map[string]int{"2.txt": 24, "pin": 16} {
		data, err := os.ReadFile(file(name))
		if err != nil {
			t.Fatal(err)
		}
		for i := range places {
			at := len(data) * i / places
			edit(t, file(name), func(b []byte) []byte { b[at] ^= []byte{1, 0x20, 0x80}[i%3]; return b })
			serves(fmt.Sprintf("byte %d of %s changed", at, name), false)
			must(t, os.WriteFile(file(name), data, 0o600))
		}
		serves(name+" as it was", true)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func replace(old, new string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(new), 1) }
}
