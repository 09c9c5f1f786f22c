package operator

import (
	"context"
	"errors"
	"time"

	"amana/vault"
)

// How long tidying rests after it was done: ten times as long as it took, so that
// withdrawals, however many, never keep the disk busy with it; and after an error at
// least a while.
const (
	restFactor = 10
	restFailed = time.Minute
)

// tidier makes what was removed disappear from the disk while the server serves:
// the headers of withdrawn testimonies, and replies that were taken back or are too
// old. Once a day, while a roster is in force, it carries out the rules of retention. One
// goroutine calls tick and stop.
type tidier struct {
	store   vault.Store
	letters interface {
		expire(ctx context.Context, now time.Time) error
		erase(ctx context.Context) error
	}
	problem  func(error)
	now      func() time.Time
	believed func(day string) bool                          // whether it may be this day: see rosters.believed
	retain   func(ctx context.Context, now time.Time) error // once a day; may be nil

	expired string    // the day on which old replies were removed last
	done    chan done // of the work under way; nil if there is none
	next    time.Time // no work before
	began   time.Time // when the last work began
	told    string    // the problem told last
}

// done is how some work went.
type done struct {
	began  time.Time
	rested time.Time // when other work may begin
	err    error
}

// tick looks whether there is something to do, and begins to do it. It never waits
// for the disk.
func (t *tidier) tick(ctx context.Context) {
	now := t.now()
	if t.done != nil {
		select {
		case d := <-t.done:
			t.ended(d, now)
		default:
			return
		}
	}
	// A clock that was set back is not waited for.
	if now.Before(t.next) && !now.Before(t.began) {
		return
	}
	today := now.UTC().Format(time.DateOnly)
	expire := t.expired != today && t.believed(today)
	if expire {
		t.expired = today
	}
	end := make(chan done, 1)
	t.done = end
	go func() {
		began := time.Now()
		err := t.tidy(ctx, now, expire)
		end <- done{now, now.Add((1 + restFactor) * time.Since(began)), err}
	}()
}

// ended notes how the work went. A problem is told once until it is another or
// everything goes well again.
func (t *tidier) ended(d done, now time.Time) {
	t.done = nil
	t.next, t.began = d.rested, d.began
	if d.err == nil {
		t.told = ""
		return
	}
	t.expired = "" // it is tried again
	if failed := now.Add(restFailed); t.next.Before(failed) {
		t.next = failed
	}
	if t.told != d.err.Error() && !errors.Is(d.err, vault.ErrDisk) { // of that the vault tells
		t.told = d.err.Error()
		t.problem(d.err)
	}
}

func (t *tidier) tidy(ctx context.Context, now time.Time, expire bool) error {
	u, err := t.store.Usage(ctx)
	if err != nil {
		return err
	}
	if u.RewriteDue {
		err = rewrite(ctx, t.store)
	}
	if expire {
		err = errors.Join(err, t.letters.expire(ctx, now))
		if t.retain != nil {
			err = errors.Join(err, t.retain(ctx, now))
		}
		return err
	}
	return errors.Join(err, t.letters.erase(ctx))
}

// stop waits for the work under way, whose context has ended.
func (t *tidier) stop() {
	if t.done != nil {
		<-t.done
	}
}
