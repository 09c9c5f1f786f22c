package letterbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"go.etcd.io/bbolt"
)

const (
	nameSize  = 16 // bytes of a mailbox's or a letter's name
	keySize   = 2 * nameSize
	daySize   = len(time.DateOnly)
	valueHead = daySize + sha256.Size
	// putAtOnce is how many letters Put keeps in one transaction.
	putAtOnce = 200
)

// key returns the key of a letter: its mailbox, then its id.
func key(mailbox, id [nameSize]byte) []byte { return append(mailbox[:], id[:]...) }

// encode returns the value of a letter. The hash at its end covers the key too, so that
// a letter cannot stand under another's name.
func encode(l *Letter) []byte {
	b := make([]byte, 0, valueHead+len(l.Sealed))
	b = append(append(b, l.Day...), l.Sealed...)
	sum := valueSum(key(l.Mailbox, l.ID), b)
	return append(b, sum[:]...)
}

// decode reads what encode wrote under a key. Sealed shares memory with value.
func decode(k, value []byte) (Letter, error) {
	var l Letter
	if len(k) != keySize || len(value) <= valueHead || len(value) > valueHead+MaxLetter {
		return l, fmt.Errorf("%w: a letter has a wrong size", ErrDamaged)
	}
	l.Mailbox, l.ID = [nameSize]byte(k), [nameSize]byte(k[nameSize:])
	body, sum := value[:len(value)-sha256.Size], value[len(value)-sha256.Size:]
	if want := valueSum(k, body); !bytes.Equal(want[:], sum) {
		return l, fmt.Errorf("%w: the hash of a letter is wrong", ErrDamaged)
	}
	day := string(body[:daySize])
	if !isDay(day) {
		return l, fmt.Errorf("%w: the day of a letter is wrong", ErrDamaged)
	}
	l.Day, l.Sealed = day, body[daySize:]
	return l, nil
}

func valueSum(key, body []byte) [sha256.Size]byte {
	return sha256.Sum256(append(bytes.Clone(key), body...))
}

func isDay(day string) bool {
	t, err := time.Parse(time.DateOnly, day)
	return err == nil && t.Format(time.DateOnly) == day
}

// Put keeps letters and returns once they are on stable storage. One that is there
// already changes nothing, whatever its day; one that is there and damaged is replaced.
// Refused gives for each index that was not taken why. After an error some may have
// been kept; the same call again does the rest.
func (b *Box) Put(ctx context.Context, letters []Letter) (refused map[int]error, err error) {
	refused = make(map[int]error)
	for from := 0; from < len(letters); from += putAtOnce {
		if err := ctx.Err(); err != nil {
			return refused, fmt.Errorf("letterbox: put letters: %w", err)
		}
		err := b.update(func(_, bucket *bbolt.Bucket) error {
			wrote := false
			for i := from; i < min(len(letters), from+putAtOnce); i++ {
				l := &letters[i]
				new, why := check(bucket, l)
				if why != nil {
					refused[i] = why
				}
				if !new {
					continue
				}
				if err := bucket.Put(key(l.Mailbox, l.ID), encode(l)); err != nil {
					return err
				}
				wrote = true
			}
			if !wrote {
				return errNothing
			}
			return nil
		})
		if err != nil {
			return refused, fmt.Errorf("letterbox: put letters: %w", err)
		}
	}
	return refused, nil
}

// check tells whether a letter is to be written, and if it is refused why.
func check(bucket *bbolt.Bucket, l *Letter) (new bool, why error) {
	switch {
	case len(l.Sealed) == 0 || len(l.Sealed) > MaxLetter:
		return false, fmt.Errorf("letterbox: a letter has from 1 to %d bytes", MaxLetter)
	case !isDay(l.Day):
		return false, fmt.Errorf("letterbox: the day of a letter must be written like %s", time.DateOnly)
	}
	k := key(l.Mailbox, l.ID)
	if value := bucket.Get(k); value != nil {
		there, err := decode(k, value)
		if err == nil && !bytes.Equal(there.Sealed, l.Sealed) {
			return false, ErrTaken
		}
		return err != nil, nil
	}
	if count, _ := each(bucket, l.Mailbox[:], func(_, _ []byte) error { return nil }); count >= MaxPerMailbox {
		return false, ErrFull
	}
	return true, nil
}

