package bolt

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"go.etcd.io/bbolt"

	"amana/internal/durable"
	"amana/vault"
	"amana/vault/internal/boltfile"
	"amana/vault/internal/boltpages"
)

// fillBytes bounds one transaction that fills a new file.
const fillBytes = 4 << 20

// copy makes a new file at path that holds the same records, on stable storage,
// and opens it. It is called with mu held. The new file has no mark that a
// rewrite is due.
func (f *file) copy(ctx context.Context, path string, d *disk) (fresh *file, err error) {
	pair, err := f.meta(pairKey)
	if err != nil {
		return nil, err
	}
	var want digest
	err = f.view(func(v *boltpages.View) error {
		if err := f.whole(ctx, v); err != nil {
			return err
		}
		if err := d.takeReserve(int64(v.High)*v.PageSize - f.reusable()); err != nil {
			return err
		}
		want, err = f.fill(ctx, v, path, pair)
		return err
	})
	if panicked := (*boltfile.PanicError)(nil); errors.As(err, &panicked) {
		return nil, fmt.Errorf("the disk did not keep the copy of %s as it was written: %v", headersFile, err) // see below
	}
	if err != nil {
		return nil, err
	}
	if fresh, err = openFile(path, f.bucket); err == nil {
		if err = fresh.os.Sync(); err == nil {
			durable.Uncache(fresh.os) // the old file will be erased, so see what the disk has
			err = fresh.compare(ctx, pair, want)
		}
		if err == nil {
			return fresh, nil
		}
		err = errors.Join(err, fresh.close())
	}
	if ctx.Err() == nil {
		// It does not wrap ErrDamaged: what is kept is as sound as before.
		err = fmt.Errorf("the disk did not keep the copy of %s as it was written: %v", headersFile, err)
	}
	return nil, err
}

// whole returns an error wrapping [ErrDamaged] unless every page is sound and the
// file holds only what copy knows of.
func (f *file) whole(ctx context.Context, v *boltpages.View) error {
	c, err := f.structure(ctx, v)
	if err == nil && len(c.problems) > 0 {
		err = errors.New(c.problems[0].Problem)
	}
	if err == nil {
		err = only(v, v.Root, metaBucket, f.bucket)
	}
	if err == nil {
		var meta boltpages.Tree
		if meta, _, err = v.Bucket(v.Root, metaBucket); err == nil {
			err = only(v, meta, versionKey, pairKey, dueKey)
		}
	}
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// only returns an error if a tree holds another key than those.
func only(v *boltpages.View, t boltpages.Tree, keys ...[]byte) error {
	return v.Walk(t, nil, func(e *boltpages.Entry) error {
		for _, key := range keys {
			if string(e.Key) == string(key) {
				return nil
			}
		}
		return fmt.Errorf("it holds %.40q, which this program does not know", e.Key)
	})
}

// digest is what two files have in common that hold the same records.
type digest struct {
	records int
	sum     [sha256.Size]byte
}

// digester sums up records in the order of their ids.
type digester struct {
	digest
	h hash.Hash
}

func (d *digester) add(id vault.ID, value []byte) {
	if d.h == nil {
		d.h = sha256.New()
	}
	d.records++
	d.h.Write(binary.BigEndian.AppendUint64(id[:], uint64(len(value))))
	d.h.Write(value)
}

func (d *digester) end() digest {
	if d.h != nil {
		d.h.Sum(d.sum[:0])
	}
	return d.digest
}

// fill makes a file at path, copies all records to it in the order of their ids,
// and says what it copied. It flushes nothing.
func (f *file) fill(ctx context.Context, v *boltpages.View, path string, pair []byte) (digest, error) {
	to := &filler{file: &file{path: path, bucket: f.bucket}}
	if err := to.begin(pair); err != nil {
		return digest{}, to.end(err)
	}
	var sum digester
	var failed error
	err := eachID(v, f.bucket, nil, func(id vault.ID, e *boltpages.Entry) error {
		if failed = ctx.Err(); failed != nil {
			return failed
		}
		value, err := e.Read(nil, maxRecord) // a new one each time: bbolt keeps it
		if err == nil {
			_, err = decodeRecord(id, value)
		}
		if err != nil && err != errPurged {
			return fmt.Errorf("testimony %s: %w", id, err)
		}
		sum.add(id, value)
		failed = to.put(id, value)
		return failed
	})
	if err != nil && failed == nil {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return sum.end(), to.end(err)
}

// filler writes records in order, in transactions of bounded size.
type filler struct {
	*file
	tx    *bbolt.Tx
	bytes int
}

func (to *filler) begin(pair []byte) error {
	return guard(func() (err error) {
		if err = to.open(); err != nil {
			return err
		}
		to.db.NoSync, to.db.NoGrowSync = true, true
		if to.tx, err = to.db.Begin(true); err != nil {
			return err
		}
		return layOut(to.tx, to.bucket, pair)
	})
}

func (to *filler) put(id vault.ID, value []byte) error {
	return guard(func() (err error) {
		if to.tx == nil {
			if to.tx, err = to.db.Begin(true); err != nil {
				return err
			}
		}
		b := to.tx.Bucket(to.bucket)
		b.FillPercent = 0.9 // new ones will come in between
		if err := b.Put(id[:], value); err != nil {
			return err
		}
		if to.bytes += len(value); to.bytes < fillBytes {
			return nil
		}
		return to.commit()
	})
}

func (to *filler) commit() error {
	tx := to.tx
	to.tx, to.bytes = nil, 0
	if tx == nil {
		return nil
	}
	return tx.Commit()
}

// end writes what is left, unless there was an error, and closes the file.
func (to *filler) end(err error) error {
	if err == nil {
		err = guard(to.commit)
	}
	if panicked := (*boltfile.PanicError)(nil); to.db == nil || errors.As(err, &panicked) {
		if to.os != nil {
			to.os.Close() // bbolt may keep its locks
		}
		return err
	}
	if to.tx != nil {
		err = errors.Join(err, to.tx.Rollback())
	}
	return errors.Join(err, to.close())
}

// compare reads the file as a stranger would and sees that it holds what was
// written to it.
func (f *file) compare(ctx context.Context, pair []byte, want digest) error {
	var got digester
	err := f.view(func(v *boltpages.View) error {
		var buf []byte
		err := eachID(v, f.bucket, nil, func(id vault.ID, e *boltpages.Entry) (err error) {
			if err = ctx.Err(); err != nil {
				return err
			}
			if buf, err = e.Read(buf, maxRecord); err == nil {
				got.add(id, buf)
			}
			return err
		})
		if err != nil {
			return err
		}
		return f.whole(ctx, v)
	})
	now, err2 := f.meta(pairKey)
	if err = errors.Join(err, err2); err == nil && (string(now) != string(pair) || got.end() != want) {
		err = errors.New("it differs")
	}
	return err
}
