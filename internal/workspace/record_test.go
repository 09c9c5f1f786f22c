package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/seal"
	"amana/internal/testimony"
	"amana/internal/unseal"

	"filippo.io/age"
)

// sealed returns an envelope with one file and a narrative.
func sealed(t *testing.T, to age.Recipient, file, words string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := seal.New(&out, []age.Recipient{to})
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.File("a.jpg", "image/jpeg")
	if err == nil {
		_, err = f.Write([]byte(file))
	}
	if err == nil {
		err = w.Close(testimony.Testimony{Kind: testimony.First, Thread: strings.Repeat("7", 32), Language: "ar",
			Answers: map[string]string{testimony.Narrative: words}, Received: "2026-11-22", Roster: testimony.Roster{Epoch: 1, SHA256: strings.Repeat("0", 64)}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An original that is replaced by another one, however well that is sealed, is not
// taken for the one that was opened.
func TestEnvelopeIsTheOneThatWasOpened(t *testing.T) {
	path, ids := filepath.Join(t.TempDir(), "work"), newIdentity(t)
	w, err := Create(path, ids)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	right := sealed(t, ids[0].Recipient(), "photo", "words")
	e, err := unseal.Open(bytes.NewReader(right), int64(len(right)), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("photo"))
	ref := Ref{ID: testID, Thread: testID, Size: int64(len(right)), Files: []File{{"files/001.jpg", 5, hex.EncodeToString(sum[:])}}}
	b := w.Begin()
	if err := errors.Join(b.Add(t.Context(), ref, e.Document, bytes.NewReader(right), nil), b.Commit()); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		original []byte
		good     bool
	}{
		"the same":      {right, true},
		"other words":   {sealed(t, ids[0].Recipient(), "photo", "lies!"), false},
		"another file":  {sealed(t, ids[0].Recipient(), "phony", "words"), false},
		"sealed anew":   {sealed(t, ids[0].Recipient(), "photo", "words"), true},
		"to a stranger": {sealed(t, newIdentity(t)[0].Recipient(), "photo", "words"), false},
	} {
		if err := os.WriteFile(filepath.Join(path, originalPath(testID)), c.original, 0o600); err != nil {
			t.Fatal(err)
		}
		_, file, err := w.Envelope(testID)
		if (err == nil) != c.good {
			t.Errorf("%s: %v", what, err)
		}
		if err == nil {
			file.Close()
		}
	}
	if !w.Lies(ref) {
		t.Error("it does not lie there")
	}
	if err := w.Put(Write{documents, testID, nil}); err != nil || w.Lies(ref) {
		t.Errorf("without its document it lies there still (%v)", err)
	}
}
