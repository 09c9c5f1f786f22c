package bolt

import (
	"bytes"
	"errors"
	"fmt"
)

// errStop ends a walk early without an error.
var errStop = errors.New("stop")

// get finds one key of a tree. The entry is without its key.
func (v *view) get(t tree, key []byte) (entry, bool, error) {
	e, found, err := v.near(t, key)
	if err != nil || !found {
		return entry{}, false, err
	}
	return e, true, nil
}

// near is get that returns the entry beside a key that is not there; an empty entry
// if the tree has none.
func (v *view) near(t tree, key []byte) (e entry, found bool, err error) {
	for depth := range maxDepth {
		n := v.top[t.page]
		if n == nil {
			if n, err = v.node(t); err != nil {
				return entry{}, false, err
			}
			if v.top != nil && depth < topDepth && !n.leaf {
				v.top[t.page] = n
			}
		}
		i, found := n.find(key)
		if n.leaf {
			if n.count > 0 {
				e = n.entry(v, min(i, n.count-1))
				e.key = nil
			} else {
				e = entry{v: v}
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
	return entry{}, false, errors.New("a tree is too deep")
}

// walk calls fn for every key of a tree from the key given on, in order. Keys
// that do not rise, or that lie outside what the branch above says, are an
// error; so a walk always ends, whatever the pages hold. fn may return errStop.
func (v *view) walk(t tree, from []byte, fn func(*entry) error) error {
	w := walker{view: v, from: from, fn: fn}
	if err := w.descend(t, nil, nil, 0); err != nil && err != errStop {
		return err
	}
	return nil
}

// chunk finds a chunk of a payload, which may stand in a bucket of its own.
func (v *view) chunk(payload tree, seq uint32) (entry, bool, error) {
	key := chunkKey(seq)
	e, ok, err := v.get(payload, key)
	if err != nil || !ok || !e.isBucket {
		return e, ok, err
	}
	t, err := e.tree()
	if err != nil {
		return entry{}, false, err
	}
	e, ok, err = v.get(t, key)
	if err == nil && ok && e.isBucket {
		err = errors.New("a chunk is a bucket in a bucket")
	}
	return e, ok, err
}

// walkChunks calls fn for every value of a payload and of the buckets in it.
func (v *view) walkChunks(payload tree, fn func(*entry) error) error {
	return v.walk(payload, nil, func(e *entry) error {
		if !e.isBucket {
			return fn(e)
		}
		t, err := e.tree()
		if err != nil {
			return err
		}
		return v.walk(t, nil, func(e *entry) error {
			if e.isBucket {
				return errors.New("a chunk is a bucket in a bucket")
			}
			return fn(e)
		})
	})
}

type walker struct {
	*view
	from []byte
	fn   func(*entry) error
}

// descend walks a page whose keys must be at least low, and below high if that
// is not nil.
func (w *walker) descend(t tree, low, high []byte, depth int) error {
	if depth == maxDepth {
		return errors.New("a tree is too deep")
	}
	n, err := w.node(t)
	if err != nil {
		return err
	}
	defer func() { w.pool = append(w.pool, n) }()
	if n.count == 0 && depth > 0 {
		return fmt.Errorf("page %d is empty", t.page) // bbolt leaves none
	}
	if n.count > 0 && (bytes.Compare(n.keyAt(0), low) < 0 || high != nil && bytes.Compare(n.keyAt(n.count-1), high) >= 0) {
		return fmt.Errorf("page %d has keys out of place", t.page)
	}
	first, found := n.find(w.from)
	if !n.leaf && !found && first > 0 {
		first--
	}
	for i := first; i < n.count; i++ {
		if n.leaf {
			e := n.entry(w.view, i)
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
