//go:build tcell_minimal

package desk

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// running begins the program as main does, and returns what Run will return.
func running(t *testing.T, ctx context.Context, f *fake) (*App, tcell.SimulationScreen, chan error) {
	t.Helper()
	sim := tcell.NewSimulationScreen("UTF-8")
	a := New(ctx, sim, f, Options{Language: "en"})
	ended := make(chan error, 1)
	return a, sim, ended
}

func await(t *testing.T, ended chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
		return nil
	}
}

// A signal stops what runs, waits for it, and closes the workspace.
func TestRunEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	f := &fake{fail: map[string]error{}, wait: make(chan struct{})}
	a, _, ended := running(t, ctx, f)
	a.open(Bundle{Path: "b.tar"}) // it waits until it is stopped
	go func() { ended <- a.Run() }()
	<-f.wait
	why := errors.New("a signal")
	cancel(why)
	if err := await(t, ended); !errors.Is(err, why) {
		t.Errorf("it ended with %v", err)
	}
	if f.closed != 1 {
		t.Errorf("closed %d times", f.closed)
	}
	select {
	case <-a.busy.done:
	default:
		t.Error("the work goes on")
	}
}

func TestRunEndsWithKeys(t *testing.T) {
	for name, key := range map[string]tcell.Key{"Ctrl-C": tcell.KeyCtrlC, "Ctrl-Q": tcell.KeyCtrlQ, "Esc": tcell.KeyEscape} {
		f := &fake{fail: map[string]error{}}
		a, sim, ended := running(t, t.Context(), f)
		go func() { ended <- a.Run() }()
		a.posted <- func() {} // it has begun
		sim.InjectKey(key, 0, tcell.ModNone)
		if err := await(t, ended); err != nil || f.closed != 1 {
			t.Errorf("%s: %v, closed %d times", name, err, f.closed)
		}
	}
}

const secretWords = "words of a source"

// faulty is a fault in the program, with what nobody may see in it.
type faulty struct{ *fake }

func (faulty) Views() (int, error) { panic(secretWords) }
func (faulty) Open(context.Context, string, func(Progress)) (*News, error) {
	panic(errors.New(secretWords))
}

// After a defect the terminal is given back, the workspace is closed, and no words of a
// source are told.
func TestDefect(t *testing.T) {
	f := &fake{fail: map[string]error{}}
	a, sim, ended := running(t, t.Context(), f)
	a.actions = faulty{f}
	a.workspace = "cases"
	a.home()
	go func() { ended <- a.Run() }()
	a.posted <- func() {}
	sim.InjectKey(tcell.KeyRune, '6', tcell.ModNone)
	err := await(t, ended)
	if err == nil || !strings.Contains(err.Error(), "a defect in this program") || strings.Contains(err.Error(), secretWords) || f.closed != 1 {
		t.Errorf("%v, closed %d times", err, f.closed)
	}
	// In what runs beside the screens, it is told on the screen, and they go on.
	r := begun(rehearse(t, "en", 80, 24))
	r.actions = faulty{r.fake}
	r.write("1").press(enter).named("problem").reads("a defect in this program")
	if shown := r.shown(); contains(shown, secretWords) {
		t.Error(shown)
	}
}

// What is pasted is text where text is written, and presses nothing elsewhere.
func TestPaste(t *testing.T) {
	r := begun(rehearse(t, "en", 80, 24))
	r.handle(tcell.NewEventPaste(true))
	r.write("9").press(enter).named("home")
	r.handle(tcell.NewEventPaste(false))
	r.write("2").press(enter, r.next(), enter).named("reply")
	r.handle(tcell.NewEventPaste(true))
	r.write("one\x1b[31m").press(enter, tab, esc).write("two")
	r.handle(tcell.NewEventPaste(false))
	if got := string(r.top().body.(*editor).text); got != "one[31m\ntwo" {
		t.Errorf("%q", got)
	}
}

