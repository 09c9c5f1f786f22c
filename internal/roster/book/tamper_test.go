package book

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/roster"
)

// An older state that is put back, or any other change of the folder, is found,
// and found again: nothing is mended over it.
func TestP4RolledBack(t *testing.T) {
	o := newOffice(t)
	chain, other := o.chain(t, 3), o.chain(t, 3)
	good := files(chain)
	fork := sign(t, o.draft(t, chain[1]), o.signers...) // another roster 3, signed as well
	stranger := newOffice(t)
	forged := sign(t, stranger.draft(t, chain[2]), stranger.signers...)
	late := o.draft(t, chain[2])
	late.From = "2026-11-21"
	pin := func(old, new string) map[string]string {
		if !strings.Contains(good["pin"], old) {
			t.Fatalf("%q does not stand in the pin", old)
		}
		return map[string]string{"pin": strings.Replace(good["pin"], old, new, 1)}
	}
	put := func(name string, s *roster.Signed) map[string]string {
		return map[string]string{name: string(s.Bytes())}
	}
	const gone = "gone"
	for name, change := range map[string]map[string]string{
		"newest gone":             {"3.txt": gone},
		"newest two gone":         {"3.txt": gone, "2.txt": gone},
		"middle gone":             {"2.txt": gone},
		"first gone":              {"1.txt": gone},
		"all gone":                {"1.txt": gone, "2.txt": gone, "3.txt": gone},
		"newest is the middle":    put("3.txt", chain[1]),
		"newest is another":       put("3.txt", fork),
		"newest a draft":          put("3.txt", sign(t, &chain[2].Roster)),
		"newest half signed":      put("3.txt", sign(t, &chain[2].Roster, o.signers[0])),
		"newest emptied":          {"3.txt": ""},
		"newest cut":              {"3.txt": good["3.txt"][:len(good["3.txt"])-1]},
		"newest longer":           {"3.txt": good["3.txt"] + "\n"},
		"newest huge":             {"3.txt": good["3.txt"] + strings.Repeat("x", roster.MaxSize)},
		"newest lives longer":     {"3.txt": strings.Replace(good["3.txt"], "until 2027", "until 2037", 1)},
		"middle edited":           {"2.txt": strings.Replace(good["2.txt"], "Reviewer A", "Reviewer X", 1)},
		"first is another":        put("1.txt", other[0]),
		"first edited":            {"1.txt": strings.Replace(good["1.txt"], "from 2026-11-22", "from 2026-11-21", 1)},
		"all but the pin":         {"1.txt": files(other)["1.txt"], "2.txt": files(other)["2.txt"], "3.txt": files(other)["3.txt"]},
		"other chain, half a pin": {"1.txt": files(other)["1.txt"], "2.txt": files(other)["2.txt"], "3.txt": files(other)["3.txt"], "pin": strings.Replace(files(other)["pin"], other[0].SHA256(), chain[0].SHA256(), 1)},
		"pin lower, files stay":   pin("newest 3 ", "newest 2 "),
		"pin higher":              pin("newest 3 ", "newest 4 "),
		"pin much higher":         pin("newest 3 ", "newest 4294967295 "),
		"pin zero":                pin("newest 3 ", "newest 0 "),
		"pin with 03":             pin("newest 3 ", "newest 03 "),
		"pin names another":       pin(chain[2].SHA256(), fork.SHA256()),
		"pin begins with another": pin(chain[0].SHA256(), other[0].SHA256()),
		"pin empty":               {"pin": ""},
		"pin cut":                 {"pin": good["pin"][:len(good["pin"])-1]},
		"pin longer":              {"pin": good["pin"] + "\n"},
		"pin huge":                {"pin": strings.Repeat(good["pin"], 1000)},
		"pin garbage":             {"pin": "\x00\xff"},
		"pin in capitals":         pin(chain[0].SHA256(), strings.ToUpper(chain[0].SHA256())),
		"pin with Windows ends":   {"pin": strings.ReplaceAll(good["pin"], "\n", "\r\n")},
		"beyond, garbage":         {"4.txt": "x"},
		"beyond, a stranger's":    put("4.txt", forged),
		"beyond, of another":      put("4.txt", sign(t, o.draft(t, fork), o.signers...)),
		"beyond, begins before":   put("4.txt", sign(t, late, o.signers...)),
		"beyond, half signed":     put("4.txt", sign(t, o.draft(t, chain[2]), o.signers[0])),
		"beyond, a draft":         put("4.txt", sign(t, o.draft(t, chain[2]))),
		"beyond, the newest":      {"4.txt": good["3.txt"]},
	} {
		state := maps.Clone(good)
		for file, data := range change {
			state[file] = data
			if data == gone {
				delete(state, file)
			}
		}
		folder := lay(t, state)
		for _, open := range []func(string) (*Book, error){Read, Open, Open} {
			b, err := open(folder)
			refused(t, name, err, ErrTampered, "")
			if b != nil {
				t.Errorf("%s: a book is returned", name)
			}
		}
		same(t, name, folder, state)
	}
	state := maps.Clone(good)
	delete(state, "pin")
	_, err := Open(lay(t, state))
	refused(t, "pin gone", err, ErrTampered, "mark (the file pin) is missing")
	_, err = Open(lay(t, map[string]string{"3.txt": good["3.txt"]}))
	refused(t, "pin gone, and others", err, ErrTampered, "mark (the file pin) is missing")
	_, err = Open(lay(t, map[string]string{".3.txt.partial-1": "x", "0.txt": "", "03.txt": "", "notes.txt": ""}))
	refused(t, "none was ever there", err, ErrAbsent, "no mark")

	state = maps.Clone(good)
	state["3.txt"] = good["2.txt"]
	_, err = Open(lay(t, state))
	refused(t, "newest is the middle", err, ErrTampered, "3.txt: it is roster 2")

	// A mark that is older than the files is what an Import that was cut off
	// leaves: the files say it all, and the mark is brought up to them.
	state = maps.Clone(good)
	state["pin"] = files(chain[:1])["pin"]
	folder := lay(t, state)
	if b, err := Open(folder); err != nil || b.Newest().Epoch != 3 {
		t.Errorf("older pin: %v", err)
	}
	same(t, "older pin", folder, good)

	// The test must be able to pass: as it was, it opens.
	if b, err := Open(lay(t, good)); err != nil || b.Newest().Epoch != 3 {
		t.Error(err)
	}
}

