//go:build tcell_minimal

package reviewer

import (
	"context"
	"path/filepath"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/desk"
	"amana/internal/names"
	"amana/internal/questionnaire"
)

// mostSuggested is how many pairs a screen lists.
const mostSuggested = 100

// reading returns the workspace with its coding.
func (d *deskActions) reading() (*reading, error) {
	coding, err := cases.Read(d.Workspace)
	if err != nil {
		return nil, workspaceError(err)
	}
	return &reading{d.session, coding}, nil
}

// Suggestions returns what amana-decrypt cases suggest prints.
func (d *deskActions) Suggestions(ctx context.Context, language string) ([]desk.Suggestion, error) {
	r, err := d.reading()
	if err != nil {
		return nil, problem(err)
	}
	people, _, err := r.coding.Named(ctx, r.Workspace)
	if err != nil {
		return nil, problem(workspaceError(err))
	}
	pairs, _, err := names.New(people).Suggest(ctx, names.Options{Skip: r.coding.Different})
	if err != nil {
		return nil, problem(err)
	}
	var all []desk.Suggestion
	for _, p := range pairs[:min(len(pairs), mostSuggested)] {
		s := desk.Suggestion{Threads: [2]string{p.A, p.B}, Cases: [2]string{r.coding.Case(p.A).ID, r.coding.Case(p.B).ID}, Score: p.Score}
		for _, reason := range p.Reasons {
			sign := "+ "
			if reason.Bits < 0 {
				sign = "- "
			}
			s.Reasons = append(s.Reasons, sign+reason.Text(language))
		}
		all = append(all, s)
	}
	return all, nil
}

// Names returns what sources call the person, once that it was looked at is in the record
// of custody.
func (d *deskActions) Names(_ context.Context, threads ...string) ([]desk.Person, error) {
	r, err := d.reading()
	if err != nil {
		return nil, problem(err)
	}
	said, err := r.names(threads, "names of a suggested pair, on the screen")
	if err != nil {
		return nil, problem(err)
	}
	var all []desk.Person
	for _, n := range said {
		all = append(all, desk.Person{Name: n.Name, Father: n.Father, Mother: n.Mother, Birth: n.Birth, Birthplace: n.Birthplace})
	}
	return all, nil
}

// Judge links two threads, or says that they are apart, as amana-decrypt cases does.
func (d *deskActions) Judge(_ context.Context, threads [2]string, same bool, why string) error {
	r, err := d.reading()
	if err != nil {
		return problem(err)
	}
	act, plan := custody.Unlinked, r.coding.TellApart(threads[0], threads[1], cases.NotOther)
	if same {
		act = custody.Linked
		if plan, err = r.coding.Link(threads[:]...); err != nil {
			return problem(err)
		}
	}
	if plan.Empty() {
		return nil
	}
	author, err := r.author()
	if err != nil {
		return problem(err)
	}
	signed, err := plan.Sign(author, why)
	if err != nil {
		return problem(entryError(err))
	}
	return problem(r.keep(act, signed))
}

// Report makes a report as amana-decrypt report does, in the folder of reports.
func (d *deskActions) Report(ctx context.Context, own bool, purpose, recipient string) (string, error) {
	c := &reportCommand{Working: own, To: string(consent.Report), Purpose: purpose, Recipient: recipient}
	if err := c.check(); err != nil {
		return "", problem(err)
	}
	log, err := signingLog(d.session)
	if err != nil {
		return "", problem(err)
	}
	name, err := free(filepath.Join(d.reports, "report-"+today()))
	if err != nil {
		return "", problem(err)
	}
	j := &reportJob{reportCommand: c, session: d.session, log: log, questions: []*questionnaire.Schema{questionnaire.Builtin()}}
	var end func()
	if j.folder, end, err = d.session.beginFolder(name); err != nil {
		return "", problem(err)
	}
	defer end()
	if _, err := j.make(ctx); err != nil {
		return "", problem(err)
	}
	return filepath.Join(j.folder.Path(), "index.html"), nil
}
