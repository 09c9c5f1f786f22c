package reviewer

import (
	"context"
	"strconv"

	"amana/internal/synthetic"
	"amana/internal/workspace"

	"github.com/rogpeppe/go-internal/testscript"
)

// people WORKSPACE NAME N: fills a new workspace of the reviewer with the key NAME.key
// with N people of the generator, and what was told and sent about them.
func plantPeople(ts *testscript.TestScript, _ bool, args []string) {
	ids := readKeyFile(ts, args[1]).Identities
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	w, err := workspace.Create(ts.MkAbs(args[0]), ids)
	ts.Check(err)
	defer w.Close()
	all := synthetic.Make(9, n, synthetic.Options{Files: true, EveryConsent: true})
	ts.Check(synthetic.Fill(context.Background(), w, ids, all))
	for _, p := range all {
		for _, th := range p.Threads {
			if e := th.Envelopes[0]; len(e.Files) > 0 {
				ts.Setenv("WITHFILE", e.ID)
			}
		}
	}
}
