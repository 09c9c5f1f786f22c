package pages_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"amana/internal/browsertest"
	"amana/internal/questionnaire"
)

// TestKeyboard goes from the first page to a testimony that is taken with a keyboard
// alone, in Arabic and without scripts, with one mistake on the way.
func TestKeyboard(t *testing.T) {
	desk := newDesk(t)
	k := startKeyboard(t)

	if err := chromedp.Do(k.ctx, chromedp.Navigate(desk.URL+"/ar/")); err != nil {
		t.Fatal(err)
	}
	k.arrive("a[href='/ar/before']")
	k.tabTo("a[href='/ar/before']")
	k.press(kb.Enter)
	k.arrive("a[href='/ar/testimony']")
	k.tabTo("a[href='/ar/testimony']")
	k.press(kb.Enter)
	k.arrive("[name=narrative]")

	k.tabTo("[name=narrative]")
	k.press("سلّم أخي نفسه.\rثم لم يعد.")
	k.open("[name=source_relation]")
	k.tabTo("[name=source_relation]")
	k.press(kb.ArrowDown + kb.ArrowDown)
	k.tabTo("[name=knowledge]")
	k.press(" ")
	k.press(kb.Tab)
	k.press(kb.Tab)
	k.press(" ")
	k.open("[name=defect_date_y]")
	k.tabTo("[name=unit]")
	k.press("اللواء ٤٢")
	k.tabTo("[name=defect_date_y]")
	k.press("٢٠١٢")
	k.tabTo("[name=defect_date_m]")
	k.press("13")
	k.tabTo("[name=defect_date_about]")
	k.press(" ")
	k.press(kb.Tab)
	k.tabTo("details:has([name=unit]) button")
	k.press(" ")

	// It comes back with what is wrong on top, and the focus is there.
	k.arrive("#problem")
	k.until("the words about what is wrong have the focus", func() bool { return k.at("#problem") })
	if got := desk.taken(); got != nil {
		t.Fatalf("it was taken with a mistake: %q", got)
	}
	k.press(kb.Tab)
	if !k.at("#problem li a") {
		t.Fatal("the first stop is not the link to the mistake")
	}
	k.press(kb.Enter)
	k.until("the field with the mistake has the focus", func() bool { return k.at("[name=defect_date_y]") })
	k.visible(k.focused())
	k.tabTo("[name=defect_date_m]") // what stands there is selected
	k.press("3")
	k.press(kb.Enter) // a line of text sends nothing
	k.tabTo("details:has([name=unit]) button")
	if got := desk.taken(); got != nil || k.find("#problem") == 0 {
		t.Fatal("Enter in a line of text handed the form in")
	}
	k.press(kb.Enter)
	k.arrive("#taken")

	list := func(name string) []questionnaire.Entry {
		q, _ := desk.questions.Find(name)
		return desk.questions.Lists[q.List].Entries
	}
	want := &questionnaire.Answers{
		Answers: map[string]string{
			"narrative":       "سلّم أخي نفسه.\nثم لم يعد.",
			"source_relation": list("source_relation")[1].Code,
			"unit":            "اللواء ٤٢",
			"defect_date":     "2012-03~",
		},
		Choices: map[string][]string{"knowledge": {list("knowledge")[0].Code, list("knowledge")[2].Code}},
	}
	if got := desk.taken(); !reflect.DeepEqual(got, want) {
		t.Errorf("what was handed in is %q, not %q", got, want)
	}
}

// TestTabOrder: every control of the form with all folds open, and every fold, is a
// stop, in the order of the page; each can be seen, and none holds the keyboard
// back, forwards or backwards.
func TestTabOrder(t *testing.T) {
	desk := newDesk(t)
	k := startKeyboard(t)
	if err := chromedp.Do(k.ctx, chromedp.Navigate(desk.URL+"/ar/testimony")); err != nil {
		t.Fatal(err)
	}
	k.arrive("footer")
	openFolds(t, k.ctx)
	k.arrive("footer") // the elements have other numbers now
	want := k.all("a, summary, input:not([type=hidden]), select, textarea, button:not([disabled])")
	if len(want) < 100 {
		t.Fatalf("the form has only %d controls", len(want))
	}
	for i, id := range want {
		k.press(kb.Tab)
		if got := k.focused(); got != id {
			t.Fatalf("stop %d is %s, not %s", i, k.name(got), k.name(id))
		}
		k.visible(id)
	}
	k.press(kb.Tab)
	if id := k.focused(); id != 0 && id != want[0] {
		t.Errorf("after the last stop comes %s", k.name(id))
	}
	for k.focused() != want[len(want)-1] {
		k.shiftTab()
	}
	for i := len(want) - 2; i >= len(want)-20; i-- {
		k.shiftTab()
		if got := k.focused(); got != want[i] {
			t.Fatalf("backwards, stop %d is %s, not %s", i, k.name(got), k.name(want[i]))
		}
	}
}

