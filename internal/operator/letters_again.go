package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"amana/intake"
	"amana/vault/letterbox"
)

// lettersRest is how long sources are told that replies cannot be read before the
// letterbox is opened for one of them again.
const lettersRest = 10 * time.Second

// use calls do with the letterbox. One whose disk failed in the middle of a flush is
// opened anew, and do is called once more: a call that failed has changed nothing.
func (l *letters) use(do func(*letterbox.Box) error) error {
	box, err := l.open()
	if err != nil {
		return err
	}
	err = do(box)
	if !errors.Is(err, letterbox.ErrBroken) && !errors.Is(err, letterbox.ErrClosed) {
		return err
	}
	l.drop(box)
	if box, err = l.open(); err != nil {
		return err
	}
	return do(box)
}

// drop closes a letterbox that is to be opened anew, unless somebody did already.
func (l *letters) drop(box *letterbox.Box) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box == box {
		l.box = nil
		_ = box.Close() // whether it can be opened is what matters
	}
}

// lately returns why the letterbox could not be opened a moment ago, if so.
func (l *letters) lately() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box == nil && !l.failed.IsZero() && time.Since(l.failed) < lettersRest {
		return l.why
	}
	return nil
}

// serving returns the letterbox for a server. One that cannot be opened keeps no
// testimony out: the operator is told, and sources find no reply until it is mended.
func (l *letters) serving(problem func(error)) intake.Letters {
	if _, err := l.open(); err != nil {
		problem(fmt.Errorf("%w; sources find no replies until then", err))
	}
	return sourceLetters{l}
}

// sourceLetters is a letterbox that sources ask for.
type sourceLetters struct{ *letters }

func (s sourceLetters) use(do func(*letterbox.Box) error) error {
	if err := s.lately(); err != nil {
		return err
	}
	return s.letters.use(do)
}

// List implements [intake.Letters].
func (s sourceLetters) List(ctx context.Context, mailbox [16]byte) (all []letterbox.Letter, err error) {
	err = s.use(func(box *letterbox.Box) error {
		all, err = box.List(ctx, mailbox)
		return err
	})
	return all, err
}

// Get implements [intake.Letters].
func (s sourceLetters) Get(ctx context.Context, mailbox, id [16]byte) (one letterbox.Letter, err error) {
	err = s.use(func(box *letterbox.Box) error {
		one, err = box.Get(ctx, mailbox, id)
		return err
	})
	return one, err
}

// Remove implements [intake.Letters].
func (s sourceLetters) Remove(ctx context.Context, mailbox [16]byte) error {
	return s.use(func(box *letterbox.Box) error { return box.Remove(ctx, mailbox) })
}
