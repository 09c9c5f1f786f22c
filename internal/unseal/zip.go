package unseal

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"

	"amana/internal/testimony"
)

// Sizes and signatures of the ZIP format (APPNOTE.TXT 6.3.10, section 4.3).
const (
	endSize          = 22
	end64Size        = 56
	locator64Size    = 20
	localSize        = 30
	descriptorSize   = 16
	descriptor64Size = 24
	maxDirectory     = (testimony.MaxFiles + 3) * (46 + 64 + 28)
)

var (
	endSignature        = []byte("PK\x05\x06")
	end64Signature      = []byte("PK\x06\x06")
	locator64Signature  = []byte("PK\x06\x07")
	localSignature      = []byte("PK\x03\x04")
	descriptorSignature = []byte("PK\x07\x08")
)

// fileEnding matches what follows the number in the name of a file's entry. Which
// endings are safe to open is for package dossier to judge.
var fileEnding = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)

// readZip returns the entries of the ZIP, which must be exactly those that
// docs/formats.md allows, in order, and cover it from the first byte to the
// directory without a gap or an overlap. So no two programs can read different
// things from it, and the sizes cannot add up to more than is there.
func readZip(r io.ReaderAt, size int64) ([]*zip.File, error) {
	directory, err := findDirectory(r, size)
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	n := len(z.File) - 3
	if n < 0 || n > testimony.MaxFiles {
		return nil, malformed("it has %d entries", len(z.File))
	}
	if z.Comment != "" {
		return nil, malformed("the ZIP has a comment")
	}
	var at int64
	for i, f := range z.File {
		if !rightName(f.Name, i, n) {
			return nil, malformed("entry %d has the name %.40q", i+1, f.Name)
		}
		if err := checkEntry(f, at); err != nil {
			return nil, err
		}
		if at, err = checkLocal(r, f, at, directory); err != nil {
			return nil, err
		}
	}
	if at != directory {
		return nil, malformed("something stands between its entries and its directory")
	}
	return z.File, checkRaw(r, directory, z.File)
}

// rightName tells whether entry i, counted from 0, of an envelope of n files may
// have this name.
func rightName(name string, i, n int) bool {
	if i < n {
		number := fmt.Sprintf("%s%03d", testimony.FilesPrefix, i+1)
		return len(name) > len(number) && name[:len(number)] == number && fileEnding.MatchString(name[len(number):])
	}
	return name == [...]string{testimony.TestimonyName, testimony.ManifestName, testimony.PaddingName}[i-n]
}

// findDirectory returns the offset of the directory, having checked that it is
// of sane size and ends where the end records begin: archive/zip alone would
// read on, and keep in memory, whatever looks like a directory.
func findDirectory(r io.ReaderAt, size int64) (int64, error) {
	tail := make([]byte, end64Size+locator64Size+endSize)
	if size < int64(len(tail)) {
		return 0, malformed("it is too short")
	}
	if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
		return 0, err
	}
	end := tail[end64Size+locator64Size:]
	locator := tail[end64Size : end64Size+locator64Size]
	le := binary.LittleEndian
	if !bytes.HasPrefix(end, endSignature) || le.Uint32(end[4:]) != 0 || le.Uint16(end[8:]) != le.Uint16(end[10:]) || le.Uint16(end[20:]) != 0 {
		return 0, malformed("it does not end as a ZIP")
	}
	endAt := size - endSize
	count, length, offset := uint64(le.Uint16(end[10:])), uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:]))
	if bytes.HasPrefix(locator, locator64Signature) {
		endAt -= end64Size + locator64Size
		if !bytes.HasPrefix(tail, end64Signature) || le.Uint64(tail[4:]) != end64Size-12 || le.Uint64(locator[8:]) != uint64(endAt) {
			return 0, malformed("its 64-bit end is wrong")
		}
		count64, length64, offset64 := le.Uint64(tail[32:]), le.Uint64(tail[40:]), le.Uint64(tail[48:])
		if count != 0xffff && count != count64 || length != 0xffffffff && length != length64 || offset != 0xffffffff && offset != offset64 {
			return 0, malformed("its two ends differ")
		}
		count, length, offset = count64, length64, offset64
	}
	if count > testimony.MaxFiles+3 || length > maxDirectory || offset > uint64(endAt) || offset+length != uint64(endAt) {
		return 0, malformed("its directory is out of place")
	}
	return int64(offset), nil
}

