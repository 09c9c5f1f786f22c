package operator

import (
	"testing"

	"amana/internal/carry"
	"amana/internal/mailbox"
	"amana/vault/letterbox"
)

// What a reviewer can send, the letterbox can keep, and a source's code can open: a
// limit that was lower in one place would lose replies there.
func TestReplySizes(t *testing.T) {
	if carry.MaxReply != mailbox.SealedSize || letterbox.MaxLetter != mailbox.SealedSize {
		t.Errorf("a sealed reply has up to %d bytes on the way, %d in the letterbox, %d where it is opened",
			carry.MaxReply, letterbox.MaxLetter, mailbox.SealedSize)
	}
}
