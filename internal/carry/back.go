package carry

import (
	"iter"
)

// MaxReply is the largest sealed reply, in bytes.
const MaxReply = 16 << 10

// AcknowledgedEntry says that a reviewer has opened a testimony and has it.
type AcknowledgedEntry struct {
	ID      [16]byte
	Payload [32]byte // SHA-256 of the payload that was opened
}

// ReplyEntry is one reply on its way to the server.
type ReplyEntry struct {
	ID      [16]byte // random; it names the reply from then on
	Mailbox [16]byte // under which the server keeps it
	Sealed  []byte   // an age file, at most [MaxReply] bytes
}

// AppendAcknowledgedEntry appends e to a part of an Acknowledgement.
func AppendAcknowledgedEntry(b []byte, e AcknowledgedEntry) []byte {
	b = append(b, e.ID[:]...)
	return append(b, e.Payload[:]...)
}

// AppendReplyEntry appends e to a part of Replies.
func AppendReplyEntry(b []byte, e ReplyEntry) []byte {
	b = append(b, e.ID[:]...)
	b = append(b, e.Mailbox[:]...)
	return appendSized(b, e.Sealed)
}

// ParseAcknowledged reads the entries of a part of an Acknowledgement, as
// [ParseHeaders] does.
func ParseAcknowledged(part []byte) iter.Seq2[AcknowledgedEntry, error] {
	return parsed(part, func(c *cutter) (e AcknowledgedEntry) {
		copy(e.ID[:], c.cut(16))
		copy(e.Payload[:], c.cut(32))
		return e
	})
}

// ParseReplies reads the entries of a part of Replies, as [ParseHeaders] does.
func ParseReplies(part []byte) iter.Seq2[ReplyEntry, error] {
	return parsed(part, func(c *cutter) (e ReplyEntry) {
		copy(e.ID[:], c.cut(16))
		copy(e.Mailbox[:], c.cut(16))
		e.Sealed = c.sized(1, MaxReply)
		return e
	})
}