// each calls fn for the letters whose key begins with prefix, in order, and counts them.
func each(bucket *bbolt.Bucket, prefix []byte, fn func(k, value []byte) error) (n int, err error) {
	c := bucket.Cursor()
	for k, value := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, value = c.Next() {
		n++
		if err := fn(k, value); err != nil {
			return n, err
		}
	}
	return n, nil
}

// List returns the letters of a mailbox without their bytes, the oldest first. One that
// is damaged has no day and stands before the others; Get says what is wrong with it.
func (b *Box) List(ctx context.Context, mailbox [16]byte) ([]Letter, error) {
	var all []Letter
	err := b.view(func(_, bucket *bbolt.Bucket) error {
		_, err := each(bucket, mailbox[:], func(k, value []byte) error {
			if len(k) != keySize {
				return nil
			}
			l, err := decode(k, value)
			if err != nil {
				l = Letter{Mailbox: mailbox, ID: [nameSize]byte(k[nameSize:])}
			}
			l.Sealed = nil
			all = append(all, l)
			return ctx.Err()
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("letterbox: list a mailbox: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Letter) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, nil
}

// Get returns one letter. The error wraps [ErrNotFound] if there is none, and
// [ErrDamaged] if just this one is damaged.
func (b *Box) Get(ctx context.Context, mailbox, id [16]byte) (Letter, error) {
	var l Letter
	err := b.view(func(_, bucket *bbolt.Bucket) (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		k := key(mailbox, id)
		value := bucket.Get(k)
		if value == nil {
			return ErrNotFound
		}
		l, err = decode(k, bytes.Clone(value))
		return err
	})
	if err != nil {
		return Letter{}, fmt.Errorf("letterbox: get a letter: %w", err)
	}
	return l, nil
}

// All returns up to limit letters in the order of their names, the mailbox first,
// beginning after those given; zeros begin at the start. Fewer mean that the end is
// reached. Those that are damaged are left out and counted.
func (b *Box) All(ctx context.Context, mailbox, id [16]byte, limit int) (letters []Letter, damaged int, err error) {
	after := key(mailbox, id)
	err = b.view(func(_, bucket *bbolt.Bucket) error {
		c := bucket.Cursor()
		k, value := c.Seek(after)
		if bytes.Equal(k, after) {
			k, value = c.Next()
		}
		for ; k != nil && len(letters) < limit; k, value = c.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			l, err := decode(k, bytes.Clone(value))
			if err != nil {
				damaged++
				continue
			}
			letters = append(letters, l)
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("letterbox: list letters: %w", err)
	}
	return letters, damaged, nil
}

// Count returns how many letters there are.
func (b *Box) Count(ctx context.Context) (n int, err error) {
	err = b.view(func(_, bucket *bbolt.Bucket) error {
		n, err = each(bucket, nil, func(_, _ []byte) error { return ctx.Err() })
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("letterbox: count letters: %w", err)
	}
	return n, nil
}

// Remove removes a mailbox with all its letters; one that is not there is no error.
// Erase is due after it.
func (b *Box) Remove(ctx context.Context, mailbox [16]byte) error {
	_, err := b.remove(ctx, mailbox[:], func(_, _ []byte) bool { return true })
	if err != nil {
		return fmt.Errorf("letterbox: remove a mailbox: %w", err)
	}
	return nil
}

// Expire removes the letters that came in before a day, and says how many. Those that
// are damaged have no day and stay. Erase is due after it.
func (b *Box) Expire(ctx context.Context, before string) (int, error) {
	if !isDay(before) {
		return 0, fmt.Errorf("letterbox: expire letters: a day must be written like %s", time.DateOnly)
	}
	n, err := b.remove(ctx, nil, func(k, value []byte) bool {
		l, err := decode(k, value)
		return err == nil && l.Day < before
	})
	if err != nil {
		return 0, fmt.Errorf("letterbox: expire letters: %w", err)
	}
	return n, nil
}

// remove removes those of the letters whose key begins with prefix that drop chooses.
func (b *Box) remove(ctx context.Context, prefix []byte, drop func(k, value []byte) bool) (n int, err error) {
	err = b.update(func(meta, bucket *bbolt.Bucket) error {
		var keys [][]byte
		_, err := each(bucket, prefix, func(k, value []byte) error {
			if drop(k, value) {
				keys = append(keys, bytes.Clone(k))
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return errNothing
		}
		for _, k := range keys {
			if err := bucket.Delete(k); err != nil {
				return err
			}
		}
		n = len(keys)
		return meta.Put(dueKey, []byte{1})
	})
	if err != nil {
		n = 0
	}
	return n, err
}
