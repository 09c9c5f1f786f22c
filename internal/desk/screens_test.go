//go:build tcell_minimal

package desk

import (
	"errors"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
)

const (
	enter = tcell.KeyEnter
	down  = tcell.KeyDown
	esc   = tcell.KeyEscape
	tab   = tcell.KeyTab
)

// next is the key to the next button.
func (r *rehearsal) next() tcell.Key {
	if r.App.words.language == "ar" {
		return tcell.KeyLeft
	}
	return tcell.KeyRight
}

// both runs a test in each language, on the smallest usual screen and on a large one.
func both(t *testing.T, test func(r *rehearsal)) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) { test(rehearse(t, language, 80, 24)) })
	}
	t.Run("large", func(t *testing.T) { test(rehearse(t, "ar", 132, 43)) })
}

// say returns words of the language of the test.
func (r *rehearsal) say(key string, pairs ...any) string { return r.App.words.say(key, pairs...) }

// begun goes to the first page of an open workspace.
func begun(r *rehearsal) *rehearsal {
	r.press(enter, enter, enter)
	r.write("words").press(enter)
	return r.named("home")
}

func TestScreenStart(t *testing.T) {
	both(t, func(r *rehearsal) {
		r.named("language").reads("English", "العربية")
		r.press(enter).named("workspace").reads("/home/x/cases", r.say("workspace.new"))
		r.press(down, enter).named("workspacenew").reads("/home/x/amana")
		r.press(enter).named("key").press(esc, esc).named("workspace")
		r.press(down, enter).named("workspaceother").press(enter).named("workspaceother")
		r.write("/x/y").reads("> /x/y").press(enter).named("key")
		r.press(down, enter).named("keyother").write("/k.age").press(enter).named("home").did("begin /x/y false /k.age")
	})
}

// A passphrase is not shown, a wrong one is no drama, and none stays in memory.
func TestScreenPassphrase(t *testing.T) {
	both(t, func(r *rehearsal) {
		r.press(enter, enter, enter).named("passphrase")
		r.write("wrong")
		room := r.top().body.(*input)
		if shown := r.shown(); contains(shown, "wrong") || contains(shown, "•••••") {
			r.Errorf("the passphrase is shown:\n%s", shown)
		}
		r.press(enter).named("problem").reads(r.say("problem.passphrase"), "try again")
		if left := string(room.text[:cap(room.text)]); contains(left, "wrong") {
			r.Error("what was typed is still there")
		}
		r.press(enter).named("passphrase").write("words").press(enter).named("home").did("begin /home/x/cases false /media/x/KEY/reviewer.key words")
		if r.fake.words != r.App.words.language {
			r.Errorf("%q is remembered", r.fake.words)
		}
	})
}

func TestScreenOpen(t *testing.T) {
	both(t, func(r *rehearsal) {
		begun(r).reads(r.say("home.open"), r.say("home.eject"))
		r.write("1").named("sticks").reads("bundle.tar", "amana-decrypt open BUNDLE")
		r.press(enter).named("news").did("open /media/x/A/bundle.tar").reads("77aa2d3e", "4f1c2d3e", "99bb2d3e")
		r.press(tcell.KeyEnd, enter).named("remarks").reads("The server's key").press(enter).press(tcell.KeyUp, enter).named("failed").reads(first(r.say("failedadvice.damaged")), "the payload is not as signed").press(enter)
		r.press(tcell.KeyHome, enter).named("thread").did("read " + otherThread + " " + r.App.words.language)
		r.press(esc, tab, r.next(), enter).named("threads")
		r.press(esc).named("home")
		r.sticks = nil
		r.write("١").named("nosticks").press(enter).named("nosticks").press(esc).named("home")
	})
}

func TestScreenProgress(t *testing.T) {
	both(t, func(r *rehearsal) {
		begun(r)
		r.wait = make(chan struct{})
		r.write("1")
		r.handle(tcell.NewEventKey(enter, 0, 0))
		<-r.wait
		r.draw()
		r.named("opening").reads("50%", "█", r.say("work.count", "count", 3, "of", 6), "amana-decrypt open /media/x/A/bundle.tar")
		r.press(esc).named("stopped").press(enter).named("sticks")
	})
}

