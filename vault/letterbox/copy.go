package letterbox

import (
	"bytes"
	"context"
	"errors"

	"amana/vault/internal/boltfile"

	"go.etcd.io/bbolt"
)

// fillBytes bounds one transaction that fills a new file.
const fillBytes = 4 << 20

// create makes a letterbox at path, on stable storage, and gives it the letters of
// another, in the order of their keys; from may be nil. It has no mark that an Erase is
// due. After an error a part of it may be there.
func create(ctx context.Context, path string, from *bbolt.Bucket) (err error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: boltfile.LockTimeout, NoSync: true, NoGrowSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(lettersBucket); err != nil {
			return err
		}
		return meta.Put(versionKey, []byte(formatVersion))
	})
	if err == nil && from != nil {
		err = fill(ctx, db, from)
	}
	return errors.Join(err, db.Sync())
}

// fill copies all that is in a bucket, damaged letters too: perhaps one can be saved.
func fill(ctx context.Context, db *bbolt.DB, from *bbolt.Bucket) error {
	c := from.Cursor()
	k, value := c.First()
	for k != nil {
		err := db.Update(func(tx *bbolt.Tx) error {
			to := tx.Bucket(lettersBucket)
			to.FillPercent = 0.9 // new ones will come in between
			for size := 0; k != nil && size < fillBytes; k, value = c.Next() {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := to.Put(k, value); err != nil {
					return err
				}
				size += len(value)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// copyTo makes a new file at path that holds the same letters, on stable storage, and
// opens it.
func (f *file) copyTo(ctx context.Context, path string) (*file, error) {
	err := f.view(func(_, from *bbolt.Bucket) error { return create(ctx, path, from) })
	if err != nil {
		return nil, err
	}
	fresh, err := openFile(path)
	if err != nil {
		return nil, err
	}
	// The old file will be erased, so see that the new one holds all.
	err = f.view(func(_, want *bbolt.Bucket) error {
		return fresh.view(func(_, got *bbolt.Bucket) error { return same(want, got) })
	})
	if err != nil {
		return nil, errors.Join(err, fresh.close())
	}
	return fresh, nil
}

// same returns an error unless two buckets hold the same.
func same(a, b *bbolt.Bucket) error {
	one, other := a.Cursor(), b.Cursor()
	k, value := one.First()
	k2, value2 := other.First()
	for ; k != nil && k2 != nil; k, value = one.Next() {
		if !bytes.Equal(k, k2) || !bytes.Equal(value, value2) {
			break
		}
		k2, value2 = other.Next()
	}
	if k != nil || k2 != nil {
		return errors.New("the disk did not keep the copy as it was written")
	}
	return nil
}
