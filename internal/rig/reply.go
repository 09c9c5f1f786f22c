package rig

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"amana/internal/carry"
	"amana/internal/mailbox"
)

// ThreadOf returns the thread of a code that a receipt shows.
func ThreadOf(words []string) (mailbox.Thread, error) {
	code, err := mailbox.ParseCode(strings.Join(words, " "))
	if err != nil {
		return mailbox.Thread{}, err
	}
	return code.Thread(), nil
}

// Letter is what reviewers write to a source.
type Letter struct {
	Thread mailbox.Thread
	Text   string
}

// WriteReplies writes a file of replies, one for each letter, that the first reviewer
// signs for the newest roster: what amana-decrypt reply makes, for several sources.
func (o *Org) WriteReplies(path string, letters ...Letter) error {
	var part []byte
	for _, l := range letters {
		identity, err := l.Thread.Identity()
		if err != nil {
			return err
		}
		id := l.Thread.ID()
		e := carry.ReplyEntry{Mailbox: l.Thread.Mailbox()}
		rand.Read(e.ID[:])
		e.Sealed, err = mailbox.Seal(mailbox.Reply{Thread: hex.EncodeToString(id[:]), Day: Day(0), Text: l.Text}, identity.Recipient())
		if err != nil {
			return err
		}
		part = carry.AppendReplyEntry(part, e)
	}
	signer, err := o.Reviewers[0].Signer()
	if err != nil {
		return fmt.Errorf("read the reviewer's key: %w", err)
	}
	newest := o.Rosters[len(o.Rosters)-1]
	m := &carry.PartsManifest{
		Kind: carry.Replies, Made: Day(0), Signer: o.Reviewers[0].VerifierKey(),
		Epoch: newest.Epoch, RosterSum: newest.Sum(), Parts: make([]carry.Part, 1),
	}
	var out bytes.Buffer
	if err := carry.WriteParts(context.Background(), &out, m, signer, func(int) ([]byte, error) { return part, nil }); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o600)
}
