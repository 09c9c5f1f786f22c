package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/synthetic"
	"amana/internal/workspace"
)

// coded fills shelves that synthetic testimonies do not: coding, links, custody, and
// one with bytes that are no text.
func (d *desk) coded(t *testing.T) {
	t.Helper()
	all, err := cases.Load(d.Workspace)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := d.key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	signed, err := cases.Author{Signer: signer, Key: d.key.VerifierKey(), Name: d.key.Name}.Sign(
		cases.Entry{Subject: all[0].Threads[0].ID, Field: "note", Value: "“words” of a reviewer"})
	if err != nil {
		t.Fatal(err)
	}
	writes, err := cases.Writes(signed)
	if err != nil {
		t.Fatal(err)
	}
	events := []custody.Event{{Act: custody.Coded, Subjects: []custody.Subject{{Case: all[0].ID}}}}
	writes = append(writes, workspace.Write{Shelf: "strange", Key: "\xff\x00", Value: []byte{0, 1, 0xfe}}, workspace.Write{Shelf: "strange", Key: "empty", Value: []byte{}},
		workspace.Write{Shelf: "views", Key: "/some/path", Value: []byte("{}")})
	if err := d.log.Put(events, writes...); err != nil {
		t.Fatal(err)
	}
}

// An archive, taken in and written again, is the same bytes; and what was taken in is
// an equal workspace, whose originals open.
func TestArchiveComesBack(t *testing.T) {
	made := synthetic.Make(21, 8, synthetic.Options{Names: 60, Files: true})
	d := newDesk(t, true, made)
	d.coded(t)
	if err := d.Put(workspace.Looked(made[0].Threads[0].Envelopes[0].ID)...); err != nil {
		t.Fatal(err)
	}
	first, m := d.export(t, JSON, consent.Own, true, true)

	again := &desk{key: d.key}
	var err error
	if again.Workspace, err = workspace.Create(filepath.Join(t.TempDir(), "work"), d.ids()); err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	root, err := os.OpenRoot(first)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if got, err := Import(t.Context(), root, again.Workspace); err != nil || got.SHA256 != m.SHA256 {
		t.Fatal(err)
	}
	if again.log, err = custody.Open(again.Workspace, again.key); err != nil {
		t.Fatal(err)
	}
	second, m2 := again.export(t, JSON, consent.Own, true, true)
	if m.SHA256 != m2.SHA256 || len(m.Entries) < 30 {
		t.Errorf("%d and %d files, and not the same", len(m.Entries), len(m2.Entries))
	}
	for _, e := range m.Entries {
		if !bytes.Equal(read(t, first, e.Name), read(t, second, e.Name)) {
			t.Errorf("%s is not the same", e.Name)
		}
	}
	same(t, d.Workspace, again.Workspace)
	for _, e := range made[0].Threads[0].Envelopes {
		envelope, file, err := again.Envelope(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := envelope.CheckPadding(t.Context()); err != nil {
			t.Error(err)
		}
		file.Close()
	}
	if n, err := cases.Verify(again.Workspace); err != nil || n != 1 {
		t.Errorf("%d entries: %v", n, err)
	}
}

// same compares every record of two workspaces, and every original.
func same(t *testing.T, a, b *workspace.Workspace) {
	t.Helper()
	shelves, err := a.Shelves()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"refs", "documents", "coding", "custody", "new", "strange", "views"} {
		if !slices.Contains(shelves, want) {
			t.Errorf("the test fills no shelf %s: %v", want, shelves)
		}
	}
	for _, name := range shelves {
		n := 0
		for item, err := range a.Shelf(name).All() {
			if err != nil {
				t.Fatal(err)
			}
			value, err := b.Shelf(name).Get(item.Key)
			if err != nil || !bytes.Equal(value, item.Value) && name != viewsShelf {
				t.Errorf("%s %q: %q, want %q (%v)", name, item.Key, value, item.Value, err)
			}
			n++
		}
		if keys, err := b.Shelf(name).Keys(); err != nil || len(keys) != n && name != viewsShelf {
			t.Errorf("%s: %d records, want %d (%v)", name, len(keys), n, err)
		}
	}
	for ref, err := range a.Refs() {
		if err != nil {
			t.Fatal(err)
		}
		if x, y := original(t, a, ref.ID), original(t, b, ref.ID); !bytes.Equal(x, y) {
			t.Errorf("the original of %s is not the same", ref.ID)
		}
	}
}

