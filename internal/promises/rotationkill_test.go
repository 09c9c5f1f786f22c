package promises

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"amana/internal/carry"
	"amana/internal/rig"

	"golang.org/x/mod/sumdb/note"
)

// steps are the files of a rotation in the order in which they are imported.
var steps = []string{"roster-2.txt", "slips.tar", "confirmation.tar"}

// prepared is a server with all files of its rotation, and its state before each
// is imported.
type prepared struct {
	*change
	book   *rig.Ledger
	states [3]string
	traces *traces // of the headers of before
}

// prepare hands in a few testimonies and carries the rotation through once.
func prepare(t *testing.T) *prepared {
	t.Helper()
	p := &prepared{change: newChange(t), book: rig.NewLedger()}
	server := p.Serve(t, nil)
	for i := range 5 {
		p.book.Post(p.State, fmt.Sprintf("شهادة %d", i), []int{30_000, 100}[:i%3]...)
	}
	server.Stop(t)
	whole := p.Folder
	for i, file := range steps {
		p.states[i] = p.copy(whole).Folder
		switch i {
		case 1:
			p.Run(t, "export", "--headers", "-o", p.path("headers.tar"))
			_, old := p.headers("headers.tar")
			p.traces = newTraces(t, old, p.b.Identities[0])
			p.decrypt("rewrap", "headers.tar", "-i", "a.key", "--roster", "roster-2.txt", "-o", "slips.tar", "--yes")
		case 2:
			p.Run(t, "export", "--headers", "-o", p.path("again.tar"))
			p.decrypt("confirm", "again.tar", "-i", "c.key", "-o", "confirmation.tar")
		}
		p.Run(t, "import", p.path(file))
	}
	p.traces.look(t, p.states[2])
	p.traces.all(t, "before the confirmation")
	return p
}

// copy returns the server with a copy of a state.
func (p *prepared) copy(folder string) *rig.State {
	p.t.Helper()
	s := *p.State
	s.Folder = filepath.Join(p.t.TempDir(), "s")
	s.Socket = s.Folder + ".sock"
	if out, err := exec.Command("cp", "-a", folder, s.Folder).CombinedOutput(); err != nil {
		p.t.Fatalf("copy the state: %v\n%s", err, out)
	}
	return &s
}

// survives fails the test unless a server on which the import of step i was killed
// has lost nothing, and the rotation goes on from there to its end.
func (p *prepared) survives(what string, s *rig.State, i int) {
	p.t.Helper()
	defer os.RemoveAll(s.Folder) // there are many
	if out, err := s.TryRun("check"); err != nil || !strings.Contains(out, "all as they were written") {
		p.t.Errorf("%s: check: %v\n%s", what, err, out)
	}
	settle(p.t, p.book, s) // with A's key, who is in both rosters
	if i == 2 && statusOf(p.t, s).ToRotate == 0 {
		// The new headers are in force: to open the vault was enough to be rid of
		// the old ones.
		p.traces.look(p.t, s.Folder)
		p.traces.nothing(p.t, what+", opened again")
	}
	for _, file := range steps[i:] {
		if out, err := s.TryRun("import", p.path(file)); err != nil {
			p.t.Errorf("%s: import %s: %v\n%s", what, file, err, out)
			return
		}
	}
	end := *p.change
	end.State = s
	settle(p.t, p.book, end.with(p.c))
	end.opensNothing(p.b)
	p.traces.look(p.t, s.Folder)
	p.traces.nothing(p.t, what)
}

func strace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	return path
}

