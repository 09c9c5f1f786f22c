package reviewer

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/dossier"
	"amana/internal/questionnaire"
	"amana/internal/workspace"
)

// viewCommand makes a folder in which a workspace, or a part of it, can be read.
type viewCommand struct {
	workFlags
	Folder        string   `short:"o" name:"folder" placeholder:"FOLDER" type:"path" help:"The folder to make, if it should not be in memory: everything in it is readable by anyone who has the disk. It must not exist yet, or be empty."`
	Threads       []string `name:"thread" sep:"none" placeholder:"ID" help:"Only this thread (the first digits of its id) or case (C-…); may be given several times. Without it everything, the operator's probes too."`
	Questionnaire []string `name:"questionnaire" sep:"none" placeholder:"FILE" type:"path" help:"A questionnaire that your server asks or asked, if it is not the one that Amana brings: it gives answers their words. May be given several times."`
}

// view is a decrypted view on its way.
type view struct {
	*session
	record    workspace.View
	folder    *dossier.Folder
	questions []*questionnaire.Schema
	refs      []workspace.Ref // what is to be in it
	whole     bool            // all of the workspace

	opened []dossier.Opened
	failed []dossier.Failed // whose originals are not as they were
}

// Run writes down that the view is made, then makes it.
func (c *viewCommand) Run(ctx context.Context, stdout io.Writer) error {
	questions, err := readQuestions(c.Questionnaire)
	if err != nil {
		return err
	}
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	v := &view{session: s, questions: questions, whole: len(c.Threads) == 0}
	if err := v.choose(c.Threads); err != nil {
		return err
	}
	if err := v.begin(c.Folder); err != nil {
		return err
	}
	err = program.Confine(confine.Paths{
		Write:   []string{v.Path(), v.folder.Partial()},
		Folders: []string{filepath.Dir(v.folder.Partial())},
	})
	if err != nil {
		v.undo()
		return err
	}
	if err := v.fill(ctx); err != nil {
		v.undo()
		return err
	}
	fmt.Fprintf(stdout, "%s can be read in %s\n", parts(len(v.opened)), cli.OneLine(filepath.Join(v.record.Path, "index.html")))
	fmt.Fprintln(stdout, "when you have done, remove it with amana-decrypt close")
	return v.verdict()
}

// choose finds what is to be in the view.
func (v *view) choose(names []string) error {
	all := make(map[string]workspace.Ref)
	if v.whole {
		for ref, err := range v.Refs() {
			if err != nil {
				return workspaceError(err)
			}
			all[ref.ID] = ref
		}
	}
	for _, name := range names {
		threads, err := findThreads(v.Workspace, name)
		if err != nil {
			return err
		}
		for _, t := range threads {
			add(all, t)
		}
	}
	for _, ref := range all {
		v.refs = append(v.refs, ref)
	}
	slices.SortFunc(v.refs, func(a, b workspace.Ref) int {
		return cmp.Or(cmp.Compare(a.Received, b.Received), cmp.Compare(a.ID, b.ID))
	})
	if len(v.refs) == 0 {
		return cli.Hint(errors.New("nothing is in this workspace yet"), "open a bundle into it: amana-decrypt open BUNDLE -w %s", v.Path())
	}
	return nil
}

func add(all map[string]workspace.Ref, t *cases.Thread) {
	for _, ref := range t.Refs {
		all[ref.ID] = ref
	}
}

// begin writes down where the view will be, that it is looked at, and then makes the
// folder: whenever the program ends, close finds it.
func (v *view) begin(folder string) error {
	token := make([]byte, 16)
	rand.Read(token) // never fails: it ends the program instead
	v.record = workspace.View{Token: hex.EncodeToString(token), Made: time.Now().UTC().Format(time.DateOnly), Parts: len(v.refs)}
	how := "in a folder on a disk"
	if folder == "" {
		if err := v.inMemory(); err != nil {
			return err
		}
		how = "in a folder in memory"
	} else {
		path, err := filepath.Abs(folder)
		if err != nil {
			return fmt.Errorf("begin view: %w", err)
		}
		v.record.Path = path
		program.Warn("everything in %s is readable by anyone who has the disk, until amana-decrypt close; on flash disks traces can stay even then", path)
	}
	if err := dossier.Free(v.record.Path); err != nil {
		return cli.Hint(fmt.Errorf("begin view %s: %w", v.record.Path, err), "nothing is ever overwritten: give a new folder with -o")
	}
	write, err := v.record.Write()
	if err != nil {
		return err
	}
	if err := v.looked(v.refs, how, write); err != nil {
		return err
	}
	if v.folder, err = createFolder(v.record.Path); err != nil {
		return errors.Join(err, v.Put(v.record.Closed()))
	}
	if err := v.folder.Mark(v.record.Token); err != nil {
		v.undo()
		return err
	}
	return nil
}

// inMemory chooses a path in memory, where there is room.
func (v *view) inMemory() error {
	dir, err := v.room()
	if err != nil {
		return err
	}
	switch swaps() {
	case "yes":
		program.Warn("this machine writes memory to its swap when it is short: parts of the view can come to lie there, and stay. Turn swap off (swapoff -a) before you view, or have it encrypted")
	case "unknown":
		program.Say("if this machine has a swap, parts of the view can come to lie there")
	}
	v.record.Path, v.record.Memory = filepath.Join(dir, "amana-view-"+v.record.Token[:16]), true
	return nil
}

// room returns a folder in memory that has room for the view.
func (v *view) room() (string, error) {
	dir, free, err := memoryFolder()
	if err != nil {
		return "", cli.Hint(err, "give a folder with -o; it will be on a disk, readable by anyone who has it until amana-decrypt close")
	}
	var need int64
	for _, ref := range v.refs {
		need += ref.Size + 64<<10
	}
	if need > free {
		return "", cli.Hint(fmt.Errorf("the view needs up to %s of memory, and %s has %s left", size(need), dir, size(free)),
			"view less at a time with --thread, or give a folder on a disk with -o")
	}
	return dir, nil
}

func size(n int64) string { return fmt.Sprintf("%d MB", (n+999_999)/1_000_000) }

// undo removes what was begun.
func (v *view) undo() {
	left, err := dossier.Erase(v.record.Path, v.record.Token)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(left) > 0 {
		program.Warn("what was begun of the view could not be removed; amana-decrypt close tries again")
		return
	}
	if err := v.Put(v.record.Closed()); err != nil {
		program.Warn("the view is removed, but the workspace could not be told: %v", err)
	}
}