// keyboard is somebody at a keyboard, without a mouse.
type keyboard struct {
	t    *testing.T
	ctx  context.Context
	root cdp.NodeID // of the page that arrived last
}

// startKeyboard opens a browser without scripts.
func startKeyboard(t *testing.T) *keyboard {
	t.Helper()
	ctx := browsertest.StartFor(t, 5*time.Minute)
	browsertest.WithoutScripts(t, ctx)
	show(t, ctx, 1280, "light")
	// A window that nobody looks at has no focus.
	call(t, ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return &keyboard{t: t, ctx: ctx}
}

// press presses keys one after the other.
func (k *keyboard) press(keys string) {
	k.t.Helper()
	if err := chromedp.Do(k.ctx, chromedp.KeyEvent(keys)); err != nil {
		k.t.Fatal(err)
	}
}

func (k *keyboard) shiftTab() {
	k.t.Helper()
	if err := chromedp.Do(k.ctx, chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))); err != nil {
		k.t.Fatal(err)
	}
}

// until waits for something to become true.
func (k *keyboard) until(what string, true func() bool) {
	k.t.Helper()
	for range 300 {
		if true() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	k.t.Fatalf("in vain waited until %s", what)
}

// arrive waits for a whole page that has an element.
func (k *keyboard) arrive(selector string) {
	k.t.Helper()
	k.until("a page with "+selector+" is there", func() bool {
		document, err := chromedp.Call(k.ctx, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return false
		}
		k.root = document.Root.NodeID
		for _, s := range []string{selector, "footer"} {
			found, err := chromedp.Call(k.ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: k.root, Selector: s})
			if err != nil || found.NodeID == 0 {
				return false
			}
		}
		return true
	})
}

// tabTo presses Tab until something has the focus. Each stop on the way must be
// visible, and further down the page than the one before.
func (k *keyboard) tabTo(selector string) {
	k.t.Helper()
	order := k.all("*")
	last := -1
	if id := k.focused(); id != 0 {
		if last = slices.Index(order, id); k.at(selector) {
			return
		}
	}
	for range 200 {
		k.press(kb.Tab)
		id := k.focused()
		if id == 0 {
			continue // the browser's own
		}
		if next := slices.Index(order, id); next > last {
			last = next
		} else {
			k.t.Fatalf("%s comes before the stop before it, on the way to %s", k.name(id), selector)
		}
		k.visible(id)
		if k.at(selector) {
			return
		}
	}
	k.t.Fatalf("no way leads to %s", selector)
}

// open goes to the fold around an element and opens it.
func (k *keyboard) open(inside string) {
	k.t.Helper()
	fold := "details:has(" + inside + ")"
	k.tabTo(fold + " > summary")
	if k.find(fold+"[open]") != 0 {
		k.t.Fatalf("%s is open already", fold)
	}
	k.press(kb.Enter)
	k.until("the fold opens", func() bool { return k.find(fold+"[open]") != 0 })
}

// all returns what a selector finds, in the order of the page.
func (k *keyboard) all(selector string) []cdp.NodeID {
	k.t.Helper()
	return nodes(k.t, k.ctx, k.root, selector)
}

// find returns the first element that a selector finds, or 0.
func (k *keyboard) find(selector string) cdp.NodeID {
	k.t.Helper()
	return call(k.t, k.ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: k.root, Selector: selector}).NodeID
}

// focused returns the element that has the focus, or 0.
func (k *keyboard) focused() cdp.NodeID {
	k.t.Helper()
	return k.find(":focus")
}

// at reports whether the focus is on what a selector finds first.
func (k *keyboard) at(selector string) bool {
	k.t.Helper()
	id := k.find(selector)
	return id != 0 && id == k.focused()
}

// visible fails the test unless an element has a line around it and stands in the
// window.
func (k *keyboard) visible(id cdp.NodeID) {
	k.t.Helper()
	style := computed(k.t, k.ctx, id)
	if style["outline-style"] != "solid" || pixels(style["outline-width"]) < 2 {
		k.t.Errorf("the focus on %s cannot be seen: outline %s %s", k.name(id), style["outline-style"], style["outline-width"])
	}
	box := call(k.t, k.ctx, dom.GetBoxModel, dom.GetBoxModelParams{NodeID: id}).Model
	if top, bottom := box.Border[1], box.Border[5]; bottom <= 0 || top >= 800 || bottom-top < 10 {
		k.t.Errorf("%s is not in the window: it reaches from %v to %v", k.name(id), top, bottom)
	}
}

// name tells an element to a person.
func (k *keyboard) name(id cdp.NodeID) string {
	if id == 0 {
		return "nothing"
	}
	html := call(k.t, k.ctx, dom.GetOuterHTML, dom.GetOuterHTMLParams{NodeID: id}).OuterHTML
	tag, _, _ := strings.Cut(html, ">")
	return tag + ">"
}
