package reviewer

import (
	"fmt"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// findThreads returns the threads that a person names: a case by its code, or a thread
// or a testimony by the beginning of its id.
func findThreads(w *workspace.Workspace, name string) ([]*cases.Thread, error) {
	name = strings.TrimSpace(name)
	all, err := cases.Load(w)
	if err != nil {
		return nil, workspaceError(err)
	}
	for _, c := range all {
		if strings.EqualFold(c.ID, name) {
			return c.Threads, nil
		}
	}
	prefix := strings.ToLower(name)
	if len(prefix) < leastDigits || strings.Trim(prefix, "0123456789abcdef") != "" {
		return nil, cli.Hint(fmt.Errorf("%q is no case of this workspace, and not at least the first %d digits of an id", cli.Plain(name), leastDigits),
			"copy the id from amana-decrypt list")
	}
	var found []*cases.Thread
	for _, c := range all {
		for _, t := range c.Threads {
			match := strings.HasPrefix(t.ID, prefix)
			for _, ref := range t.Refs {
				match = match || strings.HasPrefix(ref.ID, prefix)
			}
			if match {
				found = append(found, t)
			}
		}
	}
	if len(found) == 0 {
		if found, err = findProbes(w, prefix); err != nil {
			return nil, workspaceError(err)
		}
	}
	switch len(found) {
	case 0:
		return nil, cli.Hint(fmt.Errorf("no thread and no testimony in this workspace begins with %s", prefix), "copy the id from amana-decrypt list")
	case 1:
		return found, nil
	}
	return nil, cli.Hint(fmt.Errorf("%s begins the ids of several threads, of %s and %s among others", prefix, found[0].ID, found[1].ID), "give more digits")
}

// findProbes returns the probes whose ids begin with a prefix, each as a thread of its
// own: that a part is a probe is the server's word alone, so a person must be able to
// look.
func findProbes(w *workspace.Workspace, prefix string) (found []*cases.Thread, err error) {
	for ref, err := range w.Refs() {
		if err != nil {
			return nil, err
		}
		if ref.Kind == testimony.Probe && strings.HasPrefix(ref.ID, prefix) {
			found = append(found, &cases.Thread{ID: ref.Thread, Refs: []workspace.Ref{ref}})
		}
	}
	return found, nil
}
