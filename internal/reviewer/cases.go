package reviewer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/custody"
	"amana/internal/keyfile"
	"amana/internal/workspace"

	"golang.org/x/term"
)

// casesCommand is all about cases: a case is a person, of whom several may tell.
type casesCommand struct {
	List    casesListCommand    `cmd:"" help:"List the cases: how many threads tell of each, what is coded, on what reviewers differ."`
	Show    casesShowCommand    `cmd:"" help:"Show what reviewers have said of a case: links, coding, differences, each with who and when."`
	Link    casesLinkCommand    `cmd:"" help:"Say that threads, or whole cases, are about one person. It asks before."`
	Unlink  casesUnlinkCommand  `cmd:"" help:"Say that a thread is about another person than the rest of its case."`
	Apart   casesApartCommand   `cmd:"" help:"Say that two threads are about different people, so that they are not suggested again."`
	Suggest casesSuggestCommand `cmd:"" help:"Suggest which threads may be about one person, with the reasons. Nothing is ever linked by itself."`
}

// reading is a workspace whose coding was read.
type reading struct {
	*session
	coding *cases.Coding
}

// read opens the workspace and reads what reviewers have said. With asks it can still
// ask at the terminal.
func (c *workFlags) read(ctx context.Context, asks bool, others ...string) (*reading, error) {
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return nil, err
	}
	paths := confine.Paths{Write: append(others, s.Path()), Terminal: asks}
	if err := program.Confine(paths); err != nil {
		s.Close()
		return nil, err
	}
	coding, err := cases.Read(s.Workspace)
	if err != nil {
		s.Close()
		return nil, workspaceError(err)
	}
	for _, intake := range coding.People.Broken {
		program.Warn("the rosters of the server %s are no chain: who came after the break counts as nobody", intake)
	}
	return &reading{s, coding}, nil
}

// author returns the reviewer whose key this is.
func (r *reading) author() (cases.Author, error) {
	signer, err := r.key.Signer()
	if err != nil {
		return cases.Author{}, cli.Hint(err, "use a key that amana-keys reviewer new made")
	}
	key := r.key.VerifierKey()
	if people := r.coding.People; people.Any() && !people.Now(key) {
		program.Warn("your key is not in the newest roster of this workspace: what you say is kept, and does not count until a bundle brings one that has it")
	}
	return cases.Author{Name: r.key.Name, Key: key, Signer: signer}, nil
}

// keep keeps entries and what tells of them in the record of custody, in one
// transaction.
func (r *reading) keep(act custody.Act, signed []*cases.Signed) error {
	writes, err := cases.Writes(signed...)
	if err != nil {
		return err
	}
	log, err := custody.Open(r.Workspace, r.key)
	if err != nil {
		return err
	}
	event := custody.Event{Act: act}
	for _, s := range signed {
		// Never the value, nor the note: they can hold what a source said.
		subject := custody.Subject{Hash: s.ID, Detail: s.Field}
		if cases.IsThread(s.Subject) {
			subject.Thread = s.Subject
		} else {
			subject.Case = s.Subject
		}
		if s.Field == cases.FieldCase {
			subject.Case = s.Value
		}
		event.Subjects = append(event.Subjects, subject)
	}
	if err := log.Put([]custody.Event{event}, writes...); err != nil {
		return workspaceError(fmt.Errorf("nothing was kept: %w", err))
	}
	return nil
}

// resolve finds the subjects that a person typed.
func (r *reading) resolve(typed ...string) ([]string, error) {
	var all []string
	for _, one := range typed {
		id, err := r.coding.Resolve(one)
		if err != nil {
			return nil, cli.Hint(fmt.Errorf("%s: %w", cli.Plain(one), err), "amana-decrypt cases list shows all; the first digits are enough, as many as name only one")
		}
		all = append(all, id)
	}
	return all, nil
}

// noteFlags ask for a reason.
type noteFlags struct {
	Note string `name:"note" placeholder:"TEXT" help:"Why, for other reviewers. Give - to have it read from the standard input: what is typed in a command, the shell may keep. At a terminal you are asked for it."`
}

// read returns the note. A person who gave none, at a terminal, is asked for it.
func (c *noteFlags) read(ctx context.Context, quiet bool) (string, error) {
	switch {
	case c.Note == "-":
		return readWords(os.Stdin)
	case c.Note == "" && !quiet && term.IsTerminal(int(os.Stdin.Fd())):
		return cli.Line(ctx, "Why? Other reviewers will read it. Enter leaves it out: ")
	}
	return c.Note, nil
}

// readWords reads a text from the standard input.
func readWords(stdin io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(stdin, 4*cases.MaxText+1))
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	return strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n")), nil
}

// yesFlags let a script go on where a person is asked.
type yesFlags struct {
	Yes bool `name:"yes" help:"Ask nothing, for scripts."`
}

// ask asks before something is signed.
func (c *yesFlags) ask(ctx context.Context, question string) error {
	if c.Yes {
		return nil
	}
	yes, err := cli.Confirm(ctx, question)
	if err != nil {
		return cli.Hint(err, "look at both again, and give --yes")
	}
	if !yes {
		return errors.New("nothing was changed")
	}
	return nil
}

// entryError gives advice on an entry that cannot be made.
func entryError(err error) error {
	switch {
	case errors.Is(err, keyfile.ErrNoSigningKey):
		return cli.Hint(err, "use a key that amana-keys reviewer new made")
	case errors.Is(err, cases.ErrCode):
		return &cli.Error{Err: err, Hint: "amana-decrypt code --list shows all fields and codes", Code: cli.ExitUsage}
	}
	return err
}

func printJSON(w io.Writer, v any) error {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return fmt.Errorf("print for scripts: %w", err)
	}
	return nil
}
