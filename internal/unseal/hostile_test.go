package unseal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/testimony"
)

// named returns a change that gives the first entry another name everywhere, so
// that only the name is wrong.
func named(name string) func(*sample) {
	return func(s *sample) {
		s.testimony.Files[0].Entry = name
		s.manifest = func(m *testimony.Manifest) { m.Entries[0].Name = name }
		s.entries = func(e []rawEntry) []rawEntry { e[0].name = name; return e }
	}
}

func entry(i int, change func(*rawEntry)) func(*sample) {
	return func(s *sample) {
		s.entries = func(e []rawEntry) []rawEntry { change(&e[i]); return e }
	}
}

func document(doc string) func(*sample) { return func(s *sample) { s.document = []byte(doc) } }

// doc returns a testimony.json without files, with one part replaced.
func doc(old, new string) func(*sample) {
	const good = `{"schema":"amana/testimony/1","language":"ar","answers":{"narrative":"x"},"files":[],` +
		`"received":"2026-11-22","roster":{"epoch":1,"sha256":"abababababababababababababababababababababababababababababababab"}}`
	if !strings.Contains(good, old) {
		panic(old)
	}
	return func(s *sample) {
		s.files = nil
		s.document = []byte(strings.Replace(good, old, new, 1))
	}
}

// hostile is every kind of envelope of schema 1 that somebody with the reviewers'
// public keys could make. The order of testimony.json among the entries is 2, after two
// files.
var hostile = map[string]func(*sample){
	"traversal":          named("../../x.jpg"),
	"traversal in files": named("files/../x.jpg"),
	"absolute":           named("/etc/passwd"),
	"windows drive":      named(`C:\x.jpg`),
	"backslash":          named(`files\001.jpg`),
	"device name":        named("files/CON.jpg"),
	"device name 2":      named("NUL"),
	"directory":          named("files/"),
	"directory 2":        named("files/001.jpg/"),
	"number":             named("files/002.jpg"),
	"no ending":          named("files/001"),
	"two endings":        named("files/001.jpg.exe"),
	"long ending":        named("files/001.abcdefghi"),
	"capital":            named("files/001.JPG"),
	"rlo override":       named("files/001.\u202egpj"),
	"nul":                named("files/001.jp\x00"),
	"newline":            named("files/001.jpg\n"),
	"invalid utf-8":      named("files/001.\xff"),
	"empty name":         named(""),
	"long name":          named(strings.Repeat("a", 60000)),
	"local name differs": entry(0, func(e *rawEntry) { e.localName = "files/009.jpg" }),
	"deflate":            entry(0, func(e *rawEntry) { e.method = 8 }),
	"bomb":               entry(0, func(e *rawEntry) { e.method = 8; e.size = 1 << 31; e.compressed = 10 }),
	"sizes differ":       entry(0, func(e *rawEntry) { e.compressed = 4 }),
	"larger than all":    entry(0, func(e *rawEntry) { e.size = 1 << 30 }),
	"unknown method":     entry(0, func(e *rawEntry) { e.method = 99 }),
	"encrypted":          entry(0, func(e *rawEntry) { e.flags = 1 }),
	"strong encryption":  entry(0, func(e *rawEntry) { e.flags = 64 }),
	"symlink":            entry(0, func(e *rawEntry) { e.creator = 3; e.attrs = 0o120777 << 16 }),
	"device":             entry(0, func(e *rawEntry) { e.creator = 3; e.attrs = 0o060666 << 16 }),
	"setuid":             entry(0, func(e *rawEntry) { e.creator = 3; e.attrs = 0o104755 << 16 }),
	"dos directory":      entry(0, func(e *rawEntry) { e.attrs = 16 }),
	"time":               entry(0, func(e *rawEntry) { e.time = 0x5a215a21 }),
	"extra":              entry(0, func(e *rawEntry) { e.extra = []byte{0x55, 0x54, 1, 0, 0} }),
	"needless zip64":     entry(0, func(e *rawEntry) { e.extra = append([]byte{1, 0, 24, 0}, make([]byte, 24)...) }),
	"zip64 size": entry(0, func(e *rawEntry) {
		e.size = 0xffffffff
		e.extra = append([]byte{1, 0, 24, 0}, bytes.Repeat([]byte{0x7f}, 24)...)
	}),
	"entry comment":   entry(0, func(e *rawEntry) { e.comment = []byte("run me") }),
	"checksum":        entry(0, func(e *rawEntry) { e.crc = 1 }),
	"gap":             entry(1, func(e *rawEntry) { e.gap = []byte("hidden") }),
	"prefix":          entry(0, func(e *rawEntry) { e.gap = []byte("#!/bin/sh\n") }),
	"overlap":         entry(1, func(e *rawEntry) { e.offset = new(uint32) }),
	"offset past end": entry(1, func(e *rawEntry) { o := uint32(1 << 30); e.offset = &o }),
	"hidden in padding": entry(4, func(e *rawEntry) {
		e.data = append(make([]byte, 300), "hidden"...)
	}),
	"duplicate": func(s *sample) {
		s.entries = func(e []rawEntry) []rawEntry { return slices.Insert(e, 1, e[0]) }
	},
	"two testimonies": func(s *sample) {
		s.entries = func(e []rawEntry) []rawEntry { return slices.Insert(e, 3, e[2]) }
	},
	"reordered":         func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { e[0], e[1] = e[1], e[0]; return e } },
	"documents swapped": func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { e[2], e[3] = e[3], e[2]; return e } },
	"padding first":     func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return append(e[4:], e[:4]...) } },
	"no padding":        func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return e[:4] } },
	"no manifest":       func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return slices.Delete(e, 3, 4) } },
	"no testimony":      func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return slices.Delete(e, 2, 3) } },
	"file missing":      func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return slices.Delete(e, 1, 2) } },
	"no entries":        func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return nil } },
	"entry after": func(s *sample) {
		s.entries = func(e []rawEntry) []rawEntry { return append(e, rawEntry{name: "run.sh"}) }
	},
	"too many":        func(s *sample) { s.entries = func(e []rawEntry) []rawEntry { return slices.Repeat(e, 1000) } },
	"file not listed": func(s *sample) { s.manifest = func(m *testimony.Manifest) { m.Entries = m.Entries[1:] } },
	"listed, not there": func(s *sample) {
		s.manifest = func(m *testimony.Manifest) { m.Entries = append(m.Entries, m.Entries[0]) }
	},
	"size in manifest": func(s *sample) { s.manifest = func(m *testimony.Manifest) { m.Entries[0].Size++ } },
	"negative size":    func(s *sample) { s.manifest = func(m *testimony.Manifest) { m.Entries[0].Size = -1 } },
	"hash of file": func(s *sample) {
		s.manifest = func(m *testimony.Manifest) { m.Entries[1].SHA256 = strings.Repeat("0", 64) }
	},
	"hash of testimony": func(s *sample) {
		s.manifest = func(m *testimony.Manifest) { m.Entries[2].SHA256 = strings.Repeat("0", 64) }
	},
	"capital hash": func(s *sample) {
		s.manifest = func(m *testimony.Manifest) { m.Entries[0].SHA256 = strings.Repeat("A", 64) }
	},
	"short hash":         func(s *sample) { s.manifest = func(m *testimony.Manifest) { m.Entries[0].SHA256 = "00" } },
	"manifest not json":  func(s *sample) { s.rawJSON = []byte("PK") },
	"manifest empty":     func(s *sample) { s.rawJSON = []byte("{}") },
	"manifest too large": func(s *sample) { s.rawJSON = bytes.Repeat([]byte(" "), testimony.MaxDocument+1) },
	"file not named":     func(s *sample) { s.testimony.Files = s.testimony.Files[:1] },
	"file named twice":   func(s *sample) { s.testimony.Files[1] = s.testimony.Files[0] },
	"huge json":          document(strings.Repeat(" ", testimony.MaxDocument+1)),
	"deep json":          document(strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)),
	"deep list":          document(strings.Repeat("[", 1_000_000)),
	"empty json":         document(""),
	"list":               document("[]"),
	"null":               document("null"),
	"cut json":           doc(`}}`, ``),
	"after the end":      doc(`}}`, `}} {}`),
	"other schema":       doc(`amana/testimony/1`, `other/1`),
	"schema a number":    doc(`"amana/testimony/1"`, `1`),
	"unknown key":        doc(`"language"`, `"command":"rm","language"`),
	"key twice":          doc(`"language"`, `"language":"en","language"`),
	"key in other case":  doc(`"language"`, `"Language":"en","language"`),
	"answer key":         doc(`"narrative"`, `"../narrative"`),
	"answer a list":      doc(`"x"`, `["x"]`),
	"language":           doc(`"ar"`, `"ar\" onload=\"x"`),
	"no language":        doc(`"ar"`, `""`),
	"day":                doc(`2026-11-22`, `2026-11-22T10:00:00Z`),
	"epoch negative":     doc(`"epoch":1`, `"epoch":-1`),
	"epoch huge":         doc(`"epoch":1`, `"epoch":4294967296`),
	"roster hash":        doc(`abab`, `zzzz`),
	"json invalid utf-8": doc(`"x"`, "\"\xff\""),
	"zip comment":        func(s *sample) { s.end = func(tail []byte) { tail[20] = 1 } },
	"count":              func(s *sample) { s.end = func(tail []byte) { tail[10]++ } },
	"count 65535":        func(s *sample) { s.end = func(tail []byte) { tail[10], tail[11] = 0xff, 0xff } },
	"directory size":     func(s *sample) { s.end = func(tail []byte) { tail[12]-- } },
	"directory offset":   func(s *sample) { s.end = func(tail []byte) { tail[16]++ } },
	"offset 0xffffffff":  func(s *sample) { s.end = func(tail []byte) { copy(tail[16:], "\xff\xff\xff\xff") } },
	"second disk":        func(s *sample) { s.end = func(tail []byte) { tail[4] = 1 } },
	"end signature":      func(s *sample) { s.end = func(tail []byte) { tail[3] = 7 } },
}

