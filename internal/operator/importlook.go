package operator

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/roster"
)

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
				say("refused: " + cli.OneLine(e.Name()) + ": " + err.Error())
				if hints, _ := cli.Advice(err); len(hints) > 0 {
					say("  " + hints[0])
				}
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
		say("passed over: " + cli.OneLine(name) + ", which is not for this server")
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
		if err := secret(head); f.what == "" && err != nil {
			return f, false, err
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
