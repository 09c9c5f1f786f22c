//go:build tcell_minimal

package desk

import (
	"context"
	"path/filepath"
)

// languagePage is the first: it speaks all languages at once.
func (a *App) languagePage() *page {
	var rows []row
	at := 0
	for i, l := range languages {
		if l.tag == a.words.language {
			at = i
		}
		rows = append(rows, row{text: l.name, pick: func() {
			a.speak(l.tag)
			a.look()
		}})
	}
	l := newList(rows...)
	l.at = at
	return &page{name: "language", body: l, leave: a.leave}
}

// speak changes the language.
func (a *App) speak(language string) {
	a.words = load(language)
}

// otherLanguage changes to the next language. What a page has written stays as it is
// until the page is opened again.
func (a *App) otherLanguage() {
	for i, l := range languages {
		if l.tag == a.words.language {
			a.speak(languages[(i+1)%len(languages)].tag)
			break
		}
	}
	if a.workspace != "" {
		// That it could not be kept changes nothing now.
		_ = a.actions.Remember(a.words.language)
	}
	if a.busy == nil && len(a.stack) == 1 && a.workspace != "" {
		a.home()
	}
}

// look looks for workspaces and keys, and goes on to choose.
func (a *App) look() {
	if a.options.Workspace != "" && a.options.Key != "" {
		a.unlock(a.options.Workspace, false, a.options.Key)
		return
	}
	var found *Found
	a.do("look", nil, func(ctx context.Context, _ func(Progress)) (err error) {
		found, err = a.actions.Found(ctx)
		return err
	}, func() { a.push(a.workspacePage(found)) })
}

func (a *App) workspacePage(found *Found) *page {
	if a.options.Workspace != "" {
		found.Workspaces = []string{a.options.Workspace}
	}
	choose := func(path string, create bool) { a.push(a.keyPage(path, create, found.Keys)) }
	var rows []row
	for _, path := range found.Workspaces {
		rows = append(rows, row{text: filepath.Base(path), detail: path, pick: func() { choose(path, false) }})
	}
	ask := func(name, begin string, create bool) func() {
		return func() {
			a.push(&page{name: name, leave: a.pop, body: newInput(begin, false, func(text []byte) {
				if len(text) > 0 {
					choose(string(text), create)
				}
			})})
		}
	}
	rows = append(rows, row{text: a.words.say("workspace.new"), pick: ask("workspacenew", found.Suggested, true)},
		row{text: a.words.say("workspace.other"), pick: ask("workspaceother", "", false)})
	return &page{name: "workspace", body: newList(rows...), leave: a.pop}
}

func (a *App) keyPage(workspace string, create bool, keys []string) *page {
	if a.options.Key != "" {
		keys = []string{a.options.Key}
	}
	var rows []row
	for _, path := range keys {
		rows = append(rows, row{text: filepath.Base(path), detail: path, pick: func() { a.unlock(workspace, create, path) }})
	}
	rows = append(rows, row{text: a.words.say("key.other"), pick: func() {
		a.push(&page{name: "keyother", leave: a.pop, body: newInput("", false, func(text []byte) {
			if len(text) > 0 {
				a.unlock(workspace, create, string(text))
			}
		})})
	}})
	return &page{name: "key", pairs: []any{"workspace", workspace}, body: newList(rows...), leave: a.pop}
}

// unlock asks for the passphrase if the key has one, and begins.
func (a *App) unlock(workspace string, create bool, key string) {
	var locked bool
	a.do("look", nil, func(context.Context, func(Progress)) (err error) {
		locked, err = a.actions.Locked(key)
		return err
	}, func() {
		if !locked {
			a.begin(workspace, create, key, nil)
			return
		}
		a.push(&page{name: "passphrase", pairs: []any{"key", filepath.Base(key)}, leave: func() {
			a.top().body.(*input).forget()
			a.pop()
		}, body: newInput("", true, func(text []byte) {
			a.begin(workspace, create, key, append(make([]byte, 0, maxInput), text...))
		})})
	})
}

// begin opens the workspace; the passphrase is cleared when that is done.
func (a *App) begin(workspace string, create bool, key string, passphrase []byte) {
	a.do("begin", nil, func(ctx context.Context, _ func(Progress)) error {
		defer clear(passphrase[:cap(passphrase)])
		return a.actions.Begin(ctx, workspace, create, key, passphrase)
	}, func() {
		a.workspace = filepath.Base(workspace)
		if remembered := a.actions.Remembered(); remembered != "" && !a.options.Asked && a.words.language == a.options.Language {
			a.speak(remembered) // nobody chose another today
		} else {
			_ = a.actions.Remember(a.words.language) // a choice that is not kept is made again
		}
		a.home()
	})
}
