package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"amana/internal/carry"
	"amana/internal/mailbox"
	"amana/vault"
	"amana/vault/letterbox"

	"filippo.io/age"
)

// collect takes one part of an acknowledgement: a reviewer has these testimonies.
func (i importer) collect(ctx context.Context, part []byte, t *tally) error {
	var receipts []vault.Receipt
	for e, err := range carry.ParseAcknowledged(part) {
		if err != nil {
			return err
		}
		receipts = append(receipts, vault.Receipt{ID: e.ID, PayloadSum: e.Payload})
	}
	refusals, err := i.store.Collect(ctx, receipts)
	return t.count(len(receipts), refusals, err)
}

// deliver takes one part of replies. It cannot look into them; it sees to it that
// what is kept is as short as they are and for one reader, in the way that resists
// quantum computers too.
func (i importer) deliver(ctx context.Context, part []byte, t *tally) error {
	var all []letterbox.Letter
	for e, err := range carry.ParseReplies(part) {
		if err != nil {
			return err
		}
		if err := forOne(e.Sealed); err != nil {
			t.refuse(e.ID, err)
			continue
		}
		all = append(all, letterbox.Letter{Mailbox: e.Mailbox, ID: e.ID, Day: today(), Sealed: e.Sealed})
	}
	var refused map[int]error
	err := i.letters.use(func(box *letterbox.Box) (err error) {
		refused, err = box.Put(ctx, all)
		return err
	})
	var refusals []vault.Refusal
	for n := range all { // in order
		if why := refused[n]; why != nil {
			refusals = append(refusals, vault.Refusal{ID: all[n].ID, Err: why})
		}
	}
	return t.count(len(all), refusals, err)
}

// forOne returns an error unless a sealed reply begins with a header for exactly one
// hybrid recipient, and has something behind it.
func forOne(sealed []byte) error {
	header, err := age.ExtractHeader(bytes.NewReader(sealed))
	if err != nil || !bytes.HasPrefix(sealed, header) || len(sealed) == len(header) { // not err: it quotes what strangers wrote
		return errors.New("it is not an age file")
	}
	hybrid, other, err := carry.CountRecipients(header)
	if err == nil && (hybrid != 1 || other != 0) {
		err = fmt.Errorf("it is for %d post-quantum recipients and %d others, and must be for one source", hybrid, other)
	}
	if err == nil && len(sealed) != mailbox.SealedLength {
		err = fmt.Errorf("it has %d bytes, and every reply has %d", len(sealed), mailbox.SealedLength)
	}
	return err
}
