package mailbox

import (
	"bytes"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
)

// Limits of a reply.
const (
	MaxReply   = 2_000    // characters (code points) of its text
	SealedSize = 16 << 10 // bytes; more than every sealed reply has

	// SealedLength is what every sealed reply has, in bytes: age's header for one
	// hybrid recipient, a nonce, plainSize and a tag.
	SealedLength = 13_947

	// plainSize is the length of every reply before it is sealed, in bytes. JSON takes
	// at most 6 bytes for a character that a reply may hold, and the rest about 100.
	plainSize = 12 << 10
)

// Reply is what reviewers write to a source.
type Reply struct {
	Thread string // 32 hexadecimal digits: the thread that it answers
	Day    string // when it was written, "2026-11-22"
	Text   string // valid UTF-8, at most MaxReply characters
}

// Seal seals a reply to the source's recipient, which must be a hybrid one. All
// sealed replies have one length.
func Seal(r Reply, to age.Recipient) ([]byte, error) {
	if h, ok := to.(*age.HybridRecipient); !ok || h == nil {
		return nil, errors.New("mailbox: seal reply: the recipient is not of the post-quantum kind (age1pq1…)")
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("mailbox: seal reply: %w", err)
	}
	plain, err := r.encode()
	if err != nil {
		return nil, fmt.Errorf("mailbox: seal reply: %w", err)
	}
	defer clear(plain)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err != nil {
		return nil, fmt.Errorf("mailbox: seal reply: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("mailbox: seal reply: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("mailbox: seal reply: %w", err)
	}
	return sealed.Bytes(), nil
}

// Open opens a sealed reply to the thread. It trusts nothing inside. The error wraps
// [ErrReply].
func (t Thread) Open(sealed []byte) (Reply, error) {
	plain, err := t.decrypt(sealed)
	if err != nil {
		return Reply{}, err
	}
	defer clear(plain)
	r, err := decode(plain)
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	if err := r.check(); err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrReply, err)
	}
	id := t.ID()
	if subtle.ConstantTimeCompare([]byte(r.Thread), []byte(hex.EncodeToString(id[:]))) != 1 {
		return Reply{}, fmt.Errorf("%w: it answers another thread", ErrReply)
	}
	return r, nil
}

// decrypt returns the plainSize bytes that were sealed. No error of age's is passed
// on: it may quote what came from outside.
func (t Thread) decrypt(sealed []byte) ([]byte, error) {
	if len(sealed) > SealedSize {
		return nil, fmt.Errorf("%w: it is longer than a reply can be", ErrReply)
	}
	id, err := t.Identity()
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, fmt.Errorf("%w: it is not sealed to this thread", ErrReply)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: it is damaged", ErrReply)
	}
	plain := make([]byte, plainSize)
	if _, err := io.ReadFull(r, plain); err != nil {
		return nil, fmt.Errorf("%w: it is damaged or too short", ErrReply)
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		return nil, fmt.Errorf("%w: it is damaged or too long", ErrReply)
	}
	return plain, nil
}

// check holds a reply to what both sides promise of it.
func (r Reply) check() error {
	id, err := hex.DecodeString(r.Thread)
	if err != nil || len(id) != 16 || hex.EncodeToString(id) != r.Thread {
		return errors.New("its thread is not 32 hexadecimal digits")
	}
	if day, err := time.Parse(time.DateOnly, r.Day); err != nil || day.Format(time.DateOnly) != r.Day {
		return errors.New("its day is not written like " + time.DateOnly)
	}
	switch {
	case !utf8.ValidString(r.Text):
		return errors.New("its text is not valid UTF-8")
	case utf8.RuneCountInString(r.Text) > MaxReply:
		return fmt.Errorf("its text has more than %d characters", MaxReply)
	case strings.TrimSpace(r.Text) == "":
		return errors.New("it has no text")
	case strings.ContainsFunc(r.Text, hidden):
		return errors.New("its text holds a control character, or one that turns the direction of others")
	}
	return nil
}

// hidden tells characters that could make a text look otherwise than it was written.
// The marks of direction, which only touch what is beside them, are none.
func hidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
