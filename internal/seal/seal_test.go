package seal

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"amana/internal/testimony"

	"filippo.io/age"
)

func newIdentity(t testing.TB) *age.HybridIdentity {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// said returns the least testimony that can be sealed, with a text.
func said(text string) testimony.Testimony {
	return testimony.Testimony{
		Kind: testimony.First, Thread: strings.Repeat("5c", 16), Language: "ar", Received: "2026-11-22",
		Answers: map[string]string{testimony.Narrative: text},
		Roster:  testimony.Roster{Epoch: 1, SHA256: strings.Repeat("ab", 32)},
	}
}

// open decrypts an envelope with nothing but age and archive/zip.
func open(t *testing.T, sealed []byte, id age.Identity) (*zip.Reader, int64) {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	return z, int64(len(plain))
}

func read(t *testing.T, z *zip.Reader, name string) []byte {
	t.Helper()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSealedTestimony(t *testing.T) {
	a, b := newIdentity(t), newIdentity(t)
	var sealed bytes.Buffer
	w, err := New(&sealed, []age.Recipient{a.Recipient(), b.Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("photo"), 30_000)
	for _, name := range []string{"../../صورة.JPG", "run.exe", "no ending"} {
		f, err := w.File(name, "image/jpeg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(said("ما حدث")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []age.Identity{a, b} {
		z, size := open(t, sealed.Bytes(), id)
		if size != PaddedSize(size) {
			t.Errorf("plaintext of %d bytes is not padded to a class", size)
		}
		var names []string
		for _, f := range z.File {
			names = append(names, f.Name)
			if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 {
				t.Errorf("%s is compressed", f.Name)
			}
			if f.ModifiedDate != 0 || f.ModifiedTime != 0 || len(f.Extra) != 0 || f.ExternalAttrs != 0 {
				t.Errorf("%s carries a time or attributes", f.Name)
			}
		}
		want := "files/001.jpg files/002.bin files/003.bin testimony.json manifest.json padding"
		if got := strings.Join(names, " "); got != want {
			t.Errorf("entries: %s", got)
		}
		var got testimony.Testimony
		if err := json.Unmarshal(read(t, z, testimony.TestimonyName), &got); err != nil {
			t.Fatal(err)
		}
		if got.Schema != testimony.Schema || got.Answers["narrative"] != "ما حدث" || got.Files[0].Name != "../../صورة.JPG" {
			t.Errorf("testimony.json: %+v", got)
		}
		var manifest testimony.Manifest
		if err := json.Unmarshal(read(t, z, testimony.ManifestName), &manifest); err != nil {
			t.Fatal(err)
		}
		if len(manifest.Entries) != 4 {
			t.Fatalf("manifest lists %d entries", len(manifest.Entries))
		}
		for _, e := range manifest.Entries {
			data := read(t, z, e.Name)
			sum := sha256.Sum256(data)
			if int64(len(data)) != e.Size || hex.EncodeToString(sum[:]) != e.SHA256 {
				t.Errorf("manifest is wrong about %s", e.Name)
			}
		}
		for _, b := range read(t, z, testimony.PaddingName) {
			if b != 0 {
				t.Fatal("padding is not zero")
			}
		}
	}
}

// P9: every recipient is hybrid; nothing else is accepted, alone or mixed in.
func TestP9OnlyPostQuantumRecipients(t *testing.T) {
	hybrid := newIdentity(t).Recipient()
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	scrypt, err := age.NewScryptRecipient("words")
	if err != nil {
		t.Fatal(err)
	}
	for _, recipients := range [][]age.Recipient{
		nil, {classic.Recipient()}, {scrypt}, {hybrid, classic.Recipient()}, {nil},
	} {
		var out bytes.Buffer
		if _, err := New(&out, recipients); err == nil || out.Len() > 0 {
			t.Errorf("%T was accepted", recipients)
		}
	}
}

// How long a text may be in bytes of JSON, with all that stands beside it, and not be
// told from a short one; docs/formats.md says so.
func TestTextAloneHasOneLength(t *testing.T) {
	id := newIdentity(t)
	bare, full := said(""), said("")
	full.Questionnaire = &testimony.Questionnaire{Name: strings.Repeat("q", 32), Version: 1_000_000, SHA256: strings.Repeat("01", 32)}
	full.Reply = &testimony.Reply{Mailbox: strings.Repeat("7a", 16), Recipient: id.Recipient().String()}
	for what, c := range map[string]struct {
		testimony.Testimony
		most int
	}{"text alone": {bare, 64_000}, "with a questionnaire and a mailbox": {full, 62_000}} {
		length := func(n int) int {
			var sealed bytes.Buffer
			w, err := New(&sealed, []age.Recipient{id.Recipient()})
			if err != nil {
				t.Fatal(err)
			}
			c.Answers = map[string]string{testimony.Narrative: strings.Repeat("a", n)}
			if err = w.Close(c.Testimony); err != nil {
				t.Fatal(err)
			}
			return sealed.Len()
		}
		if short, long := length(0), length(c.most); short != long {
			t.Errorf("%s: a text of %d bytes makes %d bytes, one of none %d", what, c.most, long, short)
		}
	}
}

// Scripts and people find every key, and no null where a list or a table must be.
func TestDocumentIsWhole(t *testing.T) {
	id := newIdentity(t)
	var sealed bytes.Buffer
	w, err := New(&sealed, []age.Recipient{id.Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	in := said("")
	in.Answers = nil
	if err := w.Close(in); err != nil {
		t.Fatal(err)
	}
	z, _ := open(t, sealed.Bytes(), id)
	const want = `{"schema":"amana/testimony/2","kind":"testimony","thread":"5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c","language":"ar",` +
		`"questionnaire":null,"answers":{},"choices":{},"files":[],"received":"2026-11-22",` +
		`"roster":{"epoch":1,"sha256":"abababababababababababababababababababababababababababababababab"},"reply":null,"fetched":[]}`
	if got := string(read(t, z, testimony.TestimonyName)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What the reviewers' side would refuse is never sealed.
func TestRefusesWhatCannotBeOpened(t *testing.T) {
	id := newIdentity(t)
	for name, spoil := range map[string]func(*testimony.Testimony){
		"no kind":   func(t *testimony.Testimony) { t.Kind = "" },
		"no thread": func(t *testimony.Testimony) { t.Thread = "" },
		"code":      func(t *testimony.Testimony) { t.Choices = map[string][]string{"x": {""}} },
		"too large": func(t *testimony.Testimony) { t.Answers["x"] = strings.Repeat("a", testimony.MaxDocument) },
	} {
		w, err := New(io.Discard, []age.Recipient{id.Recipient()})
		if err != nil {
			t.Fatal(err)
		}
		in := said("words")
		spoil(&in)
		if err := w.Close(in); err == nil || strings.Contains(err.Error(), "words") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailingDestination(t *testing.T) {
	id := newIdentity(t)
	for limit := 0; limit <= 102_400; limit += 5_120 {
		w, err := New(&short{left: limit}, []age.Recipient{id.Recipient()})
		if err != nil {
			continue
		}
		if f, err := w.File("a.jpg", ""); err == nil {
			_, err = f.Write(make([]byte, 100_000))
			if err == nil {
				err = w.Close(said(""))
			}
			if err == nil {
				t.Errorf("destination full after %d bytes: no error", limit)
			}
		}
	}
}

// short is a destination that fails when it is full.
type short struct{ left int }

func (s *short) Write(p []byte) (int, error) {
	if len(p) > s.left {
		return 0, errors.New("full")
	}
	s.left -= len(p)
	return len(p), nil
}

func TestTooManyFiles(t *testing.T) {
	w, err := New(io.Discard, []age.Recipient{newIdentity(t).Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	for range testimony.MaxFiles {
		if _, err := w.File("a.jpg", ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.File("a.jpg", ""); !errors.Is(err, ErrTooManyFiles) {
		t.Errorf("one file too many: %v", err)
	}
	if err := w.Close(said("")); err != nil {
		t.Error(err)
	}
}

func BenchmarkSealSmall(b *testing.B) {
	recipients := []age.Recipient{newIdentity(b).Recipient(), newIdentity(b).Recipient(), newIdentity(b).Recipient()}
	said := said(strings.Repeat("a", 1024))
	b.SetBytes(Floor)
	for b.Loop() {
		w, err := New(io.Discard, recipients)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Close(said); err != nil {
			b.Fatal(err)
		}
	}
}
