//go:build tcell_minimal

package desk

import (
	"context"
	"strings"
)

// suggestions lists what may be about one person. Nothing is ever joined by itself.
func (a *App) suggestions() {
	var all []Suggestion
	language := a.words.language
	a.do("comparing", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		all, err = a.actions.Suggestions(ctx, language)
		return err
	}, func() {
		p := &page{name: "suggestions", pairs: []any{"n", len(all)}, leave: a.home, step: a.actions.Command(StepSuggest), bar: []button{{"do.home", a.home}}}
		if len(all) == 0 {
			p.name = "nosuggestions"
			a.push(p)
			return
		}
		var rows []row
		for _, s := range all {
			rows = append(rows, row{pick: func() { a.pair(s) }, detail: strings.Join(s.Reasons, separator),
				text: a.words.say("suggestions.pair", "one", s.Cases[0], "other", s.Cases[1], "score", s.Score)})
		}
		p.body = newList(rows...)
		a.push(p)
	})
}

// pair shows two threads side by side, and asks.
func (a *App) pair(s Suggestion) {
	var names []Person
	a.do("reading", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		names, err = a.actions.Names(ctx, s.Threads[:]...)
		return err
	}, func() {
		var lines []Line
		for i, name := range names {
			lines = append(lines, Line{Text: a.words.say("pair.thread", "thread", short(s.Threads[i]), "case", s.Cases[i]), Weight: Strong})
			for _, part := range [][2]string{{"name", name.Name}, {"father", name.Father}, {"mother", name.Mother}, {"birth", name.Birth}, {"birthplace", name.Birthplace}} {
				if part[1] != "" {
					lines = append(lines, Line{Text: a.words.say("person."+part[0], "is", part[1]), Indent: 2})
				}
			}
			lines = append(lines, Line{})
		}
		lines = append(lines, Line{Text: a.words.say("pair.reasons", "score", s.Score), Weight: Strong})
		for _, reason := range s.Reasons {
			lines = append(lines, Line{Text: reason, Indent: 2})
		}
		a.push(&page{name: "pair", leave: a.pop, body: newPager(lines...), step: a.actions.Command(StepLink, s.Threads[:]...), bar: []button{
			{"do.goback", a.pop}, {"do.same", func() { a.judge(s, true) }}, {"do.different", func() { a.judge(s, false) }},
			{"do.readone", func() { a.read(s.Threads[0]) }}, {"do.readother", func() { a.read(s.Threads[1]) }}}})
	})
}

// judge asks for the reason, and signs.
func (a *App) judge(s Suggestion, same bool) {
	name := "different"
	if same {
		name = "same"
	}
	a.push(&page{name: name, leave: a.pop, body: newInput("", false, func(text []byte) {
		why := strings.TrimSpace(string(text))
		a.do("signing", nil, func(ctx context.Context, _ func(Progress)) error {
			return a.actions.Judge(ctx, s.Threads, same, why)
		}, func() { a.home(); a.push(a.told("judged")) })
	})})
}

// reportPage offers the two kinds of report.
func (a *App) reportPage() *page {
	return &page{name: "report", leave: a.pop, step: a.actions.Command(StepReport), bar: []button{
		{"do.reportothers", func() {
			a.ask("purpose", func(purpose string) {
				a.ask("recipient", func(recipient string) { a.report(false, purpose, recipient) })
			})
		}},
		{"do.reportown", func() { a.report(true, "", "") }}, {"do.goback", a.pop}}}
}

// ask asks for a line, which may not be empty.
func (a *App) ask(name string, then func(string)) {
	a.push(&page{name: name, leave: a.pop, body: newInput("", false, func(text []byte) {
		if line := strings.TrimSpace(string(text)); line != "" {
			then(line)
		}
	})})
}

func (a *App) report(own bool, purpose, recipient string) {
	var page string
	a.do("reporting", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		page, err = a.actions.Report(ctx, own, purpose, recipient)
		return err
	}, func() {
		name := "reported"
		if own {
			name = "reportedown"
		}
		a.home()
		a.push(a.told(name, "page", page))
	})
}
