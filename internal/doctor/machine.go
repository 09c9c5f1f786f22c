package doctor

import (
	"fmt"
	"time"
)

// Confinement looks whether the kernel has Landlock, by which the intake gives up all
// files but its own.
func (m *Machine) Confinement() Finding {
	const name = "Landlock"
	version, err := m.Landlock()
	switch {
	case err != nil:
		return Blind(name, err)
	case version < 1:
		return Finding{name, Warning, "the kernel has no Landlock, so a hole in the intake reaches every file that its user can open",
			"use a kernel with Landlock, as Debian's has since 12, and do not take it out of the kernel's lsm= line"}
	}
	return fine(name, "the kernel has Landlock, version %d", version)
}

// Fact is something that happened on a day, "2026-11-27", before now.
type Fact struct{ What, Day string }

// Written is a day that was past when this program was written.
const Written = "2026-11-27"

// Clock holds the clock against what must be in the past. A clock that goes back
// makes a roster count that has expired, and reviewers who were retired.
func (m *Machine) Clock(past ...Fact) Finding {
	const name = "clock"
	today := m.Now.UTC().Format(time.DateOnly)
	for _, f := range append([]Fact{{"this program was written", Written}}, past...) {
		if f.Day > today {
			return Finding{name, Danger, fmt.Sprintf("the clock says %s, but %s on %s: rosters that have expired count again", today, f.What, f.Day),
				"set the clock, and have it kept right: apt install systemd-timesyncd or chrony"}
		}
	}
	right, err := m.Synced()
	switch {
	case err != nil:
		return Blind(name, err)
	case !right:
		return Finding{name, Warning, fmt.Sprintf("the clock says %s, and nothing keeps it right", today),
			"compare the day with your own; then have it kept right: apt install systemd-timesyncd or chrony"}
	}
	return fine(name, "the clock says %s, and is kept right", today)
}
