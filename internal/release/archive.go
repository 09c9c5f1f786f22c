package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// entry is a file in an archive. All have one date and no owner: the same files give
// the same bytes on every machine.
type entry struct {
	path    string // with slashes
	data    []byte
	program bool
}

func (e entry) mode() fs.FileMode {
	if e.program {
		return 0o755
	}
	return 0o644
}

func sorted(entries []entry) []entry {
	return slices.SortedFunc(slices.Values(entries), func(a, b entry) int { return strings.Compare(a.path, b.path) })
}

// tarball returns the entries as a .tar.gz.
func tarball(entries []entry, date time.Time) ([]byte, error) {
	var buf bytes.Buffer
	z := zipped(&buf)
	w := tar.NewWriter(z)
	for _, e := range sorted(entries) {
		err := w.WriteHeader(&tar.Header{Name: e.path, Size: int64(len(e.data)), Mode: int64(e.mode()), ModTime: date, Format: tar.FormatUSTAR})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	err := z.Close()
	return buf.Bytes(), err
}

// zipped writes to w compressed, without a name and a time of its own.
func zipped(w io.Writer) *gzip.Writer {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression) // fails only for a level that there is not
	return z
}

// gzipped returns data as a .gz.
func gzipped(data []byte) []byte {
	var buf bytes.Buffer
	z := zipped(&buf)
	z.Write(data) // a buffer takes everything
	z.Close()
	return buf.Bytes()
}

// zipfile returns the entries as a .zip.
func zipfile(entries []entry, date time.Time) ([]byte, error) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	for _, e := range sorted(entries) {
		h := &zip.FileHeader{Name: e.path, Method: zip.Deflate, Modified: date}
		h.SetMode(e.mode())
		f, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(e.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return buf.Bytes(), err
}
