package roster

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

func names(administrators []Administrator) string {
	var s []string
	for _, a := range administrators {
		s = append(s, a.Name[len("Administrator "):])
	}
	return strings.Join(s, "")
}

func TestSign(t *testing.T) {
	r, signers := sample(t)
	draft := signed(t, r)
	if draft.Signatures() != 0 || !bytes.Equal(draft.Bytes(), r.Text()) || draft.Signers(r) != nil {
		t.Errorf("the draft has %d signatures", draft.Signatures())
	}
	s := draft
	for i, want := range []struct {
		signer int
		who    string
	}{{2, "C"}, {0, "AC"}, {1, "ABC"}} {
		before := s.Bytes()
		next, err := s.Sign(signers[want.signer])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(s.Bytes(), before) {
			t.Error("Sign changed the roster it was called on")
		}
		s = next
		again, err := Open(s.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*Signed{s, again} {
			if s.Signatures() != i+1 || names(s.Signers(r)) != want.who || s.SHA256() != r.SHA256() {
				t.Errorf("%d signatures by %q, want %q", s.Signatures(), names(s.Signers(r)), want.who)
			}
		}
		if !bytes.Equal(again.Bytes(), s.Bytes()) {
			t.Error("read again it has other bytes")
		}
	}
	// Any program that knows signed notes verifies it.
	for _, a := range r.Administrators {
		verifier, err := note.NewVerifier(a.Key)
		if err != nil {
			t.Fatal(err)
		}
		n, err := note.Open(s.Bytes(), note.VerifierList(verifier))
		if err != nil || n.Text != string(r.Text()) {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
	_, err := s.Sign(signers[1])
	refused(t, "again", err, ErrSignatures, "signed roster 1 already")
	for _, name := range []string{KeyNameReviewer, KeyNameIntake, "x"} {
		signer, _ := signerOf(t, name, 50)
		_, err := draft.Sign(signer)
		refused(t, name, err, ErrSignatures, "only the key of an administrator")
	}
	for i := range 37 {
		signer, _ := signerOf(t, KeyNameAdministrator, byte(60+i))
		if s, err = s.Sign(signer); err != nil {
			t.Fatal(err)
		}
	}
	if s.Signatures() != 40 || names(s.Signers(r)) != "ABC" {
		t.Errorf("%d signatures by %q", s.Signatures(), names(s.Signers(r)))
	}
	signer, _ := signerOf(t, KeyNameAdministrator, 59)
	_, err = s.Sign(signer)
	refused(t, "41st", err, ErrMalformed, "more than 40")
	if len(s.Bytes()) > MaxSize {
		t.Error("MaxSize is too small")
	}
}

// A draft shares nothing with what it was made of.
func TestDraftIsApart(t *testing.T) {
	r, signers := sample(t)
	s := signed(t, r, signers...)
	r.Reviewers[0].Name, r.Administrators[0].Name = "X", "Y"
	if s.Reviewers[0].Name != "Reviewer A" || s.Administrators[0].Name != "Administrator A" || Follows(nil, s) != nil {
		t.Error("a change of the roster changed the draft")
	}
	// A field changed afterwards is not what was signed.
	s.Until = "2099-01-01"
	refused(t, "changed", Follows(nil, s), ErrSignatures, "changed after it was read")
	if s.Signers(&s.Roster) != nil {
		t.Error("signatures count under another roster")
	}
	good := signed(t, &signed(t, func() *Roster { r, _ := sample(t); return r }()).Roster, signers...)
	next := signed(t, following(&good.Roster), signers...)
	if err := Follows(good, next); err != nil {
		t.Fatal(err)
	}
	good.Administrators[0].Key = good.Administrators[1].Key
	refused(t, "changed before", Follows(good, next), ErrSignatures, "roster 1 was changed after it was read")
	refused(t, "nothing", Follows(new(Signed), next), ErrSignatures, "changed after")
	refused(t, "nothing after", Follows(nil, new(Signed)), ErrChain, "the first one must be roster 1")
}

// Signature lines have one spelling, too.
func TestOpenRefuses(t *testing.T) {
	r, signers := sample(t)
	s := string(signed(t, r, signers...).Bytes())
	text := string(r.Text())
	if len(s) <= len(text) {
		t.Fatal("not signed")
	}
	lines := strings.SplitAfter(strings.TrimSuffix(s[len(text)+1:], "\n"), "\n")
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	// The last sign before "=" holds two bits that decode to nothing.
	at := strings.LastIndex(s, "=") - 1
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	loose := s[:at] + string(alphabet[strings.IndexByte(alphabet, s[at])|1]) + s[at+1:]
	tail := func(line string) string { return s + line }
	for name, c := range map[string]struct{ data, want string }{
		"no end":              {s[:len(s)-1], "damaged or cut off"},
		"cut":                 {s[:len(s)-9], "damaged or cut off"},
		"no empty line":       {text + s[len(text)+1:], "does not belong"},
		"two empty lines":     {text + "\n" + s[len(text):], "does not belong"},
		"empty line behind":   {tail("\n"), "damaged or cut off"},
		"text behind":         {tail("x\n"), "damaged or cut off"},
		"empty line between":  {text + "\n" + lines[0] + "\n" + lines[1], "damaged or cut off"},
		"line twice":          {tail(lines[1]), "by one key"},
		"key twice":           {tail(lines[1][:60] + "AAAA" + lines[1][64:]), "by one key"},
		"loose Base64":        {loose, "damaged or cut off"},
		"short":               {tail("— x AAAAAA==\n"), "damaged or cut off"},
		"no name":             {tail("—  AAAAAAAAAAA=\n"), "damaged or cut off"},
		"plus in name":        {tail("— a+b AAAAAAAAAAA=\n"), "damaged or cut off"},
		"minus for the dash":  {tail("- x AAAAAAAAAAA=\n"), "damaged or cut off"},
		"escape in name":      {tail("— x\x1b[2J AAAAAAAAAAA=\n"), "damaged or cut off"},
		"C1 in name":          {tail("— x\u009b2J AAAAAAAAAAA=\n"), "damaged or cut off"},
		"turned name":         {tail("— x\u202e AAAAAAAAAAA=\n"), "damaged or cut off"},
		"long line":           {tail("— x " + base64.StdEncoding.EncodeToString(make([]byte, 384)) + "\n"), "damaged or cut off"},
		"Windows":             {strings.ReplaceAll(s, "\n", "\r\n"), "Windows"},
		"return behind":       {strings.TrimSuffix(s, "\n") + "\r\n", "damaged or cut off"},
		"zero behind":         {s + "\x00", "damaged or cut off"},
		"another roster":      {s + s, "damaged or cut off"},
		"too many":            {s + strings.Repeat("— x AAAAAAAAAAA=\n", 38), "by one key"},
		"huge":                {s + strings.Repeat("x", MaxSize), "longer than"},
		"garbage":             {"\n\n— ", "this is not a roster"},
		"signatures alone":    {s[len(text):], "this is not a roster"},
		"secret in signature": {tail("— " + id.String() + " AAAAAAAAAAA=\n"), "SECRET"},
		"secret key file":     {"# amana reviewer key 1\n" + id.String() + "\n", "SECRET"},
	} {
		got, err := Open([]byte(c.data))
		kind := ErrMalformed
		if c.want == "SECRET" {
			kind = ErrSecretKey
		}
		refused(t, name, err, kind, c.want)
		if got != nil {
			t.Errorf("%s: a roster is returned", name)
		}
	}
	got, err := Open([]byte(tail("— somebody.example AAAAAAAAAAA=\n")))
	if err != nil || got.Signatures() != 4 || names(got.Signers(r)) != "ABC" || Follows(nil, got) != nil {
		t.Errorf("a signature by a key that is not known is not passed over: %v", err)
	}
}

func TestFollows(t *testing.T) {
	r, signers := sample(t)
	one := signed(t, r, signers...)
	stranger, strangerKey := signerOf(t, KeyNameAdministrator, 77)
	if err := Follows(nil, one); err != nil {
		t.Fatal(err)
	}
	refused(t, "first, one signature", Follows(nil, signed(t, r, signers[0])), ErrSignatures, "must be signed by 2 administrators of roster 1, and 1 of them did")
	refused(t, "first, draft", Follows(nil, signed(t, r)), ErrSignatures, "and 0 of them did")
	refused(t, "first, stranger", Follows(nil, signed(t, r, signers[0], stranger)), ErrSignatures, "and 1 of them did")
	refused(t, "none", Follows(one, nil), ErrChain, "there is none")
	refused(t, "itself", Follows(one, one), ErrChain, "it is roster 1, and roster 1 is there already")

	other, _ := sample(t) // as the first one, but with other recipients
	for name, c := range map[string]struct {
		change func(r *Roster)
		by     []note.Signer
		kind   error
		want   string
	}{
		"all":                {func(r *Roster) {}, signers, nil, ""},
		"enough":             {func(r *Roster) {}, signers[1:], nil, ""},
		"renewed":            {func(r *Roster) { r.From, r.Until = "2027-05-01", "2027-11-01" }, signers, nil, ""},
		"same first day":     {func(r *Roster) { r.Until = "2026-11-22" }, signers, nil, ""},
		"too few":            {func(r *Roster) {}, signers[:1], ErrSignatures, "roster 2 must be signed by 2 administrators of roster 1, and 1 of them did"},
		"nobody":             {func(r *Roster) {}, nil, ErrSignatures, "0 of them did"},
		"begins before":      {func(r *Roster) { r.From = "2026-11-21" }, signers, ErrChain, "begins on 2026-11-21, before roster 1 did"},
		"gap":                {func(r *Roster) { r.Epoch = 3 }, signers, ErrChain, "Take roster 2 first"},
		"great gap":          {func(r *Roster) { r.Epoch = 1<<32 - 1 }, signers, ErrChain, "Take roster 2 first"},
		"back":               {func(r *Roster) { r.Epoch, r.Previous = 1, [32]byte{} }, signers, ErrChain, "roster 1 is there already"},
		"of another":         {func(r *Roster) { r.Previous = other.Sum() }, signers, ErrChain, "to follow another roster 1"},
		"asks for fewer":     {func(r *Roster) { r.Signatures = 1 }, signers[:1], ErrSignatures, "must be signed by 2"},
		"by new ones":        {func(r *Roster) { addStranger(r, strangerKey) }, []note.Signer{signers[0], stranger}, ErrSignatures, "1 of them did"},
		"without new ones":   {func(r *Roster) { addStranger(r, strangerKey) }, signers[:2], nil, ""},
		"all new":            {func(r *Roster) { r.Administrators = nil; addStranger(r, strangerKey); r.Signatures = 1 }, signers[:2], nil, ""},
		"all new, by itself": {func(r *Roster) { r.Administrators = nil; addStranger(r, strangerKey); r.Signatures = 1 }, []note.Signer{stranger}, ErrSignatures, "0 of them did"},
	} {
		next := following(r)
		c.change(next)
		err := Follows(one, signed(t, next, c.by...))
		if c.kind == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if c.kind != nil {
			refused(t, name, err, c.kind, c.want)
		}
	}
	last := *one
	last.Epoch = 1<<32 - 1
	last.Previous[0] = 1
	end := signed(t, &last.Roster)
	refused(t, "after the last number", Follows(end, one), ErrChain, "is there already")
}

func addStranger(r *Roster, key string) {
	r.Administrators = append(r.Administrators, Administrator{"Stranger", key})
}

func TestVerifyChain(t *testing.T) {
	r, signers := sample(t)
	chain := []*Signed{signed(t, r, signers...)}
	for range 4 {
		chain = append(chain, signed(t, following(&chain[len(chain)-1].Roster), signers...))
	}
	for n := 1; n <= len(chain); n++ {
		if err := VerifyChain(chain[:n]); err != nil {
			t.Fatal(err)
		}
	}
	for name, broken := range map[string][]*Signed{
		"empty":     nil,
		"from 2":    chain[1:],
		"gap":       {chain[0], chain[2]},
		"exchanged": {chain[0], chain[2], chain[1]},
		"twice":     {chain[0], chain[0]},
		"nil":       {chain[0], nil},
		"nil first": {nil, chain[0]},
	} {
		refused(t, name, VerifyChain(broken), ErrChain, "")
	}
	weak := slices.Clone(chain)
	weak[2] = signed(t, &chain[2].Roster, signers[0])
	refused(t, "too few in the middle", VerifyChain(weak), ErrSignatures, "roster 3")
}

// Whatever byte of a signed roster is changed, it is the next roster no more.
func TestP4EveryByte(t *testing.T) {
	r, signers := sample(t)
	r.Reviewers = r.Reviewers[:1]
	one := signed(t, r, signers...)
	// As many signatures as are asked for, so that none can be spared.
	two := signed(t, following(r), signers[:2]...)
	if err := Follows(one, two); err != nil {
		t.Fatal(err)
	}
	data := two.Bytes()
	for i := range data {
		for _, change := range []byte{0x01, 0x20, 0x80, data[i]} {
			data[i] ^= change
			if s, err := Open(data); err == nil {
				if err = Follows(one, s); !errors.Is(err, ErrSignatures) && !errors.Is(err, ErrChain) {
					t.Errorf("byte %d changed by %#x: %v", i, change, err)
				}
			} else if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrSecretKey) {
				t.Errorf("byte %d changed by %#x: %v", i, change, err)
			}
			data = two.Bytes()
		}
		for _, changed := range [][]byte{slices.Delete(slices.Clone(data), i, i+1), slices.Insert(slices.Clone(data), i, data[i]), data[:i]} {
			if s, err := Open(changed); err == nil && Follows(one, s) == nil {
				t.Errorf("taken with byte %d gone, doubled, or as the end", i)
			}
		}
	}
}

// Somebody who can write a perfect text but not sign it gets nowhere.
func TestP4TamperedRoster(t *testing.T) {
	r, signers := sample(t)
	one := signed(t, r, signers...)
	good := following(r)
	two := signed(t, good, signers...)
	strangerSigner, strangerKey := signerOf(t, KeyNameAdministrator, 77)
	for name, change := range map[string]func(r *Roster){
		"adds a reviewer":       func(r *Roster) { r.Reviewers = append(r.Reviewers, reviewer(t, 105)) },
		"exchanges a recipient": func(r *Roster) { r.Reviewers[0].Recipient = reviewer(t, 106).Recipient },
		"exchanges a key":       func(r *Roster) { r.Reviewers[0].Key = reviewer(t, 107).Key },
		"exchanges all":         func(r *Roster) { r.Reviewers = []Reviewer{reviewer(t, 108), reviewer(t, 109)} },
		"retires a reviewer":    func(r *Roster) { r.Reviewers = r.Reviewers[:1] },
		"renames":               func(r *Roster) { r.Reviewers[0].Name = "Somebody" },
		"exchanges names":       func(r *Roster) { v := r.Reviewers; v[0].Name, v[1].Name = v[1].Name, v[0].Name },
		"turns the order":       func(r *Roster) { slices.Reverse(r.Reviewers) },
		"lives longer":          func(r *Roster) { r.Until = "2099-12-31" },
		"begins later":          func(r *Roster) { r.From = "2026-11-23" },
		"asks for fewer":        func(r *Roster) { r.Signatures = 1 },
		"adds an administrator": func(r *Roster) { addStranger(r, strangerKey) },
		"retires one":           func(r *Roster) { r.Administrators = r.Administrators[:2] },
		"takes over":            func(r *Roster) { r.Administrators, r.Signatures = nil, 1; addStranger(r, strangerKey) },
	} {
		tampered := following(r)
		change(tampered)
		if err := tampered.Check(); err != nil {
			t.Fatalf("%s: the text is not perfect: %v", name, err)
		}
		forged := append(tampered.Text(), two.Bytes()[len(good.Text()):]...)
		s, err := Open(forged)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		refused(t, name, Follows(one, s), ErrSignatures, "does not fit its text")
		if s.Signers(r) != nil {
			t.Errorf("%s: somebody has signed it", name)
		}
		refused(t, name+", signed by a stranger", Follows(one, signed(t, tampered, strangerSigner)), ErrSignatures, "0 of them did")
		// One good signature does not make up for one that was copied.
		half := append(signed(t, tampered, signers[0]).Bytes(), two.sigs[1].line...)
		if s, err = Open(half); err != nil {
			t.Fatal(err)
		}
		refused(t, name+", half signed", Follows(one, s), ErrSignatures, "does not fit its text")
	}
	if err := Follows(one, two); err != nil {
		t.Error(err)
	}
}
