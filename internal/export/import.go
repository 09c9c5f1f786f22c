package export

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"

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
// byte is held to the manifest's hashes. After an error the workspace must be thrown
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
	return m, nil
}

func openManifest(root *os.Root) (*Manifest, error) {
	file, err := root.Open(ManifestName)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadManifest(file)
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

// checked is a file of an archive whose bytes are held to the manifest.
type checked struct {
	file *os.File
	sum  hash.Hash
	n    int64
	e    Entry
}

func (in *importing) open(e Entry) (*checked, error) {
	if !filepath.IsLocal(filepath.FromSlash(e.Name)) {
		return nil, fmt.Errorf("%w: a name leads out of it", ErrDamaged)
	}
	info, err := in.root.Lstat(filepath.FromSlash(e.Name))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !info.Mode().IsRegular() || info.Size() != e.Size {
		return nil, fmt.Errorf("%w: it is not the file that the manifest names", ErrDamaged)
	}
	file, err := in.root.Open(filepath.FromSlash(e.Name))
	if err != nil {
		return nil, err
	}
	return &checked{file: file, sum: sha256.New(), e: e}, nil
}

// Read reads on, and no further than the manifest says.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.file.Read(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	return n, err
}

// check returns an error unless all was read and is what the manifest says.
func (c *checked) check() error {
	if c.n != c.e.Size || hex.EncodeToString(c.sum.Sum(nil)) != c.e.SHA256 {
		return fmt.Errorf("%w: its hash is not that of the manifest", ErrDamaged)
	}
	return nil
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
	if shelf, ok := shelfOf(e.Name); ok {
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

// record reads one line.
func record(shelf string, line []byte) (workspace.Write, error) {
	var doc struct {
		Key     string  `json:"key"`
		Key64   string  `json:"key_base64"`
		Value   *string `json:"value"`
		Value64 string  `json:"value_base64"`
	}
	bad := fmt.Errorf("%w: a record cannot be read", ErrDamaged)
	if err := json.Unmarshal(line, &doc); err != nil {
		return workspace.Write{}, bad
	}
	write := workspace.Write{Shelf: shelf, Key: doc.Key, Value: []byte{}}
	if doc.Key64 != "" {
		key, err := base64.StdEncoding.DecodeString(doc.Key64)
		if err != nil {
			return write, bad
		}
		write.Key = string(key)
	}
	if doc.Value != nil {
		write.Value = []byte(*doc.Value)
		return write, nil
	}
	value, err := base64.StdEncoding.DecodeString(doc.Value64)
	if err != nil {
		return write, bad
	}
	write.Value = value
	return write, nil
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
