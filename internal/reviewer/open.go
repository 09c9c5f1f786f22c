package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/dossier"
	"amana/internal/keyfile"
	"amana/internal/questionnaire"

	"filippo.io/age"
)

// openCommand opens the testimonies of bundles that are sealed to a key, into a
// workspace that grows or into a folder of one bundle.
type openCommand struct {
	Bundles       []string `arg:"" name:"bundle" help:"The bundle, as it came on the stick; with --workspace as many as there are." type:"path"`
	Key           string   `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	Workspace     string   `short:"w" name:"workspace" placeholder:"FOLDER" type:"path" help:"Your workspace, encrypted to your key: what is new in the bundles is added. It is made if it is not there yet."`
	TrustAnew     bool     `name:"trust-anew" help:"With --workspace: also take bundles of another server, or with another chain of rosters, than the workspace knows. Only after the operator and an administrator have told you why."`
	Folder        string   `short:"o" name:"folder" placeholder:"FOLDER" type:"path" help:"In place of a workspace: a folder to make, in which everything is readable by anyone; it must not exist yet, or be empty."`
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"With --folder: a questionnaire that your server asks or asked, if it is not the one that Amana brings: it gives answers their words. May be given several times: each testimony takes the one that it was asked with, and if that is none of them, the first."`
	ackFlags
	trustFlags
	passphraseFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// Validate refuses what does not go together.
func (c *openCommand) Validate() error {
	switch {
	case (c.Workspace == "") == (c.Folder == ""):
		return errors.New("give either -w, your workspace, or -o, a folder to make")
	case c.Folder != "" && len(c.Bundles) > 1:
		return errors.New("-o takes one bundle; -w, a workspace, takes several")
	case c.Folder != "" && c.TrustAnew:
		return errors.New("--trust-anew is for a workspace (-w)")
	case c.Workspace != "" && len(c.Questionnaire) > 0:
		return errors.New("--questionnaire is for amana-decrypt view and show, which give answers their words")
	}
	return c.trustFlags.Validate()
}

// Run opens the input and the output, gives up the network, and only then reads
// the key; it gives up all other folders before it looks at hostile data.
func (c *openCommand) Run(ctx context.Context, stdout io.Writer) error {
	if c.Workspace != "" {
		return c.grow(ctx, stdout)
	}
	file, size, err := cli.OpenFile("bundle", c.Bundles[0])
	if err != nil {
		return err
	}
	defer file.Close()
	keyFile, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return err
	}
	defer keyFile.Close()
	if err := program.NoNetwork(); err != nil {
		return err
	}
	ack, err := c.beginAck()
	if err != nil {
		return err
	}
	defer ack.discard()
	questions, err := readQuestions(c.Questionnaire)
	if err != nil {
		return err
	}
	folder, err := createFolder(c.Folder)
	if err != nil {
		return err
	}
	defer folder.Discard()
	key, err := c.readKey(ctx, keyFile, c.Key)
	if err != nil {
		return err
	}
	if err := confineFiles(folder, ack.folders()...); err != nil {
		return err
	}
	bundle, err := carry.OpenBundle(file, size)
	if err != nil {
		return bundleError(err)
	}
	if err := c.checkIntake(bundle.Manifest.Intake); err != nil {
		return err
	}
	job := &job{bundle: bundle, folder: folder, ids: key.Identities, known: c.Intake != nil, replies: c.JSON}
	job.index.Questions = questions
	for _, id := range key.Identities {
		job.keys = append(job.keys, age.Identity(id))
	}
	if err := job.learn(&c.trustFlags); err != nil {
		return err
	}
	if err := job.openAll(ctx); err != nil {
		return err
	}
	if err := job.finish(); err != nil {
		return err
	}
	said, acked := ack.finish(ctx, &bundle.Manifest, job.opened, key)
	if c.JSON {
		if err := printJSON(stdout, job.summary()); err != nil {
			return err
		}
	} else {
		job.print(stdout)
		fmt.Fprint(stdout, said)
	}
	return joined(job.verdict(), acked)
}

// readQuestions returns the questionnaires that give answers their words: those named,
// and behind them the one that Amana brings. Each is there once.
func readQuestions(paths []string) ([]*questionnaire.Schema, error) {
	var all []*questionnaire.Schema
	add := func(s *questionnaire.Schema) {
		if !slices.ContainsFunc(all, func(x *questionnaire.Schema) bool { return x.SHA256 == s.SHA256 }) {
			all = append(all, s)
		}
	}
	for _, path := range paths {
		s, err := readQuestionnaire(path)
		if err != nil {
			return nil, err
		}
		add(s)
	}
	add(questionnaire.Builtin())
	return all, nil
}

func readQuestionnaire(path string) (*questionnaire.Schema, error) {
	f, _, err := cli.OpenFile("questionnaire", path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := questionnaire.Read(f)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("read questionnaire %s: %w", path, err),
			"give the file that the server asks with, or open the bundle without --questionnaire; nothing was opened")
	}
	return s, nil
}

// confineFiles lets the program write to the new folder, and those named, only, if
// the kernel can.
func confineFiles(folder *dossier.Folder, others ...string) error {
	return program.Confine(confine.Paths{
		Write:   append(others, folder.Partial()),
		Folders: []string{filepath.Dir(folder.Partial())},
	})
}

func createFolder(path string) (*dossier.Folder, error) {
	folder, err := dossier.Create(path)
	switch {
	case errors.Is(err, dossier.ErrBusy):
		return nil, cli.Hint(err, "wait until it is done, or give another folder with -o")
	case errors.Is(err, fs.ErrExist):
		return nil, cli.Hint(err, "nothing is ever overwritten: give a new folder with -o")
	case err != nil:
		return nil, err
	}
	if folder.Leftover {
		program.Say("removed %s, which an earlier run had left unfinished", folder.Partial())
	}
	return folder, nil
}

func keyError(err error) error {
	switch {
	case errors.Is(err, keyfile.ErrPassphrase):
		return cli.Hint(err, "try again; nothing was opened")
	case errors.Is(err, keyfile.ErrNotIdentity):
		return cli.Hint(fmt.Errorf("key: %w", err), "give the key file that amana-keys reviewer new made, with -i")
	}
	return fmt.Errorf("key: %w", err)
}

func bundleError(err error) error {
	switch {
	case errors.Is(err, carry.ErrNotWhole):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "the copy was cut off: ask the operator for the bundle on another stick"}
	case errors.Is(err, carry.ErrDamaged), errors.Is(err, carry.ErrIntake):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "the bundle was changed or damaged on its way: copy it again, with another stick"}
	case errors.Is(err, carry.ErrUnreadable):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: unreadableHint}
	case errors.Is(err, carry.ErrNotBundle):
		return cli.Hint(err, "give the file that amana-intake export made, or use a newer amana-decrypt")
	}
	return err
}
