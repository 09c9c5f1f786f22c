package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"amana/internal/carry"
	"amana/internal/rig"

	"filippo.io/age"
)

// BenchmarkRewrap measures how testimonies move from three reviewers to three, of
// whom one is new: the reviewers' programs, against bare age on the same headers;
// what crosses the air gap; and the server's side.
func BenchmarkRewrap(b *testing.B) {
	many := 100_000
	if testing.Short() {
		many = 10_000
	}
	r := newRotation(b)
	few, all := r.make(b, "few", many/10), r.make(b, "all", many)

	// What is soon done is measured often, so that a busy moment of the machine
	// falls on both that are compared; the large file shows that it stays so.
	little, much := r.rewrap(b, few, rounds), r.rewrap(b, all, 1)
	memory(b, "rewrap", few.n, little, all.n, much)
	crowd := measure(b, "env", append([]string{"GOMAXPROCS=64", r.decrypt}, r.slips(b, few)...)...)
	fmt.Fprintf(&table, "amana-decrypt rewrap, as on 64 cores: RssAnon\t%.0f MiB\t128 MiB\t%.2f\t<= 1\n", crowd.mib, crowd.mib/128)

	// The second reviewer.
	few, all = r.again(b, few), r.again(b, all)
	little, much = r.confirm(b, few), r.confirm(b, all)
	figure(fmt.Sprintf("amana-decrypt confirm, %d headers", all.n), "%.0f /s", all.per(much))
	memory(b, "confirm", few.n, little, all.n, much)

	r.carried(b, all)
	r.server(b, all, many/5)
}

// rewrap measures the program in turn with age alone on the same headers, and
// returns what the program took the last time.
func (r *rotation) rewrap(b *testing.B, in *headersFile, turns int) (ours usage) {
	var limit usage
	what := fmt.Sprintf("amana-decrypt rewrap, %d headers", in.n)
	rowOf(b, turns, what, "/s", ">= 0.7", func() float64 {
		ours = measure(b, r.decrypt, r.slips(b, in)...)
		return in.per(ours)
	}, func() float64 {
		limit = r.bare(b, in)
		return in.per(limit)
	})
	// Work done is a steadier measure than time where others use the machine too.
	each := func(u usage) float64 { return float64(u.cpu.Microseconds()) / float64(in.n) }
	fmt.Fprintf(&table, "%s: work for each\t%.0f µs of a core\t%.0f µs of a core\t%.2f\t\n", what, each(ours), each(limit), each(limit)/each(ours))
	return ours
}

// slips returns the command that makes slips, anew if there are some.
func (r *rotation) slips(b *testing.B, in *headersFile) []string {
	b.Helper()
	out := in.path + ".slips"
	if err := os.RemoveAll(out); err != nil {
		b.Fatal(err)
	}
	return []string{"rewrap", in.path, "--roster", r.next, "-i", r.keys[0], "-o", out, "--yes"}
}

// bare is what cannot be spared: each file key is unwrapped, and wrapped for three.
func (r *rotation) bare(b *testing.B, in *headersFile) (used usage) {
	in.each(b, func(part []carry.HeaderEntry) { // reading is not counted
		begin, before := time.Now(), processor(b)
		parallel(b, runtime.GOMAXPROCS(0), len(part), func(i int) error {
			key, err := age.DecryptHeader(part[i].Header, r.id)
			for _, to := range r.after {
				if err == nil {
					_, err = to.Wrap(key)
				}
			}
			return err
		})
		used.time += time.Since(begin)
		used.cpu += processor(b) - before
	})
	return used
}

// confirm measures the second reviewer's program.
func (r *rotation) confirm(b *testing.B, in *headersFile) usage {
	return measure(b, r.decrypt, "confirm", in.path, "-i", r.keys[1], "-o", in.path+".confirmation")
}

// server measures what the operator runs in a rotation of n testimonies.
func (r *rotation) server(b *testing.B, in *headersFile, n int) {
	r.keep(b, in, n)
	r.state.Run(b, "import", r.next)
	intake := rig.Program(b, rig.Erasing, "amana-intake")
	step := func(what string, args ...string) {
		used := measure(b, intake, append(args, "--state", r.state.Folder)...)
		figure(fmt.Sprintf("amana-intake %s, %d testimonies", what, n), "%.0f /s, %.0f MiB", float64(n)/used.time.Seconds(), used.mib)
	}
	out := r.file("kept", n)
	step("export --headers", "export", "--headers", "-o", out.path)
	measure(b, r.decrypt, r.slips(b, out)...)
	step("import of slips", "import", out.path+".slips")
	out = r.file("kept.again", n)
	step("export --headers, with the new ones", "export", "--headers", "-o", out.path)
	r.confirm(b, out)
	step("import of the confirmation", "import", out.path+".confirmation")
	r.moved(b, n)
}

// carried prints the bytes of all four files together.
func (r *rotation) carried(b *testing.B, again *headersFile) {
	first := r.file("all", again.n)
	total := int64(0)
	for _, path := range []string{first.path, first.path + ".slips", again.path, again.path + ".confirmation"} {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		total += info.Size()
	}
	each := float64(total) / float64(again.n)
	for _, size := range []float64{64 << 10, 20e6} {
		fmt.Fprintf(&table, "carried for a testimony, four trips\t%.0f bytes\t%.0f bytes\t%.4f\t\n", each, size, each/size)
	}
}

// figure adds a row without a limit.
func figure(what, format string, values ...any) {
	fmt.Fprintf(&table, "%s\t%s\t\t\t\n", what, fmt.Sprintf(format, values...))
}

// memory adds a row that compares what few headers and all take, and fails if
// memory grows with their number.
func memory(b *testing.B, what string, few int, little usage, all int, much usage) {
	b.Helper()
	fmt.Fprintf(&table, "amana-decrypt %s, %d headers: RssAnon\t%.0f MiB\t%.0f MiB (%d)\t%.2f\t<= 1.5, or 16 MiB more\n",
		what, all, much.mib, little.mib, few, much.mib/little.mib)
	if much.mib > 1.5*little.mib+16 {
		b.Errorf("%s takes %.0f MiB for %d headers and %.0f MiB for %d: memory grows with their number", what, little.mib, few, much.mib, all)
	}
}

// usage is what a program took.
type usage struct {
	time time.Duration
	cpu  time.Duration // of all cores
	mib  float64       // largest RssAnon that was seen
	rss  float64       // largest resident size in MiB, as the kernel noted it (VmHWM)
}

// measure runs a program, which must succeed.
func measure(b *testing.B, name string, args ...string) usage {
	b.Helper()
	var out rig.Log
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	largest, resident := make(chan int64), make(chan int64)
	go func() { largest <- (&rig.Server{Cmd: cmd}).WatchMemory(ctx, "RssAnon") }()
	go func() { resident <- (&rig.Server{Cmd: cmd}).WatchMemory(ctx, "VmHWM") }()
	err := cmd.Wait()
	took := time.Since(begin)
	stop()
	mib := float64(<-largest) / 1024
	if err != nil {
		b.Fatalf("%s %s: %v\n%s", name, args[0], err, &out)
	}
	return usage{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), mib, float64(<-resident) / 1024}
}

// processor returns what this process has used of all cores so far.
func processor(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
