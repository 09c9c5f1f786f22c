package cases

import (
	"errors"
	"io"
	"slices"

	"filippo.io/age"
)

// mergeBatch is how many entries are taken in in one transaction.
const mergeBatch = 1000

// Merged says what a file brought.
type Merged struct {
	Head *Head
	New  int // entries that were not here
}

// Merge takes in what a file has and the workspace has not. Nothing is replaced or
// removed: entries are added, and what stands follows from them all. The file is read
// twice, the first time to see that it is whole and by a reviewer; open opens it.
// keep keeps a batch of entries.
//
// If it stops midway, reading the file again takes in the rest; reading it twice
// changes nothing.
func (c *Coding) Merge(open func() (io.Reader, error), ids []age.Identity, keep func([]*Signed) error) (*Merged, error) {
	in, err := open()
	if err != nil {
		return nil, err
	}
	h, err := ReadExchange(in, ids, nil)
	if err != nil {
		return nil, err
	}
	if !c.People.Knows(h.By) {
		return &Merged{Head: h}, ErrStranger
	}
	if in, err = open(); err != nil {
		return nil, err
	}
	m := &Merged{Head: h}
	var batch []*Signed
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		if err := keep(batch); err != nil {
			return err
		}
		m.New += len(batch)
		batch = batch[:0]
		return nil
	}
	again, err := ReadExchange(in, ids, func(s *Signed) error {
		if c.fold.all[s.ID] != nil {
			return nil
		}
		if batch = append(batch, s); len(batch) == mergeBatch {
			return flush()
		}
		return nil
	})
	if err == nil && *again != *h {
		err = errors.New("the file changed while it was read")
	}
	if err == nil {
		err = flush()
	}
	return m, err
}

// Differing returns the cases on which reviewers differ, or of which one has said that
// not all its threads are of one person.
func (c *Coding) Differing() []*Case {
	return slices.DeleteFunc(slices.Clone(c.Cases), func(one *Case) bool {
		return len(one.Contested()) == 0 && len(c.Contradicted(one)) == 0
	})
}
