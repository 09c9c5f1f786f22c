package report

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/browsertest"
	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/selection"
	"amana/internal/synthetic"

	"github.com/chromedp/cdproto/accessibility"
)

// TestSearch looks for words as people write them, filters and sorts, in a browser; and
// reads the same page without scripts.
func TestSearch(t *testing.T) {
	people := synthetic.Make(5, perPage+30, synthetic.Options{Alone: true})
	people[0].Threads[0].Envelopes[0].Testimony.Answers["narrative"] = "أُخِذَ مِن مدرسةِ القرية إلى الفرع ٢٤٨ في الزبداني"
	w := filled(t, people, true)
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	path, _ := written(t, selected(t, w, all, consent.Own, selection.Options{}), Options{})
	wanted := cases.CodeOf(people[0].Threads[0].ID)
	ctx := browsertest.Start(t)
	visit(t, ctx, filepath.Join(path, "ar", "index.html"))
	rows := func() []string {
		return strings.Fields(eval[string](t, ctx, `Array.from(document.querySelectorAll("#cases tbody th")).map(e => e.textContent).join(" ")`))
	}
	search := func(words string) []string {
		eval[any](t, ctx, `(() => { const w = document.getElementById("words"); w.value = "`+words+`"; w.form.requestSubmit(); return null })()`)
		return rows()
	}
	before := len(rows())
	for _, words := range []string{"مدرسه القريه", "اخذ من مدرسة", "الزبدانى 248", "الــزبداني", strings.ToUpper(wanted[2:])} {
		if got := search(words); !slices.Equal(got, []string{wanted}) {
			t.Errorf("%q finds %q, not %s", words, got, wanted)
		}
	}
	if got := search("لا شيء كهذا هنا"); len(got) > 0 {
		t.Errorf("found %q", got)
	}
	search("")
	chooses(t, ctx)
	eval[any](t, ctx, `(() => { document.querySelector("th[data-sort='4'] button").click(); return null })()`)
	dates := strings.Fields(eval[string](t, ctx, `Array.from(document.querySelectorAll("#cases tbody tr")).map(e => e.children[4].textContent).join(" ")`))
	if len(dates) < 100 || dates[0][:4] > dates[len(dates)-1][:4] {
		t.Errorf("%d dates, from %q to %q", len(dates), dates[0], dates[len(dates)-1])
	}
	if before != 200 {
		t.Errorf("%d rows at first", before)
	}

	// Without scripts all rows are there, page by page, and nothing that would not work.
	browsertest.WithoutScripts(t, ctx)
	seen := 0
	for _, name := range []string{"index.html", "index-2.html"} {
		visit(t, ctx, filepath.Join(path, "ar", name))
		seen += strings.Count(read(t, path, "ar", name), `<th scope="row">`)
		picture(t, ctx, "plain-"+strings.TrimSuffix(name, ".html"))
	}
	if seen != len(all) {
		t.Errorf("%d of %d cases are listed without scripts", seen, len(all))
	}
	if text := shownText(t, ctx); strings.Contains(text, words["more"][0]) || strings.Contains(text, words["search"][0]) {
		t.Error("what needs scripts shows without them")
	}
	if page := read(t, path, "ar", "index.html"); !strings.Contains(page, `href="index-2.html"`) {
		t.Error("nothing leads to the second page")
	}
}

// shownText returns the text that the open page shows, without running anything in it.
func shownText(t *testing.T, ctx context.Context) string {
	t.Helper()
	tree := call(t, ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	var b strings.Builder
	for _, n := range tree.Nodes {
		if !n.Ignored && n.Name != nil {
			fmt.Fprintln(&b, string(n.Name.Value))
		}
	}
	return b.String()
}

// chooses takes a fate from the list, and looks that all rows have it.
func chooses(t *testing.T, ctx context.Context) {
	t.Helper()
	fates := eval[string](t, ctx, `(() => {
		const s = document.querySelector("select[data-by='1']");
		s.selectedIndex = 1; s.dispatchEvent(new Event("change"));
		const seen = new Set(Array.from(document.querySelectorAll("#cases tbody tr")).map(e => e.children[1].textContent));
		const chosen = s.value; s.selectedIndex = 0; s.dispatchEvent(new Event("change"));
		return chosen + "|" + Array.from(seen).join("|");
	})()`)
	if chosen, seen, _ := strings.Cut(fates, "|"); chosen == "" || chosen != seen {
		t.Errorf("chose %q, and saw %q", chosen, seen)
	}
}
