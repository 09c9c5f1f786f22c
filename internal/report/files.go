package report

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"path"

	"amana/internal/preview"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// filesFolder holds the files of sources, if they are put beside the pages.
const filesFolder = "files"

// maxPictures bounds the bytes of the pictures that one page shows.
const maxPictures = 16 << 20

// looker looks into the files of sources.
type looker struct {
	m      *maker
	viewer *preview.Viewer
}

func newLooker(m *maker) *looker { return &looker{m, preview.New()} }

// fileData is one file, for all languages.
type fileData struct {
	Number   int    // in its envelope, from 1
	Envelope string // id; empty for what others may read
	Column   int    // number of the testimony on the page
	Short    string // our name for it
	Name     string // the source's; empty for others
	Claimed  string // type that the source's browser gave; empty for others
	Size     int64
	SHA256   string // empty in what anybody may read: whoever has a phone's files could look for them
	Link     string // from a page of a case; empty if it is not beside it
	Look     *preview.Look
	Crowded  bool // there were too many pictures for one page
}

// Picture returns the picture for a page.
func (f *fileData) Picture() template.URL {
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(f.Look.Picture))
}

// files looks into the files of an envelope.
func (k *looker) files(ctx context.Context, column int, ref workspace.Ref, t *testimony.Testimony, room *int) ([]*fileData, error) {
	var all []*fileData
	for i, sealed := range ref.Files {
		f := &fileData{Number: i + 1, Column: column, Size: sealed.Size, Short: fmt.Sprintf("%03d.%s", i+1, testimony.Ending(sealed.Entry))}
		name := sealed.Entry
		if !k.m.sel.Use.Public() {
			f.SHA256 = sealed.SHA256
		}
		if i < len(t.Files) && t.Files[i].Name != "" {
			name = t.Files[i].Name
		}
		if k.m.working() {
			f.Envelope = ref.ID
			if i < len(t.Files) {
				f.Name, f.Claimed = t.Files[i].Name, t.Files[i].Type
			}
		}
		if err := k.file(ctx, f, ref, i, name); err != nil {
			return nil, fmt.Errorf("file %d of testimony %s: %w", i+1, ref.ID, err)
		}
		if *room -= len(f.Look.Picture); *room < 0 {
			f.Look.Picture, f.Crowded = nil, true
		}
		if k.m.sel.Use.Public() {
			f.Look.Warnings = nil // of files that the reader does not get
		}
		k.m.made.Files++
		if len(f.Look.Warnings) > 0 {
			k.m.made.Warned++
		}
		all = append(all, f)
	}
	return all, nil
}

// file looks into one file, and puts it beside the pages if that is wanted.
func (k *looker) file(ctx context.Context, f *fileData, ref workspace.Ref, i int, name string) (err error) {
	fill := func(w io.Writer) error { return k.m.sel.File(ctx, ref, i, w) }
	if !k.m.Files {
		f.Look, err = k.viewer.Look(ctx, name, fill)
		return err
	}
	folder := path.Join(filesFolder, k.m.folderOf(ref))
	if i == 0 {
		if err := k.m.out.MakeDir(folder); err != nil {
			return err
		}
	}
	beside := path.Join(folder, f.Short)
	f.Link = "../../" + beside
	return k.m.out.WriteFile(beside, func(out io.Writer) error {
		f.Look, err = k.viewer.Look(ctx, name, func(w io.Writer) error { return k.m.sel.File(ctx, ref, i, io.MultiWriter(w, out)) })
		return err
	})
}

// folderOf returns the folder for the files of an envelope. To others its id is told as
// little as on the pages: a code that tells nothing stands for it.
func (m *maker) folderOf(ref workspace.Ref) string {
	if m.working() {
		return ref.ID
	}
	sum := sha256.Sum256([]byte("amana part 1\n" + ref.ID))
	return "P-" + hex.EncodeToString(sum[:8])
}
