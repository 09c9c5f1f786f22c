package bolt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// firstIDs returns the ids of a vault that childWithdraw is at.
func firstIDs(kept map[vault.ID]uint64) []vault.ID {
	var ids []vault.ID
	for id := range kept {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b vault.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids[:6]
}

// verifyWithdrawn opens a vault after whatever happened to childWithdraw and compares
// it with what that said. Either state is right until it was said, and what was
// removed must leave nothing behind in the file of headers.
func verifyWithdrawn(t *testing.T, dir string, first []vault.ID, kept map[vault.ID]uint64, said string) {
	t.Helper()
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatalf("open after the end of a child: %v", err)
	}
	defer func() { s.Close() }()
	for _, f := range append(vaulttest.Findings(t, s), vaulttest.RecordFindings(t, s)...) {
		t.Errorf("%s: %s", f.ID, f.Problem)
	}
	if u, err := s.Usage(t.Context()); err != nil || u.RewriteDue {
		t.Errorf("a rewrite is due after opening: %v, %v", u.RewriteDue, err)
	}
	vaulttest.Counted(t, s, "after the end of a child")
	onlyTwo(t, dir)
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[vault.ID]vault.Record{}
	for _, rec := range all {
		listed[rec.ID] = rec
	}
	dropped := map[[32]byte]bool{}
	gone := 0
	for id, seed := range kept {
		header, payload := testFile(seed)
		at := slices.Index(first, id)
		mayGo := at >= 0 && at != 1 && at != 2
		rec, ok := listed[id]
		if !ok {
			gone++
			pieces(header, dropped)
			if !mayGo {
				t.Errorf("%s was acknowledged and is not listed", id)
			}
			continue
		}
		if mayGo && strings.Contains(said, "\nremoved\n") {
			t.Errorf("%s was removed and is listed", id)
		}
		if marked := at == 1 || at == 2; rec.Collected && !marked || !rec.Collected && marked && strings.Contains(said, "\ncollected\n") {
			t.Errorf("%s is collected: %v", id, rec.Collected)
		}
		if got, err := vaulttest.Get(t.Context(), s, id); err != nil || !bytes.Equal(got, append(header, payload...)) {
			t.Errorf("%s reads back otherwise: %v", id, err)
		}
	}
	if gone != 0 && gone != 4 {
		t.Errorf("%d of 4 are removed: they go in one transaction", gone)
	}
	if n := foundIn(t, dir, dropped); n > 0 {
		t.Errorf("%d pieces of headers that were removed are in the files", n)
	}
	if err := s.Rewrite(t.Context()); err != nil {
		t.Errorf("a rewrite afterwards: %v", err)
	}
}

// straceWithdraw runs childWithdraw with one system call tampered with, verifies what
// is left, and returns what it said behind an empty line.
func straceWithdraw(t *testing.T, inject string) (string, error) {
	t.Helper()
	dir, kept := fullVault(t)
	first := firstIDs(kept)
	out, err := runRotate(strace(t, "withdraw", dir, inject, "-P", dir, "-P", dir+"/"+rewriteFile))
	acknowledged(t, out, kept)
	verifyWithdrawn(t, dir, first, kept, string(out))
	return string(out), err
}

// TestKillWithdraw kills a vault at each system call that writes, flushes, names or
// removes something while testimonies are marked and removed.
func TestKillWithdraw(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call  string
		least int // runs that must really have been killed
	}{{"pwrite64", 20}, {"fdatasync", 4}, {"fsync", 4}, {"renameat2", 1}, {"unlinkat", 1}} {
		t.Run(c.call, func(t *testing.T) {
			killAtEach(t, c.call, c.least, func(inject string) (string, error) { return straceWithdraw(t, inject) })
		})
	}
}

// TestWithdrawErrors makes each such call fail once. The child sees that nothing is
// lost and tries again.
func TestWithdrawErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call, errno string
		calls       int
		least       int // failures that must have been met
	}{{"pwrite64", "ENOSPC", 14, 4}, {"pwrite64", "EIO", 14, 4}, {"fdatasync", "EIO", 4, 3}} {
		t.Run(c.call+" "+c.errno, func(t *testing.T) {
			failed := 0
			for n := 1; n <= c.calls; n++ {
				said, err := straceWithdraw(t, fmt.Sprintf("%s:error=%s:when=%d", c.call, c.errno, n))
				wentOn(t, n, c.errno, said, err)
				failed += strings.Count(said, "\nfailed ")
			}
			t.Logf("%d calls failed", failed)
			if failed < c.least {
				t.Errorf("%d calls failed, want %d at least: the test no longer reaches them", failed, c.least)
			}
		})
	}
}

// TestKillWithdrawing kills a vault at random moments while testimonies arrive and
// some are removed again. What was kept stays, what was removed does not come back.
func TestKillWithdrawing(t *testing.T) {
	t.Parallel()
	dir, kept, gone := emptyVault(t), map[vault.ID]uint64{}, 0
	for round := 0; round < 15 || round < 60 && gone == 0; round++ {
		cmd := child(t, "withdrawing", dir)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		slow := 1 + round/15 // a busy machine needs longer
		time.Sleep(time.Duration(slow*(40+rand.IntN(160))) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		if errs.Len() > 0 {
			t.Fatalf("the child said: %s", &errs)
		}
		acknowledged(t, out.Bytes(), kept)
		verify(t, dir, kept, false)
		s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
		if err != nil {
			t.Fatal(err)
		}
		vaulttest.Counted(t, s, "after the end of a child")
		for line := range strings.Lines(out.String()) {
			word := strings.Fields(line)
			if len(word) != 3 || !strings.HasSuffix(line, "\n") {
				continue
			}
			if want, ok := map[string]vault.State{"gone": vault.Absent, "purged": vault.Purged}[word[0]]; ok {
				gone++
				id, err := vault.ParseID(word[1])
				if err != nil {
					t.Fatal(err)
				}
				if states, err := s.Look(t.Context(), []vault.ID{id}); err != nil || states[0] != want {
					t.Errorf("%s was %s and Look says %v: %v", id, word[0], states, err)
				}
			}
		}
		s.Close()
		if t.Failed() {
			return
		}
		if len(kept) > 100 {
			dir, kept = emptyVault(t), map[vault.ID]uint64{}
		}
	}
	t.Logf("%d testimonies were removed", gone)
	if gone == 0 {
		t.Error("nothing was ever removed")
	}
}
