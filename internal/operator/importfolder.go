package operator

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"amana/internal/admin"
	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/roster"
)

// Bounds of a folder that is imported.
const (
	mostNames  = 10_000 // that are looked at
	mostTaken  = 200    // files that are for the server
	mostPassed = 20     // names of others that are told
)

// found is one file of a folder that says that it is for the server.
type found struct {
	name string
	what string // as carry.Detect names it
	size int64
	text []byte // of a roster
}

// importOrder is the order in which files are taken in: what comes back is signed for
// the newest roster, and a confirmation is of slips.
var importOrder = []string{"roster", string(carry.Slips), string(carry.Confirmation), string(carry.Acknowledgement), string(carry.Replies)}

// importFolder takes in all of a folder that is for the server. Each file is judged
// for itself, as if it came alone, and told by its name; what is refused is kept
// nowhere. The folder may be anybody's: no link in it is followed, no folder entered,
// and no pipe waited for.
func importFolder(ctx context.Context, state State, path string, say func(string)) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	defer root.Close()
	files, refused, err := lookAt(root, say)
	if err != nil {
		return err
	}
	if len(files) == 0 && refused == nil {
		return nothingIn(root, path)
	}
	to, end, err := state.importer(ctx)
	if err != nil {
		return err
	}
	defer end()
	taken := 0
	for _, group := range groups(files) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		name := group[0].name
		if len(group) > 1 {
			name = fmt.Sprintf("%d rosters, to %s", len(group), group[len(group)-1].name)
		}
		err := importGroup(ctx, root, to, group, func(line string) { say(cli.Plain(name) + ": " + line) })
		if ctx.Err() != nil {
			return err
		}
		if err == nil {
			taken++
			continue
		}
		if partly(err) {
			taken++
		}
		say("refused: " + cli.Plain(name) + ": " + err.Error())
		if hints, _ := cli.Advice(err); len(hints) > 0 {
			say("  " + hints[0])
		}
		if refused == nil {
			refused = err
		} else {
			refused = &cli.Error{Err: errors.New("several files of the folder were refused"), Code: codeOf(refused)}
		}
	}
	if refused == nil {
		return nil
	}
	if taken > 0 {
		return &cli.Error{Err: errors.New("a part of the folder was refused, as told above; the rest is taken"), Code: cli.ExitPartial,
			Hint: "import the folder again when what was wrong is mended: what is taken stays, and taking it again changes nothing"}
	}
	return refused
}

func partly(err error) bool { return codeOf(err) == cli.ExitPartial }

func codeOf(err error) int {
	_, code := cli.Advice(err)
	return code
}

// lookAt finds the files that are for the server, in the order in which they are taken
// in. Its error is of the disk; refused is about what has no place on a stick.
func lookAt(root *os.Root, say func(string)) (files []found, refused, err error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, nil, fmt.Errorf("read folder: %w", err)
	}
	defer dir.Close()
	var passed []string
	for seen := 0; ; {
		entries, err := dir.ReadDir(1000)
		for _, e := range entries {
			f, other, err := look(root, e)
			switch {
			case err != nil:
				say("refused: " + cli.Plain(e.Name()) + ": " + err.Error())
				refused = err
			case f.what != "":
				files = append(files, f)
			case other:
				passed = append(passed, e.Name())
			}
		}
		if seen += len(entries); seen > mostNames || len(files) > mostTaken {
			return nil, nil, cli.Refused(fmt.Errorf("the folder has more than %d names, or more than %d files for the server", mostNames, mostTaken),
				"give the folder that amana-decrypt outbox made, and nothing else")
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read folder: %w", err)
		}
	}
	tellPassed(passed, say)
	slices.SortFunc(files, func(a, b found) int {
		return cmp.Or(cmp.Compare(slices.Index(importOrder, a.what), slices.Index(importOrder, b.what)), cmp.Compare(epochOf(a), epochOf(b)), strings.Compare(a.name, b.name))
	})
	return files, refused, nil
}

