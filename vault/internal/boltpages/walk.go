package boltpages

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrStop ends a [View.Walk] early without an error.
var ErrStop = errors.New("stop")

// Get finds one key of a tree, and says whether it is there. The entry is without its
// key.
func (v *View) Get(t Tree, key []byte) (Entry, bool, error) {
	e, found, err := v.Near(t, key)
	if err != nil || !found {
		return Entry{}, false, err
	}
	return e, true, nil
}

// Near is [View.Get] that returns the entry beside a key that is not there; an empty
// entry if the tree has none.
func (v *View) Near(t Tree, key []byte) (e Entry, found bool, err error) {
	for depth := range maxDepth {
		n := v.top[t.Page]
		if n == nil {
			if n, err = v.node(t); err != nil {
				return Entry{}, false, err
			}
			if v.top != nil && depth < topDepth && !n.leaf {
				v.top[t.Page] = n
			}
		}
		i, found := n.find(key)
		if n.leaf {
			if n.count > 0 {
				e = n.entry(v, min(i, n.count-1))
				e.Key = nil
			} else {
				e = Entry{v: v}
			}
			v.pool = append(v.pool, n)
			return e, found, nil
		}
		if !found && i > 0 {
			i--
		}
		t = n.child(i)
		if v.top == nil || depth >= topDepth {
			v.pool = append(v.pool, n)
		}
	}
	return Entry{}, false, errors.New("a tree is too deep")
}

// Walk calls fn for every key of a tree from the key given on, in order. Keys
// that do not rise, or that lie outside what the branch above says, are an
// error; so a walk always ends, whatever the pages hold. fn may return [ErrStop].
func (v *View) Walk(t Tree, from []byte, fn func(*Entry) error) error {
	w := walker{View: v, from: from, fn: fn}
	if err := w.descend(t, nil, nil, 0); err != nil && err != ErrStop {
		return err
	}
	return nil
}

type walker struct {
	*View
	from []byte
	fn   func(*Entry) error
}

// descend walks a page whose keys must be at least low, and below high if that
// is not nil.
func (w *walker) descend(t Tree, low, high []byte, depth int) error {
	if depth == maxDepth {
		return errors.New("a tree is too deep")
	}
	n, err := w.node(t)
	if err != nil {
		return err
	}
	defer func() { w.pool = append(w.pool, n) }()
	if n.count == 0 && depth > 0 {
		return fmt.Errorf("page %d is empty", t.Page) // bbolt leaves none
	}
	if n.count > 0 && (bytes.Compare(n.keyAt(0), low) < 0 || high != nil && bytes.Compare(n.keyAt(n.count-1), high) >= 0) {
		return fmt.Errorf("page %d has keys out of place", t.Page)
	}
	first, found := n.find(w.from)
	if !n.leaf && !found && first > 0 {
		first--
	}
	for i := first; i < n.count; i++ {
		if n.leaf {
			e := n.entry(w.View, i)
			err = w.fn(&e)
		} else {
			next := high
			if i+1 < n.count {
				next = n.keyAt(i + 1)
			}
			err = w.descend(n.child(i), n.keyAt(i), next, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
