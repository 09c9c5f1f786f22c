//go:build tcell_minimal

package desk

import (
	"context"
	"path/filepath"
)

// withSticks looks for sticks and goes on with what it found.
func (a *App) withSticks(then func([]Stick)) {
	var sticks []Stick
	a.do("looksticks", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		sticks, err = a.actions.Sticks(ctx)
		return err
	}, func() { then(sticks) })
}

// again is the row that looks for sticks again.
func (a *App) again(then func()) row {
	return row{text: a.words.say("sticks.again"), pick: func() { a.pop(); then() }}
}

// openSticks lists the bundles on all sticks.
func (a *App) openSticks() {
	a.withSticks(func(sticks []Stick) {
		var rows []row
		for _, s := range sticks {
			for _, b := range s.Bundles {
				rows = append(rows, row{text: filepath.Base(b.Path), pick: func() { a.open(b) },
					detail: a.words.say("sticks.bundle", "stick", s.Path, "size", a.words.size(b.Size), "day", b.Day)})
			}
			if s.Cut {
				rows = append(rows, row{text: a.words.say("sticks.cut", "stick", s.Path), weight: Grave})
			}
		}
		name := "sticks"
		if len(rows) == 0 {
			name = "nosticks"
		}
		rows = append(rows, a.again(a.openSticks))
		a.push(&page{name: name, body: newList(rows...), leave: a.home, step: a.actions.Command(StepOpen, "BUNDLE")})
	})
}

// open opens a bundle and says what it brought.
func (a *App) open(b Bundle) {
	var news *News
	a.do("opening", []any{"name", filepath.Base(b.Path)}, func(ctx context.Context, report func(Progress)) (err error) {
		news, err = a.actions.Open(ctx, b.Path, report)
		return err
	}, func() {
		a.push(a.newsPage(news))
	})
	a.stack[len(a.stack)-1].step = a.actions.Command(StepOpen, b.Path)
}

// newsPage lists what is new: what was taken back first.
func (a *App) newsPage(n *News) *page {
	say := a.words.say
	var rows []row
	for _, i := range n.Items {
		weight := Normal
		if i.Change == Withdrawn {
			weight = Grave
		}
		rows = append(rows, row{weight: weight, pick: func() { a.read(i.Thread) },
			text: say("news."+string(i.Change), "thread", short(i.Thread), "day", i.Day)})
	}
	for _, f := range n.Failed {
		rows = append(rows, row{weight: Grave, text: say("failed."+f.Reason, "id", short(f.ID)), pick: func() { a.push(a.failedPage(f)) }})
	}
	if len(n.Remarks) > 0 {
		rows = append(rows, row{weight: Grave, text: say("news.remarks", "n", len(n.Remarks)), pick: func() {
			a.push(&page{name: "remarks", leave: a.pop, bar: []button{{"do.goon", a.pop}}, body: newPager(graveLines(n.Remarks)...)})
		}})
	}
	p := &page{name: "news", pairs: []any{"added", n.Added, "known", n.Known, "failed", len(n.Failed)}, leave: a.home,
		bar: []button{{"do.home", a.home}, {"do.threads", a.threads}}, step: a.actions.Command(StepList)}
	if len(n.Items)+len(n.Failed) == 0 {
		p.name = "nonews"
	}
	if len(rows) > 0 {
		p.body = newList(rows...)
	}
	return p
}

// failedPage says why a testimony could not be opened, and what to do.
func (a *App) failedPage(f Failed) *page {
	say := a.words.say
	return &page{name: "failed", leave: a.pop, bar: []button{{"do.goon", a.pop}}, body: newPager(
		Line{Text: say("failed."+f.Reason, "id", f.ID), Weight: Strong}, Line{},
		Line{Text: say("failedadvice." + f.Reason)}, Line{},
		Line{Text: say("problem.exact"), Weight: Faint}, Line{Text: f.Detail, Weight: Faint, Indent: 2})}
}

// short is the beginning of an id, as the lists show it.
func short(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

// eject asks which stick is to be taken out, and says what became of it.
func (a *App) eject() {
	a.chooseStick("eject", "", func(s Stick) {
		var how Ejected
		a.do("ejecting", []any{"stick", s.Path}, func(ctx context.Context, _ func(Progress)) (err error) {
			how, err = a.actions.Eject(ctx, s.Path)
			return err
		}, func() {
			name := "flushed"
			if how == Gone {
				name = "gone"
			}
			a.push(&page{name: name, pairs: []any{"stick", s.Path}, leave: a.home, bar: []button{{"do.home", a.home}}})
		})
	})
}

// chooseStick lists the sticks under the words of NAME.
func (a *App) chooseStick(name, step string, pick func(Stick)) {
	a.withSticks(func(sticks []Stick) {
		var rows []row
		for _, s := range sticks {
			rows = append(rows, row{text: s.Path, detail: a.words.say("sticks.holds", "n", len(s.Bundles)), pick: func() { pick(s) }})
		}
		if len(rows) == 0 {
			rows = append(rows, row{text: a.words.say("sticks.none"), weight: Strong})
		}
		rows = append(rows, a.again(func() { a.chooseStick(name, step, pick) }))
		a.push(&page{name: name, body: newList(rows...), leave: a.pop, step: step})
	})
}
