package carry

import (
	"encoding/binary"
	"fmt"
	"io"
)

// block is the unit of a tar. A member is a block of header and its bytes,
// filled up with zeros to whole blocks; two blocks of zeros end the tar.
const block = 512

var zeros [block]byte

// tarHeader returns the one ustar header that a member of a bundle may have: a
// regular file, mode 0600, owner 0, time 0. A reader compares whole headers, so
// that it never has to judge what a hostile one might mean.
func tarHeader(name string, size int64) [block]byte {
	var h [block]byte
	copy(h[:100], name)
	copy(h[100:], "0000600\x00")     // mode
	copy(h[108:], "0000000\x00")     // owner
	copy(h[116:], "0000000\x00")     // group
	copy(h[136:], "00000000000\x00") // time
	copy(h[148:], "        ")        // checksum, as it is summed
	h[156] = '0'                     // a regular file
	copy(h[257:], "ustar\x00"+"00")  // the format
	if size < 1<<33 {
		copy(h[124:], fmt.Sprintf("%011o\x00", size))
	} else { // base 256: GNU tar, bsdtar and others read it
		h[124] = 0x80
		binary.BigEndian.PutUint64(h[128:], uint64(size))
	}
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

// filled returns size rounded up to whole blocks.
func filled(size int64) int64 { return (size + block - 1) / block * block }

// headerSize returns the size that a header promises if the header is the one
// that name must have, and the size is at most limit.
func headerSize(h *[block]byte, name string, limit int64) (int64, bool) {
	var size int64
	for _, c := range h[124:135] {
		if c < '0' || c > '7' {
			return 0, false
		}
		size = size<<3 | int64(c-'0')
	}
	return size, size <= limit && *h == tarHeader(name, size)
}

// writeMember writes a member of which all bytes are at hand.
func writeMember(w io.Writer, name string, data []byte) error {
	h := tarHeader(name, int64(len(data)))
	if _, err := w.Write(h[:]); err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	return writeFill(w, int64(len(data)))
}

// writeFill ends a member of the given size.
func writeFill(w io.Writer, size int64) error {
	_, err := w.Write(zeros[:filled(size)-size])
	return err
}