func tellPassed(passed []string, say func(string)) {
	slices.Sort(passed)
	for i, name := range passed {
		if i == mostPassed {
			say(fmt.Sprintf("passed over: %d more", len(passed)-mostPassed))
			return
		}
		say("passed over: " + cli.Plain(name) + ", which is not for this server")
	}
}

// readMe is the text that amana-decrypt outbox puts beside its files.
const readMe = "READ-ME.txt"

// look opens one name. other tells that a person should hear that it was passed over.
func look(root *os.Root, e os.DirEntry) (f found, other bool, err error) {
	name := e.Name()
	if !e.Type().IsRegular() {
		return f, true, nil
	}
	if name == readMe || strings.HasPrefix(name, ".") {
		return f, false, nil // what systems leave on sticks begins with a dot
	}
	file, size, err := openIn(root, name)
	if err != nil {
		return f, true, nil
	}
	defer file.Close()
	head := make([]byte, 1024)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return f, false, fmt.Errorf("read: %w", err)
	}
	head = head[:n]
	f = found{name: name, what: carry.Detect(head), size: size}
	switch {
	case !slices.Contains(importOrder, f.what):
		if f.what == "" && carry.LooksSecret(head) {
			return f, false, cli.Refused(errors.New("this is somebody's KEY"), "delete it here, it must never be on this machine; whoever it belongs to must make a new one")
		}
		f.what = ""
		return f, true, nil
	case f.what == "roster":
		f.text, err = io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(head), file), roster.MaxSize+1))
		if err == nil && (len(f.text) > roster.MaxSize || bytes.IndexByte(f.text, 0) >= 0) {
			err = cli.Refused(errors.New("this is no roster, though it begins like one"), copyAgain)
		}
		return f, false, err
	}
	return f, false, nil
}

// openIn opens a regular file of the folder, and nothing that was put in its place.
func openIn(root *os.Root, name string) (*os.File, int64, error) {
	before, err := root.Lstat(name)
	if err != nil {
		return nil, 0, err
	}
	if !before.Mode().IsRegular() {
		return nil, 0, errors.New("it is not a file")
	}
	file, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && !os.SameFile(before, info) {
		err = errors.New("it was exchanged while it was opened")
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// epochOf returns the number of a roster; 0 of what is none.
func epochOf(f found) uint32 {
	if f.what != "roster" {
		return 0
	}
	s, err := roster.Open(f.text)
	if err != nil {
		return 0
	}
	return s.Epoch
}

// groups puts rosters together: only the last of them must be in force.
func groups(files []found) (all [][]found) {
	for i := range files {
		if n := len(all); n > 0 && files[i].what == "roster" && all[n-1][0].what == "roster" {
			all[n-1] = append(all[n-1], files[i])
		} else {
			all = append(all, files[i:i+1:i+1])
		}
	}
	return all
}

// importGroup takes in one file, or the rosters.
func importGroup(ctx context.Context, root *os.Root, to admin.Importer, group []found, say func(string)) error {
	if group[0].what == "roster" {
		var texts [][]byte
		for _, f := range group {
			texts = append(texts, f.text)
		}
		all := bytes.Join(texts, []byte{0})
		return to.Import(ctx, bytes.NewReader(all), int64(len(all)), say)
	}
	file, size, err := openIn(root, group[0].name)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer file.Close()
	return importOne(ctx, to, file, size, say)
}

// nothingIn is the error about a folder without anything for the server.
func nothingIn(root *os.Root, path string) error {
	hint := "give the folder that amana-decrypt outbox made, or a file"
	if dir, err := root.Open("."); err == nil {
		defer dir.Close()
		names, _ := dir.ReadDir(1000) // a hint is all that is lost
		for _, e := range names {
			if e.IsDir() && strings.HasPrefix(e.Name(), "amana-outbox-") {
				hint = "give one of the folders in it, as " + cli.Plain(e.Name())
			}
		}
	}
	return cli.Hint(fmt.Errorf("nothing in the folder %s is for this server", path), "%s", hint)
}
