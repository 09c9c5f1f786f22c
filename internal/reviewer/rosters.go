package reviewer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/dossier"
	"amana/internal/roster"
)

// readers is whom testimonies of one epoch are sealed to, as far as the bundle
// tells.
type readers struct {
	what      string // "roster" or, in bundles of version 1, "list"
	sum       string // SHA-256 as testimonies name it
	when      string // the days in force; empty for a list
	reviewers []roster.Reviewer
}

// unpinned is what else can be done with a bundle that --pin refuses.
const unpinned = "without --pin the testimonies open all the same"

// learn reads the rosters of the bundle, or its lists if it is of version 1, and
// proves that they are one chain. With a pin anything else is refused; without,
// testimonies open all the same, and the person is told.
func (j *job) learn(trust *trustFlags) error {
	j.readers = make(map[uint32]*readers)
	m := &j.bundle.Manifest
	for _, l := range m.Recipients {
		if list, err := roster.ParseList(l.Epoch, l.Text); err == nil {
			j.readers[l.Epoch] = &readers{"list", list.SHA256(), "", list.Reviewers}
		}
	}
	for _, l := range m.Rosters {
		if s, err := roster.Open(l.Text); err == nil && s.Epoch == l.Epoch {
			j.readers[l.Epoch] = &readers{"roster", s.SHA256(), fmt.Sprintf("%s to %s", s.From, s.Until), s.Reviewers}
		}
	}
	chain, err := readChain(m.Rosters)
	if err == nil {
		j.chain = chain
	}
	switch {
	case len(m.Recipients) > 0:
		err = errors.New("it was made by a server of before there were signed rosters")
		j.index.Chain = dossier.Chain{State: dossier.ChainOld}
	case err != nil:
		j.index.Chain = dossier.Chain{State: dossier.ChainBroken, Detail: err.Error()}
	default:
		if err := trust.checkPin(chain, "this bundle", "call the operator and an administrator; "+unpinned); err != nil {
			return err
		}
		j.index.Chain = dossier.Chain{
			State: dossier.ChainWhole, Rosters: len(chain), Pinned: trust.Pin != "",
			First: chain[0].SHA256(), Words: []string{chain[0].Fingerprint("ar"), chain[0].Fingerprint("en")},
		}
	}
	if err != nil && trust.Pin != "" {
		return cli.Refused(fmt.Errorf("the rosters of this bundle are not to be trusted: %w", err),
			"call the operator and an administrator; "+unpinned)
	}
	if j.index.Chain.State == dossier.ChainBroken {
		program.Warn("the rosters of this bundle are no chain: %v", err)
	}
	return nil
}

// sealedUnder says in a few words which roster a testimony was sealed under.
func (j *job) sealedUnder(e *carry.Entry) string {
	r := j.readers[e.Epoch]
	if r == nil {
		return fmt.Sprintf("roster %d, which is not in this bundle", e.Epoch)
	}
	text := fmt.Sprintf("%s %d (%s…), %d reviewers", r.what, e.Epoch, r.sum[:8], len(r.reviewers))
	if r.when != "" {
		text += ", " + r.when
	}
	if e.HeaderEpoch != e.Epoch {
		text += fmt.Sprintf("; since a rotation its readers are those of roster %d", e.HeaderEpoch)
	}
	return text
}

// flags says where the roster that a testimony itself names is another than the
// one that the server's record names: the sign of a mistake, or of somebody who
// sealed it to people of their own.
func (j *job) flags(e *carry.Entry, epoch uint32, sum string) []string {
	r := j.readers[e.Epoch]
	switch {
	case epoch != e.Epoch:
		return []string{fmt.Sprintf("The testimony says that it was sealed under roster %d, the server says %d.", epoch, e.Epoch)}
	case r != nil && sum != r.sum:
		return []string{fmt.Sprintf("The testimony was sealed under another %s %d than the one in the bundle.", r.what, e.Epoch)}
	}
	return nil
}

// whoCanOpen says whom a testimony is sealed to and where in the bundle's
// rosters this key stands. It is worked out once for each: a bundle made to be
// slow has many of both.
func (j *job) whoCanOpen(epoch uint32) string {
	who, ok := j.who[epoch]
	if !ok {
		who = j.findWho(epoch)
		if j.who == nil {
			j.who = make(map[uint32]string)
		}
		j.who[epoch] = who
	}
	return who
}

// mostNames is how many reviewers of a roster are named.
const mostNames = 10

func (j *job) findWho(epoch uint32) string {
	r := j.readers[epoch]
	if r == nil {
		return fmt.Sprintf("it is sealed to the reviewers of roster %d, which is not in this bundle or cannot be read", epoch)
	}
	var names []string
	for i, reviewer := range r.reviewers {
		name := reviewer.Name
		if name == "" {
			name = fmt.Sprintf("reviewer %d without a name", i+1)
		}
		if i == mostNames {
			names = append(names, fmt.Sprintf("%d more", len(r.reviewers)-i))
			break
		}
		names = append(names, name)
	}
	who := fmt.Sprintf("it is sealed under %s %d (%s…), to %s", r.what, epoch, r.sum[:8], strings.Join(names, ", "))
	if !j.looked {
		j.in, j.looked = j.withKey(), true
	}
	switch {
	case slices.Contains(j.in, epoch):
		return who + fmt.Sprintf("; this key is in that %s, yet does not open it: tell the operator", r.what)
	case len(j.in) == 0:
		return who + "; this key is in none of this bundle"
	}
	return who + fmt.Sprintf("; this key is in %s %s", r.what, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(j.in)), ", "), "[]"))
}

// withKey returns the epochs whose readers this key is among.
func (j *job) withKey() []uint32 {
	var epochs []uint32
	for epoch, r := range j.readers {
		if slices.ContainsFunc(r.reviewers, func(x roster.Reviewer) bool {
			for _, id := range j.ids {
				if x.Recipient.String() == id.Recipient().String() {
					return true
				}
			}
			return false
		}) {
			epochs = append(epochs, epoch)
		}
	}
	slices.Sort(epochs)
	return epochs
}
