// Package export writes what leaves the reviewers: canonical JSON, CSV, a file that
// Uwazi imports, FollowTheMoney entities, and drafts for the United Nations' working
// group. docs/formats-export.md describes each.
//
// It reads testimonies through a [selection.Selection] alone, which holds back what
// their sources did not allow, and writes only into the folder that it is given. It may
// not touch keys or the network.
package export

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/questionnaire"
	"amana/internal/selection"
	"amana/internal/workspace"
)

// Format is one way in which testimonies leave.
type Format string

// The formats.
const (
	JSON  Format = "json"  // canonical JSON; for Own lossless, and read again by Import
	CSV   Format = "csv"   // for spreadsheets and statistics
	Uwazi Format = "uwazi" // a ZIP for Uwazi's import
	FtM   Format = "ftm"   // FollowTheMoney entities, for Aleph
	WGEID Format = "wgeid" // drafts of a submission; nobody has filed them
)

// Formats are all formats with the version that this program writes.
var Formats = []struct {
	Format  Format
	Version int
}{{JSON, 1}, {CSV, 1}, {Uwazi, 1}, {FtM, 1}, {WGEID, 1}}

// version returns the version of a format; 0 if there is none.
func version(f Format) int {
	for _, known := range Formats {
		if known.Format == f {
			return known.Version
		}
	}
	return 0
}

// ErrUse is wrapped by the error about a format that a use does not have.
var ErrUse = errors.New("this format is not for that use")

// Check returns an error wrapping [ErrUse] if a format is not for a use.
func Check(f Format, use consent.Use) error {
	switch {
	case version(f) == 0:
		return fmt.Errorf("%w: there is no format %q", ErrUse, f)
	case !slices.Contains(consent.Uses, use):
		return fmt.Errorf("%w: there is no use %q", ErrUse, use)
	case use == consent.Numbers:
		return fmt.Errorf("%w: what may only be counted leaves in tables, whose small cells are hidden, and never case by case", ErrUse)
	case f == WGEID && use != consent.WGEID:
		return fmt.Errorf("%w: a draft for the Working Group needs their consent for it", ErrUse)
	}
	return nil
}

// Job is what an export is made of.
type Job struct {
	Format    Format
	Selection *selection.Selection
	// Workspace is for the reviewers' own archive, and looked at for nothing else.
	Workspace *workspace.Workspace
	// Custody is the record whose part about what leaves goes along; nil for none.
	Custody *custody.Log
	// Questions give answers their words: each testimony takes the one that it was asked
	// with, or else the first.
	Questions []*questionnaire.Schema
	Made      string // day in UTC
	Names     bool   // the reviewer asked for names
	Files     bool   // the files go along, where the use may have them
	// Progress, which may be nil, is told how many cases are done.
	Progress func(done int)
}

// files tells whether the bytes of files go along.
func (j *Job) files() bool { return j.Files && j.Selection.Use.Files() }

// Write writes an export into a folder and returns its manifest, which it wrote last.
// After an error the folder must be thrown away.
func Write(ctx context.Context, j *Job, folder *Folder) (*Manifest, error) {
	if err := Check(j.Format, j.Selection.Use); err != nil {
		return nil, err
	}
	write := map[Format]func(context.Context, *Job, *Folder) error{
		JSON: writeJSON, CSV: writeCSV, Uwazi: writeUwazi, FtM: writeFtM, WGEID: writeWGEID,
	}[j.Format]
	if err := write(ctx, j, folder); err != nil {
		return nil, fmt.Errorf("export %s: %w", j.Format, err)
	}
	if err := j.writeReadme(folder); err != nil {
		return nil, fmt.Errorf("export %s: %w", j.Format, err)
	}
	m, err := j.manifest(folder)
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", j.Format, err)
	}
	return m, nil
}

// each calls do for every case in its order.
func (j *Job) each(ctx context.Context, do func(*person) error) error {
	for i, c := range j.Selection.Cases {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		p, err := j.person(c)
		if err == nil {
			err = do(p)
		}
		if err != nil {
			return fmt.Errorf("case %s: %w", c.ID, err)
		}
		if j.Progress != nil {
			j.Progress(i + 1)
		}
	}
	return nil
}
