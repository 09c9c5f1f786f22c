//go:build tcell_minimal

package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/text/unicode/norm"
)

// fake answers at once, and notes what was asked of it.
type fake struct {
	asked  []string
	fail   map[string]error
	wait   chan struct{} // if there is one, Open waits for it
	sticks []Stick
	views  int
	due    []Due
	words  string // the language that is remembered
	closed int
}

const (
	oneThread   = "4f1c2d3e4f5061728394a5b6c7d8e9f0"
	otherThread = "77aa2d3e4f5061728394a5b6c7d8e9f0"
)

func (f *fake) ask(name string, args ...any) error {
	f.asked = append(f.asked, strings.TrimSpace(name+" "+strings.TrimSpace(fmt.Sprintln(args...))))
	return f.fail[name]
}

func (f *fake) Found(context.Context) (*Found, error) {
	return &Found{Workspaces: []string{"/home/x/cases"}, Keys: []string{"/media/x/KEY/reviewer.key"}, Suggested: "/home/x/amana"}, f.ask("found")
}
func (f *fake) Locked(key string) (bool, error) {
	return strings.HasSuffix(key, ".key"), f.ask("locked", key)
}
func (f *fake) Begin(_ context.Context, w string, create bool, key string, passphrase []byte) error {
	if string(passphrase) == "wrong" {
		return &Problem{Kind: BadPassphrase, Err: errors.New("key: wrong passphrase"), Hints: []string{"try again"}}
	}
	return f.ask("begin", w, create, key, string(passphrase))
}
func (f *fake) Remembered() string             { return f.words }
func (f *fake) Remember(language string) error { f.words = language; return nil }
func (f *fake) Sticks(context.Context) ([]Stick, error) {
	return f.sticks, f.ask("sticks")
}
func (f *fake) Open(ctx context.Context, bundle string, report func(Progress)) (*News, error) {
	report(Progress{Done: 5e6, Total: 10e6, Count: 3, Of: 6})
	if f.wait != nil {
		f.wait <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &News{Added: 3, Known: 2, Items: []Item{{Withdrawn, otherThread, "2026-11-20"}, {Fresh, oneThread, "2026-11-22"}, {Added, oneThread, "2026-11-22"}},
		Failed: []Failed{{"99bb2d3e4f5061728394a5b6c7d8e9f0", "damaged", "the payload is not as signed"}}, Remarks: []string{"The server's key was not compared."}}, f.ask("open", bundle)
}
func (f *fake) Threads(context.Context) ([]Thread, error) {
	return []Thread{{ID: oneThread, Last: "2026-11-22", Parts: 2, Files: 1, Replies: 1, New: true, Case: "C-12"}, {ID: otherThread, Last: "2026-11-20", Withdrawn: true}}, f.ask("threads")
}
func (f *fake) Read(_ context.Context, thread, language string) ([]Line, error) {
	lines := []Line{{Word: "read.testimony", Pairs: []any{"id", thread, "day", "2026-11-22", "language", "ar"}, Weight: Strong}, {Text: "ذهب إلى المركز ولم يعد", Weight: Strong}, {Text: "hostile \x1b[2J words", Indent: 2}}
	for i := range 60 {
		lines = append(lines, Line{Text: fmt.Sprintf("line %d", i)})
	}
	return lines, f.ask("read", thread, language)
}
func (f *fake) View(_ context.Context, thread string) (*Viewed, error) {
	f.views++
	return &Viewed{"/run/x/view/index.html", true, []string{"This machine has a swap."}}, f.ask("view", thread)
}
func (f *fake) Views() (int, error) { return f.views, nil }
func (f *fake) CloseViews(context.Context) (int, error) {
	n := f.views
	f.views = 0
	return n, f.ask("close views")
}
func (f *fake) Suggestions(_ context.Context, language string) ([]Suggestion, error) {
	return []Suggestion{{[2]string{oneThread, otherThread}, [2]string{"C-12", "C-40"}, 87, []string{"+ أحمد / Ahmad", "- 1990"}}}, f.ask("suggestions", language)
}
func (f *fake) Names(_ context.Context, threads ...string) ([]Person, error) {
	return []Person{{Name: "أحمد علي", Mother: "Maryam"}, {Name: "Ahmad Ali", Birth: "1990"}}, f.ask("names", threads)
}
func (f *fake) Judge(_ context.Context, threads [2]string, same bool, why string) error {
	return f.ask("judge", threads, same, why)
}
func (f *fake) Report(_ context.Context, own bool, purpose, recipient string) (string, error) {
	return "/home/x/cases-reports/1/index.html", f.ask("report", own, purpose, recipient)
}
func (f *fake) Answerable(_ context.Context, thread string) (*Address, error) {
	return &Address{thread, 2, "2026-11-22"}, f.ask("answerable", thread)
}
func (f *fake) Check(text string) (string, error) {
	if text == "" {
		return "", &Problem{Kind: NoText, Err: errors.New("the reply is empty")}
	}
	return strings.TrimSpace(text), nil
}
func (f *fake) Reply(_ context.Context, thread, text string) error {
	f.due = append(f.due, Due{"reply", thread[:8]})
	return f.ask("reply", thread, text)
}
func (f *fake) Due(context.Context) ([]Due, error) { return f.due, f.ask("due") }
func (f *fake) Put(_ context.Context, stick string) (*Put, error) {
	f.due = nil
	return &Put{Folders: []Folder{{stick + "/amana-outbox-1", []File{{"replies.tar", "replies", 1}}}}, Remarks: []string{"one was left"}}, f.ask("put", stick)
}
func (f *fake) Eject(_ context.Context, stick string) (Ejected, error) {
	if strings.HasSuffix(stick, "B") {
		return Gone, f.ask("eject", stick)
	}
	return Flushed, f.ask("eject", stick)
}
func (f *fake) Command(step Step, args ...string) string {
	return "amana-decrypt " + string(step) + " " + strings.Join(args, " ") + " -w /home/x/cases"
}
func (f *fake) Close() error { f.closed++; return nil }

// rehearsal is a program whose keys are pressed one by one.
type rehearsal struct {
	*testing.T
	*App
	*fake
	sim tcell.SimulationScreen
}

// rehearse begins the program on a screen of a size.
func rehearse(t *testing.T, language string, columns, rows int) *rehearsal {
	t.Helper()
	sim := tcell.NewSimulationScreen("UTF-8")
	if err := sim.Init(); err != nil {
		t.Fatal(err)
	}
	sim.SetSize(columns, rows)
	f := &fake{fail: map[string]error{}, sticks: []Stick{{Path: "/media/x/A", Bundles: []Bundle{{"/media/x/A/bundle.tar", 12e6, "2026-11-23"}}}, {Path: "/media/x/B", Cut: true}}}
	r := &rehearsal{t, New(t.Context(), sim, f, Options{Language: language, NoColour: true}), f, sim}
	t.Cleanup(sim.Fini)
	r.draw()
	return r
}

// press presses keys and waits until what they began is done.
func (r *rehearsal) press(keys ...tcell.Key) *rehearsal {
	r.Helper()
	for _, k := range keys {
		r.handle(tcell.NewEventKey(k, 0, tcell.ModNone))
		r.settle()
	}
	return r
}

// settle lets work end, and draws.
func (r *rehearsal) settle() {
	r.Helper()
	r.draw()
	for r.busy != nil {
		select {
		case f := <-r.posted:
			f()
		case <-time.After(20 * time.Second):
			r.Fatal("work does not end")
		}
		r.draw()
	}
}

// write presses letters.
func (r *rehearsal) write(text string) *rehearsal {
	for _, c := range text {
		r.handle(tcell.NewEventKey(tcell.KeyRune, c, tcell.ModNone))
		r.settle()
	}
	return r
}

// shown returns the screen, each row as it is seen.
func (r *rehearsal) shown() string {
	r.screen.Show()
	cells, w, h := r.sim.GetContents()
	var out strings.Builder
	for y := range h {
		line := ""
		for x := 0; x < w; x++ {
			c := cells[y*w+x]
			if len(c.Runes) > 0 {
				line += string(c.Runes)
				if arrange.Width(string(c.Runes)) == 2 {
					x++
				}
			}
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String()
}

// reads fails the test unless the words can be read on the screen, in the shapes and the
// order that they were put down in.
func (r *rehearsal) reads(words ...string) *rehearsal {
	r.Helper()
	shown := r.shown()
	for _, w := range words {
		if !strings.Contains(shown, w) && !strings.Contains(plainly(shown), plainly(seen(w))) {
			r.Errorf("the screen does not show %q:\n%s", w, shown)
		}
	}
	if strings.ContainsAny(shown, "⟨{") {
		r.Errorf("a word is missing:\n%s", shown)
	}
	for line := range strings.Lines(shown) {
		if w, _ := r.sim.Size(); arrange.Width(strings.TrimRight(line, "\n")) > w {
			r.Errorf("a row is too long: %q", line)
		}
	}
	if dir := os.Getenv("AMANA_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(fmt.Sprintf("%s/desk-%s-%s.txt", dir, r.App.words.language, r.top().name), []byte(shown), 0o600); err != nil {
			r.Fatal(err)
		}
	}
	return r
}

// seen is text from right to left as the cells show it.
func seen(text string) string {
	out := ""
	for _, c := range arrange.Line(arrange.Clean(text), arrange.RightToLeft, arrange.Ours) {
		out += c.Text
	}
	return out
}

// plainly takes the shapes off Arabic letters.
func plainly(text string) string { return norm.NFKC.String(text) }

// did fails the test unless something was asked of the actions last.
func (r *rehearsal) did(want string) *rehearsal {
	r.Helper()
	for i := len(r.asked) - 1; i >= 0; i-- {
		if r.asked[i] == want {
			return r
		}
	}
	r.Errorf("%q was not done: %q", want, r.asked)
	return r
}

// named fails the test unless the page has a name.
func (r *rehearsal) named(name string) *rehearsal {
	r.Helper()
	if r.top().name != name {
		r.Fatalf("the page is %s, not %s:\n%s", r.top().name, name, r.shown())
	}
	if utf8.RuneCountInString(r.App.words.say(name+".title")) == 0 {
		r.Errorf("%s has no title", name)
	}
	if strings.ContainsAny(r.App.words.say(name+".says", r.top().pairs...), "{}") {
		r.Errorf("%s shows what should be filled in", name)
	}
	r.reads()
	for _, b := range r.top().bar {
		r.reads(r.App.words.say(b.word))
	}
	return r
}
