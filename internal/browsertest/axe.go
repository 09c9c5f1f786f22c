package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axeTags are the rules that a page is held to: WCAG 2.2, levels A and AA, with
// all that came before, and what axe counts as good practice.
const axeTags = `["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]`

// Violation is a rule that the open page breaks.
type Violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// String says what is broken, with the first element that breaks it.
func (v Violation) String() string {
	first := ""
	if len(v.Nodes) > 0 {
		first = fmt.Sprintf(" (%d times, first in %.200s)", len(v.Nodes), v.Nodes[0].HTML)
	}
	return v.ID + ": " + v.Help + first
}

// axeResult is what the script in the page returns.
type axeResult struct {
	Passes     int         `json:"passes"`
	Violations []Violation `json:"violations"`
}

// Axe runs axe-core (npm, pinned by package-lock.json) on the page that is open and
// returns what it finds wrong. Scripts, which pages of ours must not need, are
// switched on while it runs and off again. It fails the test if axe is not there,
// or looked at nothing.
func Axe(t testing.TB, ctx context.Context) []Violation {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(folder(), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("browsertest: axe-core is not installed: make tools (%v)", err)
	}
	scripts(t, ctx, true)
	defer scripts(t, ctx, false)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](string(script)+";null")); err != nil {
		t.Fatalf("browsertest: load axe: %v", err)
	}
	run := `axe.run(document, {runOnly: {type: "tag", values: ` + axeTags + `}, resultTypes: ["violations"]}).then(r => JSON.stringify({
		passes: r.passes.length,
		violations: r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.map(n => ({html: n.html}))})),
	}))`
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("browsertest: run axe: %v", err)
	}
	var result axeResult
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		t.Fatalf("browsertest: read what axe says: %v", err)
	}
	if result.Passes == 0 {
		t.Error("browsertest: axe looked at nothing")
	}
	return result.Violations
}

// folder returns the folder of this package: tests run in the folders of theirs,
// somewhere below the module's.
func folder() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "internal", "browsertest")
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

func scripts(t testing.TB, ctx context.Context, on bool) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	if err != nil {
		t.Fatalf("browsertest: switch scripts: %v", err)
	}
}

// WithoutScripts switches scripts off in the tab, as Tor Browser does at its safest
// level.
func WithoutScripts(t testing.TB, ctx context.Context) { scripts(t, ctx, false) }
