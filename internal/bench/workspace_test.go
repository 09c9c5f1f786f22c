package bench

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"amana/internal/rig"
	"amana/internal/synthetic"

	"filippo.io/age"
)

// reviewer is somebody with a key, an intake that seals to them, and the programs.
type reviewer struct {
	dir     string
	key     string
	id      *age.HybridIdentity
	intake  *synthetic.Intake
	decrypt string
	stock   string        // age
	ageWork time.Duration // of all cores, the last time that age alone was measured
}

func newReviewer(b *testing.B) *reviewer {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	org, err := rig.NewOrg("Reviewer A", "Reviewer B", "Reviewer C")
	must(err)
	first, err := org.Next("2026-01-01", "2026-12-31")
	must(err)
	in, err := synthetic.NewIntake(first)
	must(err)
	dir := b.TempDir()
	r := &reviewer{dir: dir, key: filepath.Join(dir, "a.key"), id: org.Reviewers[0].Identities[0], intake: in,
		decrypt: rig.Program(b, rig.Erasing, "amana-decrypt"), stock: filepath.Join(dir, "age")}
	must(rig.WriteKey(r.key, org.Reviewers[0]))
	run(b, "go", "build", "-o", r.stock, "filippo.io/age/cmd/age")
	return r
}

// bundle seals cases into a folder and writes a bundle of them.
func (r *reviewer) bundle(b *testing.B, name string, all []*synthetic.Case) (bundle string, sealed []string, size int64) {
	b.Helper()
	waiting := filepath.Join(r.dir, name)
	if err := os.MkdirAll(waiting, 0o700); err != nil {
		b.Fatal(err)
	}
	bundle = filepath.Join(r.dir, name+".tar")
	out, err := os.Create(bundle)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	if err := r.intake.Bundle(b.Context(), out, waiting, "2026-11-21", all); err != nil {
		b.Fatal(err)
	}
	if err := out.Sync(); err != nil { // or it would be while something else is measured
		b.Fatal(err)
	}
	sealed, err = filepath.Glob(filepath.Join(waiting, "*.age"))
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range sealed {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
	}
	return bundle, sealed, size
}

// work runs amana-decrypt in a workspace.
func (r *reviewer) work(b *testing.B, workspace string, args ...string) usage {
	b.Helper()
	return measure(b, r.decrypt, append(args, "-w", workspace, "-i", r.key)...)
}

func (r *reviewer) open(b *testing.B, bundle, workspace string) usage {
	b.Helper()
	return r.work(b, workspace, "open", bundle, "--intake", r.intake.VerifierKey)
}

// bareAge decrypts files one after the other, as age -d does, each into a file, in one
// process: the program age would be begun anew for each.
func (r *reviewer) bareAge(b *testing.B, sealed []string, size int64) float64 {
	b.Helper()
	out := filepath.Join(r.dir, fmt.Sprintf("plain-%d", time.Now().UnixNano()))
	if err := os.Mkdir(out, 0o700); err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(out)
	begin, before := time.Now(), processor(b)
	for i, path := range sealed {
		if err := decryptFile(path, filepath.Join(out, fmt.Sprint(i)), r.id); err != nil {
			b.Fatal(err)
		}
	}
	r.ageWork = processor(b) - before
	return rate(size, begin)
}

func decryptFile(from, to string, id age.Identity) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	plain, err := age.Decrypt(in, id)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, plain); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// stockAge runs the age command for each file, and removes what it wrote.
func (r *reviewer) stockAge(b *testing.B, sealed []string) float64 {
	b.Helper()
	var size int64
	var took time.Duration
	out := filepath.Join(r.dir, "plain")
	for _, path := range sealed {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
		begin := time.Now()
		run(b, r.stock, "-d", "-i", r.key, "-o", out, path)
		took += time.Since(begin)
		os.Remove(out)
	}
	return float64(size) / 1e6 / took.Seconds()
}

// opening measures how fast a bundle comes into new workspaces, and leaves the last.
func (r *reviewer) opening(b *testing.B, rounds int, what, bundle string, size int64, limit func() float64) (workspace string, used usage) {
	b.Helper()
	n := 0
	rowOf(b, rounds, "amana-decrypt open -w, "+what, "MB/s", ">= 0.6", func() float64 {
		if workspace != "" {
			os.RemoveAll(workspace)
		}
		n++
		workspace = fmt.Sprintf("%s-work-%d", bundle, n)
		used = r.open(b, bundle, workspace)
		return float64(size) / 1e6 / used.time.Seconds()
	}, limit)
	fmt.Fprintf(&table, "amana-decrypt open -w, %s: work of all cores\t%.2f s\t%.2f s by the clock\t\t\n", what, used.cpu.Seconds(), used.time.Seconds())
	r.within(b, "amana-decrypt open -w, "+what, used)
	return workspace, used
}

