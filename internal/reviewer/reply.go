package reviewer

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/durable"
	"amana/internal/mailbox"

	"golang.org/x/term"
)

// replyCommand writes to the source of a thread: of a workspace, where the reply waits
// for the next outbox, or of a folder that open made, into a file.
type replyCommand struct {
	Workspace string `short:"w" name:"workspace" placeholder:"FOLDER" type:"path" help:"Your workspace. The reply is kept there, in the thread, and amana-decrypt outbox puts it on a stick."`
	Folder    string `name:"folder" placeholder:"FOLDER" type:"path" help:"In place of a workspace, the folder that amana-decrypt open made of the newest bundle: only that one has a withdrawal."`
	Thread    string `name:"thread" placeholder:"ID" help:"The thread to answer, or one of its testimonies: the first digits of its id, as many as name only one."`
	Roster    string `name:"roster" placeholder:"FILE" type:"path" help:"With --folder: the newest roster, as an administrator gave it to you."`
	Key       string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	Out       string `short:"o" name:"reply" placeholder:"FILE" type:"path" help:"With --folder: the file to make; it must not exist yet. Give it to the operator."`
	Text      string `name:"text" placeholder:"FILE" type:"path" help:"A text file with the reply; without it, the reply is read from standard input, or typed."`
	TakeBack  string `name:"take-back" placeholder:"ID" help:"With -w, in place of --thread: take back the reply that is called so by the first digits of its id, as long as it is on no stick."`
	Yes       bool   `name:"yes" help:"Do not ask whether the text and the thread are the right ones."`
	passphraseFlags
}

// Validate takes either kind of place, and only what belongs to it.
func (c *replyCommand) Validate() error {
	switch {
	case (c.Workspace == "") == (c.Folder == ""):
		return errors.New("give your workspace with -w, or else --folder, --roster and -o")
	case (c.Thread == "") == (c.TakeBack == ""):
		return errors.New("give the thread to answer with --thread")
	case c.TakeBack != "" && (c.Workspace == "" || c.Text != ""):
		return errors.New("--take-back takes a reply out of a workspace (-w), and has no text")
	case c.Workspace != "" && (c.Roster != "" || c.Out != ""):
		return errors.New("with -w neither --roster nor -o has a place: amana-decrypt outbox writes the reply to a stick")
	case c.Folder != "" && (c.Roster == "" || c.Out == ""):
		return errors.New("--folder needs --roster and -o too")
	}
	return nil
}

// Run writes the reply.
func (c *replyCommand) Run(ctx context.Context, stdout io.Writer) error {
	if c.TakeBack != "" {
		return c.takeBack(ctx, stdout)
	}
	if c.Workspace != "" {
		return c.queue(ctx, stdout)
	}
	return c.fromFolder(ctx, stdout)
}

// fromFolder opens what it reads, gives up the network, reads the key, gives up all
// other files, and only then looks at what strangers wrote.
func (c *replyCommand) fromFolder(ctx context.Context, stdout io.Writer) error {
	rosterFile, _, err := cli.OpenFile("roster", c.Roster)
	if err != nil {
		return err
	}
	defer rosterFile.Close()
	keyFile, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return err
	}
	defer keyFile.Close()
	root, err := os.OpenRoot(c.Folder)
	if err != nil {
		return cli.Hint(fmt.Errorf("open folder: %w", err), "give the folder that amana-decrypt open made, with --folder")
	}
	defer root.Close()
	in, err := c.input()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := vacant(c.Out, "-o"); err != nil {
		return err
	}
	if err := program.NoNetwork(); err != nil {
		return err
	}
	key, err := c.readKey(ctx, keyFile, c.Key)
	if err != nil {
		return err
	}
	if err := program.Confine(confine.Paths{Read: []string{c.Folder}, Write: []string{filepath.Dir(c.Out)}, Terminal: true}); err != nil {
		return err
	}
	newest, err := readRoster(rosterFile, c.Roster)
	if err != nil {
		return err
	}
	if err := speaksFor(key, newest); err != nil {
		return err
	}
	to, err := findThread(root, c.Thread)
	if err != nil {
		return err
	}
	text, err := c.readText(ctx, in)
	if err != nil {
		return err
	}
	if err := c.ask(ctx, stdout, to, text); err != nil {
		return err
	}
	sealed, err := mailbox.Seal(mailbox.Reply{Thread: to.id, Day: today(), Text: text}, to.recipient)
	if err != nil {
		return fmt.Errorf("seal reply: %w", err)
	}
	entry := carry.ReplyEntry{Mailbox: to.mailbox, Sealed: sealed}
	rand.Read(entry.ID[:]) // never fails: it ends the program instead
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	err = sign(ctx, out, carry.Replies, key, newest, 1, func(int) ([]byte, error) { return carry.AppendReplyEntry(nil, entry), nil })
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %s, with reply %x to thread %s; give it to the operator (amana-intake import)\n", cli.OneLine(c.Out), entry.ID, to.id)
	return nil
}