// TestP7NothingInsideIsTrusted shows that each is refused as what it is; the harmless envelope
// they are made from opens.
func TestP7NothingInsideIsTrusted(t *testing.T) {
	if _, _, err := openAll(sealBytes(t, hostileSample(nil).zip(t)), testIdentity()); err != nil {
		t.Fatalf("without an attack: %v", err)
	}
	for name, attack := range hostile {
		refused(t, name, hostileSample(attack).zip(t))
	}
	good := hostileSample(doc(`"x"`, `"y"`))
	if _, _, err := openAll(sealBytes(t, good.zip(t)), testIdentity()); err != nil {
		t.Errorf("the document that the attacks on JSON are made from: %v", err)
	}
	for _, newer := range []func(*sample){
		doc("testimony/1", "testimony/4"),
		doc("testimony/1", "testimony/10"),
		func(s *sample) { s.manifest = func(m *testimony.Manifest) { m.Schema = "amana/manifest/9" } },
	} {
		if _, _, err := openAll(sealBytes(t, hostileSample(newer).zip(t)), testIdentity()); !errors.Is(err, ErrVersion) {
			t.Errorf("newer schema: %v", err)
		}
	}
}

// refused shows that an envelope is refused as an attack, in few words.
func refused(t *testing.T, name string, plain []byte) {
	t.Helper()
	_, _, err := openAll(sealBytes(t, plain), testIdentity())
	if !errors.Is(err, ErrMalformed) {
		t.Errorf("%s: %v", name, err)
	} else if len(err.Error()) > 400 {
		t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
	}
}

