package mailbox

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// testThread is the thread of these tests.
var testThread = ThreadFrom([32]byte{9})

func recipient() *age.HybridRecipient { return must(testThread.Identity()).Recipient() }

func threadID(t Thread) string {
	id := t.ID()
	return hex.EncodeToString(id[:])
}

func reply(text string) Reply {
	return Reply{Thread: threadID(testThread), Day: "2026-11-22", Text: text}
}

// sealRaw seals any bytes to the thread of these tests.
func sealRaw(plain []byte, to ...age.Recipient) []byte {
	if len(to) == 0 {
		to = []age.Recipient{recipient()}
	}
	var b bytes.Buffer
	w := must(age.Encrypt(&b, to...))
	must(w.Write(plain))
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// padded returns a document with the spaces that follow it.
func padded(document string) []byte {
	return []byte(document + strings.Repeat(" ", max(0, plainSize-len(document))))
}

// All replies come back whole and have one length, whatever they say.
func TestReplyRoundTrip(t *testing.T) {
	size := 0
	for name, text := range map[string]string{
		"short":       "x",
		"Arabic":      "وصلت شهادتكم.\n\tشكرًا لكم\u200f!",
		"HTML":        strings.Repeat("<&>", MaxReply/3),
		"quotes":      strings.Repeat(`"\`, MaxReply/2),
		"lines":       strings.Repeat("a\n", MaxReply/2),
		"separators":  strings.Repeat("\u2028", MaxReply-1) + "x", // the longest in JSON
		"four bytes":  strings.Repeat("\U0001F54A", MaxReply),
		"non-joiners": "می\u200cخواهم",
	} {
		want := reply(text)
		sealed, err := Seal(want, recipient())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := testThread.Open(sealed); err != nil || got != want {
			t.Errorf("%s: it comes back otherwise (%v)", name, err)
		}
		if size == 0 {
			size = len(sealed)
		}
		if len(sealed) != size || size != SealedLength {
			t.Errorf("%s: %d bytes, others have %d", name, len(sealed), size)
		}
		// The stock library opens it.
		plain, err := io.ReadAll(must(age.Decrypt(bytes.NewReader(sealed), must(testThread.Identity()))))
		if err != nil || len(plain) != plainSize || !bytes.HasPrefix(plain, []byte(`{"schema":"amana/reply/1","thread":"`+want.Thread+`","day":"2026-11-22","text":"`)) {
			t.Errorf("%s: with stock age: %d bytes, %v", name, len(plain), err)
		}
	}
	t.Logf("a sealed reply has %d bytes", size)
}

func TestSealRefuses(t *testing.T) {
	old := must(age.GenerateX25519Identity()).Recipient()
	good := reply("text")
	for name, c := range map[string]struct {
		change func(r *Reply)
		to     age.Recipient
	}{
		"old kind":         {func(*Reply) {}, old},
		"nobody":           {func(*Reply) {}, nil},
		"a nil recipient":  {func(*Reply) {}, (*age.HybridRecipient)(nil)},
		"too long":         {func(r *Reply) { r.Text = strings.Repeat("م", MaxReply+1) }, recipient()},
		"empty":            {func(r *Reply) { r.Text = "" }, recipient()},
		"blank":            {func(r *Reply) { r.Text = " \n\u00a0" }, recipient()},
		"invalid":          {func(r *Reply) { r.Text = "SECRETTEXT\xff" }, recipient()},
		"NUL":              {func(r *Reply) { r.Text = "SECRETTEXT\x00" }, recipient()},
		"colours":          {func(r *Reply) { r.Text = "SECRETTEXT\x1b[31m" }, recipient()},
		"return":           {func(r *Reply) { r.Text = "SECRETTEXT\r\n" }, recipient()},
		"C1":               {func(r *Reply) { r.Text = "SECRETTEXT\u0085" }, recipient()},
		"override":         {func(r *Reply) { r.Text = "SECRETTEXT\u202e" }, recipient()},
		"isolate":          {func(r *Reply) { r.Text = "SECRETTEXT\u2067" }, recipient()},
		"no day":           {func(r *Reply) { r.Day = "" }, recipient()},
		"another day":      {func(r *Reply) { r.Day = "2026-02-30" }, recipient()},
		"a time":           {func(r *Reply) { r.Day = "2026-11-22T10:00:00Z" }, recipient()},
		"no thread":        {func(r *Reply) { r.Thread = "" }, recipient()},
		"thread cut":       {func(r *Reply) { r.Thread = r.Thread[1:] }, recipient()},
		"thread not hex":   {func(r *Reply) { r.Thread = "x" + r.Thread[1:] }, recipient()},
		"thread too large": {func(r *Reply) { r.Thread += "00" }, recipient()},
	} {
		r := good
		c.change(&r)
		sealed, err := Seal(r, c.to)
		if err == nil || sealed != nil {
			t.Errorf("%s: sealed", name)
		} else if strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: the error quotes the text", name)
		}
	}
	if _, err := Seal(good, recipient()); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	document := func(r Reply) string { return string(bytes.TrimRight(must(r.encode()), " ")) }
	good := document(reply("SECRETTEXT"))
	whole := sealRaw(padded(good))
	other := ThreadFrom([32]byte{8})
	id := `"` + threadID(testThread) + `"`
	for name, sealed := range map[string][]byte{
		"nothing":             nil,
		"no age file":         bytes.Repeat([]byte("SECRETTEXT"), 100),
		"cut off":             whole[:len(whole)-1],
		"half":                whole[:len(whole)/2],
		"longer":              append(bytes.Clone(whole), 0),
		"flipped":             append(bytes.Clone(whole[:len(whole)-1]), whole[len(whole)-1]^1),
		"huge":                sealRaw(make([]byte, SealedSize)),
		"to another":          sealRaw(padded(good), must(other.Identity()).Recipient()),
		"old kind":            sealRaw(padded(good), must(age.GenerateX25519Identity()).Recipient()),
		"of another thread":   sealRaw(padded(document(Reply{threadID(other), "2026-11-22", "SECRETTEXT"}))),
		"not padded":          sealRaw([]byte(good)),
		"padded too much":     sealRaw(append(padded(good), ' ')),
		"padded with NUL":     sealRaw(append([]byte(good), make([]byte, plainSize-len(good))...)),
		"padded with lines":   sealRaw([]byte(good + strings.Repeat("\n", plainSize-len(good)))),
		"two documents":       sealRaw(padded(good + " " + good)),
		"not JSON":            sealRaw(padded("SECRETTEXT")),
		"cut JSON":            sealRaw(padded(good[:len(good)-1])),
		"a list":              sealRaw(padded("[" + good + "]")),
		"no text":             sealRaw(padded(`{"schema":"amana/reply/1","thread":` + id + `,"day":"2026-11-22"}`)),
		"text null":           sealRaw(padded(strings.Replace(good, `"SECRETTEXT"`, "null", 1))),
		"text a list":         sealRaw(padded(strings.Replace(good, `"SECRETTEXT"`, `["SECRETTEXT"]`, 1))),
		"key more":            sealRaw(padded(strings.Replace(good, "{", `{"SECRET":"x",`, 1))),
		"key twice":           sealRaw(padded(strings.Replace(good, "{", `{"text":"x",`, 1))),
		"key in capitals":     sealRaw(padded(strings.Replace(good, `"text"`, `"Text"`, 1))),
		"key escaped twice":   sealRaw(padded(strings.Replace(good, "{", `{"t\u0065xt":"x",`, 1))),
		"other schema":        sealRaw(padded(strings.Replace(good, "reply/1", "reply/2", 1))),
		"invalid UTF-8":       sealRaw(padded(strings.Replace(good, "SECRET", "SECRET\xff", 1))),
		"control":             sealRaw(padded(strings.Replace(good, "SECRET", `SECRET\u0007`, 1))),
		"override":            sealRaw(padded(strings.Replace(good, "SECRET", `SECRET\u202e`, 1))),
		"too many characters": sealRaw(padded(strings.Replace(good, "SECRET", strings.Repeat("x", MaxReply), 1))),
		"blank":               sealRaw(padded(strings.Replace(good, "SECRETTEXT", " ", 1))),
		"another day":         sealRaw(padded(strings.Replace(good, "2026-11-22", "2026-11-31", 1))),
	} {
		r, err := testThread.Open(sealed)
		if !errors.Is(err, ErrReply) || r != (Reply{}) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: the error quotes what is inside", name)
		}
	}
	if r, err := testThread.Open(whole); err != nil || r.Text != "SECRETTEXT" {
		t.Errorf("unchanged: %v", err)
	}
}

// A reply that was sealed with version 1 of the format opens for ever. It is sealed to
// the thread of the third code in testdata/vectors.json.
func TestOldReplyOpens(t *testing.T) {
	sealed := must(os.ReadFile("testdata/reply-1.age"))
	c := must(ParseCode(vectors(t)[2].Ar))
	r, err := c.Thread().Open(sealed)
	if want := (Reply{threadID(c.Thread()), "2026-11-22", "هذا مثال.\nThis is an example."}); err != nil || r != want {
		t.Errorf("%v", err)
	}
}
