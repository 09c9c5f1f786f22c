package reviewer

import (
	"fmt"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/workspace"
)

// findRefs returns the envelopes that a case, or the one thread or testimony whose id
// begins so, is made of; and the case that was named.
func findRefs(w *workspace.Workspace, what string) (caseID string, refs []workspace.Ref, err error) {
	c, err := findCase(w, what)
	if err != nil {
		return "", nil, err
	}
	if c != nil {
		for _, t := range c.Threads {
			refs = append(refs, t.Refs...)
		}
		return c.ID, refs, nil
	}
	what = strings.ToLower(strings.TrimSpace(what))
	if len(what) < leastDigits || strings.Trim(what, "0123456789abcdef") != "" {
		return "", nil, cli.Hint(fmt.Errorf("%q is neither a case nor the beginning of an id", what), "give a case (C-…), or at least %d digits of the id of a thread or a testimony", leastDigits)
	}
	var threads, ids []string
	for r, err := range w.Refs() {
		if err != nil {
			return "", nil, workspaceError(err)
		}
		if strings.HasPrefix(r.Thread, what) && !slices.Contains(threads, r.Thread) {
			threads = append(threads, r.Thread)
		}
		if strings.HasPrefix(r.ID, what) {
			ids, refs = append(ids, r.ID), []workspace.Ref{r}
		}
		if len(threads) > 1 || len(ids) > 1 {
			return "", nil, cli.Hint(fmt.Errorf("%s begins the ids of several threads or testimonies", what), "give more digits")
		}
	}
	switch {
	case len(threads) == 0 && len(ids) == 0:
		return "", nil, cli.Hint(fmt.Errorf("no thread and no testimony in this workspace begins with %s", what), "amana-decrypt list -w shows their ids")
	case len(threads) == 0:
		return "", refs, nil
	case len(ids) == 1 && refs[0].Thread != threads[0]:
		return "", nil, cli.Hint(fmt.Errorf("%s begins the ids of a thread and of a testimony of another", what), "give more digits")
	}
	refs, err = refsOf(w, threads)
	return "", refs, err
}

// refsOf returns the envelopes of threads, by day.
func refsOf(w *workspace.Workspace, threads []string) (refs []workspace.Ref, err error) {
	for r, err := range w.Refs() {
		if err != nil {
			return nil, workspaceError(err)
		}
		if slices.Contains(threads, r.Thread) {
			refs = append(refs, r)
		}
	}
	slices.SortFunc(refs, func(a, b workspace.Ref) int { return strings.Compare(a.Received+a.ID, b.Received+b.ID) })
	return refs, nil
}
