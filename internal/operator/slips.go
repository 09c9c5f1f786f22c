package operator

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/roster"
	"amana/vault"
	"amana/vault/bolt"
)

// most is how many refused testimonies are named.
const most = 20

// tally counts what became of the entries of one file.
type tally struct {
	taken   int
	refused []string // the first ones, in words
	more    int      // refused besides
	what    string   // of which the entries are: testimony or reply
	own     bool     // a reviewer confirmed their own headers
}

func (t *tally) refuse(id vault.ID, err error) {
	t.own = t.own || errors.Is(err, vault.ErrSameHand)
	if errors.Is(err, vault.ErrNotFound) {
		err = fmt.Errorf("%w; perhaps its source has withdrawn it, or it was purged", err)
	}
	if len(t.refused) < most {
		t.refused = append(t.refused, fmt.Sprintf("%s %s: %v", t.what, id, err))
	} else {
		t.more++
	}
}

func (t *tally) lost() int { return len(t.refused) + t.more }

// parts takes in what a reviewer signed, part by part: each part is checked
// against the signed manifest before anything of it counts. When the file ends
// early, what came before stays, and the file can be imported again.
func (i importer) parts(ctx context.Context, r io.Reader, size int64, say func(string), kind carry.Kind) error {
	in, err := carry.ReadParts(r, size)
	if err != nil {
		return cli.Refused(fmt.Errorf("nothing of the %s is taken: %w", kind, err), copyAgain)
	}
	newest := i.rosters.Newest()
	signer, err := signerOf(in.Manifest(), newest)
	if err != nil {
		return cli.Refused(fmt.Errorf("nothing of the %s is taken: %w", kind, err), makeAnew(kind))
	}
	t := tally{what: "testimony"}
	if kind == carry.Replies {
		t.what = "reply"
	}
	for {
		part, err := in.Next()
		if err == io.EOF {
			break
		}
		// Whoever retires a reviewer counts on it from that moment.
		if now := i.rosters.Newest(); err == nil && now.Epoch != newest.Epoch {
			return cli.Refused(fmt.Errorf("%d of the %s are taken, then roster %d was imported meanwhile", t.taken, kind, now.Epoch), makeAnew(kind))
		}
		if err == nil {
			err = i.part(ctx, kind, part, newest, signer, &t)
		}
		if err != nil {
			return stopped(err, kind, t.taken)
		}
	}
	for _, line := range t.refused {
		say("refused: " + line)
	}
	if t.more > 0 {
		say(fmt.Sprintf("refused: %d more", t.more))
	}
	if t.taken > 0 {
		if err := i.finish(ctx, kind, &t, say); err != nil {
			return err
		}
	}
	switch {
	case t.own:
		return cli.Refused(fmt.Errorf("%d of %d are confirmed by the reviewer who made them", t.lost(), t.lost()+t.taken),
			"let another reviewer of the newest roster confirm the same file of headers; nothing is lost")
	case t.lost() > 0 && t.taken == 0:
		return cli.Refused(fmt.Errorf("nothing of the %s could be taken", kind), "nothing is lost; "+makeAnew(kind))
	case t.lost() > 0:
		return &cli.Error{Err: fmt.Errorf("%d of %d were refused", t.lost(), t.lost()+t.taken), Code: cli.ExitPartial,
			Hint: "nothing is lost; for those that are left, " + makeAnew(kind)}
	}
	return nil
}

// part takes in one part of a file.
func (i importer) part(ctx context.Context, kind carry.Kind, part []byte, newest *roster.Signed, by hand, t *tally) error {
	switch kind {
	case carry.Slips:
		return i.propose(ctx, part, newest, by, t)
	case carry.Confirmation:
		return i.settle(ctx, part, newest, by, t)
	case carry.Acknowledgement:
		return i.collect(ctx, part, t)
	default:
		return i.deliver(ctx, part, t)
	}
}

// makeAnew says how a file that is not taken is made anew.
func makeAnew(kind carry.Kind) string {
	switch kind {
	case carry.Acknowledgement:
		return "export a bundle, and let a reviewer of the newest roster open it with --ack"
	case carry.Replies:
		return "let a reviewer of the newest roster write the reply again"
	}
	return "export the headers again, and let a reviewer of the newest roster make the file anew from them"
}

const copyAgain = "if the file was cut off or damaged on its way, copy it again; nothing that is kept here has changed"

// stopped is the error when a file could be taken in only in part.
func stopped(err error, kind carry.Kind, taken int) error {
	err = fmt.Errorf("at least %d of the %s are taken, then: %w", taken, kind, err)
	switch {
	case errors.Is(err, carry.ErrMalformed):
		return cli.Refused(err, "it was made so by whoever signed it; "+makeAnew(kind))
	case errors.Is(err, vault.ErrFull):
		return cli.Hint(err, "make room on the disk, then import the file again: what is taken stays, nothing is lost")
	case errors.Is(err, carry.ErrDamaged), errors.Is(err, carry.ErrNotWhole):
		return &cli.Error{Err: err, Hint: "copy the file again and import it again: what is taken stays, nothing is lost", Code: cli.ExitDamaged}
	}
	return cli.Hint(err, "import the file again: what is taken stays, nothing is lost")
}

