package operator

import (
	"fmt"
	"strconv"
	"strings"
)

// byteSize is a number of bytes as a person gives it: 1000, 64KiB, 2GiB.
type byteSize int64

var units = []struct {
	name string
	size int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *byteSize) UnmarshalText(text []byte) error {
	s, unit := string(text), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(s, u.name); ok {
			s, unit = rest, u.size
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return fmt.Errorf("%q is not a size like 1000, 64MiB or 2GiB", text)
	}
	*b = byteSize(n * unit)
	return nil
}

// MarshalText implements encoding.TextMarshaler: the same size, exactly, as a person
// would give it.
func (b byteSize) MarshalText() ([]byte, error) {
	for i := len(units) - 1; i >= 0; i-- {
		if u := units[i]; b != 0 && int64(b)%u.size == 0 {
			return fmt.Appendf(nil, "%d%s", int64(b)/u.size, u.name), nil
		}
	}
	return fmt.Appendf(nil, "%d", int64(b)), nil
}

// String returns the size in the largest unit that suits, with one decimal.
func (b byteSize) String() string {
	for i := len(units) - 1; i >= 0; i-- {
		if u := units[i]; int64(b) >= u.size {
			return fmt.Sprintf("%.1f %s", float64(b)/float64(u.size), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", int64(b))
}