// checkRaw holds fields of the directory that archive/zip does not show, and by
// which another program might pass an entry over, to what they always are.
func checkRaw(r io.ReaderAt, at int64, files []*zip.File) error {
	const fixed = 46
	le := binary.LittleEndian
	h := make([]byte, fixed)
	for _, f := range files {
		if n, err := r.ReadAt(h, at); n < len(h) {
			return err
		}
		// Version made by and needed, disk, internal attributes.
		if !plainVersion(le.Uint16(h[4:])) || !plainVersion(le.Uint16(h[6:])) || le.Uint32(h[34:]) != 0 {
			return malformed("%s is of another kind", f.Name)
		}
		at += fixed + int64(len(f.Name)+len(f.Extra)+len(f.Comment))
	}
	return nil
}

// plainVersion tells whether a version is that of a ZIP with nothing but stored
// entries: 2.0, or 4.5 for sizes of 64 bits.
func plainVersion(v uint16) bool { return v == 20 || v == 45 }

// checkEntry holds the directory's words about an entry to the format: stored,
// plain, and without any attribute.
func checkEntry(f *zip.File, at int64) error {
	switch {
	case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64:
		return malformed("%s is compressed", f.Name)
	case f.UncompressedSize64 > 1<<62:
		return malformed("%s has an impossible size", f.Name)
	case f.Flags&^uint16(8) != 0: // 8: sizes follow the bytes
		return malformed("%s is encrypted or of another kind", f.Name)
	case f.ExternalAttrs != 0 || f.CreatorVersion>>8 != 0:
		return malformed("%s is not a plain file", f.Name)
	case f.ModifiedDate != 0 || f.ModifiedTime != 0 || f.Comment != "":
		return malformed("%s has a time or a comment", f.Name)
	}
	if len(f.Extra) == 0 {
		return nil
	}
	le := binary.LittleEndian
	needed := f.UncompressedSize64 >= 0xffffffff || at >= 0xffffffff
	if !needed || len(f.Extra) != 28 || le.Uint16(f.Extra) != 1 || le.Uint16(f.Extra[2:]) != 24 ||
		le.Uint64(f.Extra[4:]) != f.UncompressedSize64 || le.Uint64(f.Extra[12:]) != f.CompressedSize64 ||
		le.Uint64(f.Extra[20:]) != uint64(at) {
		return malformed("%s has extra attributes", f.Name)
	}
	return nil
}

// checkLocal holds what stands before and after the bytes of the entry at
// offset at to the directory's words, and returns the offset after it.
func checkLocal(r io.ReaderAt, f *zip.File, at, directory int64) (int64, error) {
	h := make([]byte, localSize+len(f.Name))
	if int64(len(h)) > directory-at {
		return 0, malformed("%s overlaps the directory", f.Name)
	}
	if n, err := r.ReadAt(h, at); n < len(h) {
		return 0, err
	}
	le := binary.LittleEndian
	crc, size := f.CRC32, f.UncompressedSize64
	streamed := f.Flags&8 != 0
	sizesRight := streamed && le.Uint32(h[14:]) == 0 && le.Uint64(h[18:]) == 0 ||
		le.Uint32(h[14:]) == crc && uint64(le.Uint32(h[18:])) == size && uint64(le.Uint32(h[22:])) == size
	if !bytes.HasPrefix(h, localSignature) || !plainVersion(le.Uint16(h[4:])) || le.Uint16(h[6:]) != f.Flags || le.Uint16(h[8:]) != zip.Store ||
		le.Uint32(h[10:]) != 0 || !sizesRight || int(le.Uint16(h[26:])) != len(f.Name) || le.Uint16(h[28:]) != 0 ||
		string(h[localSize:]) != f.Name {
		return 0, malformed("%s is not where, or not what, the directory says", f.Name)
	}
	at += int64(len(h))
	if offset, err := f.DataOffset(); err != nil || offset != at {
		return 0, malformed("%s is not where the directory says", f.Name)
	}
	if size > uint64(directory-at) {
		return 0, malformed("%s is longer than the whole", f.Name)
	}
	at += int64(size)
	if !streamed {
		return at, nil
	}
	d := make([]byte, descriptorSize)
	if size >= 0xffffffff {
		d = make([]byte, descriptor64Size)
	}
	if int64(len(d)) > directory-at {
		return 0, malformed("%s overlaps the directory", f.Name)
	}
	if n, err := r.ReadAt(d, at); n < len(d) {
		return 0, err
	}
	right := bytes.HasPrefix(d, descriptorSignature) && le.Uint32(d[4:]) == crc
	if len(d) == descriptorSize {
		right = right && uint64(le.Uint32(d[8:])) == size && uint64(le.Uint32(d[12:])) == size
	} else {
		right = right && le.Uint64(d[8:]) == size && le.Uint64(d[16:]) == size
	}
	if !right {
		return 0, malformed("what follows %s differs from the directory", f.Name)
	}
	return at + int64(len(d)), nil
}

// malformed returns an error wrapping [ErrMalformed].
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}
