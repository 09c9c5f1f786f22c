package carry

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// What one kind may say, another may not, however well it is signed; and nothing
// is read of a kind of another version.
func TestBackSignedButWrong(t *testing.T) {
	for _, kind := range []Kind{Acknowledgement, Replies} {
		f := makeFile(t, kind, 2, 1)
		text, rest := split(t, f.bytes)
		if kind == Replies && !strings.Contains(text, "\nreplies 3\n\n") || kind == Acknowledgement && !strings.Contains(text, "\ntestimonies 3\n\n") {
			t.Fatalf("%s: the head is\n%s", kind, text)
		}
		other, name := Replies, "\nreplies 3\n"
		if kind == Replies {
			other = Acknowledgement
		} else {
			name = "\ntestimonies 3\n"
		}
		for what, c := range map[string][2]string{
			"version":     {string(kind) + " 1\n", string(kind) + " 2\n"},
			"no version":  {string(kind) + " 1\n", string(kind) + "\n"},
			"other kind":  {"amana " + string(kind), "amana " + string(other)},
			"as slips":    {"amana " + string(kind), "amana slips"},
			"count":       {name, strings.Replace(name, "3", "4", 1)},
			"count word":  {name, "\nentries 3\n"},
			"other word":  {name, map[Kind]string{Replies: "\ntestimonies 3\n", Acknowledgement: "\nreplies 3\n"}[kind]},
			"intake":      {"reviewer amana-reviewer", "intake amana-reviewer"},
			"other key":   {"reviewer amana-reviewer", "reviewer amana-intake"},
			"a roster":    {"\n\n", "\n\nroster 3 100 " + strings.Repeat("0", 64) + "\n"},
			"epoch 0":     {"roster 3 ", "roster 0 "},
			"part number": {"part 2 ", "part 3 "},
			"huge part":   {fmt.Sprintf("part 1 2 %d ", len(f.parts[0])), "part 1 2 4194305 "},
			"more lines":  {"\npart 1 ", "\nmailbox 00\npart 1 "},
		} {
			if !strings.Contains(text, c[0]) {
				t.Fatalf("%s: the text to change is not there: %s", kind, what)
			}
			data, ok := signedParts(strings.Replace(text, c[0], c[1], 1), rest)
			if !ok {
				t.Fatalf("%s: %s: it cannot be signed", kind, what)
			}
			for _, size := range []int64{-1, int64(len(data))} {
				if _, parts, err := readParts(bytes.NewReader(data), size); err == nil || len(parts) > 0 {
					t.Errorf("%s: %s: it is accepted", kind, what)
				}
			}
		}
	}
}

// A server may not sign what reviewers do.
func TestBackSignedByServer(t *testing.T) {
	for _, kind := range []Kind{Acknowledgement, Replies} {
		f := makeFile(t, kind, 1)
		f.skey, f.manifest.Signer = seedKey, seedVkey
		if err := f.write(); err == nil || len(f.bytes) > 0 {
			t.Errorf("%s: %d bytes are written, %v", kind, len(f.bytes), err)
		}
	}
}
