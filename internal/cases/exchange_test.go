package cases

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"amana/internal/attest"

	"filippo.io/age"
)

// sealedTo seals a text to a machine.
func sealedTo(t testing.TB, m *machine, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, m.key.Identities[0].Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plainOf opens a file.
func plainOf(t testing.TB, m *machine, file []byte) []byte {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(file), m.ids()...)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// honestHead signs records as a reviewer would who wants to do harm.
func honestHead(t testing.TB, a Author, purpose attest.Purpose, h Head, records string) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte(records))
	h.By, h.Day, h.Sum = a.Key, Today(), hex.EncodeToString(sum[:])
	signature, err := attest.Sign(purpose, a.Signer, h.text())
	if err != nil {
		t.Fatal(err)
	}
	return []byte(string(exchangePurpose) + "\n" + string(h.text()) + "\n" + signature + "\n" + records)
}

// A file that was changed, or was made to do harm, is refused with a reason, and
// nothing of it is taken in.
func TestHostileExchange(t *testing.T) {
	_, all := reviewers(t, "12", "A", "B")
	a, b := all[0], all[1]
	a.link(t, thread("1"), thread("2"))
	a.code(t, thread("1"), FieldNote, "marker-5519", false)
	good := plainOf(t, b, a.file(t))
	ids := slices.Sorted(maps.Keys(a.all))
	record := func(i int) string { return string(a.all[ids[i]].record()) }
	whole := record(0) + record(1) + record(2)
	head := func(n int, records string) []byte {
		return honestHead(t, a.author, exchangePurpose, Head{Entries: n}, records)
	}
	forged := *a.all[ids[0]]
	forged.By = b.author.Key
	custody, err := attest.Sign(attest.Custody, a.author.Signer, a.all[ids[0]].Text())
	if err != nil {
		t.Fatal(err)
	}
	replayed := *a.all[ids[0]]
	replayed.Signature = custody
	newer := strings.Replace(record(0), Schema, "amana/coding/9", 1)
	for name, c := range map[string]struct {
		plain []byte
		want  error
	}{
		"cut off in an entry":      {good[:len(good)-leastExchange+900], ErrExchange},
		"cut off in the head":      {good[:40], ErrExchange},
		"empty":                    {nil, ErrExchange},
		"other words":              {[]byte("hello\n"), ErrExchange},
		"in another order":         {head(3, record(1)+record(0)+record(2)), ErrExchange},
		"twice":                    {head(2, record(0)+record(0)), ErrExchange},
		"fewer than it says":       {head(4, whole), ErrExchange},
		"more than it says":        {head(2, whole), ErrExchange},
		"negative":                 {head(-1, whole), ErrExchange},
		"more than any has":        {head(MaxExchangeEntries+1, whole), ErrExchange},
		"in another's name":        {head(1, string(forged.record())), attest.ErrSignature},
		"replayed from custody":    {head(1, string(replayed.record())), attest.ErrSignature},
		"head of another purpose":  {honestHead(t, a.author, attest.Coding, Head{Entries: 3}, whole), attest.ErrSignature},
		"head by another":          {bytes.Replace(head(3, whole), []byte(a.author.Key), []byte(b.author.Key), 1), attest.ErrSignature},
		"entries of another file":  {append(head(0, ""), whole...), ErrExchange},
		"newer":                    {head(1, newer), ErrVersion},
		"a line without end":       {head(1, strings.Repeat("x", MaxEntry+10)), ErrExchange},
		"not an entry":             {head(1, "{}\nAA==\n"), ErrEntry},
		"spaces in it":             {head(1, strings.Replace(record(0), `","`, `", "`, 1)), ErrEntry},
		"something behind it":      {append(slices.Clone(good), 'x'), ErrExchange},
		"replaces itself, in vain": {head(1, strings.Replace(record(0), `"replaces":[]`, `"replaces":["`+ids[0]+`"]`, 1)), attest.ErrSignature},
	} {
		before := b.says()
		m, err := b.take(sealedTo(t, b, c.plain))
		switch {
		case !errors.Is(err, c.want):
			t.Errorf("%s: %v", name, err)
		case strings.Contains(err.Error(), "5519"):
			t.Errorf("%s: the error quotes it: %v", name, err)
		case m != nil && m.New > 0 || b.says() != before:
			t.Errorf("%s: something was taken in", name)
		}
	}
	if _, err := a.take(a.file(t)); !errors.Is(err, ErrNotOurs) {
		t.Errorf("not for this key: %v", err)
	}
	if _, err := b.take([]byte("no age file")); !errors.Is(err, ErrExchange) {
		t.Errorf("no age file: %v", err)
	}
	if m, err := b.take(sealedTo(t, b, good)); err != nil || m.New != 3 {
		t.Errorf("the good one: %v %v", m, err)
	}
}

// The file tells nobody else what is in it, and of how much there is no more than
// roughly.
func TestExchangeTellsLittle(t *testing.T) {
	_, all := reviewers(t, "12", "A", "B")
	a := all[0]
	one := len(a.file(t))
	for range 20 {
		a.code(t, thread("1"), FieldNote, "marker-5519", false)
	}
	file := a.file(t)
	if len(file) != one {
		t.Errorf("%d bytes with little, %d with more", one, len(file))
	}
	if bytes.Contains(file, []byte("marker-5519")) || bytes.Contains(file, []byte(thread("1"))) {
		t.Error("it can be read")
	}
}

// Entries that replace each other in a circle cannot be made; one that replaces what is
// not there, or is about something else, replaces nothing.
func TestReplacesNothingElse(t *testing.T) {
	_, all := reviewers(t, "12", "A")
	a := all[0]
	first := a.code(t, thread("1"), "reliability", "010000000000", false)
	for _, e := range []Entry{
		{Subject: thread("2"), Field: "reliability", Value: "020000000000", Replaces: []string{first.ID}},
		{Subject: thread("1"), Field: FieldNote, Value: "x", Replaces: []string{first.ID, strings.Repeat("ab", 32)}},
	} {
		s, err := a.author.Sign(e)
		if err != nil {
			t.Fatal(err)
		}
		a.add(s)
	}
	if values := a.coding().Case(thread("1")).Values; len(values) != 2 {
		t.Errorf("%+v", values)
	}
}
