package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// canonical returns v as RFC 8785 (JCS) spells it: no spaces, keys in the order of
// their UTF-16 code units, strings with the shortest escapes, whole numbers. v is of
// nil, bool, string, int, int64, uint32, []any, []string, map[string]any, or what
// encoding/json turns into these; fractions are refused.
func canonical(v any) ([]byte, error) { return appendJSON(nil, v) }

// maxNumber is the largest whole number that JSON readers hold without loss.
const maxNumber = 1 << 53

func appendJSON(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v)
	case int:
		return appendNumber(b, int64(v))
	case uint32:
		return appendNumber(b, int64(v))
	case int64:
		return appendNumber(b, v)
	case []string:
		return appendList(b, v)
	case []any:
		return appendList(b, v)
	case []map[string]any:
		return appendList(b, v)
	case map[string]any:
		return appendObject(b, v)
	case map[string]string:
		return appendObject(b, v)
	case map[string][]string:
		return appendObject(b, v)
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil, fmt.Errorf("canonical JSON: %w", err)
		}
		return appendNumber(b, n)
	}
	return nil, fmt.Errorf("canonical JSON has no place for a %T", v)
}

func appendNumber(b []byte, n int64) ([]byte, error) {
	if n > maxNumber || n < -maxNumber {
		return nil, fmt.Errorf("canonical JSON: a number is too large")
	}
	return strconv.AppendInt(b, n, 10), nil
}

func appendList[T any](b []byte, list []T) ([]byte, error) {
	b = append(b, '[')
	for i, item := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendJSON(b, item); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject[T any](b []byte, object map[string]T) ([]byte, error) {
	keys := slices.SortedFunc(maps.Keys(object), func(x, y string) int {
		return cmp.Or(slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y))), cmp.Compare(x, y))
	})
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendString(b, key); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendJSON(b, object[key]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("canonical JSON: a text is not UTF-8")
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			if c < 0x20 {
				b = fmt.Appendf(b, `\u%04x`, c)
				continue
			}
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}
