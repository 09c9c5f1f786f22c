package operator

import (
	"errors"
	"strings"
	"testing"
)

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "1000": 1000, "64KiB": 64 << 10, "1 MiB": 1 << 20, "2GiB": 2 << 30, "3TiB": 3 << 40,
		" 5": 5, "0GiB": 0, "4194304TiB": 1 << 62, "4611686018427387904": 1 << 62,
	} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err != nil || int64(b) != want {
			t.Errorf("%q: %d, %v, want %d", text, int64(b), err, want)
		}
	}
	for _, text := range []string{
		"", " ", "-1", "-1GiB", "1.5GiB", "many", "GiB", "2GB", "2gib", "2G", "1e9", "0x10", "1_000", "1,000", "2GiBKiB", "١",
		"4194305TiB", "4611686018427387905", "9223372036854775807GiB", "99999999999999999999",
	} {
		b := byteSize(42)
		if err := b.UnmarshalText([]byte(text)); err == nil || b != 42 || !strings.Contains(err.Error(), "not a size like") {
			t.Errorf("%q became %d (%v)", text, int64(b), err)
		}
	}
	// What it says of itself is the same size again.
	for _, n := range []byteSize{0, 1, 1000, 1023, 1024, 1536, 5 << 20, 1<<30 + 1, 3 << 40} {
		text, err := n.MarshalText()
		var again byteSize
		if err := errors.Join(err, again.UnmarshalText(text)); err != nil || again != n {
			t.Errorf("%d is written %q, which is %d (%v)", int64(n), text, int64(again), err)
		}
	}
	for n, want := range map[byteSize]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 30: "3.0 GiB", 1 << 42: "4.0 TiB",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d is written %q, want %q", int64(n), got, want)
		}
	}
}
