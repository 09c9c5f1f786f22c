package operator

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"

	"amana/internal/cli"
	"amana/internal/doctor"
	"amana/internal/roster"
)

// clock holds the clock against every day that the state says is past.
func (e *examination) clock() doctor.Finding {
	var past []doctor.Fact
	if chain := e.rosters.all(); len(chain) > 0 { // it was in force when the state was made
		past = append(past, doctor.Fact{What: "the first roster began", Day: chain[0].From})
	}
	if days := slices.Collect(maps.Keys(e.usage.ByDay)); len(days) > 0 {
		past = append(past, doctor.Fact{What: "the newest testimony came", Day: slices.Max(days)})
	}
	for _, what := range []string{dayExported, dayBackedUp, dayCollected} {
		if day, err := e.state.lastDay(what); err == nil && day != "" {
			past = append(past, doctor.Fact{What: "something was noted (" + what + ")", Day: day})
		}
	}
	return e.machine.Clock(past...)
}

func (e *examination) folder() doctor.Finding {
	user := -1
	if e.client != nil {
		user = e.machine.User(e.client.PID())
	}
	return doctor.Folder(e.state.Folder, user)
}

// disk says how much room is left above the reserve, as the server sees it.
func (e *examination) disk() doctor.Finding {
	if e.client != nil {
		return doctor.Room(e.usage.Free)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(e.state.Folder, &st); err != nil {
		return doctor.Blind("disk", err)
	}
	return doctor.Room(int64(st.Bavail)*int64(st.Bsize) - int64(e.Reserve))
}

// roster looks whether one is in force, and for how long.
func (e *examination) roster() doctor.Finding {
	const name = "roster"
	list, err := e.rosters.InForce(today())
	if err != nil {
		hints, _ := cli.Advice(closed(err))
		f := doctor.Finding{Name: name, Level: doctor.Danger, Seen: "the rosters cannot be trusted: " + err.Error(), Do: hints[0]}
		if errors.Is(err, roster.ErrExpired) || errors.Is(err, roster.ErrNotYet) { // closed, and honest about it
			f.Level, f.Seen = doctor.Warning, "sources are turned away: "+err.Error()
		}
		return f
	}
	left := list.DaysLeft(today())
	seen := fmt.Sprintf("roster %d, of %s, ends %s, after %s", list.Epoch, cli.Count(len(list.Reviewers), "reviewer", "reviewers"), within(left), list.Until)
	switch {
	case left <= roster.VerySoon:
		return doctor.Finding{Name: name, Level: doctor.Warning, Seen: seen, Do: "ask the administrators for the next roster now; without it sources are turned away"}
	case left <= roster.Soon:
		return doctor.Finding{Name: name, Level: doctor.Advice, Seen: seen, Do: "ask the administrators to prepare the next roster"}
	case len(list.Reviewers) < 2:
		return doctor.Finding{Name: name, Level: doctor.Advice, Seen: seen, Do: "ask the administrators for a second reviewer: if the one key is lost, so is everything"}
	}
	return doctor.Finding{Name: name, Level: doctor.OK, Seen: seen}
}

// habits says when what should be done now and then was done last.
func (e *examination) habits() (all []doctor.Finding) {
	never := doctor.Warning
	if e.client != nil && e.usage.Testimonies == 0 {
		never = doctor.Advice // there is nothing to carry yet
	}
	for _, h := range []struct {
		noted string
		doctor.Habit
	}{
		{dayExported, doctor.Habit{Name: "export", What: "a bundle was exported", Soon: 8, Late: 31, Never: never,
			Do: "export a bundle and carry it to the reviewers: amana-intake export -o bundle.tar"}},
		{dayBackedUp, doctor.Habit{Name: "backup", What: "a backup was made", Soon: 8, Late: 31, Never: doctor.Warning,
			Do: "make one on another disk, encrypted: amana-intake backup -o FILE --recipient KEY"}},
		{dayCollected, doctor.Habit{Name: "collected", What: "reviewers signed for what they have", Soon: 31, Late: 62, Never: doctor.Advice,
			Do: "ask the reviewers for an acknowledgement (amana-decrypt open --ack) and import it: sources see it, and what is signed for can be purged"}},
	} {
		day, err := e.state.lastDay(h.noted)
		if err != nil {
			all = append(all, doctor.Blind(h.Name, err))
			continue
		}
		h.Last = day
		all = append(all, e.machine.Habit(h.Habit))
	}
	return all
}
