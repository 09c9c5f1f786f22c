package tables

// EditionSchema is the version of an edition as it is kept.
const EditionSchema = "amana/edition/1"

// Edition is what was printed of the tables at one time, and what was not. It holds
// small counts, and so is for the reviewers alone.
type Edition struct {
	Schema string             `json:"schema"`
	Day    string             `json:"day"`
	Least  int                `json:"least"`
	Groups Groups             `json:"groups"`
	Cells  map[string]Printed `json:"cells"` // by the key of a count
}

// Printed is one count of an edition.
type Printed struct {
	True  int  `json:"n"`
	Shown *int `json:"p,omitempty"` // as it was printed, but for Told; nil if it was suppressed
	Told  int  `json:"t,omitempty"` // cases that a report tells of, which were added in print
}

// Same tells whether two editions printed the same.
func (e *Edition) Same(o *Edition) bool {
	if len(e.Cells) != len(o.Cells) {
		return false
	}
	for k, a := range e.Cells {
		b, ok := o.Cells[k]
		if !ok || a.True != b.True || a.Told != b.Told || (a.Shown == nil) != (b.Shown == nil) || a.Shown != nil && *a.Shown != *b.Shown {
			return false
		}
	}
	return true
}
