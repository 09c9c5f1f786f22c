package operator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"amana/internal/admin"
	"amana/internal/cli"
	"amana/internal/roster"
	"amana/internal/wordlist"
)

// Status says what is kept and how much room is left.
type Status struct {
	JSON       bool `xor:"form" help:"Print one JSON object."`
	Prometheus bool `xor:"form" help:"Print numbers in the text format of Prometheus, which do not move when somebody comes: use this for anything that runs by itself."`
}

// Help says what may not be done with it.
func (c *Status) Help() string {
	return "The numbers are those of this moment. A script that asks for them again and again, and keeps what they were, would keep when somebody came: only --prometheus is for that."
}

// report is what --json prints.
type report struct {
	Testimonies int            `json:"testimonies"`
	Collected   int            `json:"collected"` // testimonies that a reviewer has signed for
	Replies     *int           `json:"replies"`   // that wait for their sources; null if the letterbox cannot be read
	Bytes       int64          `json:"bytes"`
	Free        int64          `json:"free"` // bytes until the reserve is reached
	ByDay       map[string]int `json:"by_day"`
	ByEpoch     map[uint32]int `json:"by_epoch"`
	Waiting     int            `json:"waiting"`          // new headers that wait for a confirmation
	ToRotate    int            `json:"to_rotate"`        // testimonies not sealed to exactly the newest reviewers
	Open        bool           `json:"open"`             // a roster is in force, the disk is well and has room, so testimonies are taken
	Closed      string         `json:"closed,omitempty"` // why not
	// The days on which these were done last, or "".
	Exported     string `json:"last_exported"`
	Acknowledged string `json:"last_acknowledged"`
	BackedUp     string `json:"last_backed_up"`

	Roster *rosterReport `json:"roster"` // the newest; null if none can be trusted
	Intake string        `json:"intake"` // the key that reviewers compare
}

// rosterReport is what --json prints of the newest roster.
type rosterReport struct {
	Epoch       uint32            `json:"epoch"`
	SHA256      string            `json:"sha256"`
	Fingerprint map[string]string `json:"fingerprint"` // by language
	Reviewers   int               `json:"reviewers"`
	Until       string            `json:"until"`
	DaysLeft    int               `json:"days_left"` // negative when it has expired
}

func reportOf(s *roster.Signed) *rosterReport {
	if s == nil {
		return nil
	}
	words := make(map[string]string)
	for _, lang := range wordlist.Languages() {
		words[lang] = s.Fingerprint(lang)
	}
	return &rosterReport{
		Epoch: s.Epoch, SHA256: s.SHA256(), Fingerprint: words, Reviewers: len(s.Reviewers),
		Until: s.Until, DaysLeft: s.DaysLeft(today()),
	}
}

