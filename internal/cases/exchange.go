package cases

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"amana/internal/attest"
	"amana/internal/padme"

	"filippo.io/age"
)

// exchangePurpose is what the head of an exchange file is signed for.
const exchangePurpose attest.Purpose = "amana exchange 1"

// Bounds of an exchange file.
const (
	MaxExchange        = 128 << 20 // bytes inside of the seal
	MaxExchangeEntries = 500_000
	leastExchange      = 64 << 10
)

// What can be wrong with an exchange file. No error quotes it.
var (
	ErrExchange = errors.New("it is not a file of coding as another reviewer's amana-decrypt writes it")
	ErrNotOurs  = errors.New("the file is not sealed to this key")
	ErrStranger = errors.New("the file is signed by somebody who is in no roster of this workspace")
	ErrNoOthers = errors.New("the workspace knows of no other reviewer to seal it to")
)

// Head says what an exchange file holds.
type Head struct {
	By      string `json:"by"`   // verifier key of the reviewer who wrote it
	Name    string `json:"name"` // as they give it
	Day     string `json:"day"`
	Entries int    `json:"entries"`
	Sum     string `json:"sum"` // SHA-256 of all records behind the head, in hexadecimal digits
}

func (h *Head) text() []byte {
	data, _ := json.Marshal(h) // texts and a number: it does not fail
	return data
}

func (h *Head) check() error {
	day, err := time.Parse(time.DateOnly, h.Day)
	if err != nil || day.Format(time.DateOnly) != h.Day || !isHex(h.Sum, 32) || h.Entries < 0 || h.Entries > MaxExchangeEntries ||
		!plain(h.Name, 100, false) || !plain(h.By, 300, false) {
		return fmt.Errorf("%w: its head is damaged", ErrExchange)
	}
	return nil
}

// Others are the reviewers of the newest rosters but the one of a key: whom an exchange
// file is sealed to, and their names.
func (p *People) Others(key string) (to []age.Recipient, names []string) {
	seen := make(map[string]bool)
	for _, s := range p.Newest {
		for i := range s.Reviewers {
			r := &s.Reviewers[i]
			if r.Key != key && !seen[r.Recipient.String()] {
				seen[r.Recipient.String()] = true
				to, names = append(to, r.Recipient), append(names, r.Name)
			}
		}
	}
	return to, names
}

// WriteExchange writes all entries of the workspace, also those of others, signed by
// the author and sealed to the recipients. Its size tells only roughly how much there is.
func (c *Coding) WriteExchange(out io.Writer, a Author, to []age.Recipient) (*Head, error) {
	if len(to) == 0 {
		return nil, ErrNoOthers
	}
	ids := slices.Sorted(maps.Keys(c.fold.all))
	h := &Head{By: a.Key, Name: a.Name, Day: Today(), Entries: len(ids)}
	sum := sha256.New()
	for _, id := range ids {
		sum.Write(c.fold.all[id].record())
	}
	h.Sum = hex.EncodeToString(sum.Sum(nil))
	signature, err := attest.Sign(exchangePurpose, a.Signer, h.text())
	if err != nil {
		return nil, fmt.Errorf("write coding: %w", err)
	}
	sealed, err := age.Encrypt(out, to...)
	if err != nil {
		return nil, fmt.Errorf("seal coding: %w", err)
	}
	w := &counting{Writer: bufio.NewWriterSize(sealed, 64<<10)}
	fmt.Fprintf(w, "%s\n%s\n%s\n", exchangePurpose, h.text(), signature)
	for _, id := range ids {
		w.Write(c.fold.all[id].record())
	}
	if w.n > MaxExchange || len(ids) > MaxExchangeEntries {
		return nil, errors.New("write coding: there is more than one file may hold")
	}
	for range padme.Size(int64(max(w.n, leastExchange))) - int64(w.n) {
		w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("write coding: %w", err)
	}
	if err := sealed.Close(); err != nil {
		return nil, fmt.Errorf("write coding: %w", err)
	}
	return h, nil
}

// counting counts what is written. Its writer keeps the first error until Flush.
type counting struct {
	*bufio.Writer
	n int
}

func (c *counting) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.Writer.Write(p)
}

// ReadExchange reads an exchange file, verifies its head and each entry, and hands the
// entries to take, which may be nil. An error, which wraps one of those of this package,
// is about the file; what was handed on before was well all the same. Whether the
// writer is a reviewer, the caller must look.
func ReadExchange(in io.Reader, ids []age.Identity, take func(*Signed) error) (*Head, error) {
	plain, err := age.Decrypt(in, ids...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, ErrNotOurs
	case err != nil: // age quotes what it read
		return nil, fmt.Errorf("%w: it is no sealed file, or damaged", ErrExchange)
	}
	return readOpened(plain, take)
}

// readOpened reads what was sealed.
func readOpened(plain io.Reader, take func(*Signed) error) (*Head, error) {
	r := &lines{bufio.NewReaderSize(io.LimitReader(plain, MaxExchange+MaxExchange/8), MaxEntry)}
	h, err := r.head()
	if err != nil {
		return nil, err
	}
	sum, last := sha256.New(), ""
	for i := range h.Entries {
		record, err := r.record()
		if err != nil {
			return h, fmt.Errorf("entry %d of %d: %w", i+1, h.Entries, err)
		}
		sum.Write(record)
		s, err := parse(record)
		if err == nil {
			err = s.verify()
		}
		if err == nil && s.ID <= last {
			err = fmt.Errorf("%w: entries stand twice, or not in their order", ErrExchange)
		}
		if err != nil {
			return h, fmt.Errorf("entry %d of %d: %w", i+1, h.Entries, err)
		}
		last = s.ID
		if take != nil {
			if err := take(s); err != nil {
				return h, err
			}
		}
	}
	if hex.EncodeToString(sum.Sum(nil)) != h.Sum {
		return h, fmt.Errorf("%w: its entries are not those that its writer signed", ErrExchange)
	}
	return h, r.end()
}

// lines reads an exchange file line by line.
type lines struct{ *bufio.Reader }

func (r *lines) line() ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return nil, fmt.Errorf("%w: it is cut off, changed, or a line is too long", ErrExchange)
	}
	return line, nil
}

func (r *lines) head() (*Head, error) {
	first, err := r.line()
	if err != nil || string(first) != string(exchangePurpose)+"\n" {
		return nil, fmt.Errorf("%w: it has another head", ErrExchange)
	}
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	text := slices.Clone(line[:len(line)-1])
	line, err = r.line()
	if err != nil {
		return nil, err
	}
	h := new(Head)
	if json.Unmarshal(text, h) != nil || string(h.text()) != string(text) {
		return nil, fmt.Errorf("%w: its head cannot be read", ErrExchange)
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	if err := attest.Verify(exchangePurpose, h.By, text, string(line[:len(line)-1])); err != nil {
		return nil, fmt.Errorf("%w: head: %w", ErrExchange, err)
	}
	return h, nil
}

// record returns the next two lines.
func (r *lines) record() ([]byte, error) {
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	record := slices.Clone(line)
	line, err = r.line()
	return append(record, line...), err
}

// end reads the padding, of which no more is allowed than there must be.
func (r *lines) end() error {
	for n := 0; ; n++ {
		b, err := r.ReadByte()
		switch {
		case err == io.EOF && n <= MaxExchange:
			return nil
		case err != nil || b != '\n':
			return fmt.Errorf("%w: something stands behind its end", ErrExchange)
		}
	}
}
