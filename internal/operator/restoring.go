package operator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"amana/internal/backup"
	"amana/internal/durable"
	"amana/internal/roster"
	"amana/internal/roster/book"
	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/letterbox"

	"golang.org/x/mod/sumdb/note"
)

// atOnce is how many testimonies may wait for the disk while the next ones are read: a
// flush then serves many of them.
const atOnce = 32

// restoring puts what is in a backup into a new state. It implements [backup.Keeper].
type restoring struct {
	ctx   context.Context
	state State
	store *bolt.Store // nil when it is closed
	box   *letterbox.Box

	head    backup.Head
	sum     backup.Summary
	rosters [][]byte // as they came
	size    int      // bytes of rosters
	chain   []*roster.Signed
	files   []string // names of those that came

	turns chan struct{}
	busy  sync.WaitGroup
	mu    sync.Mutex
	err   error // the first one of those that were not waited for
}

var _ backup.Keeper = (*restoring)(nil)

// begin makes an empty vault.
func (r *restoring) begin() (err error) {
	if err := os.Mkdir(r.state.path(vaultFolder), 0o700); err != nil {
		return fmt.Errorf("make vault: %w", err)
	}
	r.turns = make(chan struct{}, atOnce)
	r.store, err = bolt.Create(r.state.path(vaultFolder), bolt.Options{Reserve: -1})
	return err
}

// close lets go of everything.
func (r *restoring) close() error {
	r.busy.Wait()
	var err error
	if r.store != nil {
		err = r.store.Close()
		r.store = nil
	}
	if r.box != nil {
		err = errors.Join(err, r.box.Close())
		r.box = nil
	}
	return err
}

// reopen closes all and opens the vault anew.
func (r *restoring) reopen() (*bolt.Store, error) {
	if err := r.close(); err != nil {
		return nil, err
	}
	return bolt.Open(r.state.path(vaultFolder), bolt.Options{Reserve: -1})
}

// failed returns the first error of what was not waited for.
func (r *restoring) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// wait waits until all testimonies are on the disk.
func (r *restoring) wait() error {
	r.busy.Wait()
	return r.failed()
}

// Begin implements [backup.Keeper].
func (r *restoring) Begin(id vault.ID) (backup.Kept, error) {
	if err := r.failed(); err != nil {
		return nil, err
	}
	t, err := r.store.Restore(r.ctx, id)
	if err != nil {
		return nil, err
	}
	return restored{t, r}, nil
}

// restored is a testimony whose Commit does not wait for the disk.
type restored struct {
	*bolt.Restoring
	r *restoring
}

// Commit implements [backup.Kept].
func (t restored) Commit(rec vault.Record) error {
	r := t.r
	r.turns <- struct{}{}
	r.busy.Go(func() {
		defer func() { <-r.turns }()
		err := t.Restoring.Commit(rec)
		if err == nil {
			return
		}
		if !errors.Is(err, vault.ErrFull) && r.ctx.Err() == nil && (errors.Is(err, vault.ErrNotAge) || errors.Is(err, bolt.ErrRecord)) {
			err = fmt.Errorf("%w: %w", backup.ErrMalformed, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.err == nil {
			r.err = err
		}
	})
	return nil
}

// Purged implements [backup.Keeper].
func (r *restoring) Purged(ids []vault.ID) error {
	if err := r.wait(); err != nil {
		return err
	}
	return r.store.RestorePurged(r.ctx, ids)
}

// Replies implements [backup.Keeper].
func (r *restoring) Replies(letters []letterbox.Letter) (err error) {
	if r.box == nil {
		if r.box, err = letterbox.Open(r.state.path(repliesFile)); err != nil {
			return err
		}
	}
	refused, err := r.box.Put(r.ctx, letters)
	if err != nil {
		return err
	}
	for _, why := range refused {
		return fmt.Errorf("%w: a reply: %w", backup.ErrMalformed, why)
	}
	return nil
}

// File implements [backup.Keeper].
func (r *restoring) File(name string, data []byte) error {
	folder, base, _ := strings.Cut(name, "/")
	switch folder {
	case backup.RostersFolder:
		if r.size += len(data); len(r.rosters) == roster.MaxChain || r.size > roster.MaxChainBytes {
			return fmt.Errorf("%w: too many rosters", backup.ErrMalformed)
		}
		r.rosters = append(r.rosters, slices.Clone(data))
		return nil
	case backup.ServerFolder:
		if !slices.Contains(serverFiles, base) {
			return fmt.Errorf("%w: it holds %.100q", backup.ErrMalformed, name)
		}
		name = base
	}
	if len(r.files) == mostFiles {
		return fmt.Errorf("%w: it holds more than %d files", backup.ErrMalformed, mostFiles)
	}
	r.files = append(r.files, name)
	path := r.state.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	return durable.WriteFile(path, data, 0o600)
}

// mostFiles is how many files may come besides the rosters: those of a server, a few
// that were taken along, and the keys of an onion's clients.
const mostFiles = 1000

// has says whether a file of that folder came.
func (r *restoring) has(folder string) bool {
	return slices.ContainsFunc(r.files, func(name string) bool { return strings.HasPrefix(name, folder+"/") })
}

// end sees that what came is enough for a server, and makes its rosters.
func (r *restoring) end() error {
	for _, name := range serverFiles {
		if !slices.Contains(r.files, name) {
			return fmt.Errorf("%w: it holds no %s", backup.ErrMalformed, name)
		}
	}
	signer, vkey, err := r.state.signer()
	if err != nil {
		return fmt.Errorf("%w: the key that signs bundles", backup.ErrMalformed)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil || verifier.KeyHash() != signer.KeyHash() || vkey != r.head.Server {
		return fmt.Errorf("%w: the keys of the server are not of one another", backup.ErrMalformed)
	}
	if r.chain, err = r.verified(); err != nil || len(r.chain) == 0 {
		return err
	}
	_, err = book.Create(r.state.path(rostersFolder), r.chain)
	return err
}
