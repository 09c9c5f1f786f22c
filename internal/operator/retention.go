package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"amana/vault"
)

// retention says how long what is kept stays. Zero is for ever.
type retention struct {
	Acknowledged        int `placeholder:"DAYS" help:"Purge by itself what reviewers have signed for and what came in more than this many days ago. Without it, nothing is."`
	Unacknowledged      int `placeholder:"DAYS" help:"Erase by itself also what NO reviewer has signed for, that many days after it came in: it is lost then. Must be said twice, see the next option."`
	UnacknowledgedAgain int `placeholder:"DAYS" help:"The same number again, to show that it is meant."`
}

// check refuses numbers that make no sense, and what was said once only.
func (r retention) check() error {
	switch {
	case r.Acknowledged < 0 || r.Unacknowledged < 0 || r.UnacknowledgedAgain < 0:
		return errors.New("--retention-... must be a number of days, 1 or more")
	case r.Unacknowledged != r.UnacknowledgedAgain:
		return errors.New("--retention-unacknowledged destroys testimonies that nobody else has: --retention-unacknowledged-again must give the same number of days, or neither may be given")
	}
	return nil
}

// steady is how many days the server must have seen pass, one after the other, before
// anything goes by itself: a clock that jumps must not erase what was to stay for years.
const steady = 7

// The days that the rules remember.
const (
	dayRetained = "retained"       // when they were looked at last
	dayWaits    = "retained-waits" // since when they wait
)

// keeper carries out the rules, once a day.
type keeper struct {
	retention
	state State
	store vault.Store
	tell  func(string) // that the rules were carried out, or wait
}

// retain purges and removes what the rules say, on the day given.
func (k *keeper) retain(ctx context.Context, now time.Time) error {
	if k.Acknowledged == 0 && k.Unacknowledged == 0 {
		return nil
	}
	until, err := k.waits(now.UTC())
	if err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	if until != "" {
		k.tell(fmt.Sprintf("retention: nothing goes by itself before %s: the days did not pass one by one here lately, or the rules are new", until))
		return nil
	}
	_, err = k.sweep(ctx, now, k.Acknowledged, true, k.store.Purge)
	if err == nil {
		_, err = k.sweep(ctx, now, k.Unacknowledged, false, k.store.Remove)
	}
	// Not how many: on most days that is what came in on one day, which is known.
	k.tell("retention: what the rules name is gone from here")
	if err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	return nil
}

// waits notes the day, and returns before which day nothing may go, or "".
func (k *keeper) waits(now time.Time) (until string, err error) {
	today := now.Format(time.DateOnly)
	last, err := k.state.lastDay(dayRetained)
	if err != nil {
		return "", err
	}
	since, err := k.state.lastDay(dayWaits)
	if err != nil {
		return "", err
	}
	if last == "" || today < last || now.AddDate(0, 0, -steady).Format(time.DateOnly) > last || since == "" {
		since = today
		if err := k.state.keepDay(dayWaits, since); err != nil {
			return "", err
		}
	}
	if last != today {
		if err := k.state.keepDay(dayRetained, today); err != nil {
			return "", err
		}
	}
	began, err := time.Parse(time.DateOnly, since)
	if err != nil {
		return "", err
	}
	if end := began.AddDate(0, 0, steady).Format(time.DateOnly); today < end {
		return end, nil
	}
	return "", nil
}

// sweep does something with the testimonies that came in more than days ago, of those
// that are collected, or not; and returns with how many it was done.
func (k *keeper) sweep(ctx context.Context, now time.Time, days int, collected bool, do func(context.Context, []vault.ID) (int, error)) (n int, err error) {
	if days == 0 {
		return 0, nil
	}
	before := now.UTC().AddDate(0, 0, -days).Format(time.DateOnly)
	for after := (vault.ID{}); ; {
		records, err := k.store.Records(ctx, after, pageSize)
		if err != nil {
			return n, fmt.Errorf("list testimonies: %w", err)
		}
		var ids []vault.ID
		for i := range records {
			if r := &records[i]; r.Collected == collected && r.Day < before {
				ids = append(ids, r.ID)
			}
		}
		done, err := do(ctx, ids)
		if n += done; err != nil {
			return n, err
		}
		if len(records) < pageSize {
			return n, nil
		}
		after = records[len(records)-1].ID
	}
}
