package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/outbox"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// listCommand lists what is in a workspace, without the words of a source.
type listCommand struct {
	workFlags
	New  bool `name:"new" help:"Only what nobody has looked at yet, with show or view."`
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// listing is what --json prints.
type listing struct {
	Threads []listedThread `json:"threads"` // the withdrawn first, then those with something new
	Probes  []listedPart   `json:"probes"`  // the operator's own, set aside
	Failed  []listedFailed `json:"failed"`  // what bundles had that is not in the workspace
	Views   []listedView   `json:"views"`   // decrypted views that were not closed
}

type listedThread struct {
	ID        string       `json:"id"`
	Case      string       `json:"case"`
	Withdrawn bool         `json:"withdrawn"`
	New       int          `json:"new"` // parts that nobody has looked at
	First     string       `json:"first"`
	Last      string       `json:"last"`    // days on which the first and the last part were received
	Answers   bool         `json:"answers"` // its source can be written to
	Parts     []listedPart `json:"parts"`
	Replies   int          `json:"replies"` // that reviewers wrote
}

type listedPart struct {
	ID       string         `json:"id"`
	Kind     testimony.Kind `json:"kind"`
	Received string         `json:"received"`
	Opened   string         `json:"opened"`
	Language string         `json:"language"`
	Files    int            `json:"files"`
	New      bool           `json:"new"`
	Notes    []string       `json:"notes"` // what a reviewer should know
}

type listedFailed struct {
	ID     string `json:"id"`
	Reason string `json:"reason"` // not-ours, damaged, malformed, newer, unreadable, differs
	Detail string `json:"detail"`
	Day    string `json:"day"` // of the attempt
	Bundle string `json:"bundle"`
}

type listedView struct {
	Path   string `json:"path"`
	Made   string `json:"made"`
	Memory bool   `json:"memory"`
	Parts  int    `json:"parts"`
}

// Run lists the workspace. It changes nothing: what is new stays new.
func (c *listCommand) Run(ctx context.Context, stdout io.Writer) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := listAll(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	if c.New {
		l.Threads = slices.DeleteFunc(l.Threads, func(t listedThread) bool { return t.New == 0 })
		l.Probes = slices.DeleteFunc(l.Probes, func(p listedPart) bool { return !p.New })
	}
	if c.JSON {
		if err := json.NewEncoder(stdout).Encode(l); err != nil {
			return fmt.Errorf("print list: %w", err)
		}
		return nil
	}
	l.print(stdout)
	return nil
}

// listAll gathers what is in a workspace.
func listAll(w *workspace.Workspace) (*listing, error) {
	l := &listing{[]listedThread{}, []listedPart{}, []listedFailed{}, []listedView{}}
	fresh, err := w.New()
	if err != nil {
		return nil, err
	}
	all, err := cases.Load(w)
	if err != nil {
		return nil, err
	}
	replies, err := outbox.Replies(w)
	if err != nil {
		return nil, err
	}
	written := make(map[string]int)
	for _, r := range replies {
		written[r.Thread]++
	}
	for _, c := range all {
		for _, t := range c.Threads {
			l.Threads = append(l.Threads, listThread(c.ID, t, fresh, written[t.ID]))
		}
	}
	slices.SortFunc(l.Threads, func(a, b listedThread) int {
		return cmp.Or(first(a.Withdrawn, b.Withdrawn), first(a.New > 0, b.New > 0), cmp.Compare(b.Last, a.Last), cmp.Compare(a.ID, b.ID))
	})
	for ref, err := range w.Refs() {
		if err != nil {
			return nil, err
		}
		if ref.Kind == testimony.Probe {
			l.Probes = append(l.Probes, listPart(ref, fresh))
		}
	}
	slices.SortFunc(l.Probes, func(a, b listedPart) int { return cmp.Or(cmp.Compare(b.Received, a.Received), cmp.Compare(a.ID, b.ID)) })
	for f, err := range w.Failures() {
		if err != nil {
			return nil, err
		}
		l.Failed = append(l.Failed, listedFailed{f.ID, f.Reason, f.Detail, f.Day, f.Bundle})
	}
	slices.SortFunc(l.Failed, func(a, b listedFailed) int { return cmp.Or(cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.ID, b.ID)) })
	for v, err := range w.Views() {
		if err != nil {
			return nil, err
		}
		l.Views = append(l.Views, listedView{v.Path, v.Made, v.Memory, v.Parts})
	}
	return l, nil
}

