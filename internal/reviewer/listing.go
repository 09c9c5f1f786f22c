package reviewer

import (
	"amana/internal/testimony"
)

// listing is what --json prints.
type listing struct {
	Threads []listedThread `json:"threads"` // the withdrawn first, then those with something new
	Probes  []listedPart   `json:"probes"`  // the operator's own, set aside
	Failed  []listedFailed `json:"failed"`  // what bundles had that is not in the workspace
	Views   []listedView   `json:"views"`   // decrypted views that were not closed

	unfinished []string // folders that were begun and are not whole
}

type listedThread struct {
	ID        string       `json:"id"`
	Case      string       `json:"case"`
	Withdrawn bool         `json:"withdrawn"`
	New       int          `json:"new"` // parts that nobody has looked at
	First     string       `json:"first"`
	Last      string       `json:"last"`    // days on which the first and the last part were received
	Answers   bool         `json:"answers"` // its source can be written to
	Parts     []listedPart `json:"parts"`
	Replies   int          `json:"replies"` // that reviewers wrote
}

type listedPart struct {
	ID       string         `json:"id"`
	Kind     testimony.Kind `json:"kind"`
	Received string         `json:"received"`
	Opened   string         `json:"opened"`
	Language string         `json:"language"`
	Files    int            `json:"files"`
	New      bool           `json:"new"`
	Notes    []string       `json:"notes"` // what a reviewer should know
}

type listedFailed struct {
	ID     string `json:"id"`
	Reason string `json:"reason"` // not-ours, damaged, malformed, newer, unreadable, differs
	Detail string `json:"detail"`
	Day    string `json:"day"` // of the attempt
	Bundle string `json:"bundle"`
}

type listedView struct {
	Path   string `json:"path"`
	Made   string `json:"made"`
	Memory bool   `json:"memory"`
	Parts  int    `json:"parts"`
}
