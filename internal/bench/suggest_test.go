package bench

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"amana/internal/names"
	"amana/internal/synthetic"
	"amana/internal/workspace"

	"filippo.io/age"
)

// BenchmarkSuggestions looks for the same person among ten thousand sources who name
// him, by the program, and on some of them against comparing each with each.
func BenchmarkSuggestions(b *testing.B) {
	r := newReviewer(b)
	all, n := named(scaled(10_000))
	work := filepath.Join(r.dir, "work")
	ids := []*age.HybridIdentity{r.id}
	w, err := workspace.Create(work, ids)
	if err != nil {
		b.Fatal(err)
	}
	if err := synthetic.FillFast(b.Context(), w, all); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	what := fmt.Sprintf("amana-decrypt cases suggest, %d names", n)
	used := r.work(b, work, "cases", "suggest", "--most", "1")
	seconds(what, used, 10)
	r.within(b, what, used)
	found, right, same := r.suggested(b, work, all)
	figure(what, "%d pairs, %d of %d of the same person (%.2f)", found, right, same, float64(right)/float64(same))
	against(b, all[:min(len(all), scaled(1_000))])
}

// named makes people of whom at least n sources give the name.
func named(n int) (all []*synthetic.Case, threads int) {
	all = synthetic.Make(8, n, synthetic.Options{Names: 100})
	for i, c := range all {
		threads += len(c.Threads)
		if threads >= n {
			return all[:i+1], threads
		}
	}
	return all, threads
}

// pairs returns the pairs of threads that are about the same person.
func pairs(all []*synthetic.Case) map[[2]string]bool {
	same := make(map[[2]string]bool)
	for _, c := range all {
		for i, a := range c.Threads {
			for _, other := range c.Threads[i+1:] {
				if !a.Withdrawn && !other.Withdrawn {
					same[ordered(a.ID, other.ID)] = true
				}
			}
		}
	}
	return same
}

func ordered(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

// suggested counts what the program suggests, and how much of it is right.
func (r *reviewer) suggested(b *testing.B, workspace string, all []*synthetic.Case) (found, right, same int) {
	b.Helper()
	out, err := exec.Command(r.decrypt, "cases", "suggest", "--json", "--most", "0", "-w", workspace, "-i", r.key).Output()
	if err != nil {
		b.Fatal(err)
	}
	var list struct {
		Pairs []struct {
			Threads [2]string `json:"threads"`
		} `json:"pairs"`
	}
	if err := json.Unmarshal(out, &list); err != nil {
		b.Fatal(err)
	}
	truth := pairs(all)
	for _, p := range list.Pairs {
		if truth[ordered(p.Threads[0], p.Threads[1])] {
			right++
		}
	}
	return len(list.Pairs), right, len(truth)
}

// against holds the suggestions for some people to what comparing each with each finds.
func against(b *testing.B, all []*synthetic.Case) {
	b.Helper()
	var people []names.Person
	for _, c := range all {
		for _, th := range c.Threads {
			var answers []map[string]string
			for _, e := range th.Envelopes {
				answers = append(answers, e.Testimony.Answers)
			}
			people = append(people, names.Of(th.ID, th.ID, answers...))
		}
	}
	begin := time.Now()
	index := names.New(people)
	quick, stats, err := index.Suggest(b.Context(), names.Options{})
	took := time.Since(begin)
	if err != nil {
		b.Fatal(err)
	}
	begin = time.Now()
	each, everyPair, err := names.New(people).EachWithEach(b.Context(), names.Options{})
	slow := time.Since(begin)
	if err != nil {
		b.Fatal(err)
	}
	seen := make(map[[2]string]bool)
	for _, p := range quick {
		seen[ordered(p.A, p.B)] = true
	}
	both := 0
	for _, p := range each {
		if seen[ordered(p.A, p.B)] {
			both++
		}
	}
	what := fmt.Sprintf("suggestions for %d names, of those that each with each finds", len(people))
	fmt.Fprintf(&table, "%s\t%d\t%d\t%.3f\t\n", what, both, len(each), float64(both)/float64(max(1, len(each))))
	fmt.Fprintf(&table, "pairs that are compared\t%d\t%d each with each\t%.4f\t<= 0.1\n", stats.Compared, everyPair.Compared, float64(stats.Compared)/float64(max(1, everyPair.Compared)))
	fmt.Fprintf(&table, "time for that\t%.2f s\t%.2f s each with each\t%.3f\t< 1\n", took.Seconds(), slow.Seconds(), took.Seconds()/slow.Seconds())
	b.ReportMetric(took.Seconds()/slow.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}
