package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"filippo.io/age"
)

// keys returns fresh recipients as text.
func keys(t testing.TB, n int) (recipients []string) {
	t.Helper()
	for range n {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		recipients = append(recipients, id.Recipient().String())
	}
	return recipients
}

func TestParseList(t *testing.T) {
	k := keys(t, 3)
	text := "# kept by the operator\r\n# name:  مراجعة أ  \r\n" + k[0] + "\r\n\n  " + k[1] + "  \n# name: C\n# a remark\n" + k[2]
	list, err := ParseList(7, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if list.Epoch != 7 || string(list.Text) != text || len(list.Reviewers) != 3 {
		t.Errorf("epoch %d, %d recipients, text %q", list.Epoch, len(list.Reviewers), list.Text)
	}
	for i, name := range []string{"مراجعة أ", "", "C"} {
		r := list.Reviewers[i]
		if r.Name != name || r.Recipient.String() != k[i] {
			t.Errorf("reviewer %d: %q", i, r.Name)
		}
	}
	sum := sha256.Sum256([]byte(text))
	if list.SHA256() != hex.EncodeToString(sum[:]) {
		t.Error("the hash is not that of the text")
	}
}

// A list that would seal to nobody, to somebody twice, or not against quantum
// computers, is refused as a whole, and what stands in it is never repeated.
func TestParseListRefuses(t *testing.T) {
	k := keys(t, 2)
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "names nobody"},
		"comments":       {"# name: A\n# " + k[0] + "\n", "names nobody"},
		"X25519":         {plain.Recipient().String(), "line 1: not a post-quantum"},
		"mixed":          {k[0] + "\n" + plain.Recipient().String(), "line 2: not a post-quantum"},
		"ssh":            {k[0] + "\n\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA x@y", "line 3: not a post-quantum"},
		"twice":          {k[0] + "\n" + k[1] + "\n# name: again\n" + k[0], "line 4: this recipient stands in the list twice"},
		"cut off":        {k[0][:len(k[0])-1], "line 1: recipient is damaged"},
		"one letter":     {flip(k[0]), "line 1: recipient is damaged"},
		"two in a line":  {k[0] + " " + k[1], "line 1: recipient is damaged"},
		"capitals":       {strings.ToUpper(k[0]), "line 1: not a post-quantum"},
		"mixed case":     {k[0][:20] + strings.ToUpper(k[0][20:]), "line 1: recipient is damaged"},
		"prefix alone":   {"age1pq1", "line 1: recipient is damaged"},
		"remark behind":  {k[0] + " # reviewer", "line 1: recipient is damaged"},
		"long name":      {"# name: " + strings.Repeat("x", 101) + "\n" + k[0], "line 1: a name has at most"},
		"escape in name": {"# name: A\x1b[2J\n" + k[0], "line 1: a name holds"},
		"turned name":    {"# name: A\u202eB\n" + k[0], "line 1: a name holds"},
		"zero byte":      {k[0] + "\x00", "line 1: recipient is damaged"},
		"too long":       {strings.Repeat("#\n", maxText), "longer than"},
		"secret":         {k[0] + "\n" + hybrid.String(), "line 2: this is a SECRET key"},
		"old secret":     {plain.String(), "line 1: this is a SECRET key"},
		"lower secret":   {strings.ToLower(hybrid.String()), "line 1: this is a SECRET key"},
		"glued secret":   {"age1pq1" + hybrid.String(), "line 1: recipient is damaged"},
		"passphrase":     {"correct horse battery staple", "line 1: not a post-quantum"},
	} {
		list, err := ParseList(1, []byte(c.text))
		if err == nil || list != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
			continue
		}
		for _, secret := range []string{hybrid.String()[16:40], plain.String()[16:40], "horse"} {
			if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(secret)) {
				t.Errorf("%s: the error repeats what stands in the list", name)
			}
		}
	}
}

// flip changes one letter in the middle.
func flip(s string) string {
	b := []byte(s)
	if b[100] == 'q' {
		b[100] = 'p'
	} else {
		b[100] = 'q'
	}
	return string(b)
}

// Arbitrary text never panics; what is accepted seals to everybody named.
func FuzzParseList(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := ParseList(1, text)
		if err != nil {
			return
		}
		if len(list.Reviewers) == 0 || string(list.Text) != string(text) {
			t.Fatalf("%d reviewers", len(list.Reviewers))
		}
		seen := make(map[string]bool)
		for _, r := range list.Reviewers {
			s := r.Recipient.String()
			if seen[s] || !strings.Contains(string(text), s) {
				t.Errorf("reviewer %q is there twice or not at all", s)
			}
			seen[s] = true
		}
	})
}
