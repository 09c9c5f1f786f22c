package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"
)

// sumsName is the file with the hash of every other, as sha256sum reads it.
const sumsName = "SHA256SUMS"

// Sums is a folder that hashes what is written.
type Sums struct {
	Folder
	mu  sync.Mutex
	all [][2]string // name, hash
}

// NewSums returns a folder that writes into another. Its Finish must come last.
func NewSums(f Folder) *Sums { return &Sums{Folder: f} }

// buffers are used again: a report is tens of thousands of small files.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 64<<10) }}

// WriteFile makes a file and keeps its hash.
func (s *Sums) WriteFile(name string, fill func(io.Writer) error) error {
	sum := sha256.New()
	err := s.Folder.WriteFile(name, func(w io.Writer) error {
		b := buffers.Get().(*bufio.Writer)
		defer buffers.Put(b)
		b.Reset(io.MultiWriter(sum, w))
		defer b.Reset(nil)
		if err := fill(b); err != nil {
			return err
		}
		return b.Flush()
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, [2]string{name, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// Finish writes the list of hashes, and returns the hash of the list.
func (s *Sums) Finish() (string, error) {
	slices.SortFunc(s.all, func(a, b [2]string) int { return cmp.Compare(a[0], b[0]) })
	sum := sha256.New()
	err := s.Folder.WriteFile(sumsName, func(w io.Writer) error {
		b := bufio.NewWriter(io.MultiWriter(sum, w))
		for _, one := range s.all {
			fmt.Fprintf(b, "%s  %s\n", one[1], one[0])
		}
		return b.Flush()
	})
	if err != nil {
		return "", fmt.Errorf("write %s: %w", sumsName, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
