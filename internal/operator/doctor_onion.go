package operator

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"amana/intake"
	"amana/intake/pages"
	"amana/internal/doctor"
)

// onionTime bounds all that is asked of the onion: each page is a new stream, and the way
// to it may be slow.
const onionTime = 15 * time.Minute

// onion goes to the intake as a source does.
func (e *examination) onion(ctx context.Context, torrc *doctor.Torrc) []doctor.Finding {
	const name = "onion"
	ctx, cancel := context.WithTimeout(ctx, onionTime)
	defer cancel()
	site, err := e.site(torrc)
	if err != nil {
		return []doctor.Finding{doctor.Blind(name, err)}
	}
	all := site.Look(ctx)
	if !e.Probe {
		return all
	}
	const probe = "onion probe"
	if e.client == nil {
		return append(all, doctor.Blind(probe, errors.New("no server answers that gives out a token for it")))
	}
	// A token marks what is posted with it: it goes to nobody who may be another server.
	if slices.ContainsFunc(all, func(f doctor.Finding) bool { return f.Level != doctor.OK }) {
		return append(all, doctor.Finding{Name: probe, Level: doctor.Warning, Seen: "no probe was sent, on account of what was seen before", Do: "mend that, and run this again"})
	}
	token, err := e.client.Probe(ctx)
	if err != nil {
		return append(all, doctor.Blind(probe, err))
	}
	return append(all, site.Probe(ctx, intake.ProbeField, token, doctor.ProbeText(today()))...)
}

// site returns the intake as a source meets it, and how it must look.
func (e *examination) site(torrc *doctor.Torrc) (*doctor.Site, error) {
	address := e.Onion
	if address == "auto" {
		folder := e.OnionFolder
		if torrc != nil {
			if dir, _, ok := torrc.Onion(folder); ok {
				folder = dir
			}
		}
		var err error
		if address, err = e.machine.Hostname(folder); err != nil {
			return nil, err
		}
	}
	host, err := doctor.Host(address)
	if err != nil {
		return nil, err
	}
	client, err := doctor.Through(e.Socks)
	if err != nil {
		return nil, err
	}
	words, err := pages.New(pages.Options{})
	if err != nil {
		return nil, err
	}
	var receipt bytes.Buffer
	if err := words.Receipt(&receipt, pages.DefaultLanguage, pages.Receipt{Day: today()}); err != nil {
		return nil, err
	}
	s := &doctor.Site{
		Host: host, Client: client, Headers: intake.Headers(), Style: words.Style(),
		Lang: pages.DefaultLanguage, Receipt: doctor.Heading(receipt.Bytes()),
	}
	if newest := e.rosters.Newest(); newest != nil {
		s.Roster = newest.Bytes()
	}
	return s, nil
}
