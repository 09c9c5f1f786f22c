package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	people "amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/durable"
	"amana/internal/questionnaire"
	"amana/internal/report"
	"amana/internal/selection"
	"amana/internal/workspace"
)

// reportCommand makes pages of the cases that a browser opens from the disk.
type reportCommand struct {
	workFlags
	Folder        string   `short:"o" name:"output" required:"" placeholder:"FOLDER" type:"path" help:"The folder to make; it must not exist yet, or be empty. Open index.html in it with any browser: it asks the network for nothing."`
	Working       bool     `name:"working" help:"For your own desk: everything, whatever sources allowed, with a mark on every page. Give it to nobody."`
	To            string   `name:"to" default:"report" enum:"own,report,wgeid,iimp,iiim,coi,court-abroad,court-international,court-syrian,national" help:"For whom; only what sources allowed for that is in it. One of ${enum}. report is for anybody, and own is --working."`
	Purpose       string   `name:"purpose" placeholder:"TEXT" help:"Why, in one line: it stands on the pages and in the record of custody. You are asked if it is missing, but for --working."`
	Recipient     string   `name:"recipient" placeholder:"TEXT" help:"Who gets it, in one line: it stands on the pages and in the record of custody. You are asked if it is missing, but for --working."`
	Names         bool     `name:"names" help:"His name is in it, from the page of his name, where that may be. Never in a report for anybody."`
	Files         bool     `name:"files" help:"The files are put beside the pages as the sources sent them, under names of ours, where that may be: with the places and devices that photos tell of. Never beside a report for anybody."`
	Languages     []string `name:"language" enum:"ar,en" placeholder:"ar,en" help:"Only in this language; without it in both."`
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"A questionnaire that your server asks or asked, if it is not the one that Amana brings. May be given several times."`
	JSON          bool     `name:"json" help:"Print one JSON object for scripts."`
}

// reportMemory is from where on the collector works harder. The index of the workspace,
// which the system holds in memory as far as there is room, comes on top.
const reportMemory = 144 << 20

// reportJob is a report on its way.
type reportJob struct {
	*reportCommand
	*session
	log       *custody.Log
	folder    *dossier.Folder
	cases     []*people.Case
	sel       *selection.Selection
	questions []*questionnaire.Schema
	counted   *counted
}

// Run writes the folder, then the record of custody, and names the folder last.
func (c *reportCommand) Run(ctx context.Context, stdout io.Writer) error {
	if err := c.check(); err != nil {
		return &cli.Error{Err: err, Code: cli.ExitUsage}
	}
	questions, err := readQuestions(c.Questionnaire)
	if err != nil {
		return err
	}
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	// After the passphrase: whoever types it by habit at the first question would hand it on.
	if !c.Working {
		if err := askReason(ctx, &c.Purpose, &c.Recipient); err != nil {
			return err
		}
	}
	j := &reportJob{reportCommand: c, session: s, questions: questions}
	var end func()
	if j.log, j.folder, end, err = s.beginLeaving(c.Folder); err != nil {
		return err
	}
	defer end()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(reportMemory))
	made, err := j.make(ctx)
	if err != nil {
		return err
	}
	return j.print(stdout, made)
}

func (c *reportCommand) check() error {
	if c.Working && c.To == string(consent.Report) {
		c.To = string(consent.Own)
	}
	use := consent.Use(c.To)
	c.Working = c.Working || use == consent.Own
	switch {
	case c.Working && use != consent.Own:
		return errors.New("--working is for your own desk: leave --to out")
	case c.Names && !use.Names():
		return errors.New("his name never goes into what anybody can read: --names goes with --working, or with --to and a recipient of its own")
	case c.Files && !use.Files():
		return errors.New("the files themselves never go into what anybody can read, for photos tell of places and devices: --files goes with --working, or with --to and a recipient of its own")
	case !fitsRecord(c.Purpose) || !fitsRecord(c.Recipient):
		return fmt.Errorf("the purpose and the recipient must each be one line of at most %d characters", custody.MaxText)
	}
	return nil
}

// make writes the report, flushes it, writes it down, and names it.
func (j *reportJob) make(ctx context.Context) (*report.Made, error) {
	if err := j.choose(ctx); err != nil {
		return nil, err
	}
	o := report.Options{
		Day: today(), Languages: j.Languages, Purpose: j.Purpose, Recipient: j.Recipient,
		Names: j.Names, Files: j.Files, Questions: j.questions,
	}
	var err error
	if o.Extras, err = j.tables(ctx); err != nil {
		return nil, workspaceError(err)
	}
	if o.Replies, err = j.replies(); err != nil {
		return nil, workspaceError(err)
	}
	progress := cli.NewCount(os.Stderr, "writing", len(j.sel.Cases))
	o.Progress = func(done int) { progress.Set(int64(done)) }
	made, err := report.Write(ctx, j.sel, j.folder, o)
	progress.Done()
	if err != nil {
		if errors.Is(err, dossier.ErrWrite) {
			return nil, cli.Hint(err, "is the disk full? Nothing was left behind")
		}
		return nil, workspaceError(err)
	}
	if err := durable.SyncTree(j.folder.Partial()); err != nil {
		return nil, fmt.Errorf("flush the report: %w", err)
	}
	return made, j.finish(made)
}

// choose makes the selection that the pages are made of.
func (j *reportJob) choose(ctx context.Context) (err error) {
	if j.cases, err = people.Load(j.Workspace); err != nil {
		return workspaceError(err)
	}
	j.sel, err = selection.Make(ctx, j.Workspace, j.cases, consent.Use(j.To), selection.Options{Names: j.Names})
	if err != nil {
		return workspaceError(err)
	}
	if len(j.sel.Cases) == 0 && j.Working {
		return cli.Hint(errors.New("nothing is in this workspace yet"), "open a bundle into it: amana-decrypt open BUNDLE -w %s", j.Path())
	}
	return nil
}

// finish writes down that the report was made, in one transaction with what was printed
// of small numbers, and names the folder.
func (j *reportJob) finish(made *report.Made) error {
	languages := strings.Join(j.Languages, " ")
	if languages == "" {
		languages = strings.Join(report.Languages, " ")
	}
	event := custody.Event{
		Act: custody.Reported, Purpose: j.Purpose, Recipient: j.Recipient, Subjects: subjects(j.sel),
		Detail: fmt.Sprintf("for %s; %d cases; %s; names %s; files %s; SHA256SUMS %s", j.To, made.Cases, languages, yesNo(j.Names), yesNo(j.Files), made.Sums),
	}
	events := []custody.Event{event}
	if j.counted.sel != nil && !j.Working {
		events = append(events, j.counted.event(j.Purpose, j.Recipient))
	}
	var looked []string
	if j.Working {
		looked = made.Envelopes
	}
	if err := j.log.Put(events, append(workspace.Looked(looked...), j.writes()...)...); err != nil {
		return cli.Hint(fmt.Errorf("the record of custody could not be written, so the report was removed: %w", err), "nothing was made")
	}
	if err := j.folder.Commit(); err != nil {
		j.log.Add(custody.Event{Act: custody.Reported, Detail: "did not happen: the folder could not be named, and was removed; SHA256SUMS " + made.Sums})
		return err
	}
	return nil
}
