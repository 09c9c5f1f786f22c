package operator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"amana/intake"
	"amana/internal/admin"
	"amana/internal/cli"
	"amana/internal/forget"
	"amana/internal/systemd"
	"amana/vault"
)

// watchTime is how often the server asks whether the vault can still write.
const watchTime = 2 * time.Second

// stopSlack is how much longer a stop may take than what uploads are given.
const stopSlack = 15 * time.Second

// serving is a server whose vault is open.
type serving struct {
	*Serve
	state   State
	server  *intake.Server
	in      importer
	manager *systemd.Notifier
	hangup  <-chan os.Signal // the operator wants a reload
	log     *journal
	failed  chan error // a socket that failed
}

// run opens the sockets that are not open yet, answers on all, and stops when the
// context ends or one of them fails.
func (s *serving) run(ctx context.Context, inherited []listening) error {
	ctx, cancel := context.WithCancel(ctx)
	// What is tidied is what a source withdrew a moment ago.
	tidier := &tidier{store: s.in.store, letters: s.in.letters, problem: s.log.tally.Note, now: time.Now, believed: s.in.rosters.believed}
	tidier.retain = (&keeper{s.Retention, s.state, s.in.store, func(what string) { s.log.Info(what) }}).retain
	defer tidier.stop()
	defer cancel()
	defer func() {
		patience, cancel := context.WithTimeout(context.Background(), s.StopTime)
		defer cancel()
		s.server.Close(patience)
	}()
	door, err := admin.Listen(s.state.path(adminSocket))
	if err != nil {
		return err
	}
	defer door.Close()
	listeners, err := s.listen()
	if err != nil {
		return err
	}
	defer closeAll(listeners)
	if err := noMoreSockets(s.log); err != nil {
		return err
	}
	operators := admin.NewServer(s.in.store, s.in, s.in.letters, acts{s.in.store, s.state.metrics(s.in.store, s.in.letters, s.in.now)}, admin.WithProbes(s.server))
	defer operators.Close()
	s.serve(door, operators, append(inherited, listeners...))
	s.warn()
	if err := s.manager.Ready(); err != nil {
		s.log.problem(err)
	}
	return s.watch(ctx, tidier)
}

// serve begins to answer.
func (s *serving) serve(door net.Listener, operators *http.Server, listeners []listening) {
	s.failed = make(chan error, len(listeners)+1)
	if !forget.Enabled {
		s.log.Warn("built without the erasure; what sources send stays in memory")
	}
	s.log.serving.Store(true)
	go func() {
		if err := operators.Serve(door); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- fmt.Errorf("admin: serve: %w", err)
		}
	}()
	for _, l := range listeners {
		go func() {
			if err := s.server.Serve(l.Listener); err != nil {
				s.failed <- err
			}
		}()
		s.log.Info("serving on " + l.address)
	}
}

// warn says what keeps sources out although the server runs.
func (s *serving) warn() {
	if _, err := s.in.rosters.InForce(today()); err != nil {
		hints, _ := cli.Advice(closed(err))
		s.log.Warn(err.Error()+"; sources are turned away", "hint", strings.Join(hints, "; "))
	}
	if err := s.in.store.Ready(); errors.Is(err, vault.ErrFull) {
		s.log.Warn(fmt.Sprintf("less disk is free than --reserve (%s): sources are turned away", s.Reserve))
	}
}

// watch looks after the server until the context ends.
func (s *serving) watch(ctx context.Context, tidier *tidier) error {
	tidier.tick(ctx)
	watch := time.NewTicker(watchTime)
	defer watch.Stop()
	for {
		select {
		case <-ctx.Done():
			s.log.Info(fmt.Sprintf("stopping; uploads under way have %v to end", s.StopTime))
			_ = s.manager.Stopping(s.StopTime + stopSlack) // it stops whether or not that is known
			return nil
		case err := <-s.failed:
			return err
		case <-s.hangup:
			s.reload()
		case <-watch.C:
			// A line about the roster is written when the day comes, not when a source
			// does: that would say when.
			s.server.Watch()
			s.log.tally.Tell(s.log.Logger)
			// So a disk that fails is seen, and told, before the next source comes.
			_ = s.in.store.Ready()
			tidier.tick(ctx)
		}
	}
}
