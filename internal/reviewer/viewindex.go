package reviewer

import (
	"strings"

	"amana/internal/dossier"
	"amana/internal/outbox"
	"amana/internal/roster"
	"amana/internal/workspace"
)

// index returns what index.html says of a workspace: the day of the newest bundle, the
// servers, and what is known of their rosters.
func (v *view) index() (dossier.Index, error) {
	x := dossier.Index{Questions: v.questions, Opened: v.opened, Failed: v.failed, Known: true}
	for b, err := range v.Bundles() {
		if err != nil {
			return x, workspaceError(err)
		}
		x.Made = max(x.Made, b.Made)
	}
	var keys []string
	x.Chain = dossier.Chain{State: dossier.ChainOld}
	for s, err := range v.Servers() {
		if err != nil {
			return x, workspaceError(err)
		}
		keys = append(keys, s.Intake)
		x.Known = x.Known && s.Compared
		if x.Chain.First == "" {
			x.Chain = v.chainOf(s)
		}
	}
	x.Intake = strings.Join(keys, " ")
	replies, err := outbox.Replies(v.Workspace)
	if err != nil {
		return x, workspaceError(err)
	}
	for _, r := range replies {
		x.Replies = append(x.Replies, dossier.Reply{ID: r.ID, Thread: r.Thread, Day: r.Day, By: r.By, Text: r.Text, Sent: r.Sent != "", Read: r.Read})
	}
	if !v.whole {
		return x, nil
	}
	for f, err := range v.Failures() {
		if err != nil {
			return x, workspaceError(err)
		}
		x.Failed = append(x.Failed, dossier.Failed{ID: f.ID, Reason: dossier.Reason(f.Reason), Detail: f.Detail})
	}
	return x, nil
}

// chainOf returns what is known of the rosters of a server.
func (v *view) chainOf(s workspace.Server) dossier.Chain {
	if s.First == "" {
		return dossier.Chain{State: dossier.ChainOld}
	}
	chain := dossier.Chain{State: dossier.ChainWhole, Rosters: len(s.Rosters), Pinned: s.Pinned, First: s.First}
	if text, err := v.Roster(s.First); err == nil && text != nil {
		if first, err := roster.Open(text); err == nil {
			chain.Words = []string{first.Fingerprint("ar"), first.Fingerprint("en")}
		}
	}
	return chain
}
