package bolt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

// TestKill kills a busy vault at random moments, again and again the same one.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := emptyVault(t)
	kept := map[vault.ID]uint64{}
	for range 30 {
		cmd := child(t, "writers", dir)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+rand.IntN(120)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		if errs.Len() > 0 {
			t.Fatalf("the child said: %s", &errs)
		}
		acknowledged(t, out.Bytes(), kept)
		// All of them are read now and then, the last ones each time.
		verify(t, dir, kept, false)
		if t.Failed() {
			return
		}
		if len(kept) > 150 {
			dir, kept = emptyVault(t), map[vault.ID]uint64{}
		}
	}
	t.Logf("%d testimonies were acknowledged in the last vault", len(kept))
}

// strace returns a command for a child, one system call of which on the two
// files is tampered with. Calls are counted for each thread.
func strace(t *testing.T, mode, dir, inject string, more ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is needed for this test: apt-get install strace")
	}
	prefix := []string{path, "-f", "-qq", "-o", "/dev/null", "-e", "inject=" + inject}
	for _, name := range []string{headersFile, payloadsFile, ".headers.db.partial", ".payloads.db.partial"} {
		prefix = append(prefix, "-P", dir+"/"+name)
	}
	return child(t, mode, dir, append(prefix, more...)...)
}

// TestKillAtSyscall kills a vault at each kind of writing system call.
func TestKillAtSyscall(t *testing.T) {
	for _, c := range []struct {
		call  string
		times []int
		least int // runs that must really have been killed
	}{
		{"pwrite64", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 25, 30}, 8},
		{"fdatasync", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14}, 6},
		{"ftruncate", []int{1}, 1},
		{"fsync", []int{1}, 1},
	} {
		t.Run(c.call, func(t *testing.T) {
			killed := 0
			for _, n := range c.times {
				dir, kept := emptyVault(t), map[vault.ID]uint64{}
				cmd := strace(t, "few", dir, fmt.Sprintf("%s:signal=KILL:when=%d", c.call, n))
				cmd.Env = append(cmd.Env, "AMANA_VAULT_BEFORE=0")
				out, err := cmd.Output()
				acknowledged(t, out, kept)
				if err != nil && err.Error() == "signal: killed" {
					killed++
				} else if !bytes.HasSuffix(out, []byte("end\n")) {
					t.Fatalf("the child failed: %v: %s", err, out)
				}
				verify(t, dir, kept, false)
				if t.Failed() {
					t.Fatalf("killed at call %d (%v)", n, err)
				}
			}
			t.Logf("%d of %d runs were killed", killed, len(c.times))
			if killed < c.least {
				t.Errorf("%d runs were killed, want %d at least: the test no longer reaches the calls", killed, c.least)
			}
		})
	}
}

// TestKillCreate kills a vault while it is being made. Afterwards there is one,
// or it can be made.
func TestKillCreate(t *testing.T) {
	for call, times := range map[string]int{"pwrite64": 4, "fdatasync": 4, "renameat": 2} {
		for n := 1; n <= times; n++ {
			dir := t.TempDir()
			out, err := strace(t, "create", dir, fmt.Sprintf("%s:signal=KILL:when=%d", call, n)).CombinedOutput()
			if err == nil {
				t.Errorf("%s %d did not happen: %s", call, n, out)
			}
			if _, err := os.Stat(dir + "/" + headersFile); err != nil {
				s, err := Create(dir, Options{Reserve: -1})
				if err != nil {
					t.Errorf("after %s %d: %v", call, n, err)
					continue
				}
				s.Close()
			}
			verify(t, dir, nil, true)
		}
	}
}

// TestDiskErrors makes writes and flushes fail. What fails is never listed, now
// or after opening again, and a full disk that has room again is used again.
func TestDiskErrors(t *testing.T) {
	for _, c := range []struct {
		call, errno string
		times       []int
	}{
		{"pwrite64", "ENOSPC", []int{1, 2, 3, 4, 6, 9}},
		{"pwrite64", "EIO", []int{1, 3, 5}},
		{"fdatasync", "EIO", []int{1, 2, 3, 4, 5, 6}},
		{"fdatasync", "ENOSPC", []int{1, 2, 5}},
		{"ftruncate", "ENOSPC", []int{1}},
	} {
		t.Run(c.call+" "+c.errno, func(t *testing.T) {
			failed, broken := 0, 0
			for _, n := range c.times {
				// Something is kept already, so that there is something to spoil.
				dir, kept := emptyVault(t), map[vault.ID]uint64{}
				s, err := Open(dir, Options{Reserve: -1})
				if err != nil {
					t.Fatal(err)
				}
				header, payload := testFile(0)
				id, err := vaulttest.Put(t.Context(), s, header, payload, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				kept[id] = 0
				s.Close()
				if c.call == "ftruncate" { // make it grow at once
					for _, name := range []string{headersFile, payloadsFile} {
						shrink(t, dir+"/"+name)
					}
				}
				cmd := strace(t, "few", dir, fmt.Sprintf("%s:error=%s:when=%d", c.call, c.errno, n))
				cmd.Env = append(cmd.Env, "AMANA_VAULT_BEFORE=1")
				out, err := cmd.CombinedOutput()
				acknowledged(t, out, kept)
				text := string(out)
				if err != nil || !strings.HasSuffix(text, "end\n") {
					t.Errorf("call %d: %v\n%s", n, err, text)
				}
				failed += strings.Count(text, "failed full=")
				broken += strings.Count(text, "broken")
				if c.errno == "ENOSPC" && strings.Contains(text, "failed full=false") && !strings.Contains(text, "broken") {
					t.Errorf("call %d: a full disk is not told as one:\n%s", n, text)
				}
				if c.errno == "ENOSPC" && c.call != "fdatasync" && strings.Contains(text, "broken") {
					t.Errorf("call %d: a full disk broke the vault:\n%s", n, text)
				}
				verify(t, dir, kept, true)
				if t.Failed() {
					t.Fatalf("call %d: %s", n, text)
				}
			}
			t.Logf("%d commits failed, in %d runs the vault had to be opened anew", failed, broken)
			if failed == 0 {
				t.Error("nothing failed: the test no longer reaches the calls")
			}
		})
	}
}

// shrink cuts off what bbolt has not used yet.
func shrink(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := boltpages.NewestMeta(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(int64(m.High) * m.PageSize); err != nil {
		t.Fatal(err)
	}
}

// grow makes the files so long that bbolt need not.
func grow(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{headersFile, payloadsFile} {
		if err := os.Truncate(dir+"/"+name, growth); err != nil {
			t.Fatal(err)
		}
	}
}
