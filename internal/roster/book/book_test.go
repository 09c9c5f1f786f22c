package book

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/roster"
)

func TestCreate(t *testing.T) {
	chain := newOffice(t).chain(t, 3)
	for n := 1; n <= 3; n++ {
		folder := filepath.Join(t.TempDir(), "rosters")
		b, err := Create(folder, chain[:n])
		if err != nil {
			t.Fatal(err)
		}
		same(t, "created", folder, files(chain[:n]))
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
				t.Errorf("%s has mode %v (%v)", e.Name(), info.Mode(), err)
			}
		}
		if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the folder has mode %v (%v)", info.Mode(), err)
		}
		again, err := Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []*Book{b, again} {
			if len(b.All()) != n || !bytes.Equal(b.Newest().Bytes(), chain[n-1].Bytes()) || b.All()[0].Sum() != chain[0].Sum() {
				t.Errorf("it holds %d rosters up to %d", len(b.All()), b.Newest().Epoch)
			}
		}
		if _, err := Create(folder, chain[:n]); !errors.Is(err, fs.ErrExist) {
			t.Errorf("created twice: %v", err)
		}
		same(t, "created twice", folder, files(chain[:n]))
	}
}

func TestCreateRefuses(t *testing.T) {
	o := newOffice(t)
	chain, other := o.chain(t, 3), o.chain(t, 3)
	for name, bad := range map[string][]*roster.Signed{
		"nothing":      nil,
		"from 2":       chain[1:],
		"gap":          {chain[0], chain[2]},
		"other":        {chain[0], other[1]},
		"a draft":      {sign(t, o.draft(t, nil))},
		"half signed":  {sign(t, o.draft(t, nil), o.signers[0])},
		"half signed2": {chain[0], sign(t, o.draft(t, chain[0]), o.signers[1])},
	} {
		folder := filepath.Join(t.TempDir(), "rosters")
		b, err := Create(folder, bad)
		if b != nil || !errors.Is(err, roster.ErrChain) && !errors.Is(err, roster.ErrSignatures) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a folder was made (%v)", name, err)
		}
	}
	for name, there := range map[string]map[string]string{
		"another first":      {"1.txt": string(other[0].Bytes())},
		"something":          {"1.txt": "x"},
		"one beyond":         {"4.txt": "x"},
		"another book":       files(other),
		"a mark":             {"pin": ""},
		"other signatures":   {"2.txt": string(sign(t, &chain[1].Roster, o.signers[1], o.signers[0]).Bytes())},
		"a longer one there": {"1.txt": string(chain[0].Bytes()), "4.txt": string(chain[2].Bytes())},
	} {
		folder := lay(t, there)
		b, err := Create(folder, chain)
		if b != nil || !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", name, err)
		}
		for file, data := range there {
			if content(t, folder)[file] != data {
				t.Errorf("%s: %s was changed", name, file)
			}
		}
		if _, marked := there["pin"]; !marked && content(t, folder)["pin"] != "" {
			t.Errorf("%s: a mark was made", name)
		}
	}
	if _, err := Create(filepath.Join(t.TempDir(), "none", "rosters"), chain); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no place for the folder: %v", err)
	}
}

// Create that is cut off between any two of its steps leaves no book, and the
// same Create then makes it whole.
func TestCreateCutOff(t *testing.T) {
	chain := newOffice(t).chain(t, 3)
	for n := range len(chain) + 1 {
		half := map[string]string{}
		for _, s := range chain[:n] {
			half[fmt.Sprintf("%d.txt", s.Epoch)] = string(s.Bytes())
		}
		for _, torn := range []string{"", ".1.txt.partial-17", ".pin.partial-17"} {
			before := maps.Clone(half)
			if torn != "" {
				before[torn] = "amana ros"
			}
			folder := lay(t, before)
			_, err := Open(folder)
			if n == 0 {
				refused(t, "nothing", err, ErrAbsent, "no rosters here yet")
			} else { // or a book that lost its mark: no other is made up for it
				refused(t, "half", err, ErrTampered, "is missing")
			}
			same(t, "opened", folder, before)
			if _, err := Create(folder, chain); err != nil {
				t.Fatalf("%d files there, then again: %v", n, err)
			}
			want := files(chain)
			if torn != "" {
				want[torn] = before[torn]
			}
			same(t, "ended", folder, want)
		}
	}
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	refused(t, "no folder", err, ErrAbsent, "")
}

