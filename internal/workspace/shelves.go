package workspace

import (
	"fmt"

	"go.etcd.io/bbolt"
)

// Shelves returns the names of the shelves that have been used, sorted.
func (w *Workspace) Shelves() (names []string, err error) {
	err = w.index.view(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			names = append(names, string(name))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("workspace: list shelves: %w", err)
	}
	return names, nil
}

// Keys returns the keys of all records of a shelf, in an order of their own.
func (s *Shelf) Keys() ([]string, error) {
	var keys []string
	for item, err := range s.All() {
		if err != nil {
			return nil, err
		}
		keys = append(keys, item.Key)
	}
	return keys, nil
}
