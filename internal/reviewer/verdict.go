package reviewer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/dossier"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// summary is what --json prints.
type summary struct {
	Total  int      `json:"total"`
	Opened int      `json:"opened"`
	Index  string   `json:"index"` // path of index.html; empty if nothing was opened
	Made   string   `json:"made"`
	Intake string   `json:"intake"`
	Failed []failed `json:"failed"`
	// Sealed tells of each opened testimony.
	Sealed []origin `json:"sealed"`
	// Chain is "whole", "broken", or "none" for a bundle of before rosters.
	Chain  dossier.ChainState `json:"chain"`
	Pinned bool               `json:"pinned"` // the chain begins with the roster of --pin
	// Damaged names members of the bundle besides the testimonies.
	Damaged []string `json:"damaged"`
}

type origin struct {
	ID     string   `json:"id"`
	Roster uint32   `json:"roster"` // sealed under, when it arrived
	Header uint32   `json:"header"` // whose reviewers can open it now
	Notes  []string `json:"notes"`  // what a reviewer should know

	Kind   testimony.Kind   `json:"kind"`
	Thread string           `json:"thread"` // empty for one of before there were threads
	Reply  *testimony.Reply `json:"reply"`  // null if the source wants none
}

type failed struct {
	ID     string         `json:"id"`
	Reason dossier.Reason `json:"reason"` // not-ours, damaged, malformed, newer, unreadable
	Detail string         `json:"detail"`
}

func (j *job) summary() summary {
	s := summary{
		Total: len(j.bundle.Manifest.Testimonies), Opened: len(j.index.Opened), Index: j.indexPath(),
		Made: j.index.Made, Intake: j.index.Intake, Failed: []failed{}, Damaged: []string{},
		Sealed: []origin{}, Chain: j.index.Chain.State, Pinned: j.index.Chain.Pinned,
	}
	for i, o := range j.index.Opened {
		e := j.opened[i]
		s.Sealed = append(s.Sealed, origin{o.ID, e.Epoch, e.HeaderEpoch, append([]string{}, o.Notes...), o.Kind, o.Thread, j.reply[i]})
	}
	for _, f := range j.index.Failed {
		s.Failed = append(s.Failed, failed(f))
	}
	s.Damaged = append(s.Damaged, j.index.Damaged...)
	return s
}

// print says in a few lines what was done.
func (j *job) print(w io.Writer) {
	fmt.Fprintf(w, "opened %d of %s", len(j.index.Opened), parts(len(j.bundle.Manifest.Testimonies)))
	if what := j.kinds(); what != "" {
		fmt.Fprintf(w, ": %s", what)
	}
	fmt.Fprintln(w)
	if j.made {
		fmt.Fprintf(w, "read them in %s\n", cli.OneLine(j.indexPath()))
	}
	if !j.known {
		fmt.Fprintf(w, "made by the server with the key %s\n", j.index.Intake)
	}
	if c := &j.index.Chain; c.State == dossier.ChainWhole {
		first := "that --pin names"
		if !c.Pinned {
			first = "with the fingerprint: " + strings.Join(c.Words, " / ")
		}
		fmt.Fprintf(w, "its %s back to the first roster %s\n", cli.Count(c.Rosters, "roster goes", "rosters go"), first)
	}
	j.printFlags(w)
}

// printFlags says what is withdrawn, and what else a reviewer should know.
func (j *job) printFlags(w io.Writer) {
	for _, o := range j.index.Opened {
		if o.Kind == testimony.Withdrawal {
			fmt.Fprintf(w, "withdrawn: thread %s: do not use or publish what belongs to it\n", o.Thread)
		}
		for _, n := range o.Notes {
			fmt.Fprintf(w, "flagged: testimony %s: %s\n", o.ID, n)
		}
	}
}

// parts counts what is sealed on its own: a testimony, an addition, a name or a note.
func parts(n int) string { return cli.Count(n, "sealed part", "sealed parts") }

// kinds says what was opened, by what it is to its thread.
func (j *job) kinds() string {
	count := make(map[testimony.Kind]int)
	for _, o := range j.index.Opened {
		count[o.Kind]++
	}
	return kindsOf(count)
}

