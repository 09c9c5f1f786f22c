package reviewer

import (
	"context"
	"errors"
	"fmt"
	"os"

	"amana/internal/cli"
	"amana/internal/dossier"
	"amana/internal/workspace"
)

// fill writes the view.
func (v *view) fill(ctx context.Context) error {
	var total, done int64
	for _, ref := range v.refs {
		total += ref.Size
	}
	progress := cli.NewProgress(os.Stderr, "viewing", total)
	defer progress.Done()
	for _, ref := range v.refs {
		progress.Set(done)
		done += ref.Size
		if err := context.Cause(ctx); err != nil {
			return fmt.Errorf("stopped: %w", err)
		}
		opened, err := v.one(ctx, ref)
		if err == nil {
			v.opened = append(v.opened, opened)
			continue
		}
		if errors.Is(err, dossier.ErrWrite) {
			return cli.Hint(fmt.Errorf("testimony %s: %w", ref.ID, err), "view less at a time with --thread, or give a folder with more room with -o")
		}
		if ctx.Err() != nil {
			return fmt.Errorf("stopped: %w", context.Cause(ctx))
		}
		v.failed = append(v.failed, dossier.Failed{ID: ref.ID, Reason: dossier.Damaged, Detail: "its original in the workspace is not as it was when it was opened"})
	}
	index, err := v.index()
	if err != nil {
		return err
	}
	if err := v.folder.WriteIndex(index); err != nil {
		return err
	}
	return v.folder.Commit()
}

// one writes one envelope, which must be the one that was opened.
func (v *view) one(ctx context.Context, ref workspace.Ref) (dossier.Opened, error) {
	var opened dossier.Opened
	envelope, file, err := v.Envelope(ref.ID)
	if err != nil {
		return opened, err
	}
	defer file.Close()
	if err := v.folder.Add(ctx, ref.ID, envelope, func() error { return nil }); err != nil {
		return opened, err
	}
	opened = dossier.NewOpened(ref.ID, envelope)
	opened.Notes, opened.Roster = ref.Notes, ref.Roster
	return opened, nil
}

func (v *view) verdict() error {
	if len(v.failed) == 0 {
		return nil
	}
	for _, f := range v.failed[:min(len(v.failed), named)] {
		program.Warn("testimony %s: %s", f.ID, f.Detail)
	}
	return &cli.Error{Err: fmt.Errorf("%s of the workspace cannot be opened any more", parts(len(v.failed))), Code: cli.ExitPartial,
		Hint: "look with amana-decrypt custody verify; opening a bundle that has them again puts them back if their originals are gone"}
}
