//go:build tcell_minimal

package reviewer

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"amana/internal/desk/arrange"

	"filippo.io/age"
	"filippo.io/age/armor"
)

func TestLettersFor(t *testing.T) {
	for env, want := range map[string]arrange.Mode{
		"": arrange.Ours, "VTE_VERSION=7600": arrange.Ours, "TMUX=x VTE_VERSION=7600": arrange.Theirs, "TMUX=x": arrange.Ours,
		"TERM_PROGRAM=Apple_Terminal": arrange.Theirs, "TERM_PROGRAM=vscode": arrange.Ours, "KONSOLE_VERSION=1": arrange.Theirs, "MLTERM=3": arrange.Theirs,
	} {
		getenv := func(name string) string {
			for _, v := range strings.Fields(env) {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		}
		if got := lettersFor("", getenv); got != want {
			t.Errorf("%q: %v", env, got)
		}
		if lettersFor("program", getenv) != arrange.Ours || lettersFor("terminal", getenv) != arrange.Theirs {
			t.Errorf("%q: it does not do as it was told", env)
		}
	}
}

// A key is told from a testimony, which is an age file too.
func TestLooksLikeKey(t *testing.T) {
	encrypt := func(to age.Recipient, armored bool) []byte {
		var out bytes.Buffer
		var w = armor.NewWriter(&out)
		plain, err := age.Encrypt(&out, to)
		if armored {
			out.Reset()
			plain, err = age.Encrypt(w, to)
		}
		if err != nil {
			t.Fatal(err)
		}
		plain.Write([]byte("words"))
		plain.Close()
		if armored {
			w.Close()
		}
		return out.Bytes()[:min(out.Len(), 1<<10)]
	}
	secret, err := age.NewScryptRecipient("words")
	if err != nil {
		t.Fatal(err)
	}
	secret.SetWorkFactor(10)
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		head []byte
		want bool
	}{
		"encrypted":      {encrypt(secret, false), true},
		"armored":        {encrypt(secret, true), true},
		"plain":          {[]byte("# amana reviewer key\n"), true},
		"of age-keygen":  {[]byte("# created: 2026\n" + id.String()), true},
		"testimony":      {encrypt(id.Recipient(), false), false},
		"one in armor":   {encrypt(id.Recipient(), true), false},
		"administrator":  {[]byte("# amana administrator key\n"), false},
		"text":           {[]byte("some words"), false},
		"empty":          {nil, false},
		"armor, no more": {[]byte("-----BEGIN AGE ENCRYPTED FILE-----"), false},
		"broken armor":   {[]byte("-----BEGIN AGE ENCRYPTED FILE-----\n%%%" + base64.StdEncoding.EncodeToString([]byte("x"))), false},
	} {
		if got := looksLikeKey(c.head); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAsWord(t *testing.T) {
	for in, want := range map[string]string{"open": "open", "/a/b-c_1.tar": "/a/b-c_1.tar", "my stick": "'my stick'", "it's": `'it'\''s'`, "سجل": "'سجل'", "$(x)": "'$(x)'"} {
		if got := asWord(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
