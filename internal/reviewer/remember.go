package reviewer

import (
	"encoding/hex"
	"fmt"
	"strings"

	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/roster"
	"amana/internal/workspace"
)

// remember holds a bundle against the servers and chains that the workspace knows, and
// keeps what it learned. The first bundle is trusted, and the person is told what to
// compare; what comes from another server, or does not go back to the same first
// roster, is refused unless the person says so.
func (b *grown) remember() error {
	server, first, err := b.server()
	if err != nil {
		return err
	}
	if err := b.chain(server); err != nil {
		return err
	}
	server.Compared = server.Compared || b.trust.Intake != nil
	server.Pinned = server.Pinned || b.job.index.Chain.Pinned
	b.job.known = server.Compared
	b.job.index.Known, b.job.index.Chain.Pinned = server.Compared, server.Pinned && b.job.chain != nil
	if first && !server.Compared {
		b.told += fmt.Sprintf("this workspace takes the bundles of the server with this key from now on, and of no other:\n  %s\ncompare it with the one that the operator gave you\n", server.Intake)
	}
	return b.keepBundle(server)
}

// server returns what the workspace knows of the server that made the bundle; first
// tells that it did not know it.
func (b *grown) server() (server *workspace.Server, first bool, err error) {
	intake := b.job.bundle.Manifest.Intake
	others := 0
	for s, err := range b.Servers() {
		if err != nil {
			return nil, false, workspaceError(err)
		}
		if s.Intake == intake {
			return &s, false, nil
		}
		others++
	}
	if others > 0 && !b.anew {
		return nil, false, cli.Refused(fmt.Errorf("the bundle is not signed by the server that this workspace takes bundles of, but by %s", intake),
			"nothing was opened. Ask the operator whether the server's key has changed; if it has, and you have compared the new one, open the bundle with --trust-anew")
	}
	return &workspace.Server{Intake: intake, Since: b.today, Rosters: make(map[uint32]string)}, true, nil
}

// chain holds the rosters of the bundle against those that the workspace knows.
func (b *grown) chain(server *workspace.Server) error {
	if b.job.chain == nil {
		if server.First == "" || b.anew {
			return nil // the person was warned, as every time
		}
		return cli.Refused(fmt.Errorf("the rosters that came with the bundle are not the chain that this workspace knows: %s", b.noChain()),
			"nothing was opened. Copy the bundle again; if that does not help, call the operator and an administrator. With --trust-anew the testimonies open all the same")
	}
	known, same := make(map[uint32]string), true
	for _, s := range b.job.chain {
		sum := s.SHA256()
		known[s.Epoch] = sum
		if had := server.Rosters[s.Epoch]; had != "" && had != sum {
			same = false
		}
	}
	first := b.job.chain[0]
	switch {
	case server.First == "":
		if b.trust.Pin == "" {
			b.told += saidFirst(first)
		}
	case server.First != first.SHA256() || !same:
		if !b.anew {
			return cli.Refused(fmt.Errorf("the rosters that came with the bundle are another chain than this workspace knows, from another server or of other administrators; its first roster is known by %q", first.Fingerprint("en")),
				"nothing was opened. Call an administrator, not by what the bundle says; if they tell you that the chain was begun anew, and the fingerprint is right, open the bundle with --trust-anew")
		}
		server.Rosters, server.Pinned = make(map[uint32]string), false
		if b.trust.Pin == "" {
			b.told += saidFirst(first)
		}
	}
	server.First = first.SHA256()
	for epoch, sum := range known {
		server.Rosters[epoch] = sum
	}
	return nil
}

func (b *grown) noChain() string {
	if b.job.index.Chain.State == dossier.ChainOld {
		return "the bundle is of before there were signed rosters"
	}
	return b.job.index.Chain.Detail
}

func saidFirst(first *roster.Signed) string {
	return fmt.Sprintf("its rosters go back to the first roster with this fingerprint; all later ones must, too:\n  %s\n  %s\ncompare it with the one that an administrator gave you\n",
		strings.TrimSpace(first.Fingerprint("ar")), strings.TrimSpace(first.Fingerprint("en")))
}

// keepBundle keeps the bundle's manifest as it was signed, its rosters, and what is
// known of its server, before anything is opened.
func (b *grown) keepBundle(server *workspace.Server) error {
	m := &b.job.bundle.Manifest
	record := workspace.Bundle{
		Sum: b.sum, Made: m.Made, Intake: m.Intake, Added: b.today, Total: len(m.Testimonies),
		Rosters: make(map[uint32]string), Compared: server.Compared, Pinned: b.job.index.Chain.Pinned,
	}
	if had, found, err := b.Bundle(b.sum); err != nil {
		return workspaceError(err)
	} else if found {
		record.Added = had.Added
	}
	texts := make(map[string][]byte)
	for _, l := range m.Rosters {
		if s, err := roster.Open(l.Text); err == nil && s.Epoch == l.Epoch {
			sum := s.Sum()
			record.Rosters[l.Epoch] = hex.EncodeToString(sum[:])
			texts[record.Rosters[l.Epoch]] = l.Text
		}
	}
	b.arrival = custody.Arrival{Bundle: b.sum, Made: m.Made, Intake: m.Intake, Rosters: record.Rosters, Compared: server.Compared, Pinned: record.Pinned}
	writes, err := record.Writes(b.job.bundle.Signed(), texts)
	if err != nil {
		return err
	}
	write, err := server.Write()
	if err != nil {
		return err
	}
	if err := b.Put(append(writes, write)...); err != nil {
		return fmt.Errorf("%w: %w", workspace.ErrWrite, err)
	}
	return nil
}
