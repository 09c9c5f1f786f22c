package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"

	"amana/vault"
	"amana/vault/letterbox"
)

// Keeper takes what is in a backup, in its order. What it was given counts for nothing
// until [Read] has returned without an error.
type Keeper interface {
	// Begin begins a testimony.
	Begin(id vault.ID) (Kept, error)
	// Purged keeps ids of what was purged.
	Purged(ids []vault.ID) error
	// Replies keeps replies.
	Replies(letters []letterbox.Letter) error
	// File keeps a file, whose name [CheckName] took. data is valid until it returns.
	File(name string, data []byte) error
}

// Kept is a testimony on its way from a backup. Read has compared the payload with the
// record before it calls Commit, and calls Abort for one that has no record.
type Kept interface {
	io.Writer
	Commit(rec vault.Record) error
	Abort()
}

// Read reads a backup, gives what is in it to keep, and returns what there was, once it
// is sure that all of it came, as it was written.
func Read(r io.Reader, keep Keeper) (Head, Summary, error) {
	counted := &counter{r: r}
	b := &reader{tar: tar.NewReader(counted), keep: keep, members: sha256.New(), digest: NewDigest(), section: -1}
	defer func() { b.abort() }()
	for {
		end, err := b.next()
		if err != nil {
			return b.head, Summary{}, err
		}
		if end {
			break
		}
	}
	if _, err := b.tar.Next(); err != io.EOF {
		return b.head, Summary{}, fmt.Errorf("%w: something follows its end", ErrMalformed)
	}
	if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 || err != io.EOF || counted.n != b.size+2*512 {
		return b.head, Summary{}, fmt.Errorf("%w: its last bytes", ErrDamaged)
	}
	return b.head, b.sum, nil
}

type counter struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// reader is the state of Read.
type reader struct {
	tar     *tar.Reader
	keep    Keeper
	members hash.Hash
	digest  *Digest
	head    Head
	sum     Summary
	size    int64 // of all members so far, with their tar headers
	buf     []byte

	section int    // index in sections of the member before
	last    string // its name
	number  int    // of the last member of a section whose members are numbered
	roster  int
	id      vault.ID // of the last testimony begun
	letter  []byte   // the name of the last reply

	kept   Kept // nil if no testimony is under way
	pieces int
	sized  int64
	h      hash.Hash
}

// next reads one member, and says whether it was the last.
func (b *reader) next() (end bool, err error) {
	h, err := b.tar.Next()
	first := b.section < 0
	if err != nil {
		if first && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
			return false, fmt.Errorf("%w: it is no tar", ErrNotBackup)
		}
		if first && err == io.EOF {
			return false, fmt.Errorf("%w: it is empty", ErrNotBackup)
		}
		return false, fmt.Errorf("%w: %w", ErrDamaged, noEOF(err))
	}
	if first && h.Name != headName {
		return false, fmt.Errorf("%w: it begins with %.60q", ErrNotBackup, h.Name)
	}
	if err := asWritten(h); err != nil {
		return false, err
	}
	if int64(cap(b.buf)) < h.Size {
		b.buf = make([]byte, h.Size)
	}
	data := b.buf[:h.Size]
	if _, err := io.ReadFull(b.tar, data); err != nil {
		return false, fmt.Errorf("%w: %w", ErrDamaged, noEOF(err))
	}
	b.size += 512 + (h.Size+511)/512*512
	section := slices.Index(sections, strings.SplitN(h.Name, "/", 2)[0])
	if section < b.section || section < 0 {
		return false, fmt.Errorf("%w: %.120q is not in its place", ErrMalformed, h.Name)
	}
	if section > b.section {
		b.abort()
		b.number, b.last = 0, ""
	}
	b.section = section
	if h.Name == endName {
		b.digest.Server(b.head.Server)
		b.sum.Digest = b.digest.String()
		if want := b.sum.end(b.members.Sum(nil)); !bytes.Equal(want, data) {
			return false, fmt.Errorf("%w: its last lines are not about what came before", ErrDamaged)
		}
		return true, nil
	}
	addMember(b.members, h.Name, data)
	err = b.member(h.Name, data)
	b.last = h.Name
	return false, err
}

// noEOF makes an end that comes too early an error that says so.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// asWritten returns an error unless a tar header is the one that a member of that name
// and size has: no link, no device, no other name behind the name.
func asWritten(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg || h.Size < 0 || h.Size > maxMember || h.Mode != 0o600 || h.Uid != 0 || h.Gid != 0 ||
		h.Uname != "" || h.Gname != "" || h.Linkname != "" || h.Devmajor != 0 || h.Devminor != 0 ||
		h.ModTime.Unix() != 0 || len(h.PAXRecords) != 0 || h.Format != tar.FormatUSTAR {
		return fmt.Errorf("%w: the tar header of %.120q", ErrMalformed, h.Name)
	}
	return nil
}

