package carry

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"amana/internal/roster"
)

const versionPrefix = "amana bundle "

// sumOf is what a manifest promises of a roster or list: its size in bytes and
// its hash.
type sumOf struct {
	epoch uint32
	size  int64
	sum   [32]byte
}

// sumsOf works out what is to be promised of lists.
func sumsOf(lists []List) []sumOf {
	var sums []sumOf
	for _, list := range lists {
		sums = append(sums, sumOf{list.Epoch, int64(len(list.Text)), sha256.Sum256(list.Text)})
	}
	return sums
}

// checkRosters holds the rosters of a file to their order and limits.
func checkRosters(rosters []sumOf) error {
	if len(rosters) > roster.MaxChain {
		return fmt.Errorf("%d rosters are more than %d", len(rosters), roster.MaxChain)
	}
	var before uint32
	var total int64
	for _, r := range rosters {
		if r.epoch <= before {
			return fmt.Errorf("roster %d is out of order", r.epoch)
		}
		if r.size < 1 || r.size > roster.MaxSize {
			return fmt.Errorf("roster %d is empty or longer than %d bytes", r.epoch, roster.MaxSize)
		}
		before, total = r.epoch, total+r.size
	}
	if total > roster.MaxChainBytes {
		return fmt.Errorf("the rosters together are longer than %d bytes", roster.MaxChainBytes)
	}
	return nil
}

// rosterMember returns the name of a roster in a file.
func rosterMember(epoch uint32) string { return fmt.Sprintf("rosters/%d.txt", epoch) }

// layout is what the form of a bundle hangs on besides its testimonies.
type layout struct {
	version int     // 1 or 2
	lists   []sumOf // rosters, or in version 1 lists of reviewers
}

// member returns the name of a roster or list in the bundle.
func (l *layout) member(epoch uint32) string {
	if l.version == 1 {
		return fmt.Sprintf("recipients/%d.txt", epoch)
	}
	return rosterMember(epoch)
}

// check holds the manifest to the rules that its text cannot show.
func (m *Manifest) check(l *layout) error {
	if err := checkDay(m.Made); err != nil {
		return fmt.Errorf("made: %w", err)
	}
	for i := range m.Testimonies {
		e := &m.Testimonies[i]
		if !validID(e.ID) {
			return fmt.Errorf("testimony %d: not an id", i+1)
		}
		if i > 0 && m.Testimonies[i-1].ID >= e.ID {
			return fmt.Errorf("testimony %s is out of order", e.ID)
		}
		if err := checkDay(e.Day); err != nil {
			return fmt.Errorf("testimony %s: %w", e.ID, err)
		}
		if e.HeaderSize < 1 || e.HeaderSize > maxHeader || e.PayloadSize < 0 || e.PayloadSize > maxPayload {
			return fmt.Errorf("testimony %s: sizes are out of range", e.ID)
		}
		if l.version > 1 && (e.Epoch == 0 || e.HeaderEpoch < e.Epoch) {
			return fmt.Errorf("testimony %s: a header for roster %d cannot follow roster %d", e.ID, e.HeaderEpoch, e.Epoch)
		}
	}
	if l.version == 1 {
		return m.checkLists(l.lists)
	}
	return checkRosters(l.lists)
}

// checkLists holds the lists of version 1 to its rules: as many as are needed,
// and no others.
func (m *Manifest) checkLists(lists []sumOf) error {
	if len(lists) > maxLists {
		return fmt.Errorf("%d lists of reviewers are too many", len(lists))
	}
	used := make(map[uint32]bool, len(lists))
	for i, list := range lists {
		if i > 0 && lists[i-1].epoch >= list.epoch {
			return fmt.Errorf("list of reviewers %d is out of order", list.epoch)
		}
		if list.size < 0 || list.size > maxList {
			return fmt.Errorf("list of reviewers %d is longer than %d bytes", list.epoch, maxList)
		}
		used[list.epoch] = false
	}
	for i := range m.Testimonies {
		e := &m.Testimonies[i]
		if _, ok := used[e.Epoch]; !ok {
			return fmt.Errorf("testimony %s: no list of reviewers %d", e.ID, e.Epoch)
		}
		used[e.Epoch] = true
	}
	for epoch, ok := range used {
		if !ok {
			return fmt.Errorf("no testimony is sealed to list of reviewers %d", epoch)
		}
	}
	return nil
}

// checkDay accepts a day in its one spelling.
func checkDay(s string) error {
	if day, err := time.Parse(time.DateOnly, s); err != nil || day.Format(time.DateOnly) != s {
		return fmt.Errorf("not a day like 2026-11-22")
	}
	return nil
}

// text writes the manifest as it is signed.
func (m *Manifest) text(l *layout) string {
	var b strings.Builder
	b.Grow(200*len(m.Testimonies) + 100*len(l.lists) + 300)
	var total int64
	for i := range m.Testimonies {
		total += m.Testimonies[i].Size()
	}
	fmt.Fprintf(&b, "%s%d\nmade %s\nintake %s\n", versionPrefix, l.version, m.Made, m.Intake)
	word := "recipients"
	if l.version > 1 {
		fmt.Fprintf(&b, "rosters %d\n", len(l.lists))
		word = "roster"
	}
	fmt.Fprintf(&b, "testimonies %d\nbytes %d\n\n", len(m.Testimonies), total)
	for _, list := range l.lists {
		fmt.Fprintf(&b, "%s %d %d %x\n", word, list.epoch, list.size, list.sum)
	}
	for i := range m.Testimonies {
		e := &m.Testimonies[i]
		fmt.Fprintf(&b, "testimony %s %s %d ", e.ID, e.Day, e.Epoch)
		if l.version > 1 {
			fmt.Fprintf(&b, "%d ", e.HeaderEpoch)
		}
		fmt.Fprintf(&b, "%d %x %d %x\n", e.HeaderSize, e.HeaderSum, e.PayloadSize, e.PayloadSum)
	}
	return b.String()
}
