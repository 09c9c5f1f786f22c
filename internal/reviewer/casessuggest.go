package reviewer

import (
	"context"
	"fmt"
	"io"

	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/names"
	"amana/internal/workspace"
)

// casesSuggestCommand suggests what may be about one person.
type casesSuggestCommand struct {
	workFlags
	Least    int    `name:"least" placeholder:"SCORE" default:"60" help:"The lowest score to suggest, of 100. A lower one finds more, and more that is wrong."`
	Most     int    `name:"most" placeholder:"COUNT" default:"100" help:"How many to print; 0 prints all."`
	Names    bool   `name:"names" help:"Also the names, as the sources wrote them. They stay on the screen until you clear it."`
	Language string `name:"language" enum:"ar,en" default:"en" help:"Words of the reasons: ar or en."`
	JSON     bool   `name:"json" help:"Print one JSON object for scripts."`
}

// suggestions is what --json prints.
type suggestions struct {
	Pairs    []suggestedPair `json:"pairs"`
	Found    int             `json:"found"`    // pairs, of which the likeliest are in the list
	People   int             `json:"people"`   // threads that name somebody
	Left     int             `json:"left"`     // threads that do not, or were withdrawn
	Compared int             `json:"compared"` // pairs that were looked at
	Crowded  int             `json:"crowded"`  // groups of people too alike to compare each with each
}

type suggestedPair struct {
	Score   int               `json:"score"`
	Threads [2]string         `json:"threads"`
	Cases   [2]string         `json:"cases"`
	Reasons []suggestedReason `json:"reasons"`
	Names   []shownName       `json:"names,omitempty"`
}

type suggestedReason struct {
	What string  `json:"what"`
	How  string  `json:"how"`
	Bits float64 `json:"bits"` // below 0 it speaks against
	Text string  `json:"text"`
}

// Run suggests, and changes nothing. Without --names it prints no word of a source.
func (c *casesSuggestCommand) Run(ctx context.Context, stdout io.Writer) error {
	r, err := c.read(ctx, false)
	if err != nil {
		return err
	}
	defer r.Close()
	people, left, err := r.coding.Named(ctx, r.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	index := names.New(people)
	pairs, stats, err := index.Suggest(ctx, names.Options{Least: c.Least, Skip: r.coding.Different})
	if err != nil {
		return err
	}
	out := suggestions{[]suggestedPair{}, len(pairs), stats.People, left, stats.Compared, stats.Crowded}
	if c.Most > 0 {
		pairs = pairs[:min(len(pairs), c.Most)]
	}
	said := make(map[string]shownName)
	if c.Names && len(pairs) > 0 {
		if said, err = r.namesOf(pairs); err != nil {
			return err
		}
	}
	for _, p := range pairs {
		s := suggestedPair{Score: p.Score, Threads: [2]string{p.A, p.B}, Cases: [2]string{r.coding.Case(p.A).ID, r.coding.Case(p.B).ID}}
		for _, reason := range p.Reasons {
			s.Reasons = append(s.Reasons, suggestedReason{reason.What, reason.How, reason.Bits, reason.Text(c.Language)})
		}
		if c.Names {
			s.Names = []shownName{said[p.A], said[p.B]}
		}
		out.Pairs = append(out.Pairs, s)
	}
	if c.JSON {
		return printJSON(stdout, out)
	}
	out.print(stdout)
	return nil
}

func (s *suggestions) print(w io.Writer) {
	for _, p := range s.Pairs {
		fmt.Fprintf(w, "%3d  %s and %s (threads %.8s and %.8s)\n", p.Score, p.Cases[0], p.Cases[1], p.Threads[0], p.Threads[1])
		for i, n := range p.Names {
			fmt.Fprintf(w, "       %.8s says: %s\n", p.Threads[i], cli.OneLine(n.text()))
		}
		for _, r := range p.Reasons {
			sign := "+"
			if r.Bits < 0 {
				sign = "-"
			}
			fmt.Fprintf(w, "     %s %s\n", sign, r.Text)
		}
	}
	fmt.Fprintf(w, "%s suggested, %d shown; %d of %d threads name somebody\n", cli.Count(s.Found, "pair", "pairs"), len(s.Pairs), s.People, s.People+s.Left)
	if s.Crowded > 0 {
		fmt.Fprintf(w, "%s too many with the same name to compare each with each: there may be more\n", cli.Count(s.Crowded, "group has", "groups have"))
	}
	if s.Found > 0 {
		fmt.Fprintln(w, "Read both before you decide: amana-decrypt cases link, or cases apart if they are different people.")
	}
}

// names returns what sources say of the people that threads are about, when that they
// were looked at is in the record of custody.
func (r *reading) names(threads []string, how string) ([]shownName, error) {
	var all []shownName
	var refs []workspace.Ref
	for _, id := range threads {
		p, err := r.coding.Name(r.Workspace, id)
		if err != nil {
			return nil, workspaceError(err)
		}
		all = append(all, shownName{id, p.Name, p.Father, p.Mother, p.Birth, p.Birthplace})
		for _, t := range r.coding.Case(id).Threads {
			if t.ID == id {
				refs = append(refs, t.Refs...)
			}
		}
	}
	log, err := custody.Open(r.Workspace, r.key)
	if err != nil {
		return nil, err
	}
	if err := log.Add(custody.Event{Act: custody.Viewed, Subjects: custody.OfRefs(refs...), Detail: how}); err != nil {
		return nil, cli.Hint(workspaceError(fmt.Errorf("nothing is shown without a line in the record of custody: %w", err)), "use a key that can sign, or leave --names out")
	}
	return all, nil
}

// namesOf returns the names of both sides of pairs, by thread.
func (r *reading) namesOf(pairs []names.Pair) (map[string]shownName, error) {
	said := make(map[string]shownName)
	var threads []string
	for _, p := range pairs {
		for _, id := range []string{p.A, p.B} {
			if _, ok := said[id]; !ok {
				said[id] = shownName{}
				threads = append(threads, id)
			}
		}
	}
	all, err := r.names(threads, "names of suggested pairs, on the terminal")
	for _, n := range all {
		said[n.Thread] = n
	}
	return said, err
}
