package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"amana/internal/admin"
	"amana/internal/cli"
	"amana/vault"
)

// Purge erases what reviewers have signed for.
type Purge struct {
	Acknowledged bool `required:"" settings:"never" help:"Erase what reviewers have signed for, and nothing else. There is no other choice: nothing is purged by this command that only this server has."`
	Yes          bool `settings:"never" help:"Do not ask; for scripts."`
}

// purging is what a purge would do.
type purging struct {
	ids   []vault.ID
	days  map[string]int
	bytes int64
	stay  int // testimonies that stay
}

// Run shows what will be done, asks, and does just that: what is acknowledged
// meanwhile waits for the next time.
func (c *Purge) Run(ctx context.Context, state State, stdout io.Writer) error {
	client, store, err := state.reach(ctx)
	if err != nil {
		return err
	}
	var from vault.Reader = client
	var does admin.Acts = client
	if client != nil {
		defer client.Close()
	} else {
		defer store.Close()
		from, does = store, acts{store, nil}
	}
	plan, err := plan(ctx, from)
	if err != nil {
		return err
	}
	if len(plan.ids) == 0 {
		fmt.Fprintf(stdout, "nothing to purge: no reviewer has signed for any of the %s here\n", parts(plan.stay))
		return nil
	}
	plan.tell(stdout)
	if !c.Yes {
		yes, err := cli.Confirm(ctx, fmt.Sprintf("Erase %s for good?", parts(len(plan.ids))))
		if err != nil {
			return cli.Hint(err, "run it in a terminal, or give --yes")
		}
		if !yes {
			return errors.New("nothing was purged")
		}
	}
	n, err := does.Purge(ctx, plan.ids, true)
	if err != nil {
		return cli.Hint(fmt.Errorf("%s purged, then: %w", are(n), err), "the same command again does the rest")
	}
	fmt.Fprintf(stdout, "%s purged; their headers are overwritten, as far as the disk allows, so nobody can open what is left of them\n", are(n))
	return nil
}

func are(n int) string { return cli.Count(n, "sealed part is", "sealed parts are") }

// plan finds what reviewers have signed for.
func plan(ctx context.Context, from vault.Reader) (p purging, err error) {
	p.days = make(map[string]int)
	err = eachRecord(ctx, from, func(r *vault.Record) {
		if !r.Collected {
			p.stay++
			return
		}
		p.ids = append(p.ids, r.ID)
		p.days[r.Day]++
		p.bytes += r.Size()
	})
	return p, err
}

// tell says what will be done.
func (p purging) tell(w io.Writer) {
	fmt.Fprintf(w, "reviewers have signed for %s, %s, received on\n", parts(len(p.ids)), byteSize(p.bytes))
	for _, day := range slices.Sorted(maps.Keys(p.days)) {
		fmt.Fprintf(w, "  %s %d\n", day, p.days[day])
	}
	fmt.Fprintln(w, "these are erased from this server for good; it keeps only, under their ids, that the reviewers have them, so that their sources are told so")
	fmt.Fprintf(w, "stays here: %s, for which no reviewer has signed, and the replies\n", parts(p.stay))
	fmt.Fprintln(w, "not erased: bundles and backups that were made before, and what the reviewers have")
}
