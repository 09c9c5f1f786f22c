package workspace

import (
	"encoding/binary"
	"errors"

	"amana/internal/padme"

	"golang.org/x/crypto/chacha20poly1305"
)

// A record's plaintext is
//
//	2 bytes length of the key, 4 bytes length of the value, key, value, zeros
//
// with so many zeros that its length is one of few: the length of a document would
// tell how much a source wrote.
const recordHead = 2 + 4

// Limits of a record.
const (
	maxKeyBytes   = 1000
	maxValueBytes = 32 << 20
)

var errRecord = errors.New("the record is too long")

// pack returns the plaintext of a record.
func pack(key string, value []byte) ([]byte, error) {
	if len(key) > maxKeyBytes || len(value) > maxValueBytes {
		return nil, errRecord
	}
	n := recordHead + len(key) + len(value)
	plain := make([]byte, 0, padded(n)+chacha20poly1305.Overhead)
	plain = binary.BigEndian.AppendUint16(plain, uint16(len(key)))
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(value)))
	plain = append(append(plain, key...), value...)
	return plain[:padded(n)], nil
}

// unpack is the reverse of pack. It takes the one spelling that pack writes. The value
// is a part of plain.
func unpack(plain []byte) (key string, value []byte, ok bool) {
	if len(plain) < recordHead {
		return "", nil, false
	}
	k, v := int(binary.BigEndian.Uint16(plain)), int64(binary.BigEndian.Uint32(plain[2:]))
	if k > maxKeyBytes || v > maxValueBytes {
		return "", nil, false
	}
	n := recordHead + k + int(v)
	if padded(n) != len(plain) {
		return "", nil, false
	}
	for _, c := range plain[n:] {
		if c != 0 {
			return "", nil, false
		}
	}
	return string(plain[recordHead : recordHead+k]), plain[recordHead+k : n : n], true
}

// leastRecord is the length of the shortest plaintext.
const leastRecord = 256

// padded returns the length up to which a record of n bytes is filled.
func padded(n int) int {
	return int(padme.Size(int64(max(n, leastRecord))))
}
