package doctor

import (
	"fmt"
	"time"
)

// Habit is something that the operator should do now and then.
type Habit struct {
	Name  string // of the finding
	Last  string // the day it was done last, "" if never
	What  string // "a bundle was exported"
	Soon  int    // days after which it is time
	Late  int    // days after which something can be lost
	Never Level  // how bad it is that it was never done
	Do    string
}

// Habit says how long ago something was done.
func (m *Machine) Habit(h Habit) Finding {
	if h.Last == "" {
		return Finding{h.Name, h.Never, "nothing says that " + h.What + " yet", h.Do}
	}
	day, err := time.Parse(time.DateOnly, h.Last)
	if err != nil {
		return Blind(h.Name, err)
	}
	days := int(m.Now.UTC().Sub(day) / (24 * time.Hour))
	seen := fmt.Sprintf("%s on %s, %d days ago", h.What, h.Last, days)
	switch {
	case days >= h.Late:
		return Finding{h.Name, Warning, seen, h.Do}
	case days >= h.Soon:
		return Finding{h.Name, Advice, seen, h.Do}
	}
	return fine(h.Name, "%s on %s", h.What, h.Last)
}

// largest is what a large testimony takes, in bytes; larger ones are few.
const largest = 1 << 30

// Room says how much can still be kept: free bytes until the reserve is reached.
func Room(free int64) Finding {
	const name = "disk"
	mib := free >> 20
	switch {
	case free <= 0:
		return Finding{name, Warning, "the disk's reserve is reached: sources are asked to come back later", "make room: purge what reviewers have signed for, or move the state to a larger disk"}
	case free < largest:
		return Finding{name, Warning, fmt.Sprintf("%d MiB are left above the reserve, less than a large testimony takes", mib), "make room soon: purge what reviewers have signed for, or move the state to a larger disk"}
	case free < 4*largest:
		return Finding{name, Advice, fmt.Sprintf("%d MiB are left above the reserve, room for a few large testimonies", mib), "think of more room"}
	}
	return fine(name, "%d MiB are left above the reserve", mib)
}
