package keyfile

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// encrypted returns data in a passphrase-encrypted age file.
func encrypted(t *testing.T, data string, armored bool, r age.Recipient) string {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser = nopCloser{&out}
	if armored {
		w = armor.NewWriter(&out)
	}
	aw, err := age.Encrypt(w, r)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(aw, data)
	if err := errors.Join(aw.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// testIdentity is the identity of these tests.
var testIdentity = sync.OnceValue(func() *age.HybridIdentity {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		panic(err)
	}
	return id
})

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestReadPlain(t *testing.T) {
	key := testIdentity().String()
	pass, err := age.NewScryptRecipient("ثلاث كلمات طويلة")
	if err != nil {
		t.Fatal(err)
	}
	pass.SetWorkFactor(10)
	old, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file := "# created: today\n# public key: x\n" + key + "\n"
	tests := map[string]struct {
		file, passphrase string
		want             error
		ids              int
	}{
		"plain":              {file, "", nil, 1},
		"windows lines":      {strings.ReplaceAll(file, "\n", "\r\n"), "", nil, 1},
		"two":                {key + "\n" + key, "", nil, 2},
		"binary":             {encrypted(t, file, false, pass), "ثلاث كلمات طويلة", nil, 1},
		"armored":            {encrypted(t, file, true, pass), "ثلاث كلمات طويلة", nil, 1},
		"wrong passphrase":   {encrypted(t, file, true, pass), "wrong", ErrPassphrase, 0},
		"no passphrase":      {encrypted(t, file, false, pass), "", ErrPassphrase, 0},
		"old kind":           {old.String() + "\n", "", ErrNotIdentity, 0},
		"old kind too":       {file + old.String(), "", ErrNotIdentity, 0},
		"old kind encrypted": {encrypted(t, old.String(), false, pass), "ثلاث كلمات طويلة", ErrNotIdentity, 0},
		"recipient":          {testIdentity().Recipient().String(), "", ErrNotIdentity, 0},
		"damaged":            {key[:len(key)-5] + "AAAAA", "", ErrNotIdentity, 0},
		"cut off":            {key[:40], "", ErrNotIdentity, 0},
		"to a recipient":     {encrypted(t, file, false, testIdentity().Recipient()), "x", ErrNotIdentity, 0},
		"damaged file":       {encrypted(t, file, false, pass)[:200], "ثلاث كلمات طويلة", ErrNotIdentity, 0},
		"damaged armor":      {encrypted(t, file, true, pass)[:200], "ثلاث كلمات طويلة", ErrNotIdentity, 0},
		"too slow":           {strings.Replace(encrypted(t, file, false, pass), " 10\n", " 21\n", 1), "ثلاث كلمات طويلة", ErrNotIdentity, 0},
		"empty":              {"", "", ErrNotIdentity, 0},
		"comments":           {"# nothing\n", "", ErrNotIdentity, 0},
		"large":              {strings.Repeat("#\n", maxKeyFile), "", ErrNotIdentity, 0},
		"text":               {"SECRETTEXT\n", "", ErrNotIdentity, 0},
		"long line":          {"#" + strings.Repeat("x", 100_000), "", ErrNotIdentity, 0},
	}
	for name, c := range tests {
		k, err := Read(strings.NewReader(c.file), func() ([]byte, error) { return []byte(c.passphrase), nil })
		var ids []*age.HybridIdentity
		if k != nil {
			ids = k.Identities
		}
		if !errors.Is(err, c.want) || len(ids) != c.ids {
			t.Errorf("%s: %d identities, error %v", name, len(ids), err)
		}
		if err != nil {
			for _, secret := range []string{key[20:40], old.String()[20:40], "SECRETTEXT", "wrong\"", "كلمات"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%s: the error gives secrets away", name)
				}
			}
		}
		for _, id := range ids {
			if id.String() != key {
				t.Errorf("%s: another key came back", name)
			}
		}
	}
	asked := errors.New("no terminal")
	_, err = Read(strings.NewReader(tests["binary"].file), func() ([]byte, error) { return nil, asked })
	if !errors.Is(err, asked) {
		t.Errorf("passphrase could not be asked for: %v", err)
	}
}
