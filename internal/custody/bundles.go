package custody

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"amana/internal/carry"
	"amana/internal/roster"
)

// readBundles reads every manifest that the record or the workspace names, with the
// rosters that it promises. The entries are not kept: originals ask for theirs.
func (v *verifier) readBundles(ctx context.Context) error {
	for _, bundle := range v.names() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		_, sums, err := v.manifest(bundle)
		if err != nil {
			return err
		}
		v.result.Bundles++
		for _, s := range sums {
			if err := v.roster(bundle, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// names returns the bundles that the record names, each once.
func (v *verifier) names() (all []string) {
	seen := make(map[sum]bool)
	for _, r := range v.all {
		if r.bundle != (sum{}) && !seen[r.bundle] {
			seen[r.bundle] = true
			all = append(all, r.bundle.String())
		}
	}
	return all
}

// manifest returns what the server signed of a bundle; nil, and a fault, if that is not
// here or not as it was signed.
func (v *verifier) manifest(bundle string) (*carry.Manifest, []carry.RosterSum, error) {
	signed, err := v.w.Shelf(bundlesShelf).Get(bundle)
	switch {
	case spoilt(err):
		v.say("manifest", bundle, "the signed manifest of this bundle was changed in the index")
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	case signed == nil:
		v.say("manifest", bundle, "the signed manifest of this bundle is missing")
		return nil, nil, nil
	}
	if got := sha256.Sum256(signed); hex.EncodeToString(got[:]) != bundle {
		v.say("manifest", bundle, "another manifest stands in its place: it has the hash %x", got)
		return nil, nil, nil
	}
	m, sums, err := carry.OpenManifest(signed)
	if err != nil {
		v.say("manifest", bundle, "the server's signature does not hold: %v", err)
		return nil, nil, nil
	}
	return m, sums, nil
}

// roster reads one roster that a bundle brought.
func (v *verifier) roster(bundle string, promised carry.RosterSum) error {
	which := hex.EncodeToString(promised.SHA256[:])
	text, err := v.w.Shelf(rostersShelf).Get(which)
	switch {
	case spoilt(err):
		v.say("rosters", which, "roster %d was changed in the index", promised.Epoch)
		return nil
	case err != nil:
		return err
	case text == nil:
		v.note("Roster %d of bundle %s… is not here: it was damaged on its way.", promised.Epoch, bundle[:8])
		return nil
	case sha256.Sum256(text) != promised.SHA256:
		v.say("rosters", which, "roster %d is not the one that the server signed for", promised.Epoch)
		return nil
	}
	s, err := roster.Open(text)
	if err == nil && s.Epoch != promised.Epoch {
		err = roster.ErrMalformed
	}
	if err != nil {
		v.say("rosters", which, "roster %d cannot be read: %v", promised.Epoch, err)
		return nil
	}
	if known := v.rosters[s.Epoch]; known != nil && known.Sum() != s.Sum() {
		v.say("rosters", which, "bundle %s brought another roster %d than a bundle before it", bundle, s.Epoch)
		return nil
	}
	v.rosters[s.Epoch] = s
	return nil
}
