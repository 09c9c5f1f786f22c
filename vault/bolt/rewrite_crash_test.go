package bolt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// verifyRotated opens a vault after whatever happened to childRotate and compares
// it with what that said. Every testimony must be there with its old header or
// its new one, the new one if that was said, and what was dropped must be gone.
func verifyRotated(t *testing.T, dir string, kept map[vault.ID]uint64, said string) {
	t.Helper()
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatalf("open after the end of a child: %v", err)
	}
	defer s.Close()
	for _, f := range append(vaulttest.Findings(t, s), vaulttest.RecordFindings(t, s)...) {
		t.Errorf("%s: %s", f.ID, f.Problem)
	}
	if u, err := s.Usage(t.Context()); err != nil || u.RewriteDue {
		t.Errorf("a rewrite is due after opening: %v, %v", u.RewriteDue, err)
	}
	vaulttest.Counted(t, s, "after the end of a child")
	onlyTwo(t, dir)
	epoch := vaulttest.Label.Epoch + 1
	settled := strings.Contains(said, "\nsettled\n")
	dropped := map[[32]byte]bool{}
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all {
		seed, ok := kept[rec.ID]
		if !ok {
			continue // it was about to be acknowledged
		}
		header, payload := testFile(seed)
		if rec.HeaderEpoch == epoch {
			pieces(header, dropped)
			header = rotatedHeader(rec.ID, epoch)
		} else if settled && seed != 21 {
			t.Errorf("%s was settled and has its old header", rec.ID)
		}
		if !bytes.Equal(rec.Header, header) {
			t.Errorf("%s is listed with a header that it never had", rec.ID)
		}
		if got, err := vaulttest.Get(t.Context(), s, rec.ID); err != nil || !bytes.Equal(got, append(header, payload...)) {
			t.Errorf("%s reads back otherwise: %v", rec.ID, err)
		}
		delete(kept, rec.ID)
	}
	for id := range kept {
		t.Errorf("%s was acknowledged and is not listed", id)
	}
	if n := foundIn(t, dir, dropped); n > 0 {
		t.Errorf("%d pieces of dropped headers are in the files", n)
	}
	if err := s.Rewrite(t.Context()); err != nil {
		t.Errorf("a rewrite afterwards: %v", err)
	}
}

// straceRotate runs childRotate in a vault with one system call tampered with, verifies
// what is left, and returns what it said behind an empty line.
func straceRotate(t *testing.T, dir string, kept map[vault.ID]uint64, inject string, more ...string) (string, error) {
	t.Helper()
	out, err := runRotate(strace(t, "rotate", dir, inject, append(more, "-P", dir, "-P", filepath.Join(dir, rewriteFile))...))
	acknowledged(t, out, kept)
	verifyRotated(t, dir, kept, string(out))
	return string(out), err
}

func runRotate(cmd *exec.Cmd) ([]byte, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil && err.Error() != "signal: killed" {
		err = fmt.Errorf("%w: %s", err, &errs)
	}
	return append([]byte("\n"), out.Bytes()...), err
}

// TestKillRewrite kills a vault at each system call that writes, flushes, names
// or removes something while it rotates.
func TestKillRewrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call  string
		more  []string
		least int // runs that must really have been killed
	}{
		{"pwrite64", nil, 24},
		{"fdatasync", nil, 4},
		{"fsync", nil, 5},
		{"ftruncate", nil, 1},
		{"renameat2", nil, 1},
		{"unlinkat", nil, 1},
		{"flock", nil, 6},
		// Where names cannot be exchanged.
		{"renameat", []string{"-e", "inject=renameat2:error=EINVAL"}, 1},
		{"fsync", []string{"-e", "inject=renameat2:error=ENOSYS"}, 5},
	} {
		t.Run(fmt.Sprint(c.call, len(c.more)), func(t *testing.T) {
			killAtEach(t, c.call, c.least, func(inject string) (string, error) {
				dir, kept := fullVault(t)
				return straceRotate(t, dir, kept, inject, c.more...)
			})
		})
	}
}

// killAtEach runs a child again and again, and has it killed at its first such call, at
// its second, and so on, until it comes to its end. run verifies what is left.
func killAtEach(t *testing.T, call string, least int, run func(inject string) (said string, err error)) {
	t.Helper()
	killed := 0
	for n := 1; n < 100; n++ {
		said, err := run(fmt.Sprintf("%s:signal=KILL:when=%d", call, n))
		if err == nil && !strings.HasSuffix(said, "\nend\n") || err != nil && err.Error() != "signal: killed" {
			t.Fatalf("the child failed: %v: %s", err, said)
		}
		if t.Failed() {
			t.Fatalf("killed at call %d (%v): %s", n, err, said)
		}
		if err == nil {
			break // there is no such call any more
		}
		killed++
	}
	t.Logf("%d runs were killed", killed)
	if killed < least {
		t.Errorf("%d runs were killed, want %d at least: the test no longer reaches the calls", killed, least)
	}
}

