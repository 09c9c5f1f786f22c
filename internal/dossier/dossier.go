// Package dossier turns opened testimonies into a folder that a reviewer can
// read: for each testimony its testimony.json and its files under names of our
// own, and one index.html for all of them.
//
// What the server marked as its operator's own probe is set aside from all that, in
// a folder and a list of its own: there to be read, and mixed with nothing.
//
// It writes only inside the folder it was told, and takes nothing from inside a
// testimony as a path, a type or markup. It may not touch keys or the network.
package dossier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"amana/internal/durable"
	"amana/internal/unseal"
)

// marker is the file by which an unfinished folder is known as ours. It is
// locked while its program runs.
const (
	marker     = ".amana-decrypt"
	markerText = "An unfinished folder of amana-decrypt. It may be deleted.\n"
)

// ErrBusy is wrapped by the error about a folder that another program is
// writing at this moment.
var ErrBusy = errors.New("another amana-decrypt is writing there now")

// partialEnd is what the path of a folder ends with until it is whole.
const partialEnd = ".partial"

// Folder is a dossier on its way to its final name. Until Commit it stands
// beside it with ".partial" added, so that a name without it is a whole dossier.
type Folder struct {
	// Leftover tells that an unfinished folder of an earlier run was removed.
	Leftover bool

	path    string
	partial string
	root    *os.Root
	lock    *os.File
	done    bool
}

// Create begins the dossier that will have the given path. Nothing may stand
// there but an empty folder; the error then wraps [fs.ErrExist].
func Create(path string) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("begin folder: %w", err)
	}
	f := &Folder{path: path, partial: path + partialEnd}
	if err := f.create(); err != nil {
		return nil, fmt.Errorf("begin folder %s: %w", path, err)
	}
	return f, nil
}

func (f *Folder) create() error {
	if err := Free(f.path); err != nil {
		return err
	}
	if err := f.removeLeftover(); err != nil {
		return err
	}
	if err := os.Mkdir(f.partial, 0o700); err != nil {
		return err
	}
	var err error
	if f.root, err = os.OpenRoot(f.partial); err != nil {
		os.Remove(f.partial)
		return err
	}
	f.lock, err = f.root.OpenFile(marker, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = lock(f.lock)
	}
	if err == nil {
		_, err = f.lock.WriteString(markerText)
	}
	if err != nil {
		f.Discard()
	}
	return err
}

// Free returns nil if a folder may be made at path, or an empty one taken over; an error
// wrapping [fs.ErrExist] if something stands there.
func Free(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return nil
		}
	}
	return fs.ErrExist
}

// removeLeftover removes the unfinished folder of a run that was killed, if
// there is one and it is really ours.
func (f *Folder) removeLeftover() error {
	info, err := os.Lstat(f.partial)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	foreign := fmt.Errorf("%s: %w, and it is not an unfinished folder of amana-decrypt", f.partial, fs.ErrExist)
	if !info.IsDir() {
		return foreign
	}
	if os.Remove(f.partial) == nil { // it was empty
		f.Leftover = true
		return nil
	}
	root, err := os.OpenRoot(f.partial)
	if err != nil {
		return err
	}
	defer root.Close()
	if info, err := root.Lstat(marker); err != nil || !info.Mode().IsRegular() {
		return foreign
	}
	old, err := root.OpenFile(marker, os.O_RDWR, 0)
	if err != nil {
		return foreign
	}
	defer old.Close()
	if err := lock(old); err != nil {
		return err
	}
	// A run killed while it began may have left the marker empty.
	if text, err := io.ReadAll(io.LimitReader(old, 1000)); err != nil || len(text) > 0 && string(text) != markerText {
		return foreign
	}
	if !movesOpen {
		old.Close()
		root.Close()
	}
	if err := os.RemoveAll(f.partial); err != nil {
		return err
	}
	f.Leftover = true
	return nil
}

// Partial returns the path that is being written until Commit.
func (f *Folder) Partial() string { return f.partial }

// Path returns the final path.
func (f *Folder) Path() string { return f.path }

// Add writes the folder of one testimony: testimony.json, byte for byte as
// sealed, and the files, named by us. Then it calls verify; if that or anything
// else fails, nothing of the testimony stays.
//
// An error wrapping [ErrWrite] is about our own disk, so going on is in vain;
// any other is about the testimony.
func (f *Folder) Add(ctx context.Context, id string, e *unseal.Envelope, verify func() error) error {
	path := placeOf(id, e.Testimony.Kind)
	err := f.add(ctx, path, e)
	if err == nil {
		err = verify()
	}
	if err != nil {
		if err := f.root.RemoveAll(path); err != nil {
			return fmt.Errorf("remove what was begun of testimony %s: %w: %w", id, ErrWrite, err)
		}
	}
	return err
}

func (f *Folder) add(ctx context.Context, path string, e *unseal.Envelope) error {
	if err := f.root.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	if err := f.root.Mkdir(path, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	err := f.write(filepath.Join(path, "testimony.json"), func(w io.Writer) error {
		_, err := w.Write(e.Document)
		return err
	})
	if err != nil || len(e.Files) == 0 {
		return err
	}
	if err := f.root.Mkdir(filepath.Join(path, "files"), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	for i := range e.Files {
		err := f.write(filepath.Join(path, filepath.FromSlash(fileName(i, e.Files[i].Entry))), func(w io.Writer) error {
			return e.Extract(ctx, i, w)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ErrWrite is wrapped by errors of writing the dossier: a full disk, say.
var ErrWrite = errors.New("cannot write")

// write makes one new file.
func (f *Folder) write(name string, fill func(io.Writer) error) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	err = fill(&diskWriter{f: file})
	if closing := file.Close(); err == nil && closing != nil {
		err = fmt.Errorf("%w: %w", ErrWrite, closing)
	}
	return err
}

// diskWriter marks the errors of writing, which Extract passes on among others,
// and has the disk begin early, so that Commit does not wait for all of it.
type diskWriter struct {
	f           *os.File
	at, flushed int64
}

func (d *diskWriter) Write(p []byte) (int, error) {
	n, err := d.f.Write(p)
	d.at += int64(n)
	if err != nil {
		return n, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	const early = 8 << 20
	if d.at-d.flushed >= early {
		durable.BeginFlush(d.f, d.flushed, d.at-d.flushed)
		d.flushed = d.at
	}
	return n, nil
}

// Commit flushes everything to stable storage and gives the folder its name.
func (f *Folder) Commit() error {
	defer f.Discard()
	if err := f.commit(); err != nil {
		return fmt.Errorf("finish folder %s: %w", f.path, err)
	}
	return nil
}

func (f *Folder) commit() error {
	if err := durable.SyncTree(f.partial); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	if err := Free(f.path); err != nil {
		return err
	}
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !movesOpen {
		f.close()
	}
	if err := os.Rename(f.partial, f.path); err != nil {
		return err
	}
	f.done = true
	// The marker goes last: a power cut leaves it, at worst, in a whole folder.
	if err := os.Remove(filepath.Join(f.path, marker)); err != nil {
		return err
	}
	f.close()
	if err := durable.SyncDir(f.path); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(f.path))
}

// Discard removes the folder with all that is in it, unless it was committed.
func (f *Folder) Discard() {
	if f.done {
		return
	}
	f.done = true
	if !movesOpen {
		f.close()
	}
	os.RemoveAll(f.partial)
	f.close()
}

// close gives back the lock and the folder; a second time it does nothing.
func (f *Folder) close() {
	if f.lock != nil {
		f.lock.Close()
	}
	f.root.Close()
}
