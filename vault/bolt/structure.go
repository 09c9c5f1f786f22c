package bolt

import (
	"errors"
	"fmt"
	"os"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

// maxProblems bounds what one check of a structure remembers.
const maxProblems = 100

// structure checks that every page of one state of a file is used exactly once, and
// gathers what it finds.
type structure struct {
	*boltpages.View
	used     *boltpages.Used
	problems []vault.Finding
	damaged  map[vault.ID]bool // buckets of payloads that are not sound
}

func newStructure(v *boltpages.View) *structure {
	return &structure{View: v, used: boltpages.NewUsed(v), damaged: map[vault.ID]bool{}}
}

func (c *structure) problem(id vault.ID, err error) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, vault.Finding{ID: id, Problem: err.Error()})
	}
}

// trees walks the buckets of the file, and the buckets in those if deep.
func (c *structure) trees(t boltpages.Tree, deep bool) error {
	return c.Walk(t, nil, func(e *boltpages.Entry) error {
		if !e.IsBucket {
			return errors.New("the top holds a key that is not a bucket")
		}
		t, err := e.Tree()
		if err != nil {
			return err
		}
		return c.Walk(t, nil, func(e *boltpages.Entry) error {
			if !e.IsBucket || !deep {
				return nil
			}
			t, err := e.Tree()
			if err == nil {
				err = walkChunks(c.View, t, func(*boltpages.Entry) error { return nil })
			}
			if err != nil && len(e.Key) == len(vault.ID{}) {
				id := vault.ID(e.Key)
				if len(c.problems) < maxProblems {
					c.damaged[id] = true
				}
				c.problem(id, fmt.Errorf("the pages of its payload are damaged: %w", err))
				return nil
			}
			return err
		})
	})
}

// unused reports pages that are neither used nor free.
func (c *structure) unused() {
	if lost := c.used.Lost(); lost > 0 {
		c.problem(vault.ID{}, fmt.Errorf("%d pages are neither used nor free", lost))
	}
}

// checkBeforeOpen looks at all that bbolt will follow while opening a file or
// writing to it: the lists of free pages and of ids. What lies under an id of a
// payload is left to Check, for it may be very much.
//
// fallback says that one of the two first pages is damaged: if it was the newer
// one, then the last transaction is not in sight.
func checkBeforeOpen(f *os.File, bucket []byte) (fallback bool, err error) {
	m, both, err := boltpages.NewestMeta(f)
	if err != nil {
		return false, err
	}
	return !both, checkState(f, bucket, m)
}

func checkState(f *os.File, bucket []byte, m boltpages.Meta) error {
	v := m.View(f)
	if err := v.Length(f); err != nil {
		return err
	}
	c := newStructure(v)
	// Without a list of free pages bbolt follows everything to make one.
	if err := c.trees(v.Root, m.Freelist == boltpages.NoFreelist); err != nil {
		return err
	}
	if len(c.problems) > 0 {
		return errors.New(c.problems[0].Problem)
	}
	if err := c.used.Freelist(m.Freelist); err != nil {
		return err
	}
	v.Visit = nil
	if _, ok, err := v.Bucket(v.Root, bucket); err != nil || !ok {
		return errors.Join(errors.New("a bucket is missing"), err)
	}
	return nil
}
