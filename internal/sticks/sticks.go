// Package sticks finds what is mounted where sticks are, and what lies on it, and flushes
// it before it is taken out.
//
// It reads the beginnings of files and nothing else. It follows no link, waits for no
// pipe, and stops after so many files and so much time, whatever stands on a stick. It may
// not touch keys, testimonies or the network, and starts no other program.
package sticks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// Bounds of looking.
const (
	maxDepth  = 4 // folders below the top of a stick
	maxSticks = 64
	maxTime   = 10 * time.Second
	prefix    = 1 << 10 // bytes of a file that are looked at
)

// maxFiles is how many names on one stick are looked at.
var maxFiles = 5_000

// Stick is one that was found.
type Stick struct {
	Path  string
	Files []File // whose beginnings were wanted, in the order of their paths
	Cut   bool   // there is more on it than was looked at
}

// File is a regular file on a stick.
type File struct {
	Path string
	Size int64
	Time time.Time // as the stick says
}

// Places says where sticks are.
type Places struct {
	// Roots are folders in which sticks are mounted, one folder or two below.
	Roots []string
	// Any takes every folder in a root for a stick, whether something is mounted there
	// or not.
	Any bool
}

// Find returns the sticks, each with the files whose first bytes wanted says yes to. It
// ends with the context, and after some seconds with what it has found until then.
func (p Places) Find(ctx context.Context, wanted func(prefix []byte) bool) ([]Stick, error) {
	limit, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	found := make(chan Stick)
	done := make(chan struct{})
	go func() { // a folder of a network that is gone is waited for without end
		defer close(done)
		for _, folder := range p.mounted(limit) {
			s := look(limit, folder, wanted)
			select {
			case found <- s:
			case <-limit.Done():
				return
			}
		}
	}()
	var all []Stick
	for {
		select {
		case s := <-found:
			all = append(all, s)
		case <-done:
			return all, ctx.Err()
		case <-limit.Done():
			return all, ctx.Err()
		}
	}
}

// mounted returns the folders that sticks are.
func (p Places) mounted(ctx context.Context) (all []string) {
	take := func(folder string) {
		if len(all) < maxSticks && !slices.Contains(all, folder) {
			all = append(all, folder)
		}
	}
	for _, root := range p.Roots {
		if ctx.Err() != nil {
			return all
		}
		if !p.Any && mountPoint(root) {
			take(root)
			continue
		}
		for _, folder := range foldersIn(root) {
			if p.Any || mountPoint(folder) {
				take(folder)
				continue
			}
			for _, below := range foldersIn(folder) { // /media/NAME/STICK
				if mountPoint(below) {
					take(below)
				}
			}
		}
	}
	return all
}

// foldersIn returns the folders in a folder, no links to any.
func foldersIn(folder string) (all []string) {
	d, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer d.Close()
	entries, _ := d.ReadDir(maxFiles) // what cannot be read holds no sticks
	for _, e := range entries {
		if e.IsDir() {
			all = append(all, filepath.Join(folder, e.Name()))
		}
	}
	slices.Sort(all)
	return all
}

// look looks for files on a stick, those near its top first.
func look(ctx context.Context, folder string, wanted func([]byte) bool) Stick {
	s := Stick{Path: folder}
	root, err := os.OpenRoot(folder) // nothing leads out of it
	if err != nil {
		return s
	}
	defer root.Close()
	seen := 0
	level := []string{"."}
	for depth := 0; depth <= maxDepth && len(level) > 0; depth++ {
		var next []string
		for _, dir := range level {
			entries := entriesOf(root, dir, maxFiles-seen)
			seen += len(entries)
			for _, e := range entries {
				name := path.Join(dir, e.Name())
				switch {
				case ctx.Err() != nil:
					s.Cut = true
					return s
				case e.IsDir():
					next = append(next, name)
				case e.Type().IsRegular():
					if f, ok := begins(root, name, wanted); ok {
						f.Path = filepath.Join(folder, filepath.FromSlash(name))
						s.Files = append(s.Files, f)
					}
				}
			}
			if seen >= maxFiles {
				s.Cut = true
				return s
			}
		}
		level = next
	}
	s.Cut = len(level) > 0
	return s
}

func entriesOf(root *os.Root, dir string, most int) []fs.DirEntry {
	d, err := root.Open(dir)
	if err != nil || most <= 0 {
		return nil
	}
	defer d.Close()
	entries, _ := d.ReadDir(most) // the rest of a damaged folder is passed over
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return compare(a.Name(), b.Name()) })
	return entries
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// begins reads the beginning of a regular file.
func begins(root *os.Root, name string, wanted func([]byte) bool) (f File, ok bool) {
	file, err := root.OpenFile(filepath.FromSlash(name), plainly, 0)
	if err != nil {
		return f, false
	}
	defer file.Close()
	info, err := file.Stat() // of what was opened, not of what the folder said
	if err != nil || !info.Mode().IsRegular() {
		return f, false
	}
	data := make([]byte, prefix)
	n, err := io.ReadFull(file, data)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return f, false
	}
	return File{Size: info.Size(), Time: info.ModTime()}, wanted(data[:n])
}

// Eject writes everything to a stick that waits to be written, and then asks the system
// to let go of it. gone is false where the system does not let this program do that: the
// person must then. The error is about the writing.
func Eject(folder string) (gone bool, err error) {
	if err := flush(folder); err != nil {
		return false, fmt.Errorf("flush stick: %w", err)
	}
	return release(folder) == nil, nil
}
