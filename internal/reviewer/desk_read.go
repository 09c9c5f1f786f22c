//go:build tcell_minimal

package reviewer

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"amana/internal/carry"
	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/desk"
	"amana/internal/dossier"
	"amana/internal/keyfile"
	"amana/internal/outbox"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// Read returns a thread as amana-decrypt show prints it, once that it was looked at is in
// the record of custody.
func (d *deskActions) Read(_ context.Context, name, language string) ([]desk.Line, error) {
	threads, err := findThreads(d.Workspace, name)
	if err != nil {
		return nil, problem(err)
	}
	replies, err := outbox.Replies(d.Workspace)
	if err != nil {
		return nil, problem(workspaceError(err))
	}
	words := dossier.NewWords([]*questionnaire.Schema{questionnaire.Builtin()}).In(language)
	var lines []desk.Line
	var refs []workspace.Ref
	for _, t := range threads {
		refs = append(refs, t.Refs...)
		some, err := d.linesOf(t, words, language)
		if err != nil {
			return nil, problem(workspaceError(err))
		}
		lines = append(lines, some...)
		for _, r := range replies {
			if r.Thread == t.ID {
				lines = append(lines, replyLines(r)...)
			}
		}
	}
	if err := d.looked(refs, "on the screen"); err != nil {
		return nil, problem(err)
	}
	return lines, nil
}

// linesOf returns a thread for a screen.
func (d *deskActions) linesOf(t *cases.Thread, words *dossier.Words, language string) (lines []desk.Line, err error) {
	if t.Withdrawn {
		lines = append(lines, desk.Line{Word: "read.withdrawn", Weight: desk.Grave}, desk.Line{})
	}
	for _, ref := range t.Refs {
		one, err := d.Testimony(ref.ID)
		if err != nil {
			return nil, err
		}
		lines = append(lines,
			desk.Line{Word: "read." + string(ref.Kind), Pairs: []any{"id", ref.ID, "day", ref.Received, "language", ref.Language}, Weight: desk.Strong},
			desk.Line{Word: "read.sealed", Pairs: []any{"roster", ref.Roster, "day", ref.Opened}, Weight: desk.Faint})
		for _, n := range ref.Notes {
			lines = append(lines, desk.Line{Word: "read.flagged", Pairs: []any{"note", n}, Weight: desk.Grave})
		}
		if ref.Kind == testimony.Fetched {
			lines = append(lines, desk.Line{Word: "read.replies", Pairs: []any{"ids", strings.Join(one.Fetched, " ")}})
		}
		var text bytes.Buffer
		if err := words.Write(&text, one); err != nil {
			return nil, err
		}
		lines = append(append(lines, asLines(text.String())...), desk.Line{})
	}
	return lines, nil
}

// asLines turns what show prints of one envelope into lines of a screen: a source's own
// words, which have a mark before them there, stand further in.
func asLines(text string) (lines []desk.Line) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if words, ok := strings.CutPrefix(line, dossier.Quote); ok {
			lines = append(lines, desk.Line{Text: words, Indent: 4})
			continue
		}
		plain := strings.TrimLeft(line, " ")
		l := desk.Line{Text: plain, Indent: len(line) - len(plain)}
		switch {
		case plain == "MUST NEVER BE PUBLISHED:":
			l.Word, l.Weight = "read.never", desk.Grave
		case l.Indent == 2 && !strings.HasSuffix(plain, ":"):
			l.Weight = desk.Strong
		}
		lines = append(lines, l)
	}
	return lines
}

func replyLines(r *outbox.Reply) []desk.Line {
	lines := []desk.Line{{Word: "read.reply." + r.State(), Pairs: []any{"id", r.ID, "day", r.Day, "by", r.By, "read", r.Read}, Weight: desk.Strong}}
	for line := range strings.Lines(r.Text) {
		lines = append(lines, desk.Line{Text: strings.TrimRight(line, "\r\n"), Indent: 4})
	}
	return append(lines, desk.Line{})
}

// kindOf says what is wrong in a way that the screens have words for.
func kindOf(err error, code int) desk.Kind {
	for _, k := range []struct {
		is   error
		kind desk.Kind
	}{
		{keyfile.ErrPassphrase, desk.BadPassphrase}, {errAdministrator, desk.NotReviewer}, {keyfile.ErrNotIdentity, desk.NotKey},
		{keyfile.ErrNoSigningKey, desk.NoSigning}, {custody.ErrUnsigned, desk.NoSigning},
		{workspace.ErrNotWorkspace, desk.NotWorkspace}, {workspace.ErrNotOurs, desk.NotOurs}, {workspace.ErrBusy, desk.Busy},
		{workspace.ErrVersion, desk.Newer}, {workspace.ErrReadOnly, desk.Forbidden},
		{outbox.ErrWithdrawn, desk.TakenBack}, {outbox.ErrNoReply, desk.NoCode}, {outbox.ErrSpoilt, desk.Refused},
		{carry.ErrNotWhole, desk.CutOff}, {carry.ErrNotBundle, desk.NotBundle},
		{carry.ErrDamaged, desk.Damage}, {carry.ErrIntake, desk.Damage}, {carry.ErrUnreadable, desk.Damage}, {workspace.ErrDamaged, desk.Damage}, {custody.ErrBroken, desk.Damage},
		{syscall.ENOSPC, desk.Full}, {fs.ErrExist, desk.Occupied}, {fs.ErrNotExist, desk.NotThere}, {syscall.EIO, desk.NotThere}, {fs.ErrPermission, desk.Forbidden},
	} {
		if errors.Is(err, k.is) {
			return k.kind
		}
	}
	switch code {
	case cli.ExitRefused:
		return desk.Refused
	case cli.ExitDamaged:
		return desk.Damage
	}
	return desk.Other
}