func original(t *testing.T, w *workspace.Workspace, id string) []byte {
	t.Helper()
	f, err := w.Original(id)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What an archive holds is found when it was changed, and an export for others is no
// archive.
func TestDamagedArchive(t *testing.T) {
	d := newDesk(t, true, synthetic.Make(22, 2, synthetic.Options{Alone: true}))
	d.coded(t)
	take := func(path string) error {
		w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), d.ids())
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		root, err := os.OpenRoot(path)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		_, err = Import(t.Context(), root, w)
		return err
	}
	whole, m := d.export(t, JSON, consent.Own, false, false)
	if err := take(whole); err != nil {
		t.Fatal(err)
	}
	for _, e := range append(slices.Clone(m.Entries), Entry{Name: ManifestName}) {
		for name, change := range map[string]func(path string, data []byte) error{
			"flipped":   func(path string, data []byte) error { data[len(data)/2] ^= 1; return os.WriteFile(path, data, 0o600) },
			"cut off":   func(path string, data []byte) error { return os.WriteFile(path, data[:len(data)-1], 0o600) },
			"missing":   func(path string, _ []byte) error { return os.Remove(path) },
			"elsewhere": func(path string, _ []byte) error { os.Remove(path); return os.Symlink("/etc/hostname", path) },
		} {
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			if err := change(filepath.Join(copied, e.Name), read(t, whole, e.Name)); err != nil {
				t.Fatal(err)
			}
			if take(copied) == nil {
				t.Errorf("%s %s: it was taken", e.Name, name)
			}
		}
	}
	for name, change := range map[string]func(*Manifest){
		"a name that leads out": func(m *Manifest) { m.Entries[0].Name = "../" + m.Entries[0].Name },
		"a name of a root":      func(m *Manifest) { m.Entries[0].Name = "/etc/hostname" },
		"an original less": func(m *Manifest) {
			m.Entries = slices.DeleteFunc(m.Entries, func(e Entry) bool { return strings.HasPrefix(e.Name, originalsFolder) })
		},
		"for others": func(m *Manifest) { m.For = consent.IIIM },
		"as CSV":     func(m *Manifest) { m.Format = CSV },
		"newer":      func(m *Manifest) { m.Version = 2 },
	} {
		changed := *m
		changed.Entries = slices.Clone(m.Entries)
		change(&changed)
		data, err := changed.canonical()
		if err != nil {
			t.Fatal(err)
		}
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, ManifestName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		err = take(copied)
		if err == nil || strings.HasPrefix(name, "for") && !errors.Is(err, ErrNotArchive) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Coding that its reviewer did not sign so is refused, whatever hashes the manifest has.
func TestForgedCoding(t *testing.T) {
	d := newDesk(t, true, synthetic.Make(24, 1, synthetic.Options{Alone: true}))
	d.coded(t)
	path, m := d.export(t, JSON, consent.Own, false, false)
	name := recordsFolder + "coding.jsonl"
	data := read(t, path, name)
	forged := bytes.Replace(data, []byte("“words”"), []byte("“lies!”"), 1)
	if bytes.Equal(data, forged) || len(data) != len(forged) {
		t.Fatal("nothing was forged")
	}
	sum := sha256.Sum256(forged)
	for i := range m.Entries {
		if m.Entries[i].Name == name {
			m.Entries[i].SHA256 = hex.EncodeToString(sum[:])
		}
	}
	manifest, err := m.canonical()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{name: forged, ManifestName: manifest} {
		if err := os.WriteFile(filepath.Join(path, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), d.ids())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	root, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := Import(t.Context(), root, w); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}

// The manifest names every file of the folder with its hash, and nothing else.
func TestManifestIsWhole(t *testing.T) {
	d := newDesk(t, true, synthetic.Make(23, 6, synthetic.Options{Files: true, Names: 60}))
	d.coded(t)
	for _, f := range []Format{JSON, CSV, Uwazi, FtM} {
		path, _ := d.export(t, f, consent.Own, true, true)
		data := read(t, path, ManifestName)
		m, err := ReadManifest(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		named := make(map[string]bool)
		for _, e := range m.Entries {
			named[e.Name] = true
		}
		files := 0
		err = fs.WalkDir(os.DirFS(path), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && name != ManifestName {
				files++
				if info, _ := entry.Info(); !named[name] || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %s is in no manifest, or others may read it", f, name)
				}
			}
			return err
		})
		if err != nil || files != len(m.Entries) || m.Format != f || m.Cases == 0 || m.Custody == "" {
			t.Errorf("%s: %d files, %d entries: %v", f, files, len(m.Entries), err)
		}
		var loose map[string]any
		if err := json.Unmarshal(data, &loose); err != nil || len(loose) != 10 {
			t.Errorf("%s: %d keys: %v", f, len(loose), err)
		}
	}
}
