package export

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"amana/internal/workspace"
)

// Where the parts of a workspace lie in an archive.
const (
	recordsFolder   = "records/"   // SHELF.jsonl
	originalsFolder = "originals/" // ID.age
)

// These say which folders stand open on this machine, and are of no other.
const (
	viewsShelf      = "views"
	unfinishedShelf = "unfinished"
)

// writeArchive writes all that a workspace is made of: each record of its index, byte
// for byte, and the originals as they were carried.
func (j *Job) writeArchive(ctx context.Context, folder *Folder) error {
	if j.Workspace == nil {
		return errors.New("an archive is made of a workspace")
	}
	shelves, err := j.Workspace.Shelves()
	if err != nil {
		return err
	}
	for _, name := range shelves {
		if name == viewsShelf || name == unfinishedShelf {
			continue
		}
		err := folder.write(recordsFolder+name+".jsonl", func(w io.Writer) error {
			return writeRecords(ctx, j.Workspace.Shelf(name), w)
		})
		if err != nil {
			return fmt.Errorf("records of %s: %w", name, err)
		}
	}
	var ids []string
	for ref, err := range j.Workspace.Refs() {
		if err != nil {
			return err
		}
		ids = append(ids, ref.ID)
	}
	slices.Sort(ids)
	for _, id := range ids {
		err := folder.write(originalsFolder+id+".age", func(w io.Writer) error { return copyOriginal(ctx, j.Workspace, id, w) })
		if err != nil {
			return fmt.Errorf("original of %s: %w", id, err)
		}
	}
	return nil
}

// writeRecords writes the records of a shelf by their keys, one a line.
func writeRecords(ctx context.Context, shelf *workspace.Shelf, w io.Writer) error {
	keys, err := shelf.Keys()
	if err != nil {
		return err
	}
	slices.Sort(keys)
	for _, key := range keys {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		value, err := shelf.Get(key)
		if err != nil {
			return err
		}
		record := make(map[string]any)
		putText(record, "key", key)
		putText(record, "value", string(value))
		line, err := canonical(record)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// putText puts bytes into a record: as they are, or in base64 if they are no text.
func putText(record map[string]any, name, bytes string) {
	if utf8.ValidString(bytes) {
		record[name] = bytes
		return
	}
	record[name+"_base64"] = base64.StdEncoding.EncodeToString([]byte(bytes))
}

func copyOriginal(ctx context.Context, work *workspace.Workspace, id string, w io.Writer) error {
	file, err := work.Original(id)
	if err != nil {
		return err
	}
	defer file.Close()
	return copyAll(ctx, w, file)
}

// copyAll copies until the end, or until ctx is done.
func copyAll(ctx context.Context, w io.Writer, r io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n, err := r.Read(buf)
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// shelfOf returns the shelf whose records a file of an archive holds.
func shelfOf(name string) (string, bool) {
	rest, ok := strings.CutPrefix(name, recordsFolder)
	if !ok {
		return "", false
	}
	shelf, ok := strings.CutSuffix(rest, ".jsonl")
	return shelf, ok && shelf != "" && !strings.Contains(shelf, "/")
}
