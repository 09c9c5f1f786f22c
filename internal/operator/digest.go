package operator

import (
	"context"
	"fmt"

	"amana/internal/admin"
	"amana/internal/backup"
	"amana/vault"
	"amana/vault/letterbox"
)

// eachReply calls fn for all replies that wait, some at a time, in the order of their
// names, and returns how many are damaged.
func eachReply(ctx context.Context, from admin.Letters, fn func([]letterbox.Letter) error) (damaged int, err error) {
	var last letterbox.Letter
	for {
		letters, bad, err := from.All(ctx, last.Mailbox, last.ID, backup.RepliesAtOnce)
		if damaged += bad; err != nil {
			return damaged, fmt.Errorf("list replies: %w", err)
		}
		if err := fn(letters); err != nil {
			return damaged, err
		}
		if len(letters) < backup.RepliesAtOnce {
			return damaged, nil
		}
		last = letters[len(letters)-1]
	}
}

// digest returns what sums up all that the server keeps, as [backup.Digest] says. It
// does not read payloads, but their hashes. Replies that are damaged are not in it, and
// counted.
func (s State) digest(ctx context.Context, from reader) (sum string, damaged int, err error) {
	d := backup.NewDigest()
	for after := (vault.ID{}); ; {
		records, err := from.Records(ctx, after, headersPage)
		if err != nil {
			return "", 0, fmt.Errorf("list testimonies: %w", err)
		}
		for i := range records {
			d.Record(&records[i])
		}
		if len(records) < headersPage {
			break
		}
		after = records[len(records)-1].ID
	}
	err = eachPurged(ctx, from, func(ids []vault.ID) error {
		for _, id := range ids {
			d.Purged(id)
		}
		return nil
	})
	if err != nil {
		return "", 0, err
	}
	damaged, err = eachReply(ctx, from, func(letters []letterbox.Letter) error {
		for i := range letters {
			d.Reply(&letters[i])
		}
		return nil
	})
	if err != nil {
		return "", 0, err
	}
	for _, r := range s.readRosters(vault.Usage{}).all() {
		d.Roster(backup.RosterName(r.Epoch), r.Bytes())
	}
	vkey, err := s.vkeyOf()
	if err != nil {
		return "", 0, err
	}
	d.Server(vkey)
	return d.String(), damaged, nil
}