// Import that is cut off between its two steps is ended by Open, which then
// remembers the new roster as Import would have.
func TestImportCutOff(t *testing.T) {
	chain := newOffice(t).chain(t, 4)
	for n := 1; n < len(chain); n++ {
		states := files(chain[:n])
		states["."+fmt.Sprint(n+1)+".txt.partial-1"] = "amana ros" // killed while it wrote
		folder := lay(t, states)
		b, err := Open(folder)
		if err != nil || b.Newest().Epoch != uint32(n) {
			t.Fatalf("torn file: %v", err)
		}
		same(t, "torn file", folder, states)

		states[fmt.Sprintf("%d.txt", n+1)] = string(chain[n].Bytes()) // killed before the mark
		states[".pin.partial-2"] = "first "
		folder = lay(t, states)
		if b, err = Open(folder); err != nil || b.Newest().Epoch != uint32(n+1) {
			t.Fatalf("no mark: %v", err)
		}
		states["pin"] = files(chain[:n+1])["pin"]
		same(t, "no mark", folder, states)
		// From then on it cannot be taken back.
		if err := os.Remove(filepath.Join(folder, fmt.Sprintf("%d.txt", n+1))); err != nil {
			t.Fatal(err)
		}
		_, err = Open(folder)
		refused(t, "taken back", err, ErrTampered, "is missing")
	}
}

// A book whose mark cannot be written stays with the roster it has, and the same
// Import takes the new one once it can be.
func TestImportDiskFails(t *testing.T) {
	chain := newOffice(t).chain(t, 2)
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:1])
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(folder, "pin")
	old, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(mark), os.MkdirAll(filepath.Join(mark, "x"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if s, err := b.Import(chain[1].Bytes(), today); err == nil || s != nil || b.Newest().Epoch != 1 {
		t.Errorf("imported without a mark: %v", err)
	}
	if err := errors.Join(os.RemoveAll(mark), os.WriteFile(mark, old, 0o600)); err != nil {
		t.Fatal(err)
	}
	if s, err := b.Import(chain[1].Bytes(), today); err != nil || s.Epoch != 2 || b.Newest().Epoch != 2 {
		t.Errorf("imported again: %v", err)
	}
	same(t, "in the end", folder, files(chain))

	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	next := sign(t, newOffice(t).draft(t, nil)) // any
	if _, err := b.Import(next.Bytes(), today); err == nil {
		t.Error("imported a draft into nothing")
	}
}

func TestInForce(t *testing.T) {
	b, err := Create(filepath.Join(t.TempDir(), "rosters"), newOffice(t).chain(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	for day, kind := range map[string]error{
		"2026-11-21": roster.ErrNotYet, "2026-11-22": nil, "2027-05-22": nil, "2027-05-23": roster.ErrExpired, "": roster.ErrMalformed,
	} {
		s, err := b.InForce(day)
		if !errors.Is(err, kind) || (s == nil) != (kind != nil) || s != nil && s != b.Newest() {
			t.Errorf("%s: %v, %v", day, s, err)
		}
	}
}

// A newest roster that is over closes; the one before it, even if it has days
// left, does not come back.
func TestP4NoStepBack(t *testing.T) {
	o := newOffice(t)
	first := o.chain(t, 1)
	short := o.draft(t, first[0])
	short.Until = "2026-12-02"
	b, err := Create(filepath.Join(t.TempDir(), "rosters"), append(first, sign(t, short, o.signers...)))
	if err != nil {
		t.Fatal(err)
	}
	if s, err := b.InForce("2026-12-03"); !errors.Is(err, roster.ErrExpired) || s != nil {
		t.Errorf("%v, %v", s, err)
	}
	if s, err := b.Import(first[0].Bytes(), "2026-12-03"); !errors.Is(err, roster.ErrChain) || s != nil {
		t.Errorf("%v, %v", s, err)
	}
	if !strings.Contains(b.Newest().Until, "2026-12-02") {
		t.Error("the newest is another")
	}
}
