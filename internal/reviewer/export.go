package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/durable"
	"amana/internal/export"
	"amana/internal/questionnaire"
	"amana/internal/selection"
	"amana/internal/workspace"
)

// exportCommand writes what leaves the reviewers.
type exportCommand struct {
	workFlags
	Format        string   `name:"format" required:"" enum:"json,csv,uwazi,ftm,wgeid" help:"json: everything, exactly, as JSON. csv: for spreadsheets and statistics. uwazi: a ZIP for Uwazi's import. ftm: FollowTheMoney, for Aleph. wgeid: drafts for the UN Working Group, which nobody has filed."`
	To            string   `name:"to" required:"" enum:"own,report,wgeid,iimp,iiim,coi,court-abroad,court-international,court-syrian,national" help:"For whom; only what sources allowed for that goes along. One of ${enum}. own is your own archive: everything, whatever sources allowed, and for nobody else."`
	Folder        string   `short:"o" name:"output" required:"" placeholder:"FOLDER" type:"path" help:"The folder to make; it must not exist yet, or be empty."`
	Purpose       string   `name:"purpose" placeholder:"TEXT" help:"Why, in one line: it is written to the record of custody. You are asked if it is missing."`
	Recipient     string   `name:"recipient" placeholder:"TEXT" help:"Who gets it, in one line: it is written to the record of custody. You are asked if it is missing."`
	Names         bool     `name:"names" help:"His name goes along, from the page of his name, where that may be. Never into a report."`
	Files         bool     `name:"files" help:"The files go along as the sources sent them, where that may be: with the places and devices that photos tell of. Never into a report."`
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"A questionnaire that your server asks or asked, if it is not the one that Amana brings. May be given several times."`
	JSON          bool     `name:"json" help:"Print one JSON object for scripts."`
}

// Run writes the folder, then the record of custody, and names the folder last.
func (c *exportCommand) Run(ctx context.Context, stdout io.Writer) error {
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
	if err := askReason(ctx, &c.Purpose, &c.Recipient); err != nil {
		return err
	}
	log, folder, end, err := s.beginLeaving(c.Folder)
	if err != nil {
		return err
	}
	defer end()
	all, err := cases.Load(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	sel, err := selection.Make(ctx, s.Workspace, all, consent.Use(c.To), selection.Options{Names: c.Names})
	if err != nil {
		return workspaceError(err)
	}
	if len(sel.Cases) == 0 {
		return cli.Hint(fmt.Errorf("nothing leaves: of %s none allows it", cli.Count(len(all), "case", "cases")),
			"what a source did not clearly allow stays secret; amana-decrypt show tells what each allowed")
	}
	made, err := c.write(ctx, s, log, sel, questions, folder)
	if err != nil {
		return err
	}
	return c.print(stdout, folder.Path(), made, sel)
}

func (c *exportCommand) check() error {
	use := consent.Use(c.To)
	if err := export.Check(export.Format(c.Format), use); err != nil {
		if c.Format == string(export.WGEID) && errors.Is(err, export.ErrUse) {
			return cli.Hint(err, "give --to wgeid, and --names")
		}
		return err
	}
	switch {
	case c.Names && !use.Names():
		return errors.New("his name never goes into what anybody can read")
	case c.Files && !use.Files():
		return errors.New("the files themselves never go into what anybody can read: photos tell of places and devices")
	case c.Format == string(export.WGEID) && !c.Names:
		return errors.New("a draft for the Working Group needs his name: add --names if it is to be there")
	case c.Files && (c.Format == string(export.WGEID)):
		return errors.New("drafts for the Working Group have no files")
	}
	return nil
}

// fitsRecord tells whether the record of custody takes a text as it is.
func fitsRecord(text string) bool {
	return utf8.RuneCountInString(text) <= custody.MaxText && !strings.ContainsFunc(text, unicode.IsControl)
}

// write writes the export, flushes it, writes it down, and names it.
func (c *exportCommand) write(ctx context.Context, s *session, log *custody.Log, sel *selection.Selection, questions []*questionnaire.Schema, folder *dossier.Folder) (*export.Manifest, error) {
	root, err := os.OpenRoot(folder.Partial())
	if err != nil {
		return nil, err
	}
	defer root.Close()
	progress := cli.NewCount(os.Stderr, "exporting", len(sel.Cases))
	job := &export.Job{
		Format: export.Format(c.Format), Selection: sel, Workspace: s.Workspace, Custody: log, Questions: questions,
		Made: today(), Names: c.Names, Files: c.Files,
		Progress: func(done int) { progress.Set(int64(done)) },
	}
	m, err := export.Write(ctx, job, export.NewFolder(root))
	progress.Done()
	if err != nil {
		return nil, exportError(err)
	}
	root.Close() // some systems move no folder that is open
	if err := durable.SyncTree(folder.Partial()); err != nil {
		return nil, fmt.Errorf("flush the export: %w", err)
	}
	event := custody.Event{
		Act: custody.Exported, Purpose: c.Purpose, Recipient: c.Recipient, Subjects: subjects(sel),
		Detail: fmt.Sprintf("%s for %s; %d cases; names %s; files %s; manifest SHA-256 %s", c.Format, c.To, m.Cases, yesNo(m.Names), yesNo(m.Files), m.SHA256),
	}
	if err := log.Add(event); err != nil {
		return nil, cli.Hint(fmt.Errorf("the record of custody could not be written, so the export was removed: %w", err), "nothing has left")
	}
	if err := folder.Commit(); err != nil {
		log.Add(custody.Event{Act: custody.Exported, Detail: "did not happen: the folder could not be named, and was removed; manifest SHA-256 " + m.SHA256})
		return nil, err
	}
	return m, nil
}

// subjects are what leaves: each source of each case.
func subjects(sel *selection.Selection) []custody.Subject {
	var all []custody.Subject
	for _, one := range sel.Cases {
		for _, t := range one.Threads {
			all = append(all, custody.Subject{Case: one.ID, Thread: t.ID})
		}
	}
	return all
}

func exportError(err error) error {
	if errors.Is(err, export.ErrWrite) {
		return cli.Hint(err, "is the disk full? Nothing was left behind, and nothing has left")
	}
	return workspaceError(err)
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// print says what left, and what did not.
func (c *exportCommand) print(out io.Writer, path string, m *export.Manifest, sel *selection.Selection) error {
	if c.JSON {
		return printJSON(out, map[string]any{
			"folder": path, "format": m.Format, "version": m.Version, "for": m.For, "cases": m.Cases, "names": m.Names, "files": m.Files,
			"manifest": m.SHA256, "left_out_cases": sel.LeftOut.Cases, "left_out_sources": sel.LeftOut.Threads,
			"left_out_names": sel.LeftOut.Names, "danger": sel.Danger,
		})
	}
	fmt.Fprintf(out, "%s: %s, for %s\n", cli.OneLine(path), cli.Count(m.Cases, "case", "cases"), sel.Use.In("en"))
	fmt.Fprintf(out, "manifest SHA-256: %s\nIt is in the record of custody.\n", m.SHA256)
	if sel.Use == consent.Own {
		fmt.Fprint(out, "This is your own archive. It holds everything in the open, whatever sources allowed. Keep it encrypted, and give it to nobody.\nهذا أرشيفكم أنتم: فيه كل شيء مكشوفًا، مهما سمحت به المصادر. احفظوه مشفّرًا ولا تعطوه لأحد.\n")
		return nil
	}
	fmt.Fprintf(out, "left out, because it was not allowed: %s, and %s in all\n",
		cli.Count(sel.LeftOut.Cases, "case", "cases"), cli.Count(sel.LeftOut.Threads, "source", "sources"))
	if sel.LeftOut.Names > 0 {
		fmt.Fprintf(out, "left out: %s of his name\n", cli.Count(sel.LeftOut.Names, "page", "pages"))
	}
	if sel.Danger > 0 {
		fmt.Fprintf(out, "Think again: %s here said that somebody could come to harm if others learned of it, or that they do not know.\n", cli.Count(sel.Danger, "source", "sources"))
	}
	if sel.Use == consent.CourtSyrian {
		fmt.Fprint(out, "Before it is handed on, weigh whether the trial would be fair, and whether somebody could be put to death.\n")
	}
	if m.Names || m.Files {
		fmt.Fprint(out, "It is not encrypted, and can lead to people. Keep it on an encrypted disk.\n")
	}
	return nil
}