// What is not a file is not waited for.
func TestOpenOddFiles(t *testing.T) {
	chain := newOffice(t).chain(t, 2)
	for _, name := range []string{"2.txt", "3.txt", "pin"} {
		folder := lay(t, files(chain))
		path := filepath.Join(folder, name)
		os.Remove(path)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := Open(folder)
		refused(t, name+" a folder", err, ErrTampered, "is not a file as it was written")
		if err := errors.Join(os.Remove(path), os.Symlink("1.txt", path)); err != nil {
			t.Fatal(err)
		}
		_, err = Open(folder)
		refused(t, name+" a link", err, ErrTampered, "is not a file as it was written")
	}
	// Other names mean nothing.
	odd := files(chain)
	for _, n := range []string{"0.txt", "03.txt", "4.txt", "3.txt~", "notes"} {
		odd[n] = "x"
	}
	folder := lay(t, odd)
	if b, err := Open(folder); err != nil || b.Newest().Epoch != 2 {
		t.Errorf("with other files: %v", err)
	}
	same(t, "with other files", folder, odd)
}

// Every byte of the mark, and bytes all over the rosters, changed, are found. (Of
// a roster, package roster tries every byte.)
func TestP4BytesOfTheBook(t *testing.T) {
	good := files(newOffice(t).chain(t, 2))
	folder := lay(t, good)
	for name, data := range good {
		path, step := filepath.Join(folder, name), 61
		if name == pinName {
			step = 1
		}
		for i := 0; i < len(data); i += step {
			b := []byte(data)
			b[i] ^= 0x01
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(folder); !errors.Is(err, ErrTampered) {
				t.Errorf("byte %d of %s: %v", i, name, err)
			}
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(folder); err != nil {
		t.Errorf("as it was: %v", err)
	}
}
