package operator

import (
	"fmt"
	"strings"

	"amana/internal/cli"
)

// reload reads again what the operator may have changed: the questions, who asks them,
// and the folder of rosters. What cannot be used leaves in place what was there.
// Uploads under way go on, with the words they began with.
func (s *serving) reload() {
	_ = s.manager.Reloading() // the reload is done whether or not that is known
	defer s.manager.Ready()
	questions, organisation, err := s.words()
	if err == nil {
		err = s.server.Reload(questions, organisation)
	}
	if err != nil {
		stays(s.problem, "the questions and words of before stay in use", err)
	} else {
		fmt.Fprintln(s.stdout, "reloaded the questions and the words")
	}
	if err := s.in.rosters.reload(); err != nil {
		stays(s.problem, "the rosters of before stay as they are", err)
	} else if newest := s.in.rosters.Newest(); newest != nil {
		fmt.Fprintf(s.stdout, "reloaded the rosters; the newest is roster %d\n", newest.Epoch)
	}
	fmt.Fprintln(s.stdout, "what else is in the configuration file, and flags, need a restart")
}

// stays tells of what could not be loaded, with what to do.
func stays(problem func(error), what string, err error) {
	hints, _ := cli.Advice(err)
	if len(hints) > 0 {
		err = fmt.Errorf("%w\nhint: %s", err, strings.Join(hints, "; "))
	}
	problem(fmt.Errorf("reload: %s: %w", what, err))
}
