package rewrap

import (
	"bytes"
	"testing"

	"filippo.io/age"
)

// people returns n reviewers: their identities, and themselves as recipients.
func people(t testing.TB, n int) (ids []*age.HybridIdentity, to []age.Recipient) {
	t.Helper()
	for range n {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		to = append(to, id.Recipient())
	}
	return ids, to
}

// sealed returns an age file of n bytes, in two pieces.
func sealed(t testing.TB, n int, to []age.Recipient) (header, payload []byte) {
	t.Helper()
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(bytes.Repeat([]byte("testimony "), n/10))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header, err = age.ExtractHeader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return header, out.Bytes()[len(header):]
}
