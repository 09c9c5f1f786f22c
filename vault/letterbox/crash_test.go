package letterbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Tests run this test binary again as a child that may be killed. The child prints a
// line for each thing once the call for it has returned.
const childVar = "AMANA_LETTERBOX_CHILD"

func TestMain(m *testing.M) {
	path := os.Getenv(childVar)
	if path == "" {
		os.Exit(m.Run())
	}
	runtime.LockOSThread() // strace counts the calls of each thread
	if err := childWork(path); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

const (
	childFirst = 9  // letters that are put first
	childAll   = 12 // and those after the removal
)

func childLetter(n int) Letter { return letter(n%3, n, day) }

// childWork puts letters, removes those of mailbox 0, erases, and puts some more. What
// fails it says, and tries it again as an operator would.
func childWork(path string) error {
	say := func(what string, err error) bool {
		if err != nil {
			what = "failed " + strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		os.Stdout.WriteString(what + "\n") // one write, whole or not at all
		return err == nil
	}
	ctx := context.Background()
	b, err := Open(path)
	for tries := 0; err != nil && tries < 3; tries++ {
		say("", err)
		b, err = Open(path)
	}
	if err != nil {
		return err
	}
	// The state of the disk may be in doubt: then it is opened anew.
	again := func(what string, do func() error) error {
		for range 4 {
			if say(what, do()) {
				return nil
			}
			if b.broken != nil {
				b.Close()
				if b, err = Open(path); err != nil {
					return err
				}
			}
		}
		return errors.New("it does not go on: " + what)
	}
	letters := func(from, to int) error {
		for n := from; n < to; n++ {
			err := again(fmt.Sprintf("kept %d", n), func() error {
				refused, err := b.Put(ctx, []Letter{childLetter(n)})
				return errors.Join(err, refused[0])
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := letters(0, childFirst); err != nil {
		return err
	}
	say("removing", nil)
	if err := again("removed", func() error { return b.Remove(ctx, childLetter(0).Mailbox) }); err != nil {
		return err
	}
	if err := again("erased", func() error { return b.Erase(ctx) }); err != nil {
		return err
	}
	if err := letters(childFirst, childAll); err != nil {
		return err
	}
	if err := b.Close(); err != nil {
		return err
	}
	say("end", nil)
	return nil
}

// verify opens the letterbox after whatever happened and compares it with what the
// child said.
func verify(t *testing.T, path, said string) {
	t.Helper()
	b, err := Open(path)
	if err != nil {
		t.Fatalf("open after the end of a child: %v", err)
	}
	defer b.Close()
	for n := range childAll {
		l := childLetter(n)
		got, err := b.Get(t.Context(), l.Mailbox, l.ID)
		kept := strings.Contains(said, fmt.Sprintf("kept %d\n", n))
		mayGo := n%3 == 0 && n < childFirst && strings.Contains(said, "removing\n")
		mustGo := mayGo && strings.Contains(said, "removed\n")
		switch {
		case err == nil && !equal(got, l):
			t.Errorf("letter %d comes back otherwise", n)
		case err == nil && mustGo:
			t.Errorf("letter %d was removed and is there", n)
		case err != nil && kept && !mayGo:
			t.Errorf("letter %d was acknowledged: %v", n, err)
		case err != nil && !errors.Is(err, ErrNotFound):
			t.Errorf("letter %d: %v", n, err)
		}
		if mustGo && foundIn(t, path, Letter{Mailbox: l.ID, ID: l.ID, Sealed: l.Sealed}) > 0 {
			t.Errorf("pieces of letter %d are found", n)
		}
	}
	alone(t, path)
}

// run runs a child with some of its system calls tampered with.
func run(t *testing.T, path string, inject ...string) (said string, killed bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{self}
	if len(inject) > 0 {
		strace, err := exec.LookPath("strace")
		if err != nil {
			t.Fatal("strace is needed for this test: apt-get install strace")
		}
		args = []string{strace, "-f", "-qq", "-o", "/dev/null"}
		for _, i := range inject {
			args = append(args, "-e", "inject="+i)
		}
		for _, name := range []string{path, hiddenName(path, "partial"), hiddenName(path, "rewrite"), filepath.Dir(path)} {
			args = append(args, "-P", name)
		}
		args = append(args, self)
	}
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childVar+"="+path)
	cmd.WaitDelay = 10 * time.Second
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	killed = err != nil && err.Error() == "signal: killed"
	if err != nil && !killed || err == nil && !strings.HasSuffix(out.String(), "end\n") {
		t.Fatalf("the child failed: %v: %s\n%s", err, &errs, &out)
	}
	return out.String(), killed
}

// TestKillAtSyscall kills a letterbox at each system call that writes, flushes, names or
// removes something: while it is made, letters come, and what was removed is erased.
func TestKillAtSyscall(t *testing.T) {
	for _, c := range []struct {
		call  string
		more  []string
		least int // runs that must really have been killed
	}{
		{"pwrite64", nil, 30},
		{"fdatasync", nil, 15},
		{"fsync", nil, 4},
		{"renameat", nil, 1},
		{"renameat2", nil, 1},
		{"unlinkat", nil, 1},
		{"ftruncate", nil, 1},
		{"renameat", []string{"renameat2:error=EINVAL"}, 2}, // where names cannot be exchanged
	} {
		t.Run(fmt.Sprint(c.call, len(c.more)), func(t *testing.T) {
			kills := 0
			for n := 1; n < 100; n++ {
				if n > 20 && c.call == "pwrite64" && n%3 > 0 {
					continue
				}
				path := filepath.Join(t.TempDir(), "letters.db")
				said, killed := run(t, path, append([]string{fmt.Sprintf("%s:signal=KILL:when=%d", c.call, n)}, c.more...)...)
				verify(t, path, said)
				if t.Failed() {
					t.Fatalf("killed at call %d:\n%s", n, said)
				}
				if !killed {
					break // there is no such call any more
				}
				kills++
			}
			t.Logf("%d runs were killed", kills)
			if kills < c.least {
				t.Errorf("%d runs were killed, want %d at least: the test no longer reaches the calls", kills, c.least)
			}
		})
	}
}

// TestKill kills a letterbox at random moments, again and again the same one.
func TestKill(t *testing.T) {
	for range 10 {
		path := filepath.Join(t.TempDir(), "letters.db")
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		cmd := exec.Command(self)
		cmd.Env, cmd.Stdout = append(os.Environ(), childVar+"="+path), &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(10+rand.IntN(250)) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		verify(t, path, out.String())
		if t.Failed() {
			t.Fatalf("%s", &out)
		}
	}
}

// TestFaults makes calls fail once. What is said to be kept is kept, what is said to be
// erased is erased, and the letterbox goes on, if need be after it was opened anew.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		call, errno string
		from, to    int
	}{
		{"pwrite64", "ENOSPC", 6, 30}, {"pwrite64", "EIO", 6, 30}, {"fdatasync", "EIO", 4, 24}, {"ftruncate", "ENOSPC", 2, 5}, {"renameat2", "EIO", 1, 1}, {"unlinkat", "EIO", 3, 3},
	} {
		t.Run(c.call+" "+c.errno, func(t *testing.T) {
			failed := 0
			for n := c.from; n <= c.to; n += 1 + (c.to-c.from)/12 {
				path := filepath.Join(t.TempDir(), "letters.db")
				said, _ := run(t, path, fmt.Sprintf("%s:error=%s:when=%d", c.call, c.errno, n))
				verify(t, path, said)
				failed += strings.Count(said, "failed ")
				if t.Failed() {
					t.Fatalf("call %d:\n%s", n, said)
				}
			}
			t.Logf("%d calls of ours failed", failed)
			if failed == 0 {
				t.Error("nothing failed: the test no longer reaches the calls")
			}
		})
	}
}