// killed runs a program that is killed at the n-th system call of that name of one
// of its threads. It reports whether that came to pass.
func killed(t *testing.T, strace, call string, n int, program, dir string, args ...string) bool {
	t.Helper()
	line := append([]string{"-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), program}, args...)
	cmd := exec.Command(strace, line...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(err.Error(), "killed") {
		t.Fatalf("%s at call %d of %s: %v\n%s", filepath.Base(program), n, call, err, out)
	}
	return err != nil
}

// An import that is killed at any call by which it writes loses nothing: what is
// kept opens for the reviewer who stays, the same import ends what was begun, and
// at the end of the rotation the new reviewer opens everything and the retired one
// nothing. What a disk does that loses power is not in it: what was written before
// the kill is there, flushed or not.
func TestRotationSurvivesKillAtEveryWrite(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	strace, program := strace(t), rig.Program(t, rig.Erasing, "amana-intake")
	kills := make(map[string]int)
	for i, file := range steps {
		for _, call := range []string{"pwrite64", "write", "fdatasync", "fsync", "ftruncate", "linkat", "unlinkat", "renameat", "renameat2"} {
			through := false
			for n := 1; n <= 100 && !through; n++ {
				s := p.copy(p.states[i])
				if through = !killed(t, strace, call, n, program, "", "import", p.path(file), "--state", s.Folder); !through {
					kills[file+" "+call]++
					p.survives(fmt.Sprintf("%s killed at call %d of %s", file, n, call), s, i)
				}
			}
			if !through {
				t.Errorf("the import of %s never got through: it makes more than 100 calls of %s", file, call)
			}
		}
	}
	t.Logf("killed at %v", kills)
	for _, at := range []string{"roster-2.txt fsync", "roster-2.txt renameat", "slips.tar fdatasync", "confirmation.tar pwrite64", "confirmation.tar renameat2", "confirmation.tar unlinkat"} {
		if kills[at] == 0 {
			t.Errorf("never killed at %s", at)
		}
	}
}

// The same when the server is killed that takes in the file, at any moment.
func TestRotationSurvivesKillOfTheServer(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	unanswered := 0
	for round := range 15 {
		i := round % len(steps)
		s := p.copy(p.states[i])
		server, err := s.Start(nil)
		must(t, err)
		imported := make(chan error, 1)
		go func() {
			_, err := s.TryRun("import", p.path(steps[i]))
			imported <- err
		}()
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		server.Kill()
		if <-imported != nil {
			unanswered++
		}
		p.survives(fmt.Sprintf("%s, round %d", steps[i], round), s, i)
	}
	t.Logf("%d of 15 imports got no answer", unanswered)
}

// A rewrap that is killed at any call by which it writes goes on where it was when
// the same command is given again, and what it makes is taken by the server.
func TestRewrapSurvivesKillAtEveryWrite(t *testing.T) {
	t.Parallel()
	p := prepare(t)
	strace, program := strace(t), rig.Program(t, rig.Erasing, "amana-decrypt")
	p.cut("headers.tar", "cut.tar")
	args := []string{"rewrap", p.path("cut.tar"), "-i", p.path("a.key"), "--roster", p.path("roster-2.txt"), "-o", "slips.tar", "--yes"}
	kills, resumed := make(map[string]int), 0
	for _, call := range []string{"write", "fsync", "renameat", "linkat", "unlinkat", "mkdirat"} {
		through := false
		for n := 1; n <= 100 && !through; n++ {
			if n > 6 {
				n += 2 // of the many calls that write the file at the end, every third
			}
			dir := t.TempDir()
			what := fmt.Sprintf("killed at call %d of %s", n, call)
			if through = !killed(t, strace, call, n, program, dir, args...); !through {
				kills[call]++
			}
			before := slipsIn(t, filepath.Join(dir, "slips.tar.partial"))
			slips := filepath.Join(dir, "slips.tar")
			// With its name it is whole, and the program says that it is there.
			if _, err := os.Lstat(slips); err != nil {
				cmd := exec.Command(program, args...)
				cmd.Dir = dir
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: the same command again: %v\n%s", what, err, out)
					continue
				}
				if _, err := os.Lstat(slips + ".partial"); err == nil {
					t.Errorf("%s: the work folder is left", what)
				}
			}
			data, err := os.ReadFile(slips)
			must(t, err)
			for _, slip := range before {
				if !bytes.Contains(data, slip) {
					t.Errorf("%s: what was made already was made anew", what)
				}
				resumed++
			}
			s := p.copy(p.states[1])
			if out := s.Run(t, "import", slips); !strings.Contains(out, "\n5 are kept beside") {
				t.Errorf("%s: %s", what, out)
			}
			os.RemoveAll(s.Folder)
		}
		if !through {
			t.Errorf("rewrap never got through: it makes more than 100 calls of %s", call)
		}
	}
	t.Logf("killed at %v; %d slips were not made anew", kills, resumed)
	if kills["write"] < 5 || kills["fsync"] < 3 || kills["renameat"] < 2 || resumed == 0 {
		t.Errorf("killed only at %v, and %d slips were left", kills, resumed)
	}
}

// cut makes a file of headers that has a part for each testimony, signed by the
// server's key.
func (p *prepared) cut(from, to string) {
	p.t.Helper()
	m, all := p.headers(from)
	skey, err := os.ReadFile(filepath.Join(p.Folder, "bundle.key"))
	must(p.t, err)
	signer, err := note.NewSigner(strings.TrimSpace(string(skey)))
	must(p.t, err)
	m.Parts = make([]carry.Part, len(all))
	var out bytes.Buffer
	must(p.t, carry.WriteParts(context.Background(), &out, m, signer, func(i int) ([]byte, error) {
		return carry.AppendHeaderEntry(nil, all[i]), nil
	}))
	must(p.t, os.WriteFile(p.path(to), out.Bytes(), 0o600))
}

// slipsIn returns the slips in the parts of a work folder, if there is one.
func slipsIn(t *testing.T, folder string) (slips [][]byte) {
	t.Helper()
	parts, err := filepath.Glob(filepath.Join(folder, "0*"))
	must(t, err)
	for _, path := range parts {
		data, err := os.ReadFile(path)
		must(t, err)
		for e, err := range carry.ParseSlips(data) {
			if err != nil {
				break // the mark after the slips
			}
			slips = append(slips, carry.AppendSlipEntry(nil, e))
		}
	}
	return slips
}
