package export

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/workspace"
)

// What can be wrong with an archive.
var (
	// ErrDamaged is about an archive whose bytes are not those of its manifest.
	ErrDamaged = errors.New("the export was changed or damaged")
	// ErrNotArchive is about an export that is not the reviewers' own archive: what was
	// left out of it cannot come back.
	ErrNotArchive = errors.New("only an archive that reviewers made for themselves holds a whole workspace")
)

// maxLine is the longest record, in bytes.
const maxLine = 64 << 20

// Import puts all of an archive into a new workspace, and returns its manifest. Every
// byte is held to the manifest's hashes, and the signatures of coding are verified; the
// record of custody is for custody verify. After an error the workspace must be thrown
// away.
func Import(ctx context.Context, root *os.Root, w *workspace.Workspace) (*Manifest, error) {
	m, err := openManifest(root)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	if m.Format != JSON || m.For != consent.Own || m.Version != 1 {
		return nil, fmt.Errorf("import: %w", ErrNotArchive)
	}
	in := &importing{root: root, w: w, refs: make(map[string]ref), fresh: make(map[string]workspace.Write)}
	for _, e := range m.Entries {
		if err := in.entry(ctx, e); err != nil {
			return nil, fmt.Errorf("import %s: %w", e.Name, err)
		}
	}
	if err := in.finish(ctx, m); err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	// Coding counts as verified once it is in a workspace.
	if _, err := cases.Verify(w); err != nil {
		return nil, fmt.Errorf("import: %w: %w", ErrDamaged, err)
	}
	return m, nil
}

// importing is an archive on its way into a workspace.
type importing struct {
	root  *os.Root
	w     *workspace.Workspace
	refs  map[string]ref
	fresh map[string]workspace.Write // of what nobody has looked at yet, by id
	later []string                   // names of the originals: they come when the refs are known
}

// ref is what is known of an envelope, and the record of it, byte for byte.
type ref struct {
	workspace.Ref
	kept         workspace.Write
	documentSize int64 // bytes
}

var originalShape = regexp.MustCompile(`^originals/([0-9a-f]{32})\.age$`)

// entry takes one file of the archive in.
func (in *importing) entry(ctx context.Context, e Entry) error {
	if originalShape.MatchString(e.Name) {
		in.later = append(in.later, e.Name)
		return nil
	}
	c, err := in.open(e)
	if err != nil {
		return err
	}
	defer c.file.Close()
	if shelf, ok := shelfOf(e.Name); ok && (shelf == viewsShelf || shelf == unfinishedShelf) {
		err = fmt.Errorf("%w: no archive says what stands open here", ErrDamaged) // close removes what it names
	} else if ok {
		err = in.records(ctx, shelf, c)
	} else {
		err = copyAll(ctx, io.Discard, c) // made of the rest; read to be checked
	}
	if err == nil {
		err = c.check()
	}
	return err
}

// records puts the records of one shelf into the workspace, some hundred at a time.
func (in *importing) records(ctx context.Context, shelf string, r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var writes []workspace.Write
	size := 0
	for lines.Scan() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		write, err := record(shelf, lines.Bytes())
		if err != nil {
			return err
		}
		if shelf == "refs" {
			r := ref{kept: write}
			if err := json.Unmarshal(write.Value, &r.Ref); err != nil {
				return fmt.Errorf("%w: a record cannot be read", ErrDamaged)
			}
			in.refs[r.ID] = r
		}
		if shelf == "new" {
			in.fresh[write.Key] = write
		}
		writes, size = append(writes, write), size+len(write.Value)
		if len(writes) == 500 || size > 4<<20 {
			if err := in.w.Put(writes...); err != nil {
				return err
			}
			writes, size = nil, 0
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return in.w.Put(writes...)
}

// finish puts the originals into the workspace.
func (in *importing) finish(ctx context.Context, m *Manifest) error {
	byName := make(map[string]Entry)
	for _, e := range m.Entries {
		byName[e.Name] = e
	}
	if len(in.later) != len(in.refs) {
		return fmt.Errorf("%w: originals are missing", ErrDamaged)
	}
	batch := in.w.Begin()
	var kept []workspace.Write
	var size int64
	for i, name := range in.later {
		r, err := in.original(ctx, batch, byName[name])
		if err != nil {
			batch.Discard()
			return fmt.Errorf("%s: %w", name, err)
		}
		kept = append(append(kept, r.kept), workspace.Looked(r.ID)...)
		if fresh, is := in.fresh[r.ID]; is {
			kept = append(kept, fresh)
		}
		size += r.documentSize
		if len(kept) < 1000 && size < 8<<20 && i < len(in.later)-1 {
			continue
		}
		if err := batch.Commit(kept...); err != nil {
			return err
		}
		kept, size = nil, 0
	}
	return nil
}

// original puts one original into a batch.
func (in *importing) original(ctx context.Context, batch *workspace.Batch, e Entry) (ref, error) {
	id := originalShape.FindStringSubmatch(e.Name)[1]
	r, found := in.refs[id]
	if !found || r.SHA256 != e.SHA256 {
		return r, fmt.Errorf("%w: it is not the original of its testimony", ErrDamaged)
	}
	document, err := in.w.Document(id)
	if err != nil {
		return r, err
	}
	r.documentSize = int64(len(document))
	c, err := in.open(e)
	if err != nil {
		return r, err
	}
	defer c.file.Close()
	return r, batch.Add(ctx, r.Ref, document, c, c.check)
}
