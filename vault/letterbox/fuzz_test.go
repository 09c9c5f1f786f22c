package letterbox

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"testing"
)

// Whatever stands in the file under whatever key is a letter in its one way, or damage.
// hashed puts the right hash behind the value, so that what lies behind it is reached.
func FuzzDecode(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzDecode"); err != nil || len(seeds) < 8 {
		f.Fatalf("%d seeds, want at least 8 (%v)", len(seeds), err)
	}
	f.Fuzz(func(t *testing.T, k, value []byte, hashed bool) {
		if hashed {
			sum := valueSum(k, value)
			value = append(bytes.Clone(value), sum[:]...)
		}
		l, err := decode(k, value)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(key(l.Mailbox, l.ID), k) || !bytes.Equal(encode(&l), value) {
			t.Fatal("written again it is another")
		}
	})
}

// The hash covers the key and every byte of the value.
func TestValueIsCovered(t *testing.T) {
	l := letter(1, 1, day)
	l.Sealed = l.Sealed[:40]
	k, value := key(l.Mailbox, l.ID), encode(&l)
	if len(value) != daySize+40+sha256.Size {
		t.Errorf("the value has %d bytes", len(value))
	}
	if got, err := decode(k, value); err != nil || !equal(got, l) {
		t.Fatal(err)
	}
	for i := range len(k) + len(value) {
		both := append(bytes.Clone(k), value...)
		both[i] ^= 1
		if _, err := decode(both[:len(k)], both[len(k):]); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	for _, n := range []int{0, 1, daySize, valueHead, len(value) - 1} {
		if _, err := decode(k, value[:n]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d: %v", n, err)
		}
	}
	if _, err := decode(k[1:], value); !errors.Is(err, ErrDamaged) {
		t.Errorf("a short key: %v", err)
	}
}