func hostileSample(attack func(*sample)) *sample {
	s := newSample([]byte("first"), []byte("second"))
	s.old = true
	if attack != nil {
		attack(s)
	}
	return s
}

// Zip bytes that are not even a ZIP.
func TestNotZip(t *testing.T) {
	good := newSample([]byte("first")).zip(t)
	for name, plain := range map[string][]byte{
		"empty": nil, "text": []byte("hello"), "zeros": make([]byte, 70000),
		"prefixed": append([]byte("prefix"), good...), "suffixed": append(bytes.Clone(good), 0),
		"end alone": good[len(good)-22:], "cut": good[1:], "twice": append(bytes.Clone(good), good...),
	} {
		if _, _, err := openAll(sealBytes(t, plain), testIdentity()); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzEnvelope gives arbitrary plaintext a right key. Open and Extract must not
// panic, must not give more bytes than there are, and agree with the manifest.
func FuzzEnvelope(f *testing.F) {
	f.Fuzz(func(t *testing.T, plain []byte) {
		e, files, err := openAll(sealBytes(t, plain), testIdentity())
		if err != nil {
			return
		}
		if err := e.Testimony.Check(); err != nil {
			t.Errorf("what was opened breaks a rule: %v", err)
		}
		total := len(e.Document)
		for i, data := range files {
			total += len(data)
			if int64(len(data)) != e.Files[i].Size {
				t.Errorf("file %d has %d bytes, not %d", i, len(data), e.Files[i].Size)
			}
		}
		if total > len(plain) {
			t.Errorf("%d bytes came out of %d", total, len(plain))
		}
	})
}

// seeds returns the small ones of the hostile envelopes and the harmless one, by
// the names of their files.
func seeds(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	add := func(name string, plain []byte) {
		if len(plain) < 4_000 {
			all[strings.ReplaceAll(name, " ", "-")] = fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", plain)
		}
	}
	add("good", hostileSample(nil).zip(t))
	for name, attack := range hostile {
		add(name, hostileSample(attack).zip(t))
	}
	for name, plain := range kindsOf2(t) {
		add("2 "+name, plain)
	}
	for name, attack := range hostile2 {
		add("2 "+name, sample2(t, attack).zip(t))
	}
	add("3 probe", newProbe().zip(t))
	for name, attack := range hostileProbes {
		add("3 "+name, attack(t))
	}
	return all
}

// TestSeeds shows that the fuzz target has each seed as it was made: without
// them it tests little. AMANA_WRITE_SEEDS=1 makes them anew.
func TestSeeds(t *testing.T) {
	for name, seed := range seeds(t) {
		path := filepath.Join("testdata/fuzz/FuzzEnvelope", name)
		if os.Getenv("AMANA_WRITE_SEEDS") != "" {
			if err := os.WriteFile(path, []byte(seed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != seed {
			t.Errorf("%s is not the seed that it must be (%v)", path, err)
		}
	}
}
