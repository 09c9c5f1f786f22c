package export

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"path/filepath"

	"amana/internal/workspace"
)

func openManifest(root *os.Root) (*Manifest, error) {
	info, err := root.Lstat(ManifestName)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would be waited for without end
		return nil, fmt.Errorf("%w: its manifest is no file", ErrDamaged)
	}
	file, err := root.Open(ManifestName)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadManifest(file)
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
