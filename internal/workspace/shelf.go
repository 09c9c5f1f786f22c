package workspace

import (
	"fmt"
	"iter"

	"go.etcd.io/bbolt"
)

// Shelf is a part of the index, which one package keeps its records on. On disk
// neither their keys nor their values can be read.
type Shelf struct {
	w    *Workspace
	name string
}

// Shelf returns the shelf of a name, which need not have been used before.
func (w *Workspace) Shelf(name string) *Shelf { return &Shelf{w, name} }

// Write is one record to be kept. A nil Value removes it.
type Write struct {
	Shelf string
	Key   string
	Value []byte
}

// Put keeps all the records or none, in one transaction, and returns when they are on
// stable storage.
func (w *Workspace) Put(writes ...Write) error {
	err := w.index.update(func(tx *bbolt.Tx) error {
		for _, r := range writes {
			bucket, err := tx.CreateBucketIfNotExists([]byte(r.Shelf))
			if err != nil {
				return err
			}
			name := w.box.name(r.Shelf, r.Key)
			if r.Value == nil {
				if err := bucket.Delete(name); err != nil {
					return err
				}
				continue
			}
			sealed, err := w.box.seal(r.Shelf, name, r.Key, r.Value)
			if err != nil {
				return err
			}
			if err := bucket.Put(name, sealed); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("workspace: keep records: %w", err)
	}
	return nil
}

// Put keeps one record.
func (s *Shelf) Put(key string, value []byte) error {
	return s.w.Put(Write{s.name, key, value})
}

// Get returns the record under a key, nil if there is none.
func (s *Shelf) Get(key string) (value []byte, err error) {
	err = s.w.index.view(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(s.name))
		if bucket == nil {
			return nil
		}
		name := s.w.box.name(s.name, key)
		sealed := bucket.Get(name)
		if sealed == nil {
			return nil
		}
		_, value, err = s.w.box.open(s.name, name, sealed)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("workspace: read record: %w", err)
	}
	return value, nil
}

// has tells whether there is a record under a key, which it does not open.
func (s *Shelf) has(key string) (found bool) {
	err := s.w.index.view(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(s.name))
		found = bucket != nil && bucket.Get(s.w.box.name(s.name, key)) != nil
		return nil
	})
	return err == nil && found
}

// Item is a record with its key.
type Item struct {
	Key   string
	Value []byte
}

// Bounds of what is read in one transaction, so that none is long and memory stays
// small.
const (
	pageOfItems = 256
	pageOfBytes = 4 << 20
)

// All yields the records in an order of their own, which stays as long as they do. An
// error is the last that is yielded.
func (s *Shelf) All() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var after []byte
		for {
			items, last, err := s.page(after)
			if err != nil {
				yield(Item{}, fmt.Errorf("workspace: read records: %w", err))
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if last == nil {
				return
			}
			after = last
		}
	}
}

// page returns the records behind a name, and the name to go on behind; nil at the
// end.
func (s *Shelf) page(after []byte) (items []Item, last []byte, err error) {
	size := 0
	err = s.w.index.view(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket([]byte(s.name))
		if bucket == nil {
			return nil
		}
		c := bucket.Cursor()
		name, sealed := c.First()
		if after != nil {
			if name, sealed = c.Seek(after); name != nil && string(name) == string(after) {
				name, sealed = c.Next()
			}
		}
		for ; name != nil; name, sealed = c.Next() {
			if len(items) == pageOfItems || size >= pageOfBytes {
				return nil
			}
			key, value, err := s.w.box.open(s.name, name, sealed)
			if err != nil {
				return err
			}
			items, size = append(items, Item{key, value}), size+len(value)
			last = append([]byte(nil), name...)
		}
		last = nil
		return nil
	})
	return items, last, err
}
