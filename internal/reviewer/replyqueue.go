package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/custody"
	"amana/internal/outbox"
	"amana/internal/workspace"
)

// queue writes a reply into the workspace, to the recipient that the workspace's own
// records name. What a stranger could change is not looked at.
func (c *replyCommand) queue(ctx context.Context, stdout io.Writer) error {
	in, err := c.input()
	if err != nil {
		return err
	}
	defer in.Close()
	s, log, err := c.desk(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	to, earlier, err := s.answerable(c.Thread)
	if err != nil {
		return err
	}
	text, err := c.readText(ctx, in)
	if err != nil {
		return err
	}
	for _, r := range earlier {
		fmt.Fprintf(stdout, "written %s by %s (%s):\n", r.Day, cli.Plain(r.By), said(r))
		for line := range strings.Lines(r.Text) {
			fmt.Fprintf(stdout, "  : %s\n", cli.Plain(strings.TrimSuffix(line, "\n")))
		}
	}
	if err := c.ask(ctx, stdout, &thread{id: to.Thread, parts: to.Parts, last: to.Last}, text); err != nil {
		return err
	}
	r, err := s.queueReply(log, to, text)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "reply %s to thread %s waits in the workspace; amana-decrypt outbox puts it on a stick\n", r.ID, r.Thread)
	return nil
}

// desk opens the workspace, to write to it.
func (c *replyCommand) desk(ctx context.Context) (*session, *custody.Log, error) {
	flags := workFlags{Workspace: c.Workspace, Key: c.Key, passphraseFlags: c.passphraseFlags}
	s, err := flags.unlock(ctx, workspace.Open)
	if err != nil {
		return nil, nil, err
	}
	log, err := custody.Open(s.Workspace, s.key)
	if err == nil {
		err = program.Confine(confine.Paths{Write: []string{s.Path()}, Terminal: true})
	}
	switch {
	case err != nil:
	case s.ReadOnly():
		err = workspaceError(workspace.ErrReadOnly)
	case !log.Signs():
		err = recordError(custody.ErrUnsigned)
	}
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, log, nil
}

// takeBack takes a reply back that waits.
func (c *replyCommand) takeBack(ctx context.Context, stdout io.Writer) error {
	prefix := strings.ToLower(strings.TrimSpace(c.TakeBack))
	if len(prefix) < leastDigits {
		return cli.Hint(fmt.Errorf("--take-back must be at least the first %d digits of the id of a reply", leastDigits), "amana-decrypt show prints it")
	}
	s, log, err := c.desk(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := outbox.Replies(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	all = slices.DeleteFunc(all, func(r *outbox.Reply) bool { return !strings.HasPrefix(r.ID, prefix) })
	if len(all) != 1 {
		return cli.Hint(fmt.Errorf("%s of this workspace begin so", cli.Count(len(all), "reply", "replies")), "amana-decrypt show prints the ids of the replies to a thread")
	}
	if err := outbox.Cancel(s.Workspace, log, all[0]); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "reply %s was taken back, and goes nowhere\n", all[0].ID)
	return nil
}

// said says where a reply is.
func said(r *outbox.Reply) string {
	switch r.State() {
	case "read":
		return "read by the source, as a note of " + r.Read + " says"
	case "sent":
		return "on a stick"
	}
	return "waits for the outbox"
}

// answerable returns where the source of a thread can be answered, and what was
// written to them before. which is the beginning of the id of the thread or of one of
// its testimonies, or a case of one thread.
func (s *session) answerable(which string) (*outbox.Recipient, []*outbox.Reply, error) {
	threads, err := findThreads(s.Workspace, which)
	if err != nil {
		return nil, nil, err
	}
	if len(threads) > 1 {
		return nil, nil, cli.Hint(fmt.Errorf("this case has %d threads, each of a source of its own", len(threads)), "give the id of the thread with --thread")
	}
	to, err := outbox.To(s.Workspace, threads[0].ID)
	switch {
	case errors.Is(err, outbox.ErrWithdrawn):
		return nil, nil, cli.Hint(err, "do with what you have as the note says")
	case errors.Is(err, outbox.ErrSpoilt):
		return nil, nil, cli.Hint(err, "nothing was written; no honest server lets that in: tell the operator and an administrator")
	case err != nil:
		return nil, nil, workspaceError(err)
	}
	earlier, err := outbox.Of(s.Workspace, to.Thread)
	return to, earlier, workspaceError(err)
}

// queueReply keeps a reply until the next outbox. The text must be as [replyText]
// returned it.
func (s *session) queueReply(log *custody.Log, to *outbox.Recipient, text string) (*outbox.Reply, error) {
	r, err := outbox.Queue(s.Workspace, log, to, text, s.key.Name, s.key.VerifierKey())
	switch {
	case errors.Is(err, custody.ErrUnsigned):
		return nil, recordError(err)
	case err != nil:
		return nil, workspaceError(err)
	}
	return r, nil
}
