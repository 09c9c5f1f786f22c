package bolt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// receipts returns the receipts for testimonies.
func receipts(s *Store, ids []vault.ID) (all []vault.Receipt, err error) {
	for _, id := range ids {
		rec, err := s.record(id)
		if err != nil {
			return nil, err
		}
		all = append(all, vaulttest.Receipt(&rec))
	}
	return all, nil
}

// childWithdraw marks the second and third testimony of a vault as collected, removes
// all of the first six that can be, writes the headers anew, waits until the payloads
// are gone, and keeps another. It says how far it came. A call that fails is tried again
// unless the vault must be opened anew.
func childWithdraw(dir string) error {
	ctx := context.Background()
	s, err := Open(dir, Options{Reserve: -1, Logf: func(format string, args ...any) { fmt.Printf("log: "+format+"\n", args...) }})
	if err != nil {
		return err
	}
	all, err := vaulttest.All(ctx, s, 100)
	if err != nil {
		return err
	}
	var ids []vault.ID
	for _, rec := range all[:6] {
		ids = append(ids, rec.ID)
	}
	removed := 0
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"put", func() error { return putSeed(s, 20) }},
		{"collected", func() error {
			receipts, err := receipts(s, ids[1:3])
			if err != nil {
				return err
			}
			return none(s.Collect(ctx, receipts))
		}},
		{"removed", func() error {
			n, err := s.Remove(ctx, ids)
			removed += n
			return err
		}},
		{"rewritten", func() error { return s.Rewrite(ctx) }},
		{"put", func() error { return putSeed(s, 21) }},
	} {
		err := step.do()
		for tries := 0; err != nil && tries < 5; tries++ {
			fmt.Printf("failed %s full=%v damaged=%v: %v\n", step.name, errors.Is(err, vault.ErrFull), errors.Is(err, ErrDamaged), err)
			if s.broken() != nil {
				break
			}
			err = step.do()
		}
		if s.broken() != nil {
			fmt.Println("broken")
			break
		}
		if err != nil {
			return fmt.Errorf("%s: the vault did not go on: %w", step.name, err)
		}
		fmt.Println(step.name)
	}
	if s.broken() == nil {
		if removed != 4 {
			return fmt.Errorf("%d were removed, want 4", removed)
		}
		for left, tries := 1, 0; left > 0; tries++ {
			s.mu.Lock()
			left = len(s.pending)
			s.mu.Unlock()
			if tries > 5000 {
				return errors.New("what was removed keeps its payload")
			}
			time.Sleep(time.Millisecond)
		}
	}
	if err := s.Close(); err != nil {
		return err
	}
	fmt.Println("end")
	return nil
}

// childWithdrawing keeps testimonies and removes every second one again, in pairs,
// until it is killed.
func childWithdrawing(dir string) error {
	ctx := context.Background()
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		return err
	}
	failed := make(chan error)
	seeds := newSeeds()
	for range 3 {
		go again(failed, 0, func() error { return putAndRemove(ctx, s, seeds) })
	}
	go again(failed, 5*time.Millisecond, func() error { return s.Rewrite(ctx) })
	return <-failed
}

// putAndRemove keeps four testimonies and removes two of them; then it keeps another
// and purges it.
func putAndRemove(ctx context.Context, s *Store, seeds *atomic.Uint64) error {
	var ids []vault.ID
	for i := range 4 {
		seed := seeds.Add(1)
		if i%2 == 0 {
			if err := putSeed(s, seed); err != nil {
				return err
			}
			continue
		}
		header, payload := testFile(seed)
		id := vault.NewID()
		if err := vaulttest.PutAs(ctx, s, id, header, payload, 32<<10); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if n, err := s.Remove(ctx, ids); err != nil || n != len(ids) {
		return fmt.Errorf("%d of %d were removed: %w", n, len(ids), err)
	}
	var said strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&said, "gone %s 0\n", id)
	}
	if _, err := os.Stdout.WriteString(said.String()); err != nil {
		return err
	}
	header, payload := testFile(seeds.Add(1))
	id, err := vaulttest.Put(ctx, s, header, payload, 32<<10)
	if err != nil {
		return err
	}
	if err := none(s.Collect(ctx, []vault.Receipt{{ID: id, PayloadSum: sha256.Sum256(payload)}})); err != nil {
		return err
	}
	if n, err := s.Purge(ctx, []vault.ID{id}); err != nil || n != 1 {
		return fmt.Errorf("%d were purged: %w", n, err)
	}
	_, err = os.Stdout.WriteString(fmt.Sprintf("purged %s 0\n", id))
	return err
}