// within holds what a program took of memory to the bound for reviewers' machines.
func (r *reviewer) within(b *testing.B, what string, used usage) {
	b.Helper()
	const bound = 256
	fmt.Fprintf(&table, "%s: largest RSS\t%.0f MiB (RssAnon %.0f)\t%d MiB\t%.2f\t<= 1\n", what, used.rss, used.mib, bound, used.rss/bound)
	if used.rss > bound {
		b.Errorf("%s took %.0f MiB", what, used.rss)
	}
}

// seconds adds a row for what has to be done in some seconds, with the work of all cores
// beside it: a steadier measure where others use the machine too.
func seconds(what string, used usage, bound float64) {
	took := used.time.Seconds()
	fmt.Fprintf(&table, "%s\t%.2f s (work %.2f s)\t%.0f s\t%.2f\t<= 1\n", what, took, used.cpu.Seconds(), bound, took/bound)
}

// scaled is n, or few of it where the machine is shared.
func scaled(n int) int { return max(1, int(float64(n)*scale())) }

// people makes as many cases as give at least n envelopes, each of the smallest size.
func people(n int) (all []*synthetic.Case, envelopes int) {
	all = synthetic.Make(6, n, synthetic.Options{})
	for i, c := range all {
		for _, th := range c.Threads {
			envelopes += len(th.Envelopes)
		}
		if envelopes >= n {
			return all[:i+1], envelopes
		}
	}
	return all, envelopes
}

// BenchmarkWorkspaceSmall opens ten thousand testimonies of text.
func BenchmarkWorkspaceSmall(b *testing.B) {
	r := newReviewer(b)
	all, n := people(scaled(10_000))
	bundle, sealed, size := r.bundle(b, "small", all)
	what := fmt.Sprintf("%d of 64 KiB", n)
	workspace, first := r.opening(b, 3, what, bundle, size, func() float64 {
		return min(r.bareAge(b, sealed, size), rawDisk(b, r.dir, size))
	})
	fmt.Fprintf(&table, "age alone in one process, %s: work\t%.2f s\t\t%.2f of ours\t\n", what, r.ageWork.Seconds(), r.ageWork.Seconds()/first.cpu.Seconds())
	some := sealed[:min(len(sealed), 200)]
	figure("age -d, begun for each of 64 KiB", "%.0f MB/s", r.stockAge(b, some))
	again := r.open(b, bundle, workspace)
	fmt.Fprintf(&table, "open -w again, %d of 64 KiB, nothing new\t%.2f s\t%.2f s the first time\t%.2f\tseconds\n",
		n, again.time.Seconds(), first.time.Seconds(), again.time.Seconds()/first.time.Seconds())
	r.within(b, "open -w again", again)
	r.readers(b, workspace, n, len(all))
}

// BenchmarkWorkspaceLarge opens two hundred testimonies with a film each.
func BenchmarkWorkspaceLarge(b *testing.B) {
	r := newReviewer(b)
	const size50 = 50e6
	n := scaled(200)
	if fits := room(b, r.dir, 3.5*size50); fits < n {
		figure("the disk has no room for all of the large ones", "%d of %d", fits, n)
		n = fits
	}
	all := synthetic.Make(7, n, synthetic.Options{Alone: true})
	for _, c := range all {
		for _, th := range c.Threads {
			th.Envelopes = th.Envelopes[:1]
			th.Envelopes[0].Files = []synthetic.File{synthetic.Noise(size50)}
		}
	}
	bundle, sealed, size := r.bundle(b, "large", all)
	r.opening(b, 3, fmt.Sprintf("%d of 50 MB", len(sealed)), bundle, size, func() float64 {
		return min(r.stockAge(b, sealed), rawDisk(b, r.dir, min(size, 1<<30)))
	})
}

// room returns how many things of a size have room where dir is, with as much again left
// for others.
func room(b *testing.B, dir string, each float64) int {
	b.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		b.Fatal(err)
	}
	return int(float64(s.Bavail) * float64(s.Bsize) / 2 / each)
}

// readers measures what is made of a workspace with many testimonies.
func (r *reviewer) readers(b *testing.B, workspace string, envelopes, people int) {
	what := func(command string) string {
		return fmt.Sprintf("amana-decrypt %s, %d people in %d testimonies", command, people, envelopes)
	}
	report := r.work(b, workspace, "report", "-o", workspace+"-report", "--recipient", "the bench", "--purpose", "to measure")
	r.within(b, what("report"), report)
	tables := r.work(b, workspace, "tables", "-o", workspace+"-tables", "--recipient", "the bench", "--purpose", "to measure")
	r.within(b, what("tables"), tables)
	both := usage{time: report.time + tables.time, cpu: report.cpu + tables.cpu}
	seconds(what("report and tables"), both, 20)
}
