package shares

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

// The bytes of a share: version 1, set 4, needed 1, of 1, number 1, size of what
// is sealed 2 (big-endian), value 32, sealed, checksum 4. They are written in
// Base32 with Crockford's digits, which leave out I, L, O and U.
const (
	version    = 1
	headerSize = 10
	sumSize    = 4

	lineSize   = 20 // bytes in each printed line but the last
	group4     = 4  // digits printed together
	lineCheck  = 4  // digits at the end of each line: 20 bits of a hash
	codePrefix = "SHARE:"
)

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var base = base32.NewEncoding(digits).WithPadding(base32.NoPadding)

// LineError says which line of a share was not typed as it was printed.
type LineError struct {
	Line int
	Why  string // "is mistyped", "is missing", …
}

// Error returns the sentence without a full stop.
func (e *LineError) Error() string { return fmt.Sprintf("line %d %s", e.Line, e.Why) }

// Unwrap returns [ErrMalformed].
func (e *LineError) Unwrap() error { return ErrMalformed }

// bytes returns the share as it is printed. The caller clears it.
func (s *Share) bytes() []byte {
	b := make([]byte, 0, headerSize+valueSize+maxSealed+sumSize)
	b = append(b, s.about()...)
	b = append(b, byte(s.Number))
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.sealed)))
	b = append(append(b, s.value[:]...), s.sealed...)
	return append(b, sum(b)...)
}

// sum is the checksum of a whole share.
func sum(b []byte) []byte {
	h := sha256.Sum256(append([]byte("amana share 1\n"), b...))
	return h[:sumSize]
}

// Code returns the share in one line, as it stands in the QR code.
func (s *Share) Code() string {
	b := s.bytes()
	defer clear(b)
	return codePrefix + base.EncodeToString(b)
}

// Lines returns the share as numbered lines of groups, each with its own
// checksum at its end.
func (s *Share) Lines() []string {
	b := s.bytes()
	defer clear(b)
	var lines []string
	for at := 0; at < len(b); at += lineSize {
		part := b[at:min(at+lineSize, len(b))]
		n := len(lines) + 1
		text := base.EncodeToString(part)
		var line strings.Builder
		fmt.Fprintf(&line, "%2d:", n)
		for i, d := range text {
			if i%group4 == 0 {
				line.WriteByte(' ')
			}
			line.WriteRune(d)
		}
		lines = append(lines, line.String()+"  "+checkOf(b[:headerSize], n, part))
	}
	return lines
}

// checkOf returns the digits at the end of line n. From the second line on they
// belong to this one share, so that a line of another paper is found.
func checkOf(header []byte, n int, part []byte) string {
	h := sha256.New()
	h.Write([]byte("amana share line 1\n"))
	h.Write([]byte{byte(n)})
	h.Write(header)
	h.Write(part)
	return base.EncodeToString(h.Sum(nil))[:lineCheck]
}

// plain returns the digits of what a person typed, forgiving case, spaces,
// hyphens, O for 0, I and L for 1, and Arabic digits.
func plain(typed string) (string, bool) {
	var out strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r == ' ', r == '-', r == '.', r == ',':
			continue
		case r == 'O':
			r = '0'
		case r == 'I', r == 'L':
			r = '1'
		}
		if r > unicode.MaxASCII || !strings.ContainsRune(digits, r) {
			return "", false
		}
		out.WriteRune(r)
	}
	return out.String(), true
}

// latin returns text with Arabic and Persian digits as 0 to 9, with plain spaces,
// and without the unseen marks that some editors put in.
func latin(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '٠' <= r && r <= '٩':
			return r + '0' - '٠'
		case '۰' <= r && r <= '۹':
			return r + '0' - '۰'
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
}

// decode returns the bytes of digits in their one spelling.
func decode(text string) ([]byte, bool) {
	b, err := base.DecodeString(text)
	return b, err == nil && base.EncodeToString(b) == text
}

// header reads the first bytes of a share and returns how many it has in all.
func header(b []byte) (s *Share, size int, err error) {
	if len(b) < headerSize {
		return nil, 0, ErrMalformed
	}
	if b[0] != version {
		return nil, 0, ErrVersion
	}
	s = &Share{Set: [4]byte(b[1:5]), Needed: int(b[5]), Of: int(b[6]), Number: int(b[7])}
	sealed := int(binary.BigEndian.Uint16(b[8:]))
	if s.Needed < 2 || s.Needed > s.Of || s.Of > Most || s.Number < 1 || s.Number > s.Of || sealed < minSealed || sealed > maxSealed {
		return nil, 0, ErrMalformed
	}
	return s, headerSize + valueSize + sealed + sumSize, nil
}

// parse reads a whole share.
func parse(b []byte) (*Share, error) {
	s, size, err := header(b)
	if err != nil {
		return nil, err
	}
	if len(b) != size || string(b[size-sumSize:]) != string(sum(b[:size-sumSize])) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrMalformed)
	}
	s.value = [valueSize]byte(b[headerSize:])
	s.sealed = append([]byte(nil), b[headerSize+valueSize:size-sumSize]...)
	return s, nil
}
