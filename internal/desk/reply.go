//go:build tcell_minimal

package desk

import (
	"context"
	"strings"
)

// write lets a person write to the source of a thread.
func (a *App) write(thread string) {
	var to *Address
	a.do("reading", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		to, err = a.actions.Answerable(ctx, thread)
		return err
	}, func() { a.push(a.replyPage(to, newEditor(""))) })
}

func (a *App) replyPage(to *Address, e *editor) *page {
	p := &page{name: "reply", pairs: []any{"thread", short(to.Thread), "parts", to.Parts, "last", to.Last}, body: e, step: a.actions.Command(StepReply, to.Thread)}
	p.bar = []button{{"do.check", func() {
		text, err := a.actions.Check(string(e.text))
		if err != nil {
			a.push(a.problemPage(err))
			return
		}
		a.push(a.sendPage(to, text))
	}}, {"do.dontwrite", a.pop}}
	p.leave = func() {
		if len(e.text) == 0 {
			a.pop()
			return
		}
		p.onBar, p.at = true, 1 // asked again, so that no slip of a finger loses it
	}
	return p
}

// sendPage shows what goes where, and asks.
func (a *App) sendPage(to *Address, text string) *page {
	lines := []Line{{Text: a.words.say("send.to", "thread", to.Thread, "parts", to.Parts, "last", to.Last), Weight: Strong}, {}}
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, Line{Text: line, Indent: 2})
	}
	return &page{name: "send", body: newPager(lines...), leave: a.pop, bar: []button{{"do.change", a.pop}, {"do.send", func() {
		a.do("sending", nil, func(ctx context.Context, _ func(Progress)) error {
			return a.actions.Reply(ctx, to.Thread, text)
		}, func() {
			a.home()
			a.push(&page{name: "queued", leave: a.home, bar: []button{{"do.home", a.home}, {"do.outbox", a.outbox}}})
		})
	}}}}
}

// outbox says what waits to go back, and puts it on a stick.
func (a *App) outbox() {
	var due []Due
	a.do("listing", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		due, err = a.actions.Due(ctx)
		return err
	}, func() {
		if len(due) == 0 {
			a.push(&page{name: "nooutbox", leave: a.home, step: a.actions.Command(StepOutbox), bar: []button{{"do.home", a.home}}})
			return
		}
		var lines []Line
		for _, d := range due {
			lines = append(lines, Line{Text: a.words.say("due."+d.What, "detail", d.Detail)})
		}
		step := a.actions.Command(StepOutbox, "STICK")
		a.push(&page{name: "outbox", pairs: []any{"n", len(due)}, body: newPager(lines...), leave: a.home, step: step,
			bar: []button{{"do.put", func() { a.chooseStick("putwhere", step, a.put) }}, {"do.home", a.home}}})
	})
}

// put puts all that is due on a stick, and says what that was.
func (a *App) put(s Stick) {
	var put *Put
	a.do("putting", []any{"stick", s.Path}, func(ctx context.Context, _ func(Progress)) (err error) {
		put, err = a.actions.Put(ctx, s.Path)
		return err
	}, func() {
		lines := graveLines(put.Remarks)
		for _, folder := range put.Folders {
			lines = append(lines, Line{Text: folder.Path, Weight: Strong})
			for _, f := range folder.Files {
				lines = append(lines, Line{Text: a.words.say("file."+f.What, "n", f.Count), Indent: 2}, Line{Text: f.Name, Indent: 4, Weight: Faint})
			}
		}
		a.home()
		a.push(&page{name: "put", body: newPager(lines...), leave: a.home, bar: []button{{"do.eject", a.eject}, {"do.home", a.home}}})
	})
}