// input opens what the reply is read from.
func (c *replyCommand) input() (*os.File, error) {
	if c.Text == "" {
		return os.Stdin, nil
	}
	file, _, err := cli.OpenFile("text", c.Text)
	return file, err
}

// ask shows what goes where, and goes on only if that is right.
func (c *replyCommand) ask(ctx context.Context, stdout io.Writer, to *thread, text string) error {
	fmt.Fprintf(stdout, "to the source of thread %s (%s, the latest of %s):\n", to.id, cli.Count(to.parts, "part", "parts"), cli.Plain(to.last))
	for line := range strings.Lines(text) {
		fmt.Fprintf(stdout, "  | %s\n", cli.Plain(strings.TrimSuffix(line, "\n")))
	}
	if c.Yes {
		return nil
	}
	yes, err := cli.Confirm(ctx, "Whoever holds their code can read this, and nobody can take it back. Is it right?")
	if err != nil {
		return cli.Hint(err, "read the text and the thread again, and give --yes")
	}
	if !yes {
		return cli.Hint(errors.New("nothing was written, and what was typed is not kept"), "give the line again, and type the whole word yes when it asks")
	}
	return nil
}

// readText reads the reply, and holds it to what a source can be shown.
func (c *replyCommand) readText(ctx context.Context, in io.Reader) (string, error) {
	if c.Text == "" && term.IsTerminal(int(os.Stdin.Fd())) {
		program.Say("type the reply, at most %d characters; end it with Ctrl-D at the beginning of a line", mailbox.MaxReply)
	}
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() { // reading what is typed does not end with the context
		data, err := io.ReadAll(io.LimitReader(in, maxText+1))
		done <- read{data, err}
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case r := <-done:
		if r.err != nil {
			return "", fmt.Errorf("read the reply: %w", r.err)
		}
		data, turns := withoutTurns(r.data)
		if turns > 0 {
			program.Say("left out %d invisible characters that turn the direction of text; the page does without", turns)
		}
		return replyText(data)
	}
}

// maxText is more bytes than any reply has that is not too long: four for each
// character, and some for the ends of lines of other systems.
const maxText = 8 * mailbox.MaxReply

// withoutTurns takes out the characters that turn the direction of others, which
// word processors and phones put into Arabic text unseen and no reply may hold, and
// says how many.
func withoutTurns(data []byte) ([]byte, int) {
	turns := 0
	if !utf8.Valid(data) {
		return data, 0
	}
	return bytes.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			turns++
			return -1
		}
		return r
	}, data), turns
}

const plainText = "save it as plain text (UTF-8); a document of a word processor is none"

// replyText returns the text in data, with the ends of lines of this system and
// nothing around it, or what is wrong with it.
func replyText(data []byte) (string, error) {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	text = strings.TrimSpace(text)
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return "", cli.Hint(errors.New("the reply holds control characters"), plainText)
	case len(data) > maxText || utf8.RuneCountInString(text) > mailbox.MaxReply:
		return "", cli.Hint(fmt.Errorf("the reply is too long: it may have %d characters", mailbox.MaxReply), "shorten it, or write a second reply")
	case !utf8.ValidString(text):
		return "", cli.Hint(errors.New("the reply is not plain text in UTF-8"), plainText)
	case text == "":
		return "", cli.Hint(errors.New("the reply is empty"), "write it into a file and give that with --text")
	}
	return text, nil
}
