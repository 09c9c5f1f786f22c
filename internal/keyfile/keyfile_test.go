package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/internal/roster"

	"filippo.io/age"
	"filippo.io/age/armor"
	"golang.org/x/mod/sumdb/note"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// same tells whether two keys are the same in all that they can do.
func same(a, b *Key) bool {
	ids := func(k *Key) (s []string) {
		for _, id := range k.Identities {
			s = append(s, id.String())
		}
		return s
	}
	return a.Name == b.Name && a.skey == b.skey && a.vkey == b.vkey && slices.Equal(ids(a), ids(b))
}

func never() ([]byte, error) { return nil, errors.New("asked for a passphrase") }

// Both kinds come back whole, from the text, from an encrypted file, and from
// their seeds; and what they sign verifies.
func TestRoundTrip(t *testing.T) {
	for _, k := range []*Key{must(NewReviewer("مراجع أول: A")), must(NewAdministrator("Administrator A"))} {
		back, err := Read(bytes.NewReader(k.text()), never)
		if err != nil || !same(k, back) {
			t.Errorf("%s: from its text: %v", k.Name, err)
		}
		var file bytes.Buffer
		if err := k.encrypt(&file, []byte("words"), 10); err != nil {
			t.Fatal(err)
		}
		back, err = Read(&file, func() ([]byte, error) { return []byte("words"), nil })
		if err != nil || !same(k, back) {
			t.Errorf("%s: from a file: %v", k.Name, err)
		}
		identity, signing, err := k.Seeds()
		if err != nil || k.Administrator() != (identity == nil) {
			t.Fatalf("%s: seeds: %v", k.Name, err)
		}
		back, err = FromSeeds(k.Name, identity, signing)
		if err != nil || !same(k, back) {
			t.Errorf("%s: from seeds: %v", k.Name, err)
		}
		signer := must(k.Signer())
		signed, err := note.Sign(&note.Note{Text: "text\n"}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(signed, note.VerifierList(must(note.NewVerifier(k.VerifierKey())))); err != nil {
			t.Errorf("%s: its signature: %v", k.Name, err)
		}
		card, err := k.Card()
		if err != nil || card.Name != k.Name || card.Key != k.VerifierKey() {
			t.Errorf("%s: card: %v", k.Name, err)
		}
		if _, err := roster.ParseCard(card.Text()); err != nil {
			t.Errorf("%s: its card: %v", k.Name, err)
		}
		if want := k.Name == "Administrator A"; k.Administrator() != want {
			t.Errorf("%s: administrator: %v", k.Name, !want)
		}
	}
}

// The stock library finds the identity in the text: the key works without us.
func TestStockAgeReadsTheText(t *testing.T) {
	k := must(NewReviewer("Reviewer A"))
	ids, err := age.ParseIdentities(bytes.NewReader(k.text()))
	if err != nil || len(ids) != 1 || ids[0].(*age.HybridIdentity).String() != k.Identities[0].String() {
		t.Errorf("%d identities, %v", len(ids), err)
	}
}

func TestWrite(t *testing.T) {
	k := must(NewAdministrator("Administrator A"))
	path := filepath.Join(t.TempDir(), "a.key")
	if err := k.Write(path, nil); err == nil {
		t.Error("written without a passphrase")
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written: %v", err)
	}
	if err := k.Write(path, []byte("words")); err != nil {
		t.Fatal(err)
	}
	info := must(os.Stat(path))
	data := must(os.ReadFile(path))
	if info.Mode() != 0o600 || !bytes.HasPrefix(data, []byte(armor.Header)) {
		t.Errorf("mode %v, begins with %.20q", info.Mode(), data)
	}
	if raw := must(io.ReadAll(armor.NewReader(bytes.NewReader(data)))); !bytes.Contains(raw[:200], []byte(" 18\n")) {
		t.Error("another work factor than 18")
	}
	if err := k.Write(path, []byte("others")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an existing file: %v", err)
	}
	if again := must(os.ReadFile(path)); !bytes.Equal(again, data) {
		t.Error("the existing file was changed")
	}
	if left := must(os.ReadDir(filepath.Dir(path))); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	plain := &Key{Identities: []*age.HybridIdentity{testIdentity()}}
	if err := plain.Write(path+"2", []byte("words")); !errors.Is(err, ErrNoSigningKey) {
		t.Errorf("a key of age-keygen: %v", err)
	}
}

// What is not a key of ours in its one way is refused, and the error gives
// nothing of it away.
func TestReadRefuses(t *testing.T) {
	r, a := must(NewReviewer("Reviewer A")), must(NewAdministrator("Administrator A"))
	other := must(NewReviewer("Reviewer B"))
	text, admin := string(r.text()), string(a.text())
	line := func(of, prefix string) string {
		i := strings.Index(of, prefix)
		return of[i : i+strings.IndexByte(of[i:], '\n')+1]
	}
	tests := map[string]struct{ text, want string }{
		"newer":                       {strings.Replace(text, "key 1", "key 2", 1), "newer version"},
		"newer administrator":         {strings.Replace(admin, "key 1", "key 2", 1), "newer version"},
		"two keys":                    {text + string(other.text()), "second key"},
		"key after identity":          {testIdentity().String() + "\n" + text, "after another"},
		"second identity":             {text + testIdentity().String(), "too many"},
		"identity of administrator":   {admin + testIdentity().String(), "too many"},
		"no name":                     {strings.Replace(text, line(text, "# name"), "", 1), "no name"},
		"empty name":                  {strings.Replace(text, "Reviewer A", "", 1), "no name"},
		"name of colours":             {strings.Replace(text, "Reviewer A", "a\x1b[31m", 1), "name that cannot"},
		"two names":                   {strings.Replace(text, "# name", "# name: B\n# name", 1), "second time"},
		"no signing key":              {strings.Replace(text, line(text, "# signing"), "", 1), "no signing key"},
		"two signing keys":            {text + line(text, "# signing"), "second signing key"},
		"signing key cut off":         {strings.Replace(text, line(text, "# signing"), line(text, "# signing")[:60]+"\n", 1), "damaged or cut off"},
		"signing key of other":        {strings.Replace(text, line(text, "# signing"), line(string(other.text()), "# signing"), 1), "does not belong"},
		"signing key of another kind": {strings.Replace(text, line(text, "# signing"), "# signing: "+line(admin, "PRIVATE"), 1), "damaged or cut off"},
		"identity of other":           {strings.Replace(text, r.Identities[0].String(), other.Identities[0].String(), 1), "does not belong"},
		"no identity":                 {strings.Replace(text, r.Identities[0].String(), "", 1), "has no line"},
		"no signing administrator":    {strings.Replace(admin, line(admin, "PRIVATE"), "", 1), "no signing key"},
		"signing key alone":           {line(admin, "PRIVATE"), "something else"},
		"bare in a reviewer's":        {text + line(admin, "PRIVATE"), "something else"},
	}
	for name, c := range tests {
		k, err := Read(strings.NewReader(c.text), never)
		if !errors.Is(err, ErrNotIdentity) || k != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
			continue
		}
		for _, secret := range []string{r.skey, a.skey, other.skey, r.Identities[0].String(), other.Identities[0].String()} {
			if strings.Contains(err.Error(), secret[len(secret)-20:]) {
				t.Errorf("%s: the error gives secrets away", name)
			}
		}
	}
	// The same text, unchanged, is taken, as a comment of another kind is.
	if _, err := Read(strings.NewReader("# mine\n\n"+strings.ReplaceAll(text, "\n", "\r\n")+"# kept: at home\n"), never); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}

