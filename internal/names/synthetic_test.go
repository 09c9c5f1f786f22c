package names

import (
	"slices"
	"testing"
	"time"

	"amana/internal/synthetic"
)

// invented returns what sources say of invented people, each thread in a group of its
// own, and which person each is about.
func invented(n int) (people []Person, truth map[string]int) {
	truth = make(map[string]int)
	for seed := uint64(1); len(people) < n; seed++ {
		for _, c := range synthetic.Make(seed, 500, synthetic.Options{}) {
			for _, t := range c.Threads {
				var answers []map[string]string
				for _, e := range t.Envelopes {
					answers = append(answers, e.Testimony.Answers)
				}
				if p := Of(t.ID, t.ID, answers...); p.Named() && len(people) < n {
					people = append(people, p)
					truth[t.ID] = int(seed)<<32 | len(truth)
				}
			}
			last := len(truth)
			for _, t := range c.Threads { // all threads of a case are about one person
				if _, ok := truth[t.ID]; ok {
					truth[t.ID] = int(seed)<<32 | last
				}
			}
		}
	}
	return people, truth
}

// found says how many of the pairs are about one person, and how many such pairs there
// are.
func found(pairs []Pair, truth map[string]int) (good, same int) {
	for _, p := range pairs {
		if truth[p.A] == truth[p.B] {
			good++
		}
	}
	threads := make(map[int]int)
	for _, who := range truth {
		threads[who]++
	}
	for _, n := range threads {
		same += n * (n - 1) / 2
	}
	return good, same
}

// Of invented people, whose names are few and common, told of in two scripts, with
// slips, and with half of the answers missing, most who are one are found. How many
// suggestions are right falls with the number of people: of 10,000 threads 0.39 of
// those from [Least] on, and 0.70 of those from 90 on.
func TestFindsWhoIsOne(t *testing.T) {
	people, truth := invented(2000)
	pairs, stats, err := New(people).Suggest(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	good, same := found(pairs, truth)
	recall, precision := float64(good)/float64(same), float64(good)/float64(len(pairs))
	sure := 0
	for sure < len(pairs) && pairs[sure].Score >= 90 {
		sure++
	}
	goodSure, _ := found(pairs[:sure], truth)
	precisionSure := float64(goodSure) / float64(sure)
	t.Logf("%d threads, %d pairs are one: recall %.3f, precision %.3f; from 90 on precision %.3f, recall %.3f; %d pairs compared",
		len(people), same, recall, precision, precisionSure, float64(goodSure)/float64(same), stats.Compared)
	if same < 200 || recall < 0.93 || precision < 0.4 || precisionSure < 0.7 {
		t.Errorf("recall %.3f, precision %.3f, from 90 on %.3f", recall, precision, precisionSure)
	}
}

// Not each is compared with each, and next to nothing is missed by that.
func TestBetterThanEachWithEach(t *testing.T) {
	people, truth := invented(800)
	start := time.Now()
	all, every, err := New(people).EachWithEach(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	long := time.Since(start)
	start = time.Now()
	some, few, err := New(people).Suggest(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	short := time.Since(start)
	has := make(map[[2]string]bool)
	for _, p := range some {
		has[[2]string{p.A, p.B}] = true
	}
	ones, missed := 0, 0
	for _, p := range all {
		if truth[p.A] != truth[p.B] {
			continue
		}
		ones++
		if !has[[2]string{p.A, p.B}] {
			missed++
		}
	}
	t.Logf("%d threads: %d comparisons in %v, each with each %d in %v; %d of %d of those who are one missed", len(people), few.Compared, short, every.Compared, long, missed, ones)
	if few.Compared*20 > every.Compared || ones < 100 || missed*50 > ones {
		t.Errorf("%d of %d compared, %d of %d missed", few.Compared, every.Compared, missed, ones)
	}
}

// The same people give the same pairs, in whatever order they come.
func TestOrderOfPeopleDoesNotMatter(t *testing.T) {
	people, _ := invented(400)
	first, _, err := New(people).Suggest(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(people)
	second, _, err := New(people).Suggest(t.Context(), Options{})
	if err != nil || len(first) != len(second) || len(first) == 0 {
		t.Fatalf("%d and %d pairs, %v", len(first), len(second), err)
	}
	for i := range first {
		if first[i].A != second[i].A || first[i].B != second[i].B || first[i].Score != second[i].Score {
			t.Fatalf("pair %d: %v and %v", i, first[i], second[i])
		}
	}
}

// BenchmarkSuggest is of 10,000 threads that name somebody.
func BenchmarkSuggest(b *testing.B) {
	people, _ := invented(10_000)
	for b.Loop() {
		_, stats, err := New(people).Suggest(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		n := float64(len(people))
		b.ReportMetric(n*(n-1)/2/float64(stats.Compared), "saved/x")
	}
}
