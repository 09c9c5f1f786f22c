package letterbox

import (
	"errors"
	"fmt"
	"os"

	"amana/vault/internal/boltpages"
)

// checkPages returns an error unless every page in use is used once and all that it
// points to lies inside of it, so that bbolt comes to an end wherever it goes.
func checkPages(f *os.File) error {
	m, _, err := boltpages.NewestMeta(f)
	if err != nil {
		return err
	}
	v := m.View(f)
	if err := v.Length(f); err != nil {
		return err
	}
	used := boltpages.NewUsed(v)
	err = v.Walk(v.Root, nil, func(e *boltpages.Entry) error {
		t, err := e.Tree()
		if err != nil {
			return err
		}
		return checkBucket(f, v, t)
	})
	if err != nil {
		return err
	}
	return used.Freelist(m.Freelist)
}

// checkBucket walks a bucket, which holds values only.
func checkBucket(f *os.File, v *boltpages.View, t boltpages.Tree) error {
	empty := true
	err := v.Walk(t, nil, func(e *boltpages.Entry) error {
		empty = false
		if e.IsBucket {
			return errors.New("a bucket holds another")
		}
		return nil
	})
	if err != nil || !empty || t.Page == 0 {
		return err
	}
	// Where an empty page would have its first key there is nothing, unless the count of
	// its keys is wrong.
	var first [boltpages.ElementSize]byte
	_, err = f.ReadAt(first[:], int64(t.Page)*v.PageSize+boltpages.PageHead)
	if err != nil || first != [boltpages.ElementSize]byte{} {
		return fmt.Errorf("page %d has no keys", t.Page)
	}
	return nil
}
