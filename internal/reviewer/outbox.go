package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/custody"
	"amana/internal/outbox"
	"amana/internal/roster"
	"amana/internal/workspace"
)

// outboxCommand puts what is due to a server on a stick.
type outboxCommand struct {
	Stick string `arg:"" type:"path" help:"The stick, or a folder on it. A folder amana-outbox-DAY is made there: give it to the operator."`
	workFlags
	Headers string `name:"headers" placeholder:"FILE" type:"path" help:"The headers that amana-intake export --headers wrote, if they do not lie on the stick: what they ask for, new headers or proofs that they open, is made too."`
	Roster  string `name:"roster" placeholder:"FILE" type:"path" help:"The newest roster, as an administrator gave it to you, if it is newer than that of the newest bundle. It is put on the stick too."`
	Intake  string `name:"intake" placeholder:"KEY" help:"The server that it is for (amana-intake+…); needed only if the workspace has bundles of several."`
	Again   bool   `name:"again" help:"The stick was lost: put everything on this one that may not have arrived, also what was put on another before."`
	Yes     bool   `name:"yes" help:"Do not ask whether the new reviewers are the right ones: they have been compared."`
}

// Run opens what it reads, gives up the network, reads the key, gives up all other
// folders, and only then looks at what came from the stick.
func (c *outboxCommand) Run(ctx context.Context, stdout io.Writer) error {
	if info, err := os.Stat(c.Stick); err != nil || !info.IsDir() {
		return cli.Hint(fmt.Errorf("%s is not a folder", c.Stick), "is the stick mounted? A path with spaces needs quotes around it")
	}
	var rosterFile io.ReadCloser
	if c.Roster != "" {
		file, _, err := cli.OpenFile("roster", c.Roster)
		if err != nil {
			return err
		}
		defer file.Close()
		rosterFile = file
	}
	headersFile, size, err := c.headersFile()
	if err != nil {
		return err
	}
	if headersFile != nil {
		defer headersFile.Close()
	}
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := program.Confine(confine.Paths{Write: []string{c.Stick, s.Path()}, Terminal: true}); err != nil {
		return err
	}
	o := &outgoing{session: s, stick: c.Stick, again: c.Again, stdout: stdout}
	if err := o.begin(c.Intake); err != nil {
		return err
	}
	if rosterFile != nil {
		given, err := readRoster(rosterFile, c.Roster)
		if err != nil {
			return err
		}
		if err := o.follow(given); err != nil {
			return err
		}
	}
	if headersFile != nil {
		if err := o.take(headersFile, size); err != nil {
			return err
		}
		o.compared = c.Yes || o.server.Pinned
	}
	return o.run(ctx)
}

// outgoing is a folder for a server on its way to a stick.
type outgoing struct {
	*session
	log    *custody.Log
	stick  string
	again  bool
	stdout io.Writer

	server   workspace.Server
	chain    []*roster.Signed // the server's, and a roster behind it that it may not have
	known    int              // how many of the chain the server has
	headers  *os.File         // nil if there are none
	size     int64
	compared bool // whom the new headers are for was compared

	due    *outbox.Due
	sent   *outbox.Sent
	left   error // what could not be done with headers
	events []custody.Event
}

// begin finds out whom it is for, and ends what an earlier run left half done.
func (o *outgoing) begin(intake string) error {
	if o.ReadOnly() {
		return workspaceError(workspace.ErrReadOnly)
	}
	var err error
	if o.log, err = custody.Open(o.Workspace, o.key); err != nil {
		return err
	}
	if !o.log.Signs() {
		return recordError(custody.ErrUnsigned)
	}
	if err := o.find(intake); err != nil {
		return err
	}
	if o.chain, err = chainOf(o.Workspace, &o.server); err != nil {
		return err
	}
	o.known = len(o.chain)
	return o.recover()
}

// find finds the server: the one that there is, or the one that was named.
func (o *outgoing) find(intake string) error {
	var all []workspace.Server
	for s, err := range o.Servers() {
		if err != nil {
			return workspaceError(err)
		}
		if intake == "" || s.Intake == intake {
			all = append(all, s)
		}
	}
	switch {
	case len(all) == 0 && intake != "":
		return cli.Hint(fmt.Errorf("no bundle of the server %s is in this workspace", intake), "give its key with --intake as the operator gave it to you")
	case len(all) == 0:
		return cli.Hint(errors.New("no bundle was opened into this workspace yet, so nothing is due"), "open one first: amana-decrypt open -w")
	case len(all) > 1:
		return cli.Hint(fmt.Errorf("this workspace has bundles of %d servers", len(all)), "say with --intake which one this stick goes to: %s or %s", all[0].Intake, all[1].Intake)
	}
	o.server = all[0]
	return nil
}

// chainOf returns the rosters of a server as the workspace remembers them, proven to
// be one chain.
func chainOf(w *workspace.Workspace, server *workspace.Server) ([]*roster.Signed, error) {
	var lists []carry.List
	for epoch := uint32(1); int(epoch) <= len(server.Rosters); epoch++ {
		text, err := w.Roster(server.Rosters[epoch])
		if err != nil || text == nil {
			return nil, cli.Hint(fmt.Errorf("roster %d is missing in this workspace", epoch), "open the newest bundle into it again: amana-decrypt open -w")
		}
		lists = append(lists, carry.List{Epoch: epoch, Text: text})
	}
	chain, err := readChain(lists)
	if err == nil && chain[0].SHA256() != server.First {
		err = errors.New("they do not go back to the first roster that was remembered")
	}
	if err != nil {
		return nil, cli.Refused(fmt.Errorf("the rosters in this workspace are not to be trusted: %w", err), "call the operator and an administrator")
	}
	return chain, nil
}

func (o *outgoing) newest() *roster.Signed { return o.chain[len(o.chain)-1] }

// follow takes a roster that an administrator gave out: the newest that is known, or
// the one that follows it.
func (o *outgoing) follow(given *roster.Signed) error {
	newest := o.newest()
	if given.Sum() == newest.Sum() {
		return nil
	}
	longer := append(o.chain[:len(o.chain):len(o.chain)], given)
	if err := roster.VerifyChain(longer); err != nil {
		return cli.Refused(fmt.Errorf("roster %d does not follow roster %d, the newest that the server sent: %w", given.Epoch, newest.Epoch, err),
			"get the newest roster from an administrator; if rosters between are missing, let the operator import them and open a bundle that was exported after that")
	}
	o.chain = longer
	return nil
}
