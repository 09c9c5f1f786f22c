package intake

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"amana/intake/pages"
	"amana/internal/forget"
	"amana/internal/roster"
)

// Rosters tells whom testimonies are sealed to. Its methods may be called at any
// time, from any number of goroutines; what they return is not changed any more.
type Rosters interface {
	// InForce returns the roster in force on a day, "2026-11-22" in UTC, or why
	// there is none.
	InForce(day string) (*roster.Signed, error)
	// Newest returns the newest roster whether it is in force or not, or nil if
	// there is none.
	Newest() *roster.Signed
}

// Why a testimony is not kept on account of the rosters.
var (
	errNoRoster = errors.New("intake: closed, because no roster is in force")
	errRetired  = errors.New("intake: a reviewer was retired while a testimony arrived")
)

// today is the day that is kept with a testimony, and on which a roster must be
// in force.
func (s *Server) today() string { return s.config.Now().UTC().Format(time.DateOnly) }

// inForce returns the roster in force on a day. It is asked for at every page
// that speaks of readers and at every submission, and never remembered: a roster
// ends at midnight without anybody doing anything. The error wraps errNoRoster,
// and the operator has been told of it.
func (s *Server) inForce(day string) (*roster.Signed, error) {
	list, err := s.config.Rosters.InForce(day)
	if err == nil && (list == nil || len(list.Reviewers) == 0) {
		err = errors.New("it names nobody") // never seal to nobody
	}
	if err != nil {
		return nil, s.noRoster(err)
	}
	s.closed.Store(false)
	s.sum(list) // here, and not inside the erasure, where it takes longer
	return list, nil
}

// noRoster tells the operator that the intake closes, once until it opens again:
// what the cause says may change with the day.
func (s *Server) noRoster(cause error) error {
	err := fmt.Errorf("%w: %w", errNoRoster, cause)
	if s.closed.CompareAndSwap(false, true) {
		s.config.Problem(err)
	}
	return err
}

// Watch tells Config.Problem if no roster is in force, unless it was told. Called
// every few seconds, it sees to it that the operator's log has the time when the
// intake closed, and not the time when the next source came; and that the keys of
// page tokens go when their time is over, whether somebody comes or not.
func (s *Server) Watch() {
	_, _ = s.inForce(s.today())
	s.crowd.Sweep()
	// A key is erased when its time is over only if it was made inside.
	forget.Do(s.tokens.Renew)
	// On another day than the reply was asked for: a line at that moment would say
	// when its source came.
	day := s.today()
	if last := s.watched.Swap(&day); last != nil && *last != day && s.badReply.Swap(false) {
		s.config.Problem(errors.New("intake: a reply that waits could not be opened: it was sealed to somebody else than its mailbox says, or damaged"))
	}
}

// stillReaders returns errRetired if the roster that a testimony was sealed to
// has been replaced meanwhile and somebody is missing from the new one: retired,
// perhaps because his key is in wrong hands. What was added does not matter, the
// old readers can wrap for the new.
//
// It does not matter either if the roster expired meanwhile: it was in force when
// the upload began, which may have been many hours ago, and its readers are still
// the ones that were chosen.
func (s *Server) stillReaders(sealed *roster.Signed) error {
	newest := s.config.Rosters.Newest()
	if newest == nil {
		return s.noRoster(errors.New("the newest one is gone"))
	}
	if newest == sealed {
		return nil
	}
	now := make(map[string]bool)
	for _, reader := range newest.Reviewers {
		now[reader.Recipient.String()] = true
	}
	for _, reader := range sealed.Reviewers {
		if !now[reader.Recipient.String()] {
			return errRetired
		}
	}
	return nil
}

// state is what pages are told, with a roster.
func (s *Server) state(list *roster.Signed) pages.State {
	state := s.limits
	state.Reviewers, state.Epoch, state.Sum = len(list.Reviewers), list.Epoch, s.sum(list)
	return state
}

// hashed is a roster with its hash.
type hashed struct {
	list *roster.Signed
	sum  [32]byte
}

// sum returns the hash of a roster. It is remembered, and nothing else is, for
// working it out takes about as long as sealing a text.
func (s *Server) sum(list *roster.Signed) [32]byte {
	last := s.hashed.Load()
	if last == nil || last.list != list {
		last = &hashed{list, list.Sum()}
		s.hashed.Store(last)
	}
	return last.sum
}

// rosterText shows the newest roster as it was signed, byte for byte, also when
// it has expired: so that anybody can check who reads, or who did.
func (s *Server) rosterText(w http.ResponseWriter, r *http.Request) {
	newest := s.config.Rosters.Newest()
	if newest == nil {
		s.problem(w, r, pages.NotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(newest.Bytes())
}
