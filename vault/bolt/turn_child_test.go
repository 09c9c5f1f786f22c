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

// rotatedHeader is what a testimony's header becomes in a rotation, so that parent
// and child agree.
func rotatedHeader(id vault.ID, epoch uint32) []byte {
	return vaulttest.Header(2500, uint64(order.Uint32(id[:]))<<8+uint64(epoch))
}

// rotation returns slips and confirmations that bring all testimonies that are for
// an earlier roster to an epoch.
func rotation(s *Store, epoch uint32) (slips []vault.Slip, confirmed []vault.Confirmed, err error) {
	all, err := vaulttest.All(context.Background(), s, 10)
	for _, rec := range all {
		if rec.HeaderEpoch >= epoch {
			continue
		}
		slip := vault.Slip{ID: rec.ID, Replaces: sha256.Sum256(rec.Header), Next: vault.Next{Epoch: epoch, Header: rotatedHeader(rec.ID, epoch)}}
		slips, confirmed = append(slips, slip), append(confirmed, vaulttest.Confirm(slip))
	}
	return slips, confirmed, err
}

// childTurning keeps testimonies and rotates all of them again and again until it
// is killed.
func childTurning(dir string) error {
	ctx := context.Background()
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		return err
	}
	failed := make(chan error)
	seeds := newSeeds()
	for range 2 {
		go again(failed, 10*time.Millisecond, func() error { return putSeed(s, seeds.Add(1)) })
	}
	go func() {
		u, err := s.Usage(ctx)
		epoch := vaulttest.Label.Epoch
		for e := range u.ByEpoch {
			epoch = max(epoch, e)
		}
		for err == nil {
			epoch++
			var slips []vault.Slip
			var confirmed []vault.Confirmed
			if slips, confirmed, err = rotation(s, epoch); err == nil {
				err = none(s.Propose(ctx, slips))
			}
			if err == nil {
				err = none(s.Settle(ctx, epoch, [16]byte{}, confirmed))
			}
			if err == nil {
				err = s.Rewrite(ctx)
			}
			if err == nil {
				_, err = os.Stdout.WriteString("rewritten\n")
			}
		}
		failed <- err
	}()
	return <-failed
}

// newSeeds returns a counter of seeds, which only have to differ.
func newSeeds() *atomic.Uint64 {
	seeds := new(atomic.Uint64)
	seeds.Store(uint64(time.Now().UnixNano()) >> 10 << 8)
	return seeds
}

// again calls fn again and again, and hands on its first error.
func again(failed chan<- error, pause time.Duration, fn func() error) {
	for {
		if err := fn(); err != nil {
			failed <- err
			return
		}
		time.Sleep(pause)
	}
}

// childRotate keeps a testimony, rotates all that are there to the next epoch,
// writes the headers anew, and keeps another. It says how far it came. A call
// that fails is tried again unless the vault must be opened anew.
func childRotate(dir string) error {
	ctx := context.Background()
	s, err := Open(dir, Options{Reserve: -1, Logf: func(format string, args ...any) { fmt.Printf("log: "+format+"\n", args...) }})
	if err != nil {
		return err
	}
	epoch := vaulttest.Label.Epoch + 1
	var slips []vault.Slip
	var confirmed []vault.Confirmed
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"put", func() error { return putSeed(s, 20) }},
		{"proposed", func() error {
			var err error
			if slips, confirmed, err = rotation(s, epoch); err != nil {
				return err
			}
			return none(s.Propose(ctx, slips))
		}},
		{"settled", func() error { return none(s.Settle(ctx, epoch, [16]byte{}, confirmed)) }},
		{"rewritten", func() error { return s.Rewrite(ctx) }},
		{"put", func() error { return putSeed(s, 21) }},
	} {
		err := step.do()
		for tries := 0; err != nil && tries < 5; tries++ {
			fmt.Printf("failed %s full=%v damaged=%v: %v\n", step.name, errors.Is(err, vault.ErrFull), errors.Is(err, ErrDamaged), err)
			u, uerr := s.Usage(ctx)
			if uerr != nil {
				return uerr
			}
			if step.name == "rewritten" && !u.RewriteDue && !strings.Contains(err.Error(), "may still be found") {
				return errors.New("a rewrite failed and is no longer due")
			}
			if s.broken() != nil {
				fmt.Println("broken")
				break
			}
			err = step.do()
		}
		if s.broken() != nil {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: the vault did not go on: %w", step.name, err)
		}
		fmt.Println(step.name)
	}
	if err := s.Close(); err != nil {
		return err
	}
	fmt.Println("end")
	return nil
}

// none makes an error of a refusal.
func none(refused []vault.Refusal, err error) error {
	if err == nil && len(refused) > 0 {
		err = fmt.Errorf("%d are refused: %w", len(refused), refused[0].Err)
	}
	return err
}