func TestScreenRead(t *testing.T) {
	both(t, func(r *rehearsal) {
		begun(r).write("2").named("threads").reads("4f1c2d3e", "C-12", "amana-decrypt list")
		r.press(enter).named("thread").reads("ذهب إلى المركز ولم يعد", `hostile \u001b[2J words`, "line 5", "amana-decrypt show "+oneThread)
		r.press(tcell.KeyPgDn).reads("line 25").press(tcell.KeyEnd).reads("line 59").press(tcell.KeyHome).reads("line 1")
		r.press(r.next(), r.next(), enter).named("view").press(r.next(), enter).named("viewedmemory").reads("/run/x/view/index.html", "This machine has a swap.")
		r.press(enter, esc, esc).named("home").write("6").named("views").reads("amana-decrypt close").press(enter).named("closed").did("close views")
		r.press(enter).named("home").write("6").named("noviews")
	})
}

func TestScreenReply(t *testing.T) {
	both(t, func(r *rehearsal) {
		begun(r).write("2").press(enter, r.next(), enter).named("reply").reads("2026-11-22", "amana-decrypt reply "+oneThread)
		r.press(tab, enter).named("problem").reads(r.say("problem.notext")).press(enter).named("reply").press(tab)
		r.write("سلام، hello").press(enter).write("x").press(tcell.KeyBackspace, tcell.KeyUp, tcell.KeyHome).write("يا ").reads("يا سلام، hello")
		r.press(esc).named("reply").press(tab) // it does not lose the text
		r.press(tcell.KeyCtrlQ).named("leave").reads(first(r.say("leave.writing"))).press(enter).named("reply")
		r.press(tab, tab, tab).press(r.next(), enter).named("send").reads("يا سلام، hello", oneThread)
		r.press(enter).named("reply").press(enter).named("send").press(r.next(), enter).named("queued").did("reply " + oneThread + " يا سلام، hello")
		r.press(r.next(), enter).named("outbox").reads("4f1c2d3e").press(enter).named("putwhere").press(enter).named("put").reads("replies.tar", "one was left", r.say("file.replies", "n", 1)).did("put /media/x/A")
		r.press(enter).named("eject")
		r.press(enter).named("flushed").press(enter).named("home")
		r.write("7").press(down, enter).named("gone").did("eject /media/x/B").press(enter)
		r.write("5").named("nooutbox")
	})
}

func TestScreenCases(t *testing.T) {
	both(t, func(r *rehearsal) {
		begun(r).write("3").named("suggestions").did("suggestions "+r.App.words.language).reads("C-12", "87", "أحمد", "amana-decrypt suggest")
		r.press(enter).named("pair").reads("أحمد علي", "Ahmad Ali", "Maryam").press(tcell.KeyEnd).reads("- 1990", "amana-decrypt link "+oneThread)
		r.press(r.next(), enter).named("same").write("brother").press(enter).named("judged").did("judge [" + oneThread + " " + otherThread + "] true brother").press(enter).named("home")
		r.write("3").press(enter, r.next(), r.next(), enter).named("different").press(enter).did("judge [" + oneThread + " " + otherThread + "] false")
		r.press(enter).write("3").press(enter, r.next(), r.next(), r.next(), enter).named("thread").press(esc, r.next(), enter).did("read " + otherThread + " " + r.App.words.language)
		r.press(esc, esc).named("suggestions")
		r.fail["suggestions"] = errors.New("no \x1b[31m room")
		r.press(esc).write("3").named("problem").reads(r.say("problem.other"), `no \u001b[31m room`)
	})
}

func TestScreenReport(t *testing.T) {
	both(t, func(r *rehearsal) {
		begun(r).write("4").named("report").reads("amana-decrypt report").press(enter).named("purpose").press(enter).named("purpose")
		r.write("a court").press(enter).named("recipient").write("the judge").press(enter).named("reported").reads("index.html").did("report false a court the judge").press(enter)
		r.write("4").press(r.next(), enter).named("reportedown").did("report true").press(enter).named("home")
	})
}

func TestScreenHelpAndLeave(t *testing.T) {
	both(t, func(r *rehearsal) {
		r.press(tcell.KeyF1).named("help").press(tcell.KeyEnd).reads("amana-decrypt --help").press(esc)
		begun(r).write("8").named("help").press(enter)
		before := r.App.words.language
		r.press(tcell.KeyF3).named("home")
		if r.App.words.language == before || r.fake.words == before {
			r.Error("F3 does not change the language")
		}
		r.press(tcell.KeyF3)
		r.fake.views = 2
		r.write("9").named("leave").reads(first(r.say("leave.views", "n", 2))).press(r.next(), enter).named("home")
		r.press(esc, enter).did("close views")
		if !r.over {
			r.Error("it goes on")
		}
	})
}

func contains(s, part string) bool { return strings.Contains(s, part) }

// first returns the words that begin a text, which stand in one row.
func first(text string) string { return strings.Join(strings.Fields(text)[:4], " ") }
