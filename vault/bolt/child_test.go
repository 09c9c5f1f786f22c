package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// Tests run this test binary again as a child that may be killed. The child
// prints one line for each testimony once Commit has returned.
const (
	childVar = "AMANA_VAULT_CHILD"
	childDir = "AMANA_VAULT_DIR"
)

func TestMain(m *testing.M) {
	var err error
	switch os.Getenv(childVar) {
	case "":
		os.Exit(m.Run())
	case "writers":
		err = childWriters(os.Getenv(childDir))
	case "few":
		err = childFew(os.Getenv(childDir))
	case "create":
		runtime.LockOSThread() // strace counts the calls of each thread
		err = childCreate(os.Getenv(childDir))
	case "rotate":
		runtime.LockOSThread()
		err = childRotate(os.Getenv(childDir))
	case "turning":
		err = childTurning(os.Getenv(childDir))
	case "withdraw":
		runtime.LockOSThread()
		err = childWithdraw(os.Getenv(childDir))
	case "withdrawing":
		err = childWithdrawing(os.Getenv(childDir))
	case "memory":
		err = childMemory(os.Getenv(childDir))
	default:
		err = errors.New("unknown child")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child returns the command that runs this binary as a child, under prefix.
func child(t testing.TB, mode, dir string, prefix ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(prefix, self)
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childVar+"="+mode, childDir+"="+dir)
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// testFile is what a seed stands for, so that parent and child agree.
func testFile(seed uint64) (header, payload []byte) {
	size := []int{65568, 65568, 0, 5000, 400000, 65568, 3 << 20, 65568}[seed%8]
	return vaulttest.Header(1700, seed), vaulttest.Payload(size, seed)
}

func putSeed(s *Store, seed uint64) error {
	header, payload := testFile(seed)
	id, err := vaulttest.Put(context.Background(), s, header, payload, 32<<10)
	if err == nil {
		_, err = os.Stdout.WriteString(fmt.Sprintf("kept %s %d\n", id, seed)) // one write, whole or not at all
	}
	return err
}

// childWriters keeps testimonies, and aborts some, until it is killed.
func childWriters(dir string) error {
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		return err
	}
	var seeds atomic.Uint64
	seeds.Store(uint64(time.Now().UnixNano()) >> 10 << 8) // seeds only have to differ
	failed := make(chan error)
	for range 4 {
		go func() {
			for {
				seed := seeds.Add(1)
				if err := putSeed(s, seed); err != nil {
					failed <- err
				}
				if p, err := s.Create(context.Background()); err == nil && seed%3 == 0 {
					header, payload := testFile(seed)
					p.Write(header)
					p.Write(payload)
					p.Abort()
				}
			}
		}()
	}
	return <-failed
}

// childFew keeps a few testimonies one after the other. What fails it says, and
// in the end whether the vault still stands and lists only what was kept.
func childFew(dir string) error {
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		return err
	}
	kept := 0
	for seed := range uint64(10) {
		if err := putSeed(s, seed); err == nil {
			kept++
		} else {
			fmt.Printf("failed full=%v: %v\n", errors.Is(err, vault.ErrFull), err)
		}
	}
	before, err := strconv.Atoi(os.Getenv("AMANA_VAULT_BEFORE"))
	if err != nil {
		return err
	}
	all, err := vaulttest.All(context.Background(), s, 100)
	if err != nil {
		return err
	}
	if len(all) != before+kept {
		return fmt.Errorf("%d are listed, %d were kept", len(all), before+kept)
	}
	if s.broken() == nil {
		// A call is made to fail once in each thread, so this one may be hit too.
		err := putSeed(s, 11)
		for tries := 0; err != nil && tries < 20; tries++ {
			err = putSeed(s, 11)
		}
		if err != nil && s.broken() == nil {
			return fmt.Errorf("the vault did not go on: %w", err)
		}
	} else {
		fmt.Println("broken")
	}
	if err := s.Close(); err != nil {
		return err
	}
	fmt.Println("end")
	return nil
}

func childCreate(dir string) error {
	s, err := Create(dir, Options{Reserve: -1})
	if err != nil {
		return err
	}
	return s.Close()
}

// verify opens the vault after whatever happened and compares it with what the
// children said. exact means that nothing else may be listed either.
func verify(t *testing.T, dir string, kept map[vault.ID]uint64, exact bool) {
	t.Helper()
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		t.Fatalf("open after the end of a child: %v", err)
	}
	defer s.Close()
	for _, f := range vaulttest.Findings(t, s) {
		t.Errorf("%s: %s", f.ID, f.Problem)
	}
	for id, seed := range kept {
		header, payload := testFile(seed)
		got, err := vaulttest.Get(t.Context(), s, id)
		if err != nil {
			t.Errorf("acknowledged %s: %v", id, err)
		} else if !bytes.Equal(got, append(header, payload...)) {
			t.Errorf("acknowledged %s reads back otherwise", id)
		}
	}
	all, err := vaulttest.All(t.Context(), s, 50)
	if err != nil {
		t.Fatal(err)
	}
	if exact {
		for _, rec := range all {
			if _, ok := kept[rec.ID]; !ok {
				t.Errorf("%s is listed and was never acknowledged", rec.ID)
			}
		}
	}
}

// acknowledged adds what a child printed to kept.
func acknowledged(t *testing.T, output []byte, kept map[vault.ID]uint64) {
	t.Helper()
	for line := range strings.Lines(string(output)) {
		word := strings.Fields(line)
		if len(word) != 3 || word[0] != "kept" || !strings.HasSuffix(line, "\n") {
			continue
		}
		id, err := vault.ParseID(word[1])
		seed, err2 := strconv.ParseUint(word[2], 10, 64)
		if err := errors.Join(err, err2); err != nil {
			t.Fatalf("a child printed %q: %v", line, err)
		}
		kept[id] = seed
	}
}

// emptyVault makes an empty vault and closes it.
func emptyVault(t testing.TB) string {
	t.Helper()
	s := create(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.disk.dir
}

// childMemory keeps 64 large uploads at once and prints the peak of its own
// anonymous memory in KiB.
func childMemory(dir string) error {
	size := 12 << 20
	if text := os.Getenv("AMANA_VAULT_SIZE"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil {
			return err
		}
	}
	s, err := Open(dir, Options{Reserve: -1})
	if err != nil {
		return err
	}
	piece := vaulttest.Payload(64<<10+16, 1)
	const uploads = 64
	done := make(chan error, uploads)
	for i := range uploads {
		go func() {
			p, err := s.Create(context.Background())
			if err == nil {
				_, err = p.Write(vaulttest.Header(5000, uint64(i)))
			}
			for n := 0; n < size && err == nil; n += len(piece) {
				_, err = p.Write(piece)
			}
			if err == nil {
				_, err = p.Commit(vaulttest.Label)
			}
			done <- err
		}()
	}
	peak := 0
	for left := uploads; left > 0; {
		select {
		case err := <-done:
			if err != nil {
				return err
			}
			left--
		case <-time.After(10 * time.Millisecond):
			now, err := rssAnon()
			if err != nil {
				return err
			}
			peak = max(peak, now)
		}
	}
	fmt.Println("peak", peak)
	return s.Close()
}

func rssAnon() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, fmt.Errorf("no RssAnon in /proc/self/status on %s: %w", runtime.GOOS, fs.ErrNotExist)
}
