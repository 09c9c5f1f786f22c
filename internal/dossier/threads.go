package dossier

import (
	"cmp"
	"slices"

	"amana/internal/testimony"
)

// thread is what says that it comes from one source. It proves nothing: whoever has
// the reviewers' public keys can claim a thread whose number they know.
type thread struct {
	ID        string // empty for an envelope of before there were threads, which stands alone
	Number    int    // on the page, from 1
	Withdrawn bool   // somebody took it back
	First     int    // how many say they are its first testimony
	// Replies tells that its envelopes name different places for a reply.
	Replies bool

	members []int // indexes of Index.Opened, in the order of the page
}

// rank is the place of a kind in its thread: the withdrawal on top, notes last.
var rank = map[testimony.Kind]int{
	testimony.Withdrawal: 0, testimony.First: 1, testimony.Name: 2, testimony.Addition: 3, testimony.Fetched: 4,
}

// group puts what names the same thread together, and the threads that were
// withdrawn first.
func group(opened []Opened) []*thread {
	var all []*thread
	byID := make(map[string]*thread)
	for i := range opened {
		o := &opened[i]
		t := byID[o.Thread]
		if t == nil || o.Thread == "" {
			t = &thread{ID: o.Thread}
			byID[o.Thread] = t
			all = append(all, t)
		}
		t.members = append(t.members, i)
	}
	for _, t := range all {
		t.look(opened)
	}
	slices.SortStableFunc(all, func(a, b *thread) int {
		switch {
		case a.Withdrawn == b.Withdrawn:
			return 0
		case a.Withdrawn:
			return -1
		}
		return 1
	})
	for i, t := range all {
		t.Number = i + 1
	}
	return all
}

// look sorts the members, and notes what stands out among them.
func (t *thread) look(opened []Opened) {
	slices.SortStableFunc(t.members, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank[opened[a].Kind], rank[opened[b].Kind]),
			cmp.Compare(opened[a].Received, opened[b].Received))
	})
	var reply, none [32]byte
	for _, i := range t.members {
		o := &opened[i]
		switch o.Kind {
		case testimony.Withdrawal:
			t.Withdrawn = true
		case testimony.First:
			t.First++
		}
		if o.reply != none && reply != none && o.reply != reply {
			t.Replies = true
		}
		if o.reply != none {
			reply = o.reply
		}
	}
}

// withdrawn returns the threads that were withdrawn, which come first.
func withdrawn(all []*thread) []*thread {
	for i, t := range all {
		if !t.Withdrawn {
			return all[:i]
		}
	}
	return all
}
