package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

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

	mu     sync.Mutex
	box    *letterbox.Box // nil until it is opened
	closed bool
	failed time.Time // when it could not be opened; zero if it could
	why    error
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
	if l.closed {
		return nil, letterbox.ErrClosed
	}
	box, err := letterbox.Open(l.path)
	if err == nil {
		l.box, l.failed = box, time.Time{}
		return box, nil
	}
	defer func() { l.failed, l.why = time.Now(), err }()
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

// Count implements [admin.Letters]. It makes no letterbox.
func (l *letters) Count(ctx context.Context) (int, error) {
	if _, err := os.Lstat(l.path); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if _, err := l.open(); err != nil {
		return 0, err
	}
	n := 0
	err := l.use(func(box *letterbox.Box) (err error) {
		n, err = box.Count(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count replies: %w", err)
	}
	return n, nil
}

// All implements [admin.Letters]. It makes no letterbox.
func (l *letters) All(ctx context.Context, mailbox, id [16]byte, limit int) (all []letterbox.Letter, damaged int, err error) {
	if _, err := os.Lstat(l.path); errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	err = l.use(func(box *letterbox.Box) (err error) {
		all, damaged, err = box.All(ctx, mailbox, id, limit)
		return err
	})
	return all, damaged, err
}

// expire removes the replies that are too old on the day given, and makes what was
// removed disappear from the disk.
func (l *letters) expire(ctx context.Context, now time.Time) error {
	if _, err := l.open(); err != nil {
		return err
	}
	before := now.UTC().AddDate(0, 0, -replyDays).Format(time.DateOnly)
	err := l.use(func(box *letterbox.Box) error {
		_, err := box.Expire(ctx, before)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove replies of before %s: %w", before, err)
	}
	return l.erase(ctx)
}

// erase makes removed replies disappear from the disk, if there are any.
func (l *letters) erase(ctx context.Context) error {
	if _, err := l.open(); err != nil {
		return err
	}
	if err := l.use(func(box *letterbox.Box) error { return box.Erase(ctx) }); err != nil {
		return fmt.Errorf("replies are removed, but their bytes are still on the disk: %w", err)
	}
	return nil
}

// Close closes the letterbox if it was opened.
func (l *letters) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.box == nil {
		return nil
	}
	box := l.box
	l.box = nil
	return box.Close()
}