// first puts what is so before what is not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func listThread(id string, t *cases.Thread, fresh map[string]bool, replies int) listedThread {
	l := listedThread{ID: t.ID, Case: id, Withdrawn: t.Withdrawn, Parts: []listedPart{}, Replies: replies}
	for _, ref := range t.Refs {
		p := listPart(ref, fresh)
		l.Parts = append(l.Parts, p)
		if p.New {
			l.New++
		}
		if l.First == "" || ref.Received < l.First {
			l.First = ref.Received
		}
		l.Last = max(l.Last, ref.Received)
		l.Answers = l.Answers || ref.Reply != ""
	}
	l.Answers = l.Answers && !t.Withdrawn
	return l
}

func listPart(ref workspace.Ref, fresh map[string]bool) listedPart {
	return listedPart{ref.ID, ref.Kind, ref.Received, ref.Opened, ref.Language, len(ref.Files), fresh[ref.ID], append([]string{}, ref.Notes...)}
}

// print prints the list for a person.
func (l *listing) print(w io.Writer) {
	news, gone := 0, 0
	for _, t := range l.Threads {
		if t.New > 0 {
			news++
		}
		if t.Withdrawn {
			gone++
		}
	}
	fmt.Fprintf(w, "%s, %d with something new, %d withdrawn\n", cli.Count(len(l.Threads), "thread", "threads"), news, gone)
	for _, t := range l.Threads {
		fmt.Fprintln(w, cli.Plain(t.line()))
		for _, p := range t.Parts {
			for _, n := range p.Notes {
				fmt.Fprintf(w, "    flagged: testimony %s: %s\n", p.ID, cli.Plain(n))
			}
		}
	}
	if len(l.Probes) > 0 {
		fmt.Fprintf(w, "set aside: %s by the operator\n", cli.Count(len(l.Probes), "probe", "probes"))
	}
	for _, f := range l.Failed {
		fmt.Fprintf(w, "not opened: testimony %s (%s, tried on %s): %s\n", f.ID, f.Reason, f.Day, cli.Plain(f.Detail))
	}
	for _, v := range l.Views {
		fmt.Fprintf(w, "in the open: %s, made on %s; amana-decrypt close removes it\n", cli.Plain(v.Path), v.Made)
	}
}

// line is a thread in one line.
func (t *listedThread) line() string {
	var words []string
	if t.Withdrawn {
		words = append(words, "WITHDRAWN, do not use or publish")
	}
	if t.New > 0 {
		words = append(words, fmt.Sprintf("%d new", t.New))
	}
	count, files := make(map[testimony.Kind]int), 0
	var languages []string
	for _, p := range t.Parts {
		count[p.Kind]++
		files += p.Files
		if p.Language != "" && !slices.Contains(languages, p.Language) {
			languages = append(languages, p.Language)
		}
	}
	words = append(words, kindsOf(count))
	if files > 0 {
		words = append(words, cli.Count(files, "file", "files"))
	}
	words = append(words, strings.Join(languages, " "))
	if t.Replies > 0 {
		words = append(words, cli.Count(t.Replies, "reply", "replies"))
	}
	days := t.First
	if t.Last != t.First {
		days += " to " + t.Last
	}
	return fmt.Sprintf("%s  %s  %s  %s", t.ID, t.Case, days, strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), ", "))
}
