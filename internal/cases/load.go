package cases

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"amana/internal/workspace"
)

// CodeOf returns the code of the case that a thread is of until a reviewer links it:
// the same on every machine.
func CodeOf(thread string) string {
	sum := sha256.Sum256([]byte("amana case 1\n" + thread))
	return "C-" + hex.EncodeToString(sum[:5])
}

// Load returns the cases of a workspace by ID.
func Load(w *workspace.Workspace) ([]*Case, error) {
	all, err := threads(w)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*Case)
	for _, t := range all {
		id := CodeOf(t.ID)
		if byID[id] == nil {
			byID[id] = &Case{ID: id}
		}
		byID[id].Threads = append(byID[id].Threads, t)
	}
	var list []*Case
	for _, c := range byID {
		slices.SortFunc(c.Threads, func(a, b *Thread) int { return cmp.Compare(a.ID, b.ID) })
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *Case) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}
