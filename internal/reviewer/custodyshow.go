package reviewer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
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
	"amana/internal/export"
	"amana/internal/selection"
	"amana/internal/workspace"
)

// custodyShow prints the record of some testimonies.
type custodyShow struct {
	What string `arg:"" name:"which" help:"A case (C-…), or the first digits of the id of a thread or a testimony, as many as name only one."`
	workFlags
	To        string `name:"to" default:"own" enum:"own,report,wgeid,iimp,iiim,coi,court-abroad,court-international,court-syrian,national" help:"For whom; only what sources allowed for that is in it, under codes in the place of ids, and it is written to the record of custody. One of ${enum}. own, which it is without --to, is for your own desk and for nobody else; for a report, which anybody reads, there is none."`
	Purpose   string `name:"purpose" placeholder:"TEXT" help:"Why, in one line: it is written to the record of custody. You are asked if it is missing, but for own."`
	Recipient string `name:"recipient" placeholder:"TEXT" help:"Who gets it, in one line: it is written to the record of custody. You are asked if it is missing, but for own."`
	Language  string `name:"language" enum:"ar,en" default:"ar" help:"In which language: ar or en."`
	Out       string `short:"o" name:"page" placeholder:"FILE" type:"path" help:"Write a page (HTML) to be printed, instead of text; it must not exist yet."`
}

// handed tells whether it is for others.
func (c *custodyShow) handed() bool { return consent.Use(c.To) != consent.Own }

// Run prints text, or writes a page.
func (c *custodyShow) Run(ctx context.Context, stdout io.Writer) error {
	if consent.Use(c.To).Public() {
		return &cli.Error{Err: errors.New("the record of custody has days and hashes, which go to one recipient and never to everybody"), Code: cli.ExitUsage,
			Hint: "say with --to which court or body gets it"}
	}
	var others []string
	if c.Out != "" {
		if err := vacant(c.Out, "-o"); err != nil {
			return err
		}
		others = append(others, filepath.Dir(c.Out))
	}
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	// After the passphrase: whoever types it by habit at the first question would hand it on.
	if c.handed() {
		if err := askReason(ctx, &c.Purpose, &c.Recipient); err != nil {
			return err
		}
	}
	if err := s.confine(others...); err != nil {
		return err
	}
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return err
	}
	caseID, refs, err := findRefs(s.Workspace, c.What)
	if err != nil {
		return err
	}
	if c.handed() {
		return c.hand(ctx, s, log, refs, stdout)
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
// what is printed.
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

// hand prints, or writes, what one recipient may have, after it was written down.
func (c *custodyShow) hand(ctx context.Context, s *session, log *custody.Log, refs []workspace.Ref, stdout io.Writer) error {
	if !log.Signs() {
		return cli.Hint(custody.ErrUnsigned, "nothing leaves without being written down: use the key that amana-keys reviewer new made")
	}
	sel, err := c.selectOne(ctx, s, refs)
	if err != nil {
		return err
	}
	story, threads, err := export.Record(log, sel, refs)
	switch {
	case errors.Is(err, export.ErrNothing):
		return cli.Hint(err, "what a source did not clearly allow stays secret; amana-decrypt show tells what each allowed")
	case err != nil:
		return recordError(err)
	}
	var text bytes.Buffer // of one case
	form := "text"
	if c.Out == "" {
		err = story.Text(&text, c.Language)
	} else {
		form = "page"
		err = story.HTML(&text, c.Language)
	}
	if err != nil {
		return err
	}
	event := custody.Event{Act: custody.Exported, Purpose: c.Purpose, Recipient: c.Recipient, Subjects: threads,
		Detail: fmt.Sprintf("the record of custody, as a %s, for %s; SHA-256 %x", form, c.To, sha256.Sum256(text.Bytes()))}
	if c.Out == "" {
		if err := log.Add(event); err != nil {
			return recordError(err)
		}
		_, err = stdout.Write(text.Bytes())
	} else {
		err = c.commit(log, event, text.Bytes())
	}
	if err != nil {
		return err
	}
	if c.Out != "" {
		fmt.Fprintf(stdout, "wrote %s, for %s; open it in a browser and print it\nIt is in the record of custody.\n", cli.OneLine(c.Out), sel.Use.In("en"))
	}
	c.warn(sel, len(refs)-len(story.Originals))
	return nil
}

// selectOne returns what the recipient may see of the case that the envelopes are of.
func (c *custodyShow) selectOne(ctx context.Context, s *session, refs []workspace.Ref) (*selection.Selection, error) {
	all, err := cases.Load(s.Workspace)
	if err != nil {
		return nil, workspaceError(err)
	}
	home := slices.IndexFunc(all, func(one *cases.Case) bool {
		return len(refs) > 0 && slices.ContainsFunc(one.Threads, func(t *cases.Thread) bool { return t.ID == refs[0].Thread })
	})
	if home < 0 {
		return nil, fmt.Errorf("no case has what was named")
	}
	sel, err := selection.Make(ctx, s.Workspace, all, consent.Use(c.To), selection.Options{Case: all[home].ID})
	if err != nil {
		return nil, workspaceError(err)
	}
	return sel, nil
}

// commit writes the event down, and names the page after that.
func (c *custodyShow) commit(log *custody.Log, event custody.Event, page []byte) error {
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	if _, err := out.Write(page); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	if err := log.Add(event); err != nil {
		return recordError(err)
	}
	if err := out.Commit(); err != nil {
		log.Add(custody.Event{Act: custody.Exported, Detail: "did not happen: the page could not be named, and was removed; " + event.Detail})
		return err
	}
	return nil
}

// warn says to the reviewer alone what is not in it, and what to weigh.
func (c *custodyShow) warn(sel *selection.Selection, without int) {
	if without > 0 {
		program.Warn("left out, because it is not for that: %s. It says nothing of them", cli.Count(without, "sealed part", "sealed parts"))
	}
	if sel.Danger > 0 {
		program.Warn("think again: %s of this case said that somebody could come to harm if others learned of it, or that they do not know", cli.Count(sel.Danger, "source", "sources"))
	}
	if sel.Use == consent.CourtSyrian {
		program.Warn("before it is handed on, weigh whether the trial would be fair, and whether somebody could be put to death")
	}
}

// write writes the page for the reviewers' own desk, and puts that into the record.
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
