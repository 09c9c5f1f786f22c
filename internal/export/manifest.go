package export

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"amana/internal/consent"
)

// ManifestName is the file that names all others.
const ManifestName = "manifest.json"

// Schema is that of the manifest.
const Schema = "amana/export/1"

// maxManifest bounds what is read of a manifest, in bytes.
const maxManifest = 256 << 20

// Manifest is manifest.json.
type Manifest struct {
	Schema  string      `json:"schema"`
	Format  Format      `json:"format"`
	Version int         `json:"version"` // of the format
	Made    string      `json:"made"`    // day in UTC
	For     consent.Use `json:"for"`
	Names   bool        `json:"names"` // whether names were asked for
	Files   bool        `json:"files"` // whether the files were asked for
	Cases   int         `json:"cases"`
	// Custody is the head of the record of custody before this export; empty for what
	// anybody can read.
	Custody string  `json:"custody"`
	Entries []Entry `json:"entries"` // by name

	// SHA256 is that of the manifest itself, and the one number that names the export.
	SHA256 string `json:"-"`
}

// manifest writes the manifest.
func (j *Job) manifest(f *Folder) (*Manifest, error) {
	m := &Manifest{
		Schema: Schema, Format: j.Format, Made: j.Made, For: j.Selection.Use, Names: j.Names, Files: j.files(),
		Cases: len(j.Selection.Cases), Entries: f.entries,
	}
	m.Version = version(j.Format)
	if j.Custody != nil && !j.Selection.Use.Public() {
		head, err := j.Custody.Head()
		if err != nil {
			return nil, err
		}
		m.Custody = head.String()
	}
	slices.SortFunc(m.Entries, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	data, err := m.canonical()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	m.SHA256 = hex.EncodeToString(sum[:])
	return m, f.write(ManifestName, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func (m *Manifest) canonical() ([]byte, error) {
	entries := make([]any, 0, len(m.Entries))
	for _, e := range m.Entries {
		entries = append(entries, map[string]any{"name": e.Name, "size": e.Size, "sha256": e.SHA256})
	}
	data, err := canonical(map[string]any{
		"schema": m.Schema, "format": string(m.Format), "version": m.Version, "made": m.Made, "for": string(m.For),
		"names": m.Names, "files": m.Files, "cases": m.Cases, "custody": m.Custody, "entries": entries,
	})
	return append(data, '\n'), err
}

// ReadManifest reads a manifest and holds it to its own spelling.
func ReadManifest(r io.Reader) (*Manifest, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxManifest))
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("%w: its manifest cannot be read", ErrDamaged)
	}
	if m.Schema != Schema {
		return nil, errors.New("it was made by another version of Amana, or is no export")
	}
	again, err := m.canonical()
	if err != nil || string(again) != string(data) {
		return nil, fmt.Errorf("%w: its manifest is not written as manifests are", ErrDamaged)
	}
	sum := sha256.Sum256(data)
	m.SHA256 = hex.EncodeToString(sum[:])
	return m, nil
}
