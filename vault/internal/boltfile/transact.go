package boltfile

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"

	"amana/vault/internal/boltpages"
)

// Transact calls fn in a transaction of db, whose file is open as f, and returns once it
// is on stable storage. undo is as long as a page, and for nothing else. After an error
// nothing of the transaction is there, unless the disk refuses even to be put back.
// doubt is not nil if it was put back: it says what failed, and that nothing may be
// written until the file is opened anew.
func Transact(db *bbolt.DB, f *os.File, undo []byte, fn func(*bbolt.Tx) error) (doubt, err error) {
	tx, err := db.Begin(true)
	if err != nil {
		return nil, err
	}
	id := uint64(tx.ID())
	slot := int64(id%2) * int64(len(undo))
	if _, err := f.ReadAt(undo, slot); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	if err := fn(tx); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	if err = tx.Commit(); err == nil {
		return nil, nil
	}
	// If the page that makes the transaction visible was written and only its flush
	// failed, then bbolt reports an error but shows the transaction. Put the page back as
	// it was. bbolt has already taken the pages for free that the transaction freed, so
	// it must not write again.
	if m, merr := boltpages.ReadMeta(f, slot); merr == nil && m.TxID == id {
		_, werr := f.WriteAt(undo, slot)
		doubt = errors.Join(err, werr, f.Sync())
	}
	return doubt, err
}
