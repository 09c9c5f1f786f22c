package reviewer

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/durable"
	"amana/internal/selection"
	"amana/internal/workspace"
)

// custodyShow prints the record of some testimonies.
type custodyShow struct {
	What string `arg:"" name:"which" help:"A case (C-…), or the first digits of the id of a thread or a testimony, as many as name only one."`
	workFlags
	Language string `name:"language" enum:"ar,en" default:"ar" help:"In which language: ar or en."`
	Out      string `short:"o" name:"page" placeholder:"FILE" type:"path" help:"Write a page (HTML) to be printed, instead of text; it must not exist yet."`
}

// Run prints text, or writes a page.
func (c *custodyShow) Run(ctx context.Context, stdout io.Writer) error {
	var others []string
	if c.Out != "" {
		if err := vacant(c.Out, "-o"); err != nil {
			return err
		}
		others = append(others, filepath.Dir(c.Out))
	}
	s, log, err := c.record(ctx, others...)
	if err != nil {
		return err
	}
	defer s.Close()
	caseID, refs, err := findRefs(s.Workspace, c.What)
	if err != nil {
		return err
	}
	if err := warnOfCourts(ctx, s.Workspace, refs); err != nil {
		return err
	}
	story, err := log.Tell(wholeID(strings.TrimSpace(c.What), caseID, refs), caseID, refs)
	if err != nil {
		return recordError(err)
	}
	if c.Out == "" {
		err = story.Text(stdout, c.Language)
	} else {
		err = c.write(story, log, refs, stdout)
	}
	if err == nil && len(story.Faults) > 0 {
		err = &cli.Error{Err: fmt.Errorf("the record of custody is broken in %s", cli.Count(len(story.Faults), "place", "places")), Code: cli.ExitDamaged,
			Hint: "amana-decrypt custody verify says what was changed, and where"}
	}
	return err
}

// wholeID returns in full the id of what was named by its first digits: it stands on top of
// what a court reads.
func wholeID(what, caseID string, refs []workspace.Ref) string {
	switch {
	case caseID != "":
		return caseID
	case len(refs) > 0 && strings.HasPrefix(refs[0].Thread, strings.ToLower(what)):
		return refs[0].Thread
	case len(refs) > 0:
		return refs[0].ID
	}
	return what
}

// warnOfCourts says how many of the sources told of allowed no court to have what they
// sent: the record names their ids, their days and the hashes of their files.
func warnOfCourts(ctx context.Context, w *workspace.Workspace, refs []workspace.Ref) error {
	all, err := cases.Load(w)
	if err != nil {
		return workspaceError(err)
	}
	may := make(map[string]bool) // by thread
	for _, use := range []consent.Use{consent.CourtAbroad, consent.CourtInternational, consent.CourtSyrian} {
		sel, err := selection.Make(ctx, w, all, use, selection.Options{})
		if err != nil {
			return workspaceError(err)
		}
		for _, c := range sel.Cases {
			for _, t := range c.Threads {
				may[t.ID] = true
			}
		}
	}
	not := make(map[string]bool)
	for _, r := range refs {
		if !may[r.Thread] {
			not[r.Thread] = true
		}
	}
	if len(not) > 0 {
		program.Warn("%s told of here allowed no court to have what they sent: this record names its ids, days and hashes. Hand it to nobody before you have thought of each; a single thread can be named in the place of a case",
			cli.Count(len(not), "source", "sources"))
	}
	return nil
}

// write writes the page, and puts that into the record: it leaves the workspace.
func (c *custodyShow) write(story *custody.Story, log *custody.Log, refs []workspace.Ref, stdout io.Writer) error {
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := story.HTML(out, c.Language); err != nil {
		return err
	}
	if log.Signs() && !log.ReadOnly() && len(story.Faults) == 0 {
		err := log.Add(custody.Event{Act: custody.Reported, Subjects: custody.OfRefs(refs...), Detail: "the record of custody, as a page"})
		if err != nil {
			return recordError(err)
		}
	}
	if err := out.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %s; open it in a browser and print it\n", cli.OneLine(c.Out))
	return nil
}

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
