//go:build tcell_minimal

package reviewer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/desk"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// Open opens a bundle as amana-decrypt open -w does. What could not be opened is news and
// no error.
func (d *deskActions) Open(ctx context.Context, path string, progress func(desk.Progress)) (*desk.News, error) {
	file, size, err := cli.OpenFile("bundle", path)
	if err != nil {
		return nil, problem(err)
	}
	defer file.Close()
	d.heard()
	g, err := newGrowth(d.session, &trustFlags{}, false)
	if err != nil {
		return nil, problem(err)
	}
	g.quiet = true
	g.watch = func(done, total int64, count, of int) {
		progress(desk.Progress{Done: done, Total: total, Count: count, Of: of})
	}
	b, err := g.add(ctx, file, size)
	if err != nil {
		return nil, problem(err)
	}
	return d.news(b), nil
}

// changeOf says what each kind of envelope is to a thread.
var changeOf = map[testimony.Kind]desk.Change{testimony.Withdrawal: desk.Withdrawn, testimony.First: desk.Fresh, testimony.Addition: desk.Added, testimony.Name: desk.Named, testimony.Fetched: desk.Fetched}

// news says what a bundle brought.
func (d *deskActions) news(b *grown) *desk.News {
	n := &desk.News{Known: b.known, Added: len(b.job.index.Opened), Remarks: d.heard()}
	for _, o := range b.job.index.Opened {
		change, ok := changeOf[o.Kind]
		if !ok {
			continue // the operator's own probe
		}
		thread := o.Thread
		if thread == "" {
			thread = o.ID
		}
		n.Items = append(n.Items, desk.Item{Change: change, Thread: thread, Day: o.Received})
	}
	order := []desk.Change{desk.Withdrawn, desk.Fresh, desk.Added, desk.Named, desk.Fetched}
	slices.SortStableFunc(n.Items, func(a, b desk.Item) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Change), slices.Index(order, b.Change)), cmp.Compare(b.Day, a.Day))
	})
	for _, f := range b.job.index.Failed {
		n.Failed = append(n.Failed, desk.Failed{ID: f.ID, Reason: string(f.Reason), Detail: f.Detail})
	}
	if b.told != "" {
		n.Remarks = append(n.Remarks, strings.TrimSpace(b.told))
	}
	var flags bytes.Buffer
	b.job.printFlags(&flags)
	for line := range strings.Lines(flags.String()) {
		if !strings.HasPrefix(line, "withdrawn: ") { // they are the first news
			n.Remarks = append(n.Remarks, strings.TrimRight(line, "\n"))
		}
	}
	for _, name := range b.job.index.Damaged {
		n.Remarks = append(n.Remarks, "damaged in the bundle: "+name)
	}
	return n
}

// Threads returns what amana-decrypt list prints.
func (d *deskActions) Threads(context.Context) ([]desk.Thread, error) {
	l, err := listAll(d.Workspace)
	if err != nil {
		return nil, problem(workspaceError(err))
	}
	var all []desk.Thread
	for _, t := range l.Threads {
		one := desk.Thread{ID: t.ID, First: t.First, Last: t.Last, Parts: len(t.Parts), Replies: t.Replies, Withdrawn: t.Withdrawn, New: t.New > 0, Case: t.Case}
		for _, p := range t.Parts {
			one.Files += p.Files
		}
		all = append(all, one)
	}
	return all, nil
}

// View makes a decrypted view of a thread as amana-decrypt view does: in memory if there
// is room, else beside the reports.
func (d *deskActions) View(ctx context.Context, thread string) (*desk.Viewed, error) {
	d.heard()
	v := &view{session: d.session, questions: []*questionnaire.Schema{questionnaire.Builtin()}}
	if err := v.choose([]string{thread}); err != nil {
		return nil, problem(err)
	}
	folder := ""
	if _, err := v.room(); err != nil {
		if folder, err = free(filepath.Join(d.reports, "view-"+thread[:8])); err != nil {
			return nil, problem(err)
		}
	}
	err := v.begin(folder)
	if err == nil {
		if err = v.fill(ctx); err != nil {
			v.undo()
		}
	}
	if err != nil {
		return nil, problem(err)
	}
	err = v.verdict() // what it warns of is heard
	if code := codeOf(err); err != nil && code != cli.ExitPartial {
		return nil, problem(err)
	}
	return &desk.Viewed{Page: filepath.Join(v.record.Path, "index.html"), Memory: v.record.Memory, Remarks: d.heard()}, nil
}

// free returns a path that begins so and where nothing is.
func free(path string) (string, error) {
	for n := 1; n < 1000; n++ {
		try := fmt.Sprintf("%s-%d", path, n)
		if _, err := os.Lstat(try); errors.Is(err, fs.ErrNotExist) {
			return try, nil
		}
	}
	return "", fmt.Errorf("too many folders named %s: %w", path, fs.ErrExist)
}

func codeOf(err error) int {
	_, code := cli.Advice(err)
	return code
}

// Views returns how many views are open.
func (d *deskActions) Views() (n int, err error) {
	for _, err := range d.session.Views() {
		if err != nil {
			return 0, problem(workspaceError(err))
		}
		n++
	}
	return n, nil
}

// CloseViews removes the views as amana-decrypt close does.
func (d *deskActions) CloseViews(ctx context.Context) (closed int, err error) {
	var views []workspace.View
	for v, err := range d.session.Views() {
		if err != nil {
			return 0, problem(workspaceError(err))
		}
		views = append(views, v)
	}
	log, err := custody.Open(d.Workspace, d.key)
	if err != nil {
		return 0, problem(err)
	}
	var failed error
	for _, v := range views {
		if ctx.Err() != nil {
			return closed, context.Cause(ctx)
		}
		var said bytes.Buffer
		if err := closeView(&said, d.Workspace, log, v); err != nil {
			failed = joined(failed, err)
			continue
		}
		closed++
	}
	return closed, problem(failed)
}
