package keyfile

import (
	"bytes"
	"errors"
	"os"
	"testing"
)

// Whatever the bytes, Read returns a key that is whole or an error that says
// what it is about.
func FuzzRead(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzRead"); err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	stop := errors.New("no passphrase") // scrypt is slow, and age's own
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := Read(bytes.NewReader(data), func() ([]byte, error) { return nil, stop })
		switch {
		case err != nil:
			if !errors.Is(err, ErrNotIdentity) && !errors.Is(err, stop) {
				t.Fatalf("an error without a reason: %v", err)
			}
			return
		case k.VerifierKey() == "":
			if len(k.Identities) == 0 {
				t.Fatal("a key that can do nothing")
			}
			return
		}
		// A key of ours says the same again.
		again, err := Read(bytes.NewReader(k.text()), never)
		if err != nil || !same(k, again) {
			t.Fatalf("read again: %v", err)
		}
		if _, err := k.Signer(); err != nil {
			t.Fatal(err)
		}
	})
}