// The window can be any size, and Arabic be arranged by either side.
func TestSizesAndLetters(t *testing.T) {
	r := begun(rehearse(t, "ar", 80, 24)).write("2").press(enter).named("thread")
	shaped := r.shown()
	r.press(tcell.KeyF2)
	if !contains(r.shown(), "ذهب إلى المركز ولم يعد") || contains(shaped, "ذهب إلى المركز ولم يعد") {
		t.Errorf("F2 does not leave the letters to the terminal:\n%s", r.shown())
	}
	r.press(tcell.KeyF2)
	if r.shown() != shaped {
		t.Errorf("F2 does not take the letters back:\n%s\n%s", shaped, r.shown())
	}
	for _, size := range [][2]int{{1, 1}, {20, 5}, {39, 30}, {40, 14}, {60, 16}, {200, 60}, {80, 24}} {
		r.sim.SetSize(size[0], size[1])
		r.handle(tcell.NewEventResize(size[0], size[1]))
		r.draw()
		r.reads()
	}
	if r.shown() != shaped {
		t.Error("the screen is not as it was before")
	}
	r.sim.SetSize(40, 14)
	r.draw()
	r.named("thread")
}

func TestEditor(t *testing.T) {
	e := newEditor("")
	press := func(keys ...tcell.Key) {
		for _, k := range keys {
			e.key(tcell.NewEventKey(k, 0, tcell.ModNone))
		}
	}
	write := func(text string) {
		for _, c := range text {
			e.key(tcell.NewEventKey(tcell.KeyRune, c, tcell.ModNone))
		}
	}
	want := func(text string, at int) {
		t.Helper()
		if string(e.text) != text || e.at != at {
			t.Errorf("%q at %d, want %q at %d", string(e.text), e.at, text, at)
		}
	}
	write("abc")
	press(tcell.KeyEnter)
	write("سلام")
	want("abc\nسلام", 8)
	press(tcell.KeyRight, tcell.KeyRight) // back in the line, which runs from right to left
	write("ل")
	want("abc\nسللام", 7)
	press(tcell.KeyUp, tcell.KeyEnd, tcell.KeyBackspace)
	want("ab\nسللام", 2)
	press(tcell.KeyHome, tcell.KeyDelete, tcell.KeyRight)
	want("b\nسللام", 1)
	press(tcell.KeyDown, tcell.KeyPgUp, tcell.KeyLeft, tcell.KeyLeft, tcell.KeyBackspace, tcell.KeyBackspace, tcell.KeyBackspace)
	want("b\nسللام", 0)
	write("\u202e\x07\u0000")
	want("b\nسللام", 0)
	e = newEditor("مُحَمَّد")
	press(tcell.KeyHome, tcell.KeyLeft) // over a letter with its mark
	want("مُحَمَّد", 2)
	if got := arrange.Of("12 سلام", arrange.LeftToRight); got != arrange.RightToLeft {
		t.Errorf("a line that begins with a number begins %v", got)
	}
}

// The language is that of the system, of a choice, or the remembered one.
func TestLanguage(t *testing.T) {
	for env, want := range map[string]string{"": "en", "LANG=ar_SY.UTF-8": "ar", "LANG=en_US.UTF-8": "en", "LANG=ar_SY LC_ALL=C": "en", "LC_MESSAGES=ar LANG=de": "ar"} {
		got := FromLocale(func(name string) string {
			for _, v := range strings.Fields(env) {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		})
		if got != want {
			t.Errorf("%s: %s", env, got)
		}
	}
	r := rehearse(t, "en", 80, 24)
	r.fake.words = "ar"
	begun(r).reads("ماذا تريد أن تفعل؟")
	r = rehearse(t, "en", 80, 24)
	r.fake.words = "en"
	r.press(down)
	begun(r).reads("ماذا تريد أن تفعل؟")
	if r.fake.words != "ar" {
		t.Error("the choice is not remembered")
	}
	r = rehearse(t, "ar", 80, 24)
	r.App.options.Asked = true
	r.fake.words = "en"
	begun(r).reads("ماذا تريد أن تفعل؟")
}
