package operator

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/backup"
	"amana/internal/durable"
	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/vaulttest"
)

// moving is a vault in which something happens when a testimony is opened, or read.
type moving struct {
	files
	opened func(id vault.ID)
	read   func(id vault.ID)
}

func (m *moving) Open(ctx context.Context, id vault.ID) (io.ReadCloser, error) {
	if m.opened != nil {
		m.opened(id)
	}
	r, err := m.files.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	return &movingReader{r, m, id, 0}, nil
}

type movingReader struct {
	io.ReadCloser
	m  *moving
	id vault.ID
	n  int64
}

func (r *movingReader) Read(p []byte) (int, error) {
	if r.n > 100_000 && r.m.read != nil {
		r.m.read(r.id)
	}
	n, err := r.ReadCloser.Read(p[:min(len(p), 50_000)])
	r.n += int64(n)
	return n, err
}

// What is withdrawn, purged, or given another header while a backup is written leaves a
// backup that is whole: what is gone is left out, without a word, and what has another
// header has it in the backup too.
func TestBackupAmidst(t *testing.T) {
	for name, happens := range map[string]struct {
		midway bool // while it is read, not when it is opened
		do     func(s *bolt.Store, rec *vault.Record) error
		gone   int
	}{
		"withdrawn": {false, func(s *bolt.Store, rec *vault.Record) error {
			_, err := s.Remove(context.Background(), []vault.ID{rec.ID})
			return err
		}, 1},
		"withdrawn midway": {true, func(s *bolt.Store, rec *vault.Record) error {
			_, err := s.Remove(context.Background(), []vault.ID{rec.ID})
			return err
		}, 1},
		"purged midway":   {true, purgeIt, 1},
		"collected":       {false, collectIt, 0},
		"given a header":  {false, settleIt, 0},
		"a header midway": {true, settleIt, 0},
		"written anew":    {true, func(s *bolt.Store, rec *vault.Record) error { return s.Rewrite(context.Background()) }, 0},
		"something came in": {true, func(s *bolt.Store, rec *vault.Record) error {
			_, err := vaulttest.Put(context.Background(), s, vaulttest.Header(1700, 77), nil, 100)
			return err
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			state, o := newState(t, 1, 1, 1, 1)
			store := o.Store
			all, err := vaulttest.All(t.Context(), store, 10)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(all, func(a, b vault.Record) int { return bytes.Compare(a.ID[:], b.ID[:]) })
			victim, did := &all[2], false
			do := func(id vault.ID) {
				if id == victim.ID && !did {
					did = true
					if err := happens.do(store, victim); err != nil {
						t.Error(err)
					}
				}
			}
			m := &moving{files: files{store, state.letters()}}
			if m.opened = do; happens.midway {
				m.opened, m.read = nil, do
			}
			path := filepath.Join(t.TempDir(), "b")
			out, err := durable.Create(path, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			b := &backing{ctx: t.Context(), state: state, from: m}
			if err := b.write(out, nil); err != nil {
				t.Fatal(err)
			}
			if err := b.verify(out, false); err != nil {
				t.Fatal(err)
			}
			if err := out.Commit(); err != nil {
				t.Fatal(err)
			}
			if !did || len(b.damaged) > 0 {
				t.Errorf("it happened: %v; damaged: %v", did, b.damaged)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, sum, err := backup.Read(bytes.NewReader(data), backup.Nothing{})
			if err != nil || sum.Testimonies < len(all)-happens.gone || happens.gone == 1 && sum.Testimonies != len(all)-1 {
				t.Errorf("%d of %d are in it, %v", sum.Testimonies, len(all), err)
			}
			to := State{Folder: filepath.Join(t.TempDir(), "s")}
			var said bytes.Buffer
			if err := (&Restore{From: path}).Run(t.Context(), to, &said); err != nil || !strings.Contains(said.String(), sum.Digest) {
				t.Errorf("%v\n%s", err, said.String())
			}
		})
	}
}

func collectIt(s *bolt.Store, rec *vault.Record) error {
	_, err := s.Collect(context.Background(), []vault.Receipt{vaulttest.Receipt(rec)})
	return err
}

func purgeIt(s *bolt.Store, rec *vault.Record) error {
	if err := collectIt(s, rec); err != nil {
		return err
	}
	_, err := s.Purge(context.Background(), []vault.ID{rec.ID})
	return err
}

func settleIt(s *bolt.Store, rec *vault.Record) error {
	slip := vaulttest.Slip(rec, 2, [16]byte{1}, 2000, 5)
	if _, err := s.Propose(context.Background(), []vault.Slip{slip}); err != nil {
		return err
	}
	_, err := s.Settle(context.Background(), 2, [16]byte{2}, []vault.Confirmed{vaulttest.Confirm(slip)})
	return err
}

// A disk that does not keep what was written is found out, and nothing stays on it.
func TestBackupVerifies(t *testing.T) {
	state, o := newState(t, 1, 1)
	for _, encrypted := range []bool{false, true} {
		out, err := durable.Create(filepath.Join(t.TempDir(), "b"), 0o600)
		if err != nil {
			t.Fatal(err)
		}
		b := &backing{ctx: t.Context(), state: state, from: files{o.Store, state.letters()}}
		if err := b.write(out, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := out.WriteAt([]byte{0xff}, 150_000); err != nil {
			t.Fatal(err)
		}
		if err := b.verify(out, encrypted); err == nil || !strings.Contains(err.Error(), "did not keep the backup") {
			t.Errorf("encrypted %v: %v", encrypted, err)
		}
		out.Discard()
	}
}
