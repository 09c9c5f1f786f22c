package custody

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"amana/internal/carry"
	"amana/internal/roster"
	"amana/internal/workspace"
)

// readBundles reads every manifest that the record names, with the rosters that it
// promises. The entries are not kept: originals ask for theirs.
func (v *verifier) readBundles(ctx context.Context) error {
	seen := make(map[sum]bool)
	for _, r := range v.all {
		seen[r.bundle] = true
	}
	delete(seen, sum{})
	for bundle := range seen {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		m, sums, err := v.manifest(bundle.String(), v.say)
		if err != nil {
			return err
		}
		v.result.Bundles++
		for _, s := range sums {
			if err := v.roster(bundle.String(), m.Intake, s.Epoch); err != nil {
				return err
			}
		}
	}
	return v.chains()
}

// manifest returns what the server signed of a bundle; nothing, and a fault to say, if
// that is not here or not as it was signed.
func (v *verifier) manifest(bundle string, say func(where, which, format string, args ...any)) (*carry.Manifest, []carry.RosterSum, error) {
	none := new(carry.Manifest)
	known, found, err := v.w.Bundle(bundle)
	if err == nil && !found {
		say("manifest", bundle, "the signed manifest of this bundle is missing")
		return none, nil, nil
	}
	var signed []byte
	if err == nil {
		signed, err = v.w.Manifest(bundle)
	}
	switch {
	case spoilt(err):
		say("manifest", bundle, "the signed manifest of this bundle was changed in the index, or a part of it taken out")
		return none, nil, nil
	case err != nil:
		return none, nil, err
	}
	if got := sha256.Sum256(signed); hex.EncodeToString(got[:]) != bundle {
		say("manifest", bundle, "another manifest stands in its place: it has the hash %x", got)
		return none, nil, nil
	}
	m, sums, err := carry.OpenManifest(signed)
	if err != nil {
		say("manifest", bundle, "the server's signature does not hold: %v", err)
		return none, nil, nil
	}
	if known.Intake != m.Intake || known.Made != m.Made || known.Total != len(m.Testimonies) {
		say("index", bundle, "what it says of this bundle is another thing than the server signed")
	}
	return m, sums, nil
}

// roster reads one roster that a bundle of a server brought. Its signatures prove it:
// [verifier.chains] checks them.
func (v *verifier) roster(bundle, intake string, epoch uint32) error {
	known, _, err := v.w.Bundle(bundle)
	if err != nil {
		return err
	}
	which := known.Rosters[epoch]
	if before, ok := v.sums[intake][epoch]; ok && before.String() == which {
		return nil // an earlier bundle brought the same
	}
	var text []byte
	if which != "" {
		text, err = v.w.Roster(which)
	}
	switch {
	case spoilt(err):
		v.say("rosters", which, "roster %d was changed in the index", epoch)
		return nil
	case err != nil:
		return err
	case which == "":
		v.note("Roster %d of bundle %s… is not here: it was damaged on its way, or is a list of before there were signed rosters.", epoch, bundle[:8])
		return nil
	case text == nil:
		v.say("rosters", which, "roster %d is missing: it was taken out", epoch)
		return nil
	}
	s, err := roster.Open(text)
	if err != nil {
		v.say("rosters", which, "roster %d cannot be read: %v", epoch, err)
		return nil
	}
	if s.Epoch != epoch || s.SHA256() != which {
		v.say("rosters", which, "another roster stands in the place of roster %d", epoch)
		return nil
	}
	chain := v.rosters[intake]
	if chain == nil {
		chain = make(map[uint32]*roster.Signed)
		v.rosters[intake], v.sums[intake] = chain, make(map[uint32]sum)
	}
	if known := chain[s.Epoch]; known != nil && known.Sum() != s.Sum() {
		v.say("rosters", which, "bundle %s brought another roster %d than a bundle before it", bundle, s.Epoch)
		return nil
	}
	chain[s.Epoch], v.sums[intake][s.Epoch] = s, s.Sum()
	return nil
}

// chains checks that the rosters of each server are one chain, which begins with the
// roster that the workspace remembers.
func (v *verifier) chains() error {
	remembered := make(map[string]workspace.Server)
	for s, err := range v.w.Servers() {
		if spoilt(err) {
			v.say("index", "trust", "a record of the servers was changed")
			break
		}
		if err != nil {
			return err
		}
		remembered[s.Intake] = s
	}
	for intake, byEpoch := range v.rosters {
		chain := slices.SortedFunc(maps.Values(byEpoch), func(a, b *roster.Signed) int { return cmp.Compare(a.Epoch, b.Epoch) })
		known := remembered[intake]
		s := Server{Intake: intake, Rosters: len(chain), First: chain[0].SHA256(), Compared: known.Compared, Pinned: known.Pinned, Chain: chain}
		v.result.Servers = append(v.result.Servers, s)
		switch err := roster.VerifyChain(chain); {
		case err != nil:
			v.say("rosters", fmt.Sprint(chain[len(chain)-1].Epoch), "they are no chain from the first on: %v", err)
		case known.First != "" && known.First != s.First:
			v.say("rosters", "1", "the first has the hash %s, and the one that was remembered has %s", s.First, known.First)
		}
	}
	slices.SortFunc(v.result.Servers, func(a, b Server) int { return cmp.Compare(a.Intake, b.Intake) })
	return nil
}
