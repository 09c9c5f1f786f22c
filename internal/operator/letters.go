package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"amana/intake"
	"amana/internal/admin"
	"amana/internal/cli"
	"amana/vault/letterbox"
)

// replyDays is how long a reply waits for its source. Then it goes, so that what
// nobody comes for is not kept for ever.
const replyDays = 180

// letters is the state's letterbox, which is made when it is needed first.
type letters struct {
	path string

	mu  sync.Mutex
	box *letterbox.Box // nil until it is opened
}

func (s State) letters() *letters { return &letters{path: s.path(repliesFile)} }

var _ admin.Letters = (*letters)(nil)

// open returns the letterbox, and opens it before if it is not yet.
func (l *letters) open() (*letterbox.Box, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box != nil {
		return l.box, nil
	}
	box, err := letterbox.Open(l.path)
	if err == nil {
		l.box = box
		return box, nil
	}
	err = fmt.Errorf("open the replies: %w", err)
	switch {
	case errors.Is(err, letterbox.ErrDamaged):
		err = &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: keepCopy + "; replies can be written again, so " + l.path + " may be moved away then"}
	case errors.Is(err, letterbox.ErrVersion):
		err = cli.Hint(err, "use a newer amana-intake")
	case errors.Is(err, letterbox.ErrLocked):
		err = cli.Hint(err, "wait a moment and try again; if it stays so, stop amana-intake serve and try again")
	}
	return nil, err
}

// serving returns the letterbox for a server. One that cannot be opened keeps no
// testimony out: the operator is told, and sources find no reply until it is mended
// and the server started again.
func (l *letters) serving(problem func(error)) intake.Letters {
	box, err := l.open()
	if err != nil {
		problem(fmt.Errorf("%w; sources find no replies until then", err))
		return unreadable{err}
	}
	return box
}

// unreadable is a letterbox that cannot be opened.
type unreadable struct{ err error }

// List implements intake.Letters.
func (u unreadable) List(context.Context, [16]byte) ([]letterbox.Letter, error) { return nil, u.err }

// Get implements intake.Letters.
func (u unreadable) Get(context.Context, [16]byte, [16]byte) (letterbox.Letter, error) {
	return letterbox.Letter{}, u.err
}

// Remove implements intake.Letters.
func (u unreadable) Remove(context.Context, [16]byte) error { return u.err }

// Count implements [admin.Letters]. It makes no letterbox.
func (l *letters) Count(ctx context.Context) (int, error) {
	if _, err := os.Lstat(l.path); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	box, err := l.open()
	if err != nil {
		return 0, err
	}
	n, err := box.Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count replies: %w", err)
	}
	return n, nil
}

// All implements [admin.Letters]. It makes no letterbox.
func (l *letters) All(ctx context.Context, mailbox, id [16]byte, limit int) ([]letterbox.Letter, int, error) {
	if _, err := os.Lstat(l.path); errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	box, err := l.open()
	if err != nil {
		return nil, 0, err
	}
	return box.All(ctx, mailbox, id, limit)
}

// expire removes the replies that are too old on the day given, and makes what was
// removed disappear from the disk.
func (l *letters) expire(ctx context.Context, now time.Time) error {
	box, err := l.open()
	if err != nil {
		return err
	}
	before := now.UTC().AddDate(0, 0, -replyDays).Format(time.DateOnly)
	if _, err := box.Expire(ctx, before); err != nil {
		return fmt.Errorf("remove replies of before %s: %w", before, err)
	}
	return l.erase(ctx)
}

// erase makes removed replies disappear from the disk, if there are any.
func (l *letters) erase(ctx context.Context) error {
	box, err := l.open()
	if err != nil {
		return err
	}
	if err := box.Erase(ctx); err != nil {
		return fmt.Errorf("replies are removed, but their bytes are still on the disk: %w", err)
	}
	return nil
}

// Close closes the letterbox if it was opened.
func (l *letters) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box == nil {
		return nil
	}
	return l.box.Close()
}