// signerOf returns whose signing key signed the file, by a short name that the
// vault keeps, if it may speak for the newest roster.
func signerOf(m *carry.PartsManifest, newest *roster.Signed) (hand, error) {
	switch {
	case m.Epoch != newest.Epoch:
		return hand{}, fmt.Errorf("it is for roster %d, and the newest here is %d", m.Epoch, newest.Epoch)
	case m.RosterSum != newest.Sum():
		return hand{}, fmt.Errorf("it is for another roster %d than the one here", m.Epoch)
	case newest.FindKey(m.Signer) == nil:
		return hand{}, fmt.Errorf("it is not signed by a reviewer of roster %d", newest.Epoch)
	}
	sum := sha256.Sum256([]byte(m.Signer))
	return hand(sum[:]), nil
}

// hand names a reviewer's signing key in a record of the vault.
type hand [16]byte

// propose takes one part of slips: a header that the reviewers of the newest
// roster, as many as there are, should be able to open. Whether they are,
// only one of them can tell: until then the old header stays.
func (i importer) propose(ctx context.Context, part []byte, newest *roster.Signed, by hand, t *tally) error {
	var slips []vault.Slip
	for e, err := range carry.ParseSlips(part) {
		if err != nil {
			return err
		}
		hybrid, other, err := carry.CountRecipients(e.Header)
		if err == nil && (hybrid != len(newest.Reviewers) || other != 0) {
			err = fmt.Errorf("its new header is for %d readers, and the roster has %d reviewers", hybrid+other, len(newest.Reviewers))
		}
		if err != nil {
			t.refuse(e.ID, err)
			continue
		}
		slips = append(slips, vault.Slip{ID: e.ID, Replaces: e.Replaces, Next: vault.Next{Epoch: newest.Epoch, Header: e.Header, By: by}})
	}
	refusals, err := i.store.Propose(ctx, slips)
	return t.count(len(slips), refusals, err)
}

// settle takes one part of a confirmation. It counts only for headers that
// another reviewer made: one hostile reviewer could otherwise hand in headers
// that nobody can open, and vouch for them.
func (i importer) settle(ctx context.Context, part []byte, newest *roster.Signed, by hand, t *tally) error {
	if len(newest.Reviewers) == 1 {
		by = hand{} // there is nobody else
	}
	var confirmed []vault.Confirmed
	for e, err := range carry.ParseConfirmed(part) {
		if err != nil {
			return err
		}
		confirmed = append(confirmed, vault.Confirmed{ID: e.ID, Replaces: e.Replaces, Header: e.Header})
	}
	refusals, err := i.store.Settle(ctx, newest.Epoch, by, confirmed)
	return t.count(len(confirmed), refusals, err)
}

// count adds what became of one part. Of a part that failed only the vault knows
// how much it took, so none of it is counted as taken.
func (t *tally) count(n int, refusals []vault.Refusal, err error) error {
	for _, r := range refusals {
		t.refuse(r.ID, r.Err)
	}
	if err == nil {
		t.taken += n - len(refusals)
	}
	return err
}

// finish says what was taken, and makes what was dropped for it disappear from the
// disk.
func (i importer) finish(ctx context.Context, kind carry.Kind, t *tally, say func(string)) error {
	switch kind {
	case carry.Acknowledgement:
		say(cli.Count(t.taken, "sealed part is", "sealed parts are") + " marked as collected")
		if err := i.noteDay(dayCollected); err != nil {
			say(fmt.Sprintf("warning: all of it is taken, but its day could not be kept: %v", err))
		}
		return nil
	case carry.Replies:
		say(fmt.Sprintf("%s, for %d days at most", cli.Count(t.taken, "reply waits for its source", "replies wait for their sources"), replyDays))
		if !i.rosters.believed(today()) {
			return i.letters.erase(ctx)
		}
		return i.letters.expire(ctx, time.Now())
	}
	u, err := i.store.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	if kind == carry.Slips {
		say(fmt.Sprintf("the new headers of %s are here", parts(t.taken)))
		if n := i.rosters.toConfirm(u); n > 0 {
			say(fmt.Sprintf("%d are kept beside the old ones until they are confirmed: amana-intake export --headers, then amana-decrypt confirm by %s", n, i.confirmer()))
		}
		return nil
	}
	say(cli.Count(t.taken, "sealed part has its", "sealed parts have their") + " new header now")
	if u.RewriteDue {
		if err := rewrite(ctx, i.store); err != nil {
			return err
		}
		say("the file of headers is written anew without the old ones")
	}
	return i.toRotate(ctx, say)
}

// confirmer says who may confirm.
func (i importer) confirmer() string {
	if len(i.rosters.Newest().Reviewers) == 1 {
		return "the only reviewer"
	}
	return "another reviewer of the newest roster"
}

// rewrite makes headers that were dropped, or of testimonies that were removed,
// disappear from the disk.
func rewrite(ctx context.Context, store vault.Store) error {
	err := store.Rewrite(ctx)
	if err == nil {
		return nil
	}
	hint := "start the server again: it writes the file anew before it serves"
	switch u, usageErr := store.Usage(ctx); {
	case usageErr == nil && !u.RewriteDue:
		return cli.Hint(fmt.Errorf("the file of headers is written anew, but the old one could not be overwritten before it was deleted: %w", err),
			"its bytes may still be on the disk; when this machine is given away, destroy the disk")
	case errors.Is(err, vault.ErrFull):
		hint = "make room on the disk and start the server again: it writes the file anew before it serves"
	case errors.Is(err, bolt.ErrDamaged):
		hint = keepCopy + ", then run amana-intake check: a damaged vault is not written anew, so as to lose nothing that can still be saved"
	}
	return cli.Hint(fmt.Errorf("headers are dropped, but their bytes are still in the file: %w", err), "%s", hint)
}
