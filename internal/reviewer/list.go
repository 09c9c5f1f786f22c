package reviewer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"amana/internal/cases"
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
	l := &listing{Threads: []listedThread{}, Probes: []listedPart{}, Failed: []listedFailed{}, Views: []listedView{}}
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
	if l.unfinished, err = w.Unfinished(); err != nil {
		return nil, err
	}
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