func (b *reader) member(name string, data []byte) (err error) {
	folder, rest, _ := strings.Cut(name, "/")
	switch folder {
	case headName:
		if name != headName || b.last != "" {
			return fmt.Errorf("%w: %.120q", ErrMalformed, name)
		}
		b.head, err = parseHead(data)
		return err
	case testimoniesFolder:
		return b.testimony(name, rest, data)
	case purgedFolder, repliesFolder:
		if b.number++; rest != strconv.Itoa(b.number) {
			return fmt.Errorf("%w: %.120q is not in its place", ErrMalformed, name)
		}
		if folder == purgedFolder {
			return b.purged(data)
		}
		return b.replies(data)
	}
	if err := CheckName(name); err != nil {
		return err
	}
	if len(data) > MaxFile {
		return fmt.Errorf("%w: %s is too large", ErrMalformed, name)
	}
	if folder == RostersFolder {
		if b.roster++; name != RosterName(uint32(b.roster)) {
			return fmt.Errorf("%w: %.120q is not in its place", ErrMalformed, name)
		}
		b.digest.Roster(name, data)
	} else if name <= b.last {
		return fmt.Errorf("%w: %.120q is not in its place", ErrMalformed, name)
	}
	return b.keep.File(name, data)
}

// testimony takes a piece of a payload, or a record.
func (b *reader) testimony(name, rest string, data []byte) (err error) {
	text, what, _ := strings.Cut(rest, "/")
	id, err := vault.ParseID(text)
	if err != nil || id.String() != text || id == (vault.ID{}) {
		return fmt.Errorf("%w: %.120q names no testimony", ErrMalformed, name)
	}
	if b.kept == nil || id != b.id {
		if bytes.Compare(id[:], b.id[:]) <= 0 {
			return fmt.Errorf("%w: testimony %s is not in its place", ErrMalformed, id)
		}
		b.abort() // the one before was withdrawn or damaged when the backup was made
		if b.kept, err = b.keep.Begin(id); err != nil {
			return err
		}
		b.id, b.pieces, b.sized, b.h = id, 0, 0, sha256.New()
	}
	if what != "record" {
		if name != pieceName(id, b.pieces) || len(data) == 0 || len(data) > pieceSize {
			return fmt.Errorf("%w: %.120q is not in its place", ErrMalformed, name)
		}
		b.pieces++
		b.sized += int64(len(data))
		b.h.Write(data)
		_, err := b.kept.Write(data)
		return err
	}
	rec, err := decodeRecord(data)
	if err != nil {
		return err
	}
	if rec.ID != id {
		return fmt.Errorf("%w: the record of %s stands under another id", ErrMalformed, id)
	}
	if rec.PayloadSize != b.sized || rec.PayloadSum != [sha256.Size]byte(b.h.Sum(nil)) {
		return fmt.Errorf("%w: the payload of testimony %s is not that of its record", ErrDamaged, id)
	}
	kept := b.kept
	b.kept = nil
	b.sum.Testimonies++
	b.sum.Bytes += rec.Size()
	b.digest.Record(&rec)
	return kept.Commit(rec)
}

func (b *reader) abort() {
	if b.kept != nil {
		b.kept.Abort()
		b.kept = nil
	}
}

func (b *reader) purged(data []byte) error {
	var ids []vault.ID
	for line := range strings.Lines(string(data)) {
		id, err := vault.ParseID(strings.TrimSuffix(line, "\n"))
		if err != nil || line != id.String()+"\n" || len(ids) == PurgedAtOnce {
			return fmt.Errorf("%w: the list of what was purged", ErrMalformed)
		}
		ids = append(ids, id)
		b.digest.Purged(id)
	}
	b.sum.Purged += len(ids)
	return b.keep.Purged(ids)
}

func (b *reader) replies(data []byte) error {
	var letters []letterbox.Letter
	for line := range bytes.Lines(data) {
		l, err := decodeLetter(line)
		name := slices.Concat(l.Mailbox[:], l.ID[:])
		if err == nil && (bytes.Compare(name, b.letter) <= 0 || len(letters) == RepliesAtOnce) {
			err = fmt.Errorf("%w: a reply is not in its place", ErrMalformed)
		}
		if err != nil {
			return err
		}
		b.letter = name
		letters = append(letters, l)
		b.digest.Reply(&l)
	}
	b.sum.Replies += len(letters)
	return b.keep.Replies(letters)
}

// Nothing is a [Keeper] for those who only want to know that a backup is whole.
type Nothing struct{}

// Begin implements [Keeper].
func (Nothing) Begin(vault.ID) (Kept, error) { return nothing{}, nil }

// Purged implements [Keeper].
func (Nothing) Purged([]vault.ID) error { return nil }

// Replies implements [Keeper].
func (Nothing) Replies([]letterbox.Letter) error { return nil }

// File implements [Keeper].
func (Nothing) File(string, []byte) error { return nil }

type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }
func (nothing) Commit(vault.Record) error   { return nil }
func (nothing) Abort()                      {}
