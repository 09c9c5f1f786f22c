package promises

import (
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"amana/internal/rig"
	"amana/internal/synthetic"
)

// desk is a reviewer's machine: a key, bundles, a workspace and a folder for temporary
// files, which is searched like the workspace.
type desk struct {
	t         *testing.T
	dir       string
	key       string
	temp      string
	workspace string
	intake    *synthetic.Intake
	org       *rig.Org
	marks     *sought
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	org, err := rig.NewOrg("Reviewer A", "Reviewer B")
	if err != nil {
		t.Fatal(err)
	}
	first, err := org.Next(rig.Day(-300), rig.Day(60))
	if err != nil {
		t.Fatal(err)
	}
	in, err := synthetic.NewIntake(first)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d := &desk{t: t, dir: dir, key: filepath.Join(dir, "a.key"), temp: filepath.Join(dir, "temp"),
		workspace: filepath.Join(dir, "work"), intake: in, org: org, marks: newSought()}
	if err := os.Mkdir(d.temp, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := rig.WriteKey(d.key, org.Reviewers[0]); err != nil {
		t.Fatal(err)
	}
	return d
}

// bundle writes a bundle of cases, and notes what of them must be found nowhere.
func (d *desk) bundle(name string, all []*synthetic.Case) string {
	d.t.Helper()
	waiting := filepath.Join(d.dir, "sealed")
	if err := os.MkdirAll(waiting, 0o700); err != nil {
		d.t.Fatal(err)
	}
	path := filepath.Join(d.dir, name)
	out, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer out.Close()
	if err := d.intake.Bundle(d.t.Context(), out, waiting, rig.Day(0), all); err != nil {
		d.t.Fatal(err)
	}
	for _, c := range all {
		for _, th := range c.Threads {
			raw, err := hex.DecodeString(th.ID)
			if err != nil {
				d.t.Fatal(err)
			}
			d.marks.add("the name of a thread", th.ID, string(raw))
			d.marks.add("the mark of a text", "⟦"+th.ID[:12])
			for _, e := range th.Envelopes {
				d.envelope(e)
			}
		}
	}
	return path
}

func (d *desk) envelope(e *synthetic.Envelope) {
	for key, said := range e.Testimony.Answers {
		for line := range strings.Lines(said) {
			// A short line may stand in the program; a long one is a source's.
			if line = strings.TrimSpace(line); len(line) >= 24 {
				d.marks.add("a line of "+key, line[:min(len(line), 200)])
			}
		}
	}
	for _, f := range e.Files {
		if len(f.Name) >= 12 {
			d.marks.add("the name of a file", f.Name[:min(len(f.Name), 200)])
		}
		if data := f.Data(); len(data) > 64 {
			d.marks.add("the beginning of a file", string(data[:64]))
		}
	}
}

// command is amana-decrypt in the workspace.
func (d *desk) command(args ...string) *exec.Cmd {
	d.t.Helper()
	cmd := exec.Command(rig.Program(d.t, rig.Erasing, "amana-decrypt"), append(args, "-w", d.workspace, "-i", d.key)...)
	cmd.Dir = d.dir
	cmd.Env = append(os.Environ(), "TMPDIR="+d.temp, "HOME="+d.temp)
	return cmd
}

// run runs a command, which must succeed, and returns what it printed.
func (d *desk) run(args ...string) string {
	d.t.Helper()
	out, err := d.command(args...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("amana-decrypt %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// search looks for what sources sent in the folders, names of files included, and
// returns how many bytes it saw and how often it found some of it.
func (d *desk) search(folders ...string) (searched int64, found map[string]int) {
	d.t.Helper()
	marks, found := d.marks.index(), make(map[string]int)
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			marks.in([]byte(e.Name()), len(e.Name()), func(m string) { found[d.marks.kinds[m]+" in a name"]++ })
			if !e.Type().IsRegular() {
				return nil
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			searched += search(f, 0, uint64(info.Size()), marks, func(m string, _ uint64) {
				found[d.marks.kinds[m]+" in "+filepath.Base(path)]++
			})
			return nil
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return searched, found
}

// wantNothing fails if the workspace, or the folder for temporary files, holds
// something in the open.
func (d *desk) wantNothing(when string, least int64) {
	d.t.Helper()
	searched, found := d.search(d.workspace, d.temp)
	if len(found) > 0 {
		d.t.Errorf("%s there is in the open: %v", when, found)
	}
	if searched < least {
		d.t.Errorf("%s only %d bytes were searched: the testimonies are not there", when, searched)
	}
}

// Nothing that a source sent is in the open in a reviewer's workspace or beside it:
// not when all is done, and not when the program is killed in the middle. What was
// killed is made up for by opening again.
func TestWorkspaceIsSealedEvenWhenKilled(t *testing.T) {
	d := newDesk(t)
	all := synthetic.Make(11, 70, synthetic.Options{Files: true, Marks: true})
	path := d.bundle("bundle.tar", all)
	open := []string{"open", path, "--intake", d.intake.VerifierKey}
	killed := 0
	for i := range 8 {
		cmd := d.command(open...)
		var out rig.Log
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(time.Duration(20+25*i) * time.Millisecond):
			cmd.Process.Kill()
			<-ended
			killed++
		}
		if _, err := os.Stat(d.workspace); err == nil {
			d.wantNothing(fmt.Sprintf("killed %d times", killed), 0)
		}
	}
	if killed == 0 {
		t.Error("it was never killed in the middle")
	}
	d.run(open...)
	d.wantNothing("when all is open", 2<<20)
	wantOriginals(t, d, all)

	// The search must be able to find: in the open folder all of it stands.
	cases := filepath.Join(d.dir, "cases")
	cmd := exec.Command(rig.Program(t, rig.Erasing, "amana-decrypt"), "open", path, "-i", d.key, "-o", cases, "--intake", d.intake.VerifierKey)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, found := d.search(cases); len(found) < 5 {
		t.Errorf("in a folder that is in the open the search finds only %v", found)
	}
}

// wantOriginals fails unless every testimony lies in the workspace, byte for byte as it
// was sealed.
func wantOriginals(t *testing.T, d *desk, all []*synthetic.Case) {
	t.Helper()
	for _, c := range all {
		for _, th := range c.Threads {
			for _, e := range th.Envelopes {
				sealed, err := os.ReadFile(filepath.Join(d.dir, "sealed", e.ID+".age"))
				if err != nil {
					t.Fatal(err)
				}
				f, err := os.Open(filepath.Join(d.workspace, "originals", e.ID[:2], e.ID+".age"))
				if err != nil {
					t.Error(err)
					continue
				}
				kept, err := io.ReadAll(f)
				f.Close()
				if err != nil || string(kept) != string(sealed) {
					t.Errorf("the original of %s is another: %v", e.ID, err)
				}
			}
		}
	}
}
