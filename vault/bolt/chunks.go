package bolt

import (
	"errors"

	"amana/vault/internal/boltpages"
)

// chunkOf finds a chunk of a payload, which may stand in a bucket of its own.
func chunkOf(v *boltpages.View, payload boltpages.Tree, seq uint32) (boltpages.Entry, bool, error) {
	key := chunkKey(seq)
	e, ok, err := v.Get(payload, key)
	if err != nil || !ok || !e.IsBucket {
		return e, ok, err
	}
	t, err := e.Tree()
	if err != nil {
		return boltpages.Entry{}, false, err
	}
	e, ok, err = v.Get(t, key)
	if err == nil && ok && e.IsBucket {
		err = errors.New("a chunk is a bucket in a bucket")
	}
	return e, ok, err
}

// walkChunks calls fn for every value of a payload and of the buckets in it.
func walkChunks(v *boltpages.View, payload boltpages.Tree, fn func(*boltpages.Entry) error) error {
	return v.Walk(payload, nil, func(e *boltpages.Entry) error {
		if !e.IsBucket {
			return fn(e)
		}
		t, err := e.Tree()
		if err != nil {
			return err
		}
		return v.Walk(t, nil, func(e *boltpages.Entry) error {
			if e.IsBucket {
				return errors.New("a chunk is a bucket in a bucket")
			}
			return fn(e)
		})
	})
}
