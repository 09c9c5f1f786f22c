//go:build tcell_minimal

package reviewer

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"amana/internal/custody"
	"amana/internal/desk"
	"amana/internal/mailbox"
	"amana/internal/outbox"
	"amana/internal/workspace"
)

// Answerable returns where a reply to a thread goes.
func (d *deskActions) Answerable(_ context.Context, thread string) (*desk.Address, error) {
	to, _, err := d.answerable(thread)
	if err != nil {
		return nil, problem(err)
	}
	return &desk.Address{Thread: to.Thread, Parts: to.Parts, Last: to.Last}, nil
}

// Check returns a reply as it will be sent.
func (d *deskActions) Check(text string) (string, error) {
	data, _ := withoutTurns([]byte(text))
	checked, err := replyText(data)
	if err == nil {
		return checked, nil
	}
	p := &desk.Problem{Kind: desk.BadText, Err: err}
	switch {
	case strings.TrimSpace(text) == "":
		p.Kind = desk.NoText
	case utf8.RuneCountInString(text) > mailbox.MaxReply:
		p.Kind = desk.LongText
	}
	return "", p
}

// Reply seals a reply into the outbox, as amana-decrypt reply -w does.
func (d *deskActions) Reply(_ context.Context, thread, text string) error {
	to, _, err := d.answerable(thread)
	if err != nil {
		return problem(err)
	}
	log, err := custody.Open(d.Workspace, d.key)
	if err != nil {
		return problem(err)
	}
	_, err = d.queueReply(log, to, text)
	return problem(err)
}

// Due returns what is due to all servers of the workspace.
func (d *deskActions) Due(context.Context) ([]desk.Due, error) {
	var all []desk.Due
	for s, err := range d.Servers() {
		if err != nil {
			return nil, problem(workspaceError(err))
		}
		due, err := outbox.DueTo(d.Workspace, s.Intake, false)
		if err != nil {
			return nil, problem(workspaceError(err))
		}
		if n := len(due.Acknowledge); n > 0 {
			all = append(all, desk.Due{What: "acknowledgement", Detail: fmt.Sprint(n)})
		}
		for _, r := range due.Replies {
			all = append(all, desk.Due{What: "reply", Detail: fmt.Sprintf("%s · %s", r.Thread[:8], r.Day)})
		}
	}
	return all, nil
}

// Put puts what is due on a stick, as amana-decrypt outbox does, for each server a folder.
// Headers that lie on the stick are taken where the chain of rosters was compared with the
// administrators'; otherwise the command asks, which a screen does not do for it.
func (d *deskActions) Put(ctx context.Context, stick string) (*desk.Put, error) {
	d.heard()
	var servers []workspace.Server
	for s, err := range d.Servers() {
		if err != nil {
			return nil, problem(workspaceError(err))
		}
		servers = append(servers, s)
	}
	put := new(desk.Put)
	for _, s := range servers {
		if err := d.putFor(ctx, stick, s, len(servers) == 1, put); err != nil {
			return nil, problem(err)
		}
	}
	put.Remarks = d.heard()
	return put, nil
}

// putFor puts what is due to one server on a stick.
func (d *deskActions) putFor(ctx context.Context, stick string, s workspace.Server, only bool, put *desk.Put) error {
	var said bytes.Buffer
	o := &outgoing{session: d.session, stick: stick, stdout: &said}
	if err := o.begin(s.Intake); err != nil {
		return err
	}
	c := &outboxCommand{Stick: stick}
	headers, size, err := c.headersFile()
	if err != nil {
		return err
	}
	if headers != nil {
		defer headers.Close()
		if o.compared = s.Pinned && only; o.compared {
			err = o.take(headers, size)
		} else {
			d.hear("headers for new reviewers lie on the stick, and were left: compare the administrators' fingerprint, and use amana-decrypt outbox --headers")
		}
	}
	if err != nil {
		return err
	}
	err = o.run(ctx)
	if o.sent != nil && o.sent.Done {
		put.Folders = append(put.Folders, desk.Folder{Path: filepath.Join(stick, o.sent.Folder)})
		last := &put.Folders[len(put.Folders)-1]
		for _, f := range o.sent.Files {
			last.Files = append(last.Files, desk.File{Name: f.Name, What: kindOfFile(f.Name), Count: f.Count})
		}
		if err != nil { // it is on the stick; something else was left
			d.hear(err.Error())
			return nil
		}
	}
	return err
}
