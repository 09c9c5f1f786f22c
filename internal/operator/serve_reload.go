package operator

import "fmt"

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
		stays(s.log, "the questions and words of before stay in use", err)
	} else {
		s.log.Info("reloaded the questions and the words")
	}
	if err := s.in.rosters.reload(); err != nil {
		stays(s.log, "the rosters of before stay as they are", err)
	} else if newest := s.in.rosters.Newest(); newest != nil {
		s.log.Info(fmt.Sprintf("reloaded the rosters; the newest is roster %d", newest.Epoch))
	}
	s.log.Info("what else is in the configuration file, and flags, need a restart")
}

// stays tells of what could not be loaded, with what to do.
func stays(log *journal, what string, err error) {
	log.problem(fmt.Errorf("reload: %s: %w", what, err))
}