// TestKillTurning kills a vault at random moments while testimonies arrive and are
// rotated again and again.
func TestKillTurning(t *testing.T) {
	t.Parallel()
	dir, kept := emptyVault(t), map[vault.ID]uint64{}
	turned := 0
	for range 15 {
		cmd := child(t, "turning", dir)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(40+rand.IntN(160)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		if errs.Len() > 0 {
			t.Fatalf("the child said: %s", &errs)
		}
		acknowledged(t, out.Bytes(), kept)
		turned += strings.Count(out.String(), "rewritten\n")
		verifyTurned(t, dir, kept)
		if t.Failed() {
			return
		}
		if len(kept) > 60 {
			dir, kept = emptyVault(t), map[vault.ID]uint64{}
		}
	}
	t.Logf("%d rewrites came to an end", turned)
	if turned == 0 {
		t.Error("no rewrite ever came to an end")
	}
}

// verifyTurned opens a vault after the end of childTurning. Every testimony that
// was acknowledged has one of its headers.
func verifyTurned(t *testing.T, dir string, kept map[vault.ID]uint64) {
	t.Helper()
	s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatalf("open after the end of a child: %v", err)
	}
	defer s.Close()
	for _, f := range vaulttest.Findings(t, s) {
		t.Errorf("%s: %s", f.ID, f.Problem)
	}
	vaulttest.Counted(t, s, "after the end of a child")
	onlyTwo(t, dir)
	all, err := vaulttest.All(t.Context(), s, 50)
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, rec := range all {
		seed, ok := kept[rec.ID]
		if !ok {
			continue // it was about to be acknowledged
		}
		listed++
		header, payload := testFile(seed)
		if rec.HeaderEpoch > rec.Epoch {
			header = rotatedHeader(rec.ID, rec.HeaderEpoch)
		}
		if got, err := vaulttest.Get(t.Context(), s, rec.ID); err != nil || !bytes.Equal(got, append(header, payload...)) {
			t.Errorf("acknowledged %s reads back otherwise: %v", rec.ID, err)
		}
	}
	if listed != len(kept) {
		t.Errorf("%d of %d that were acknowledged are listed", listed, len(kept))
	}
}

// TestRewriteErrors makes each such call fail once. The child sees that nothing is
// lost and tries again.
func TestRewriteErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		call, errno string
		calls, step int
		least       int // failures that must have been met
		broken      int // runs in which the vault had to be opened anew, at least
	}{
		{"pwrite64", "ENOSPC", 27, 5, 5, 0},
		{"pwrite64", "EIO", 27, 2, 12, 0},
		{"fdatasync", "EIO", 5, 1, 5, 1},
		{"fsync", "EIO", 7, 1, 5, 1},
		{"ftruncate", "ENOSPC", 1, 1, 1, 0},
		{"renameat2", "EIO", 1, 1, 1, 0},
		{"renameat2", "ENOSPC", 1, 1, 1, 0},
		{"unlinkat", "EIO", 1, 1, 1, 0},
	} {
		t.Run(c.call+" "+c.errno, func(t *testing.T) {
			failed, broken := 0, 0
			for n := 1; n <= c.calls; n += c.step {
				dir, kept := fullVault(t)
				if c.call == "fsync" { // it happens by chance which thread would make a file longer
					grow(t, dir)
				}
				said, err := straceRotate(t, dir, kept, fmt.Sprintf("%s:error=%s:when=%d", c.call, c.errno, n))
				if err != nil && said == "\n" && c.call == "fsync" && n == 1 {
					failed++ // the folder could not be flushed at Open
					continue
				}
				wentOn(t, n, c.errno, said, err)
				failed += strings.Count(said, "\nfailed ")
				broken += strings.Count(said, "\nbroken\n")
			}
			t.Logf("%d calls failed, in %d runs the vault had to be opened anew", failed, broken)
			if failed < c.least || broken < c.broken {
				t.Errorf("%d calls failed, %d of them so, want %d and %d at least: the test no longer reaches them", failed, broken, c.least, c.broken)
			}
		})
	}
}

// wentOn fails the test unless a child came to its end though its n-th call had failed,
// and told that as what it was.
func wentOn(t *testing.T, n int, errno, said string, err error) {
	t.Helper()
	if err != nil || !strings.HasSuffix(said, "\nend\n") {
		t.Errorf("call %d: %v", n, err)
	}
	if strings.Contains(said, "damaged=true") {
		t.Errorf("call %d: a failing disk is told as damage", n)
	}
	if errno == "ENOSPC" && strings.Contains(said, "full=false") {
		t.Errorf("call %d: a full disk is not told as one", n)
	}
	if t.Failed() {
		t.Fatalf("call %d: %s", n, said)
	}
}

// TestCopyCompared loses one write to the new file, about which the disk says that
// all is well: the old file must not be given up for it.
func TestCopyCompared(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is needed for this test: apt-get install strace")
	}
	noticed := 0
	for n := 1; n <= 12; n++ {
		dir, kept := fullVault(t)
		// All writes are of 4096 bytes at least.
		out, err := runRotate(child(t, "rotate", dir, path, "-f", "-qq", "-o", "/dev/null", "-P", filepath.Join(dir, rewriteFile),
			"-e", fmt.Sprintf("inject=pwrite64:retval=4096:when=%d", n)))
		text := string(out)
		acknowledged(t, out, kept)
		if err != nil || !strings.HasSuffix(text, "\nend\n") || strings.Contains(text, "damaged=true") {
			t.Fatalf("write %d lost: %v: %s", n, err, text)
		}
		verifyRotated(t, dir, kept, text)
		if t.Failed() {
			t.Fatalf("write %d lost: %s", n, text)
		}
		noticed += strings.Count(text, "did not keep the copy")
	}
	t.Logf("%d lost writes were noticed in the copy", noticed)
	if noticed < 5 {
		t.Errorf("%d lost writes were noticed in the copy, want 5", noticed)
	}
}