func TestPlainKeySignsNothing(t *testing.T) {
	k, err := Read(strings.NewReader("# name: nobody\n"+testIdentity().String()), never)
	if err != nil || k.Name != "" || k.VerifierKey() != "" || k.Administrator() {
		t.Fatalf("%v", err)
	}
	if _, err := k.Signer(); !errors.Is(err, ErrNoSigningKey) {
		t.Errorf("signer: %v", err)
	}
	if _, err := k.Card(); !errors.Is(err, ErrNoSigningKey) {
		t.Errorf("card: %v", err)
	}
	if _, _, err := k.Seeds(); !errors.Is(err, ErrNoSigningKey) {
		t.Errorf("seeds: %v", err)
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"", " A", "A ", "a\nb", "a\x00", "a\u202eb", "a\u200bb", "\xff", "AGE-SECRET-KEY-PQ-1QQ", strings.Repeat("x", 101)} {
		if _, err := NewReviewer(name); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := NewAdministrator(name); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := FromSeeds(name, nil, make([]byte, 32)); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := CheckName(strings.Repeat("م", 100)); err != nil {
		t.Error(err)
	}
}

func TestSeedsOfWrongLength(t *testing.T) {
	for _, c := range [][2]int{{31, 32}, {32, 31}, {0, 32}, {32, 0}} {
		if _, err := FromSeeds("A", make([]byte, c[0]), make([]byte, c[1])); !errors.Is(err, ErrNotIdentity) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// However a key is printed, nothing of it shows.
func TestKeyPrintsNothing(t *testing.T) {
	k := must(NewReviewer("Reviewer A"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{k, *k} {
			if got := fmt.Sprintf(verb, v); got != "**redacted**" {
				t.Errorf("%s: %d characters", verb, len(got))
			}
		}
	}
}

// The specification shows texts of keys made of known bytes.
func TestSpecification(t *testing.T) {
	spec := string(must(os.ReadFile("../../docs/formats-keys.md")))
	cut := regexp.MustCompile(`(age1pq1|AGE-SECRET-KEY-PQ-1)\S+`)
	for _, k := range []*Key{
		must(FromSeeds("Reviewer A", bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32))),
		must(FromSeeds("Administrator A", nil, bytes.Repeat([]byte{1}, 32))),
	} {
		if text := cut.ReplaceAllString(string(k.text()), "$1…"); !strings.Contains(spec, "```\n"+text+"```\n") {
			t.Errorf("docs/formats-keys.md does not show\n%s", text)
		}
	}
}
