package main

import (
	"context"
	"encoding/json"
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

// openCommand opens the testimonies of a bundle that are sealed to a key.
type openCommand struct {
	Bundle        string   `arg:"" help:"The bundle, as it came on the stick." type:"path"`
	Key           string   `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	Folder        string   `short:"o" name:"folder" required:"" placeholder:"FOLDER" type:"path" help:"The folder to make; it must not exist yet, or be empty."`
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"A questionnaire that your server asks or asked, if it is not the one that Amana brings: it gives answers their words. May be given several times: each testimony takes the one that it was asked with, and if that is none of them, the first."`
	ackFlags
	trustFlags
	passphraseFlags
	JSON bool `name:"json" help:"Print one JSON object for scripts."`
}

// Run opens the input and the output, gives up the network, and only then reads
// the key; it gives up all other folders before it looks at hostile data.
func (c *openCommand) Run(ctx context.Context, stdout io.Writer) error {
	file, size, err := cli.OpenFile("bundle", c.Bundle)
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
	questions, err := c.questions()
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
		if err := json.NewEncoder(stdout).Encode(job.summary()); err != nil {
			return fmt.Errorf("print summary: %w", err)
		}
	} else {
		job.print(stdout)
		fmt.Fprint(stdout, said)
	}
	return joined(job.verdict(), acked)
}

// questions returns the questionnaires that give answers their words: those named,
// and behind them the one that Amana brings. Each is there once.
func (c *openCommand) questions() ([]*questionnaire.Schema, error) {
	var all []*questionnaire.Schema
	add := func(s *questionnaire.Schema) {
		if !slices.ContainsFunc(all, func(x *questionnaire.Schema) bool { return x.SHA256 == s.SHA256 }) {
			all = append(all, s)
		}
	}
	for _, path := range c.Questionnaire {
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
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "the copy was cut off: copy the bundle again from the server"}
	case errors.Is(err, carry.ErrDamaged), errors.Is(err, carry.ErrIntake):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "the bundle was changed or damaged on its way: copy it again, with another stick"}
	case errors.Is(err, carry.ErrUnreadable):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: unreadableHint}
	case errors.Is(err, carry.ErrNotBundle):
		return cli.Hint(err, "give the file that amana-intake export made, or use a newer amana-decrypt")
	}
	return err
}