// Run asks the running server, or reads the files when none runs.
func (c *Status) Run(ctx context.Context, state State, stdout io.Writer) error {
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	if c.Prometheus {
		return state.prometheus(ctx, from, stdout)
	}
	u, err := from.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	days, err := state.days()
	if err != nil {
		return err
	}
	// A letterbox that cannot be read is told last: the rest is known all the same.
	replies, unread := from.Count(ctx)
	rosters := state.readRosters(u)
	newest := rosters.Newest()
	_, shut := rosters.InForce(today())
	_, vkey, err := state.signer()
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		r := report{
			Testimonies: u.Testimonies, Collected: u.Collected, Bytes: u.Bytes, Free: u.Free, ByDay: u.ByDay, ByEpoch: u.ByEpoch,
			Waiting: rosters.toConfirm(u), ToRotate: rosters.readers().toRotate(u),
			Open: shut == nil && u.Failed == "" && u.Free > 0, Roster: reportOf(newest), Intake: vkey,
			Exported: days[dayExported], Acknowledged: days[dayCollected], BackedUp: days[dayBackedUp],
		}
		switch {
		case shut != nil:
			r.Closed = shut.Error()
		case u.Failed != "":
			r.Closed = u.Failed
		case u.Free == 0:
			r.Closed = "no more disk is free than the reserve"
		}
		if unread == nil {
			r.Replies = &replies
		}
		return errors.Join(out.Encode(r), unread)
	}
	if u.RewriteDue {
		_, serving := from.(*admin.Client)
		due(stdout, serving)
	}
	if u.Failed != "" {
		fmt.Fprintf(stdout, "CLOSED: sources are turned away: %s\n  the server's log says what to do\n", cli.Plain(u.Failed))
	}
	warnings(stdout, newest, shut)
	if u.Free == 0 {
		fmt.Fprintln(stdout, "CLOSED: sources are turned away: no more disk is free than the reserve\n  make room: export, import what reviewers sign, purge --acknowledged; or take a larger disk")
	}
	fmt.Fprintf(stdout, "testimonies  %d, %s\n", u.Testimonies, byteSize(u.Bytes))
	for _, day := range slices.Sorted(maps.Keys(u.ByDay)) {
		fmt.Fprintf(stdout, "  %s %d\n", day, u.ByDay[day])
	}
	if len(u.ByEpoch) > 1 {
		for _, epoch := range slices.Sorted(maps.Keys(u.ByEpoch)) {
			fmt.Fprintf(stdout, "  sealed to roster %d: %d\n", epoch, u.ByEpoch[epoch])
		}
	}
	fmt.Fprintf(stdout, "collected    %d by reviewers\n", u.Collected)
	if unread == nil {
		fmt.Fprintf(stdout, "replies      %d wait for their sources\n", replies)
	}
	fmt.Fprintf(stdout, "room left    %s\n", byteSize(u.Free))
	if newest != nil {
		fmt.Fprintf(stdout, "reviewers    %d, until %s\n", len(newest.Reviewers), newest.Until)
		describeRoster(stdout, newest, "roster     ")
		if first := rosters.all()[0]; first.Epoch != newest.Epoch {
			describeRoster(stdout, first, "first, --pin")
		}
		switch n := rosters.readers().toRotate(u); {
		case n > 0:
			fmt.Fprintf(stdout, "to rotate    %d are not sealed to exactly these reviewers (amana-intake export --headers)\n", n)
		default:
			fmt.Fprintln(stdout, "to rotate    0: every testimony is sealed to exactly these reviewers")
		}
	}
	if n := rosters.toConfirm(u); n > 0 {
		fmt.Fprintf(stdout, "unconfirmed  %d new headers wait for a confirmation (amana-intake export --headers, amana-decrypt confirm)\n", n)
	}
	fmt.Fprintf(stdout, "last time     exported %s, acknowledged %s, backed up %s\n",
		cmp.Or(days[dayExported], "never"), cmp.Or(days[dayCollected], "never"), cmp.Or(days[dayBackedUp], "never"))
	fmt.Fprintf(stdout, "server key   %s\n", vkey)
	return unread
}

// days returns the days on which the operator did things last.
func (s State) days() (map[string]string, error) {
	days := make(map[string]string)
	for _, what := range []string{dayExported, dayCollected, dayBackedUp} {
		day, err := s.lastDay(what)
		if err != nil {
			return nil, err
		}
		days[what] = day
	}
	return days, nil
}

// prometheus prints what the server answers, or would.
func (s State) prometheus(ctx context.Context, from reader, stdout io.Writer) error {
	var does admin.Acts
	if client, ok := from.(*admin.Client); ok {
		does = client
	} else {
		u, err := from.Usage(ctx)
		if err != nil {
			return fmt.Errorf("count testimonies: %w", err)
		}
		does = acts{metrics: s.metrics(from, from, func() rosters { return s.readRosters(u) })}
	}
	text, err := does.Metrics(ctx)
	if err == nil {
		_, err = stdout.Write(text)
	}
	return err
}

// warnings says that no roster is in force, or that soon none will be.
func warnings(w io.Writer, newest *roster.Signed, shut error) {
	if shut != nil {
		hints, _ := cli.Advice(closed(shut))
		fmt.Fprintf(w, "CLOSED: sources are turned away: %s\n  %s\n", cli.Plain(shut.Error()), strings.Join(hints, "; "))
		return
	}
	switch left := newest.DaysLeft(today()); {
	case left <= roster.LastWeek:
		fmt.Fprintf(w, "WARNING: the roster ends %s; after %s sources are turned away: get the next roster TODAY\n", within(left), newest.Until)
	case left <= roster.VerySoon:
		fmt.Fprintf(w, "warning: the roster ends %s, after %s: ask the administrators for the next one now\n", within(left), newest.Until)
	case left <= roster.Soon:
		fmt.Fprintf(w, "note: the roster ends %s, after %s: the administrators should prepare the next one\n", within(left), newest.Until)
	}
}

// due tells that headers which were dropped are still on the disk. A server that runs
// sees to it by itself soon. Without one the file was to be written anew a moment ago,
// when it was opened, and could not be.
func due(w io.Writer, serving bool) {
	if serving {
		fmt.Fprintln(w, "note: the headers of what was withdrawn or replaced are written over within a few minutes; if this still stands here in an hour, make room on the disk and start the server again")
		return
	}
	fmt.Fprintln(w, "WARNING: headers that were replaced in a rotation or withdrawn are still in the file, and it could not be written anew just now, so a retired reviewer's key may open what it should not: make room on the disk and run this again; if this stays, amana-intake check says what is damaged")
}

// within says in how many days.
func within(days int) string {
	switch days {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return fmt.Sprintf("in %d days", days)
}
