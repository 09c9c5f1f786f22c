package backup

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"amana/vault"
	"amana/vault/letterbox"
)

// Writer writes a backup. Its methods must be called in the order in which they stand
// here; Close ends the backup, and without it there is none.
type Writer struct {
	tar     *tar.Writer
	head    Head
	members hash.Hash
	digest  *Digest
	sum     Summary
	buf     []byte
	purged  int // members so far
	replies int
}

// NewWriter begins a backup.
func NewWriter(w io.Writer, head Head) (*Writer, error) {
	b := &Writer{tar: tar.NewWriter(w), head: head, members: sha256.New(), digest: NewDigest(), buf: make([]byte, pieceSize)}
	return b, b.member(headName, head.text())
}

// header returns the one tar header that a member of that name and size has.
func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, Format: tar.FormatUSTAR}
}

func (b *Writer) member(name string, data []byte) error {
	if name != endName {
		addMember(b.members, name, data)
	}
	if err := b.tar.WriteHeader(header(name, int64(len(data)))); err != nil {
		return fmt.Errorf("write %s to the backup: %w", name, err)
	}
	if _, err := b.tar.Write(data); err != nil {
		return fmt.Errorf("write %s to the backup: %w", name, err)
	}
	return nil
}

// addMember adds a member to the hash of all.
func addMember(h hash.Hash, name string, data []byte) {
	fmt.Fprintf(h, "%s %d\n", name, len(data))
	h.Write(data)
}

// Testimony writes a testimony: its payload as it comes, and then its record. When the
// payload turns out not to be that of the record, or cannot be read, the error wraps
// [ErrPayload]: no record is written then, so that the testimony is not in the backup,
// and the backup can go on.
func (b *Writer) Testimony(rec *vault.Record, payload io.Reader) error {
	h, size := sha256.New(), int64(0)
	for n := 0; ; n++ {
		got, err := io.ReadFull(payload, b.buf)
		if got > 0 {
			h.Write(b.buf[:got])
			if size += int64(got); size > rec.PayloadSize {
				return fmt.Errorf("%w: it is longer than it should be", ErrPayload)
			}
			if err := b.member(pieceName(rec.ID, n), b.buf[:got]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || err == io.ErrUnexpectedEOF && size == rec.PayloadSize {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPayload, err)
		}
	}
	if size != rec.PayloadSize || [sha256.Size]byte(h.Sum(nil)) != rec.PayloadSum {
		return fmt.Errorf("%w: its hash is wrong", ErrPayload)
	}
	b.sum.Testimonies++
	b.sum.Bytes += rec.Size()
	b.digest.Record(rec)
	return b.member(recordName(rec.ID), encodeRecord(rec))
}

// Purged writes ids of what was purged, at most [PurgedAtOnce].
func (b *Writer) Purged(ids []vault.ID) error {
	if len(ids) == 0 {
		return nil
	}
	var text []byte
	for _, id := range ids {
		text = append(append(text, id.String()...), '\n')
		b.digest.Purged(id)
	}
	b.sum.Purged += len(ids)
	b.purged++
	return b.member(purgedFolder+"/"+strconv.Itoa(b.purged), text)
}

// Replies writes replies, at most [RepliesAtOnce].
func (b *Writer) Replies(letters []letterbox.Letter) error {
	if len(letters) == 0 {
		return nil
	}
	var text []byte
	for i := range letters {
		text = append(text, encodeLetter(&letters[i])...)
		b.digest.Reply(&letters[i])
	}
	b.sum.Replies += len(letters)
	b.replies++
	return b.member(repliesFolder+"/"+strconv.Itoa(b.replies), text)
}

// Roster writes the next roster of the chain.
func (b *Writer) Roster(epoch uint32, text []byte) error {
	name := RosterName(epoch)
	b.digest.Roster(name, text)
	return b.member(name, text)
}

// File writes a file of at most [MaxFile] bytes under a name that [CheckName] takes;
// files of one folder are written in the order of their names.
func (b *Writer) File(name string, data []byte) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if len(data) > MaxFile {
		return fmt.Errorf("%s has %d bytes; the most is %d", name, len(data), MaxFile)
	}
	return b.member(name, data)
}

// Close ends the backup and says what is in it.
func (b *Writer) Close() (Summary, error) {
	b.digest.Server(b.head.Server)
	b.sum.Digest = b.digest.String()
	if err := b.member(endName, b.sum.end(b.members.Sum(nil))); err != nil {
		return Summary{}, err
	}
	if err := b.tar.Close(); err != nil {
		return Summary{}, fmt.Errorf("end the backup: %w", err)
	}
	return b.sum, nil
}
