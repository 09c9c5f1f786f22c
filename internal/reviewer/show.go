package reviewer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/outbox"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// showCommand prints one thread, from memory.
type showCommand struct {
	ID string `arg:"" help:"The thread: at least the first four digits of its id, or of the id of one of its testimonies; or the code of a case (C-…), for all its threads."`
	workFlags
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"A questionnaire that your server asks or asked, if it is not the one that Amana brings."`
}

// Run prints the thread, when that it was looked at is in the record of custody.
// Nothing of it is written to a file.
func (c *showCommand) Run(ctx context.Context, stdout io.Writer) error {
	questions, err := readQuestions(c.Questionnaire)
	if err != nil {
		return err
	}
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	threads, err := findThreads(s.Workspace, c.ID)
	if err != nil {
		return err
	}
	replies, err := outbox.Replies(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	var page bytes.Buffer
	words := dossier.NewWords(questions)
	for _, t := range threads {
		if err := showThread(&page, s.Workspace, t, words, replies); err != nil {
			return workspaceError(err)
		}
	}
	var refs []workspace.Ref
	for _, t := range threads {
		refs = append(refs, t.Refs...)
	}
	if err := s.looked(refs, "on the terminal"); err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, cli.Plain(page.String())); err != nil {
		return fmt.Errorf("print thread: %w", err)
	}
	return nil
}

// looked writes down that a person looks at envelopes, and in what way: to the record
// of custody, and so that they are not new any more. with goes into the same
// transaction.
func (s *session) looked(refs []workspace.Ref, how string, with ...workspace.Write) error {
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range refs {
		ids = append(ids, r.ID)
	}
	err = log.Put([]custody.Event{{Act: custody.Viewed, Subjects: custody.OfRefs(refs...), Detail: how}},
		append(workspace.Looked(ids...), with...)...)
	if err != nil {
		return cli.Hint(workspaceError(fmt.Errorf("nothing is shown without a line in the record of custody: %w", err)),
			"use a key that can sign, and a workspace that can be written to")
	}
	return nil
}

// showThread writes a thread for a terminal.
func showThread(out io.Writer, w *workspace.Workspace, t *cases.Thread, words *dossier.Words, replies []*outbox.Reply) error {
	fmt.Fprintf(out, "thread %s\n", t.ID)
	if t.Withdrawn {
		fmt.Fprintln(out, "WITHDRAWN by its source: do not use or publish what belongs to it.")
	}
	first := 0
	for _, ref := range t.Refs {
		if ref.Kind == testimony.First {
			first++
		}
		if err := showPart(out, w, ref, words); err != nil {
			return err
		}
	}
	if first > 1 {
		fmt.Fprintf(out, "\nflagged: %d parts say that they are the first of this thread; a source sends one\n", first)
	}
	for _, r := range replies {
		if r.Thread == t.ID {
			showReply(out, r)
		}
	}
	fmt.Fprintln(out)
	return nil
}

func showPart(out io.Writer, w *workspace.Workspace, ref workspace.Ref, words *dossier.Words) error {
	one, err := w.Testimony(ref.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s %s, received %s", strings.ToUpper(string(ref.Kind)), ref.ID, ref.Received)
	if ref.Language != "" {
		fmt.Fprintf(out, ", in %s", ref.Language)
	}
	fmt.Fprintf(out, "\n  sealed under %s; opened %s\n", ref.Roster, ref.Opened)
	for _, n := range ref.Notes {
		fmt.Fprintf(out, "  flagged: %s\n", n)
	}
	switch ref.Kind {
	case testimony.Withdrawal:
		fmt.Fprintln(out, "  the source takes back all of this thread")
	case testimony.Fetched:
		fmt.Fprintf(out, "  the source read %s: %s\n", cli.Count(len(one.Fetched), "reply", "replies"), strings.Join(one.Fetched, " "))
	}
	return words.Write(out, one)
}

func showReply(out io.Writer, r *outbox.Reply) {
	state := map[string]string{"waiting": "not yet on a stick", "sent": "written to a stick", "read": "read by the source on " + r.Read}[r.State()]
	fmt.Fprintf(out, "\nREPLY %s, written %s by %s; %s\n", r.ID, r.Day, r.By, state)
	for line := range strings.Lines(r.Text) {
		fmt.Fprintf(out, "%s%s\n", dossier.Quote, strings.TrimRight(line, "\r\n"))
	}
}