// kindsOf says how many there are of each kind.
func kindsOf(count map[testimony.Kind]int) string {
	var all []string
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{count[testimony.First], "testimony", "testimonies"},
		{count[testimony.Addition], "addition", "additions"},
		{count[testimony.Name], "name", "names"},
		{count[testimony.Withdrawal], "withdrawal", "withdrawals"},
		{count[testimony.Fetched], "note of a fetched reply", "notes of fetched replies"},
		{count[testimony.Probe], "probe by the operator, set aside", "probes by the operator, set aside"},
	} {
		if c.n > 0 {
			all = append(all, cli.Count(c.n, c.one, c.many))
		}
	}
	return strings.Join(all, ", ")
}

// named is how many testimonies that were left out are named on the terminal.
const named = 20

// verdict returns nil if everything was opened, or the error by which a person
// and a script learn what was not.
func (j *job) verdict() error {
	var foreign, spoiled []dossier.Failed
	for _, f := range j.index.Failed {
		if f.Reason == dossier.NotOurs {
			foreign = append(foreign, f)
		} else {
			spoiled = append(spoiled, f)
		}
	}
	for i, f := range spoiled {
		if i == named {
			fmt.Fprintf(os.Stderr, "amana-decrypt: … and %d more\n", len(spoiled)-named)
			break
		}
		fmt.Fprintf(os.Stderr, "amana-decrypt: testimony %s was left out: %s\n", f.ID, cli.Plain(f.Detail))
	}
	var err error
	if len(foreign) > 0 {
		err = foreignError(foreign)
	}
	if len(spoiled) == 0 && len(j.index.Damaged) == 0 {
		return err
	}
	text, hint := j.spoiled(spoiled)
	damaged := errors.New(text)
	if err != nil {
		damaged = fmt.Errorf("%s; %w", text, err)
	}
	return &cli.Error{Err: damaged, Code: cli.ExitPartial, Hint: hint}
}

const (
	damagedHint    = "ask the operator to export the bundle again, and copy it with another stick"
	unreadableHint = "copy the bundle from the stick with another reader or machine and open that copy, or ask the operator to export it again to another stick"
	differsHint    = "no honest server gives an id twice: keep the stick, trust nothing on it, and tell the operator and an administrator"
	newerHint      = "use a newer amana-decrypt for those of a newer version"
)

// spoiled says what is wrong with the testimonies that were left out although
// they may be ours, or with the rest of the bundle, and what to do.
func (j *job) spoiled(left []dossier.Failed) (text, hint string) {
	if len(left) == 0 {
		return "the bundle is damaged or unreadable in " + strings.Join(j.index.Damaged, ", "), damagedHint
	}
	count := make(map[dossier.Reason]int)
	for _, f := range left {
		count[f.Reason]++
	}
	var texts, hints []string
	of := "of " + parts(len(j.bundle.Manifest.Testimonies)) + " "
	add := func(n int, text, hint string) {
		if n > 0 {
			texts, hints = append(texts, fmt.Sprintf("%s %s", cli.Count(n, of+"is", of+"are"), text)), append(hints, hint)
			of = "" // said once
		}
	}
	add(count[dossier.Damaged]+count[dossier.Malformed], "damaged", damagedHint)
	add(count[dossier.Unreadable], "unreadable on this stick", unreadableHint)
	add(count[workspace.Differs], "refused, for another one of the same id is in the workspace", differsHint)
	add(count[dossier.Newer], "made by a newer version", newerHint)
	return "left out: " + strings.Join(texts, ", "), strings.Join(hints, "; ")
}

// foreignError is about testimonies that are sealed to others, each different
// advice once.
func foreignError(foreign []dossier.Failed) error {
	text := "testimony " + foreign[0].ID + " is not sealed to this identity"
	if len(foreign) > 1 {
		text = parts(len(foreign)) + " are not sealed to this identity"
	}
	var hints []string
	for _, f := range foreign {
		if !slices.Contains(hints, f.Detail) {
			hints = append(hints, f.Detail)
		}
	}
	slices.Reverse(hints) // the outermost is printed first
	err := error(&cli.Error{Err: errors.New(text), Code: cli.ExitNotOurs})
	for _, hint := range hints[max(0, len(hints)-named):] {
		err = cli.Hint(err, "%s", hint)
	}
	return err
}
