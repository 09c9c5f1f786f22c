//go:build tcell_minimal

package desk

// homePage is where everything begins once the workspace is open.
func (a *App) homePage() *page {
	item := func(name string, pick func()) row {
		return row{text: a.words.say("home." + name), pick: pick}
	}
	l := newList(
		item("open", a.openSticks),
		item("read", a.threads),
		item("cases", a.suggestions),
		item("report", func() { a.push(a.reportPage()) }),
		item("outbox", a.outbox),
		item("views", a.views),
		item("eject", a.eject),
		item("help", a.help),
		item("quit", a.leave),
	)
	l.numbered = true
	return &page{name: "home", body: l, leave: a.leave}
}

// help explains the screens and the keys.
func (a *App) help() {
	if a.top().name == "help" || a.top().name == "leave" {
		return
	}
	var lines []Line
	for _, part := range []string{"what", "way", "safe", "keys", "letters", "commands"} {
		lines = append(lines, Line{Text: a.words.say("help." + part), Weight: Strong}, Line{Text: a.words.say("help." + part + ".text"), Indent: 2}, Line{})
	}
	a.push(&page{name: "help", body: newPager(lines...), leave: a.pop, bar: []button{{"do.goon", a.pop}}})
}

// leave asks before the program ends, and offers to remove what is decrypted.
func (a *App) leave() {
	switch {
	case a.top().name == "leave":
		return
	case a.busy != nil:
		a.stop()
		return
	case a.workspace == "":
		a.over = true
		return
	}
	quit := func() { a.over = true }
	open, err := a.actions.Views()
	if err == nil && open == 0 && !a.writing() {
		a.push(&page{name: "leave", leave: a.pop, bar: []button{{"do.leave", quit}, {"do.stay", a.pop}}})
		return
	}
	what := "leave.views"
	if a.writing() {
		what = "leave.writing"
	}
	buttons := []button{{"do.stay", a.pop}, {"do.leave", quit}}
	if open > 0 {
		buttons = append([]button{{"do.closeleave", func() { a.closeViews(quit) }}}, buttons...)
	}
	a.push(&page{name: "leave", body: newPager(Line{Text: a.words.say(what, "n", open), Weight: Grave}), leave: a.pop, bar: buttons})
}

// writing reports whether a reply that is not in the outbox would be lost.
func (a *App) writing() bool {
	for _, p := range a.stack {
		if e, ok := p.body.(*editor); ok && len(e.text) > 0 {
			return true
		}
	}
	return false
}
