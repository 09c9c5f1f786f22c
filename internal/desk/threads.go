//go:build tcell_minimal

package desk

import "context"

// threads lists what the workspace holds.
func (a *App) threads() {
	var all []Thread
	a.do("listing", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		all, err = a.actions.Threads(ctx)
		return err
	}, func() {
		say := a.words.say
		var rows []row
		for _, t := range all {
			r := row{text: say("threads.row", "thread", short(t.ID), "day", t.Last, "parts", t.Parts, "files", t.Files), pick: func() { a.read(t.ID) }}
			if t.New {
				r.text, r.weight = say("threads.new")+separator+r.text, Strong
			}
			if t.Replies > 0 {
				r.text += separator + say("threads.replies", "n", t.Replies)
			}
			if t.Case != "" {
				r.text += separator + t.Case
			}
			if t.Withdrawn {
				r.text, r.weight = say("threads.withdrawn", "thread", short(t.ID), "day", t.Last), Grave
			}
			rows = append(rows, r)
		}
		name := "threads"
		if len(rows) == 0 {
			name = "nothreads"
			rows = append(rows, row{text: say("home.open"), pick: a.openSticks})
		}
		a.push(&page{name: name, pairs: []any{"n", len(all)}, body: newList(rows...), leave: a.home, step: a.actions.Command(StepList)})
	})
}

// read shows a thread.
func (a *App) read(thread string) {
	var lines []Line
	language := a.words.language
	a.do("reading", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		lines, err = a.actions.Read(ctx, thread, language)
		return err
	}, func() {
		for i, l := range lines {
			if l.Word != "" {
				lines[i].Text = a.words.say(l.Word, l.Pairs...)
			}
		}
		a.push(&page{name: "thread", pairs: []any{"thread", short(thread)}, body: newPager(lines...), leave: a.pop, step: a.actions.Command(StepShow, thread),
			bar: []button{{"do.goback", a.pop}, {"do.reply", func() { a.write(thread) }}, {"do.view", func() { a.view(thread) }}}})
	})
}

// view decrypts the files of a thread, after saying what that means.
func (a *App) view(thread string) {
	a.push(&page{name: "view", leave: a.pop, step: a.actions.Command(StepView, thread), bar: []button{{"do.goback", a.pop}, {"do.viewnow", func() {
		a.pop()
		var v *Viewed
		a.do("viewing", nil, func(ctx context.Context, _ func(Progress)) (err error) {
			v, err = a.actions.View(ctx, thread)
			return err
		}, func() {
			name := "viewed"
			if v.Memory {
				name = "viewedmemory"
			}
			p := a.told(name, "page", v.Page)
			p.body = newPager(graveLines(v.Remarks)...)
			a.push(p)
		})
	}}}})
}

// graveLines are remarks, each in a paragraph.
func graveLines(remarks []string) (lines []Line) {
	for _, r := range remarks {
		lines = append(lines, Line{Text: r, Weight: Grave}, Line{})
	}
	return lines
}

// views says what is decrypted and offers to remove it.
func (a *App) views() {
	n, err := a.actions.Views()
	if err != nil {
		a.push(a.problemPage(err))
		return
	}
	if n == 0 {
		a.push(a.told("noviews"))
		return
	}
	a.push(&page{name: "views", pairs: []any{"n", n}, leave: a.pop, step: a.actions.Command(StepClose),
		bar: []button{{"do.close", func() { a.closeViews(func() { a.home(); a.push(a.told("closed", "n", n)) }) }}, {"do.goback", a.pop}}})
}

func (a *App) closeViews(then func()) {
	a.do("closing", nil, func(ctx context.Context, _ func(Progress)) error {
		_, err := a.actions.CloseViews(ctx)
		return err
	}, then)
}
