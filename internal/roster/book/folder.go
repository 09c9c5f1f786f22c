package book

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"amana/internal/durable"
	"amana/internal/roster"
)

const (
	pinName = "pin"
	maxPin  = 256 // bytes
)

// pin is what the folder remembers besides the rosters: with it a newest roster
// that is gone, and a first one that was exchanged, are noticed.
type pin struct {
	first  [32]byte // Sum of roster 1
	epoch  uint32
	newest [32]byte // Sum of the roster of that epoch
}

func (p pin) text() []byte {
	return fmt.Appendf(nil, "first %x\nnewest %d %x\n", p.first, p.epoch, p.newest)
}

func readPin(folder string) (pin, error) {
	text, err := readFile(filepath.Join(folder, pinName), maxPin)
	if errors.Is(err, fs.ErrNotExist) {
		// Rosters without their mark are a begun book, or one that lost it: only
		// the operator can know which, so no mark is made up for them.
		return pin{}, unmarked(folder)
	}
	if err != nil {
		return pin{}, err
	}
	p, ok := parsePin(string(text))
	if !ok {
		return pin{}, fmt.Errorf("%w: the mark of the newest roster cannot be read", ErrTampered)
	}
	return p, nil
}

// unmarked returns the error about a folder without its mark: there never was a
// book, unless rosters are there.
func unmarked(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the rosters: %w", err)
	}
	for _, e := range entries {
		number, ok := strings.CutSuffix(e.Name(), ".txt")
		if epoch, err := strconv.ParseUint(number, 10, 32); ok && err == nil && epoch > 0 && filepath.Base(path(folder, uint32(epoch))) == e.Name() {
			return fmt.Errorf("%w: there are rosters in %s, but their mark (the file %s) is missing", ErrTampered, folder, pinName)
		}
	}
	return fmt.Errorf("%w: %s has no mark of the newest roster (%s)", ErrAbsent, folder, pinName)
}

// parsePin reads the one spelling that text writes.
func parsePin(text string) (p pin, ok bool) {
	rest, ok1 := strings.CutPrefix(text, "first ")
	first, rest, ok2 := strings.Cut(rest, "\nnewest ")
	epoch, newest, ok3 := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
	n, err := strconv.ParseUint(epoch, 10, 32)
	if !ok1 || !ok2 || !ok3 || err != nil || n == 0 {
		return p, false
	}
	p.epoch = uint32(n)
	for _, h := range []struct {
		text string
		sum  *[32]byte
	}{{first, &p.first}, {newest, &p.newest}} {
		sum, err := hex.DecodeString(h.text)
		if err != nil || len(sum) != len(h.sum) {
			return p, false
		}
		copy(h.sum[:], sum)
	}
	return p, string(p.text()) == text
}

// verify tells if a chain is the one that is pinned, or that one and its valid
// continuation.
func (p pin) verify(chain []*roster.Signed) error {
	if uint64(len(chain)) < uint64(p.epoch) {
		return fmt.Errorf("%w: roster %d is missing, and the newest was roster %d", ErrTampered, len(chain)+1, p.epoch)
	}
	if chain[0].Sum() != p.first {
		return fmt.Errorf("%w: roster 1 is not the one that this began with", ErrTampered)
	}
	if chain[p.epoch-1].Sum() != p.newest {
		return fmt.Errorf("%w: roster %d is not the one that was taken in", ErrTampered, p.epoch)
	}
	if err := roster.VerifyChain(chain); err != nil {
		return fmt.Errorf("%w: %w", ErrTampered, err)
	}
	return nil
}

// readFrom reads what follows a chain in the folder, up to the first gap, or to
// as many as were ever put there.
func readFrom(folder string, chain []*roster.Signed) ([]*roster.Signed, error) {
	for len(chain) < roster.MaxChain {
		s, err := read(folder, uint32(len(chain)+1))
		if errors.Is(err, fs.ErrNotExist) {
			return chain, nil
		}
		if err != nil {
			return nil, err
		}
		chain = append(chain, s)
	}
	return chain, nil
}

// read reads one roster of the folder. The error wraps [fs.ErrNotExist] if it is
// not there.
func read(folder string, epoch uint32) (*roster.Signed, error) {
	data, err := readFile(path(folder, epoch), roster.MaxSize)
	if err != nil {
		return nil, err
	}
	s, err := roster.Open(data)
	if err == nil && s.Epoch != epoch {
		err = fmt.Errorf("it is roster %d", s.Epoch)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %d.txt: %w", ErrTampered, epoch, err)
	}
	return s, nil
}

// readFile reads a regular file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, fmt.Errorf("read the rosters: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%w: %s is not a file as it was written", ErrTampered, filepath.Base(name))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the rosters: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("read the rosters: %w", err)
	}
	return data, nil
}

// put writes one roster to its place. If the same stands there already, because
// an earlier attempt was cut off, all is well.
func put(folder string, s *roster.Signed) error {
	err := durable.WriteFile(path(folder, s.Epoch), s.Bytes(), 0o600)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	there, rerr := readFile(path(folder, s.Epoch), roster.MaxSize)
	if rerr != nil {
		return rerr
	}
	if !bytes.Equal(there, s.Bytes()) {
		return fmt.Errorf("%w: another roster %d is in its place: %w", roster.ErrChain, s.Epoch, fs.ErrExist)
	}
	return nil
}

// pin makes a roster the newest one in the mark.
func (b *Book) pin(s *roster.Signed) error {
	p := pin{first: b.first, epoch: s.Epoch, newest: s.Sum()}
	if err := durable.Replace(filepath.Join(b.folder, pinName), p.text(), 0o600); err != nil {
		return fmt.Errorf("keep the mark of the newest roster: %w", err)
	}
	return nil
}
