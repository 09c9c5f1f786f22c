package synthetic

import (
	"bytes"
	"testing"

	"amana/internal/carry"
	"amana/internal/rig"
	"amana/internal/unseal"
)

// A bundle is one that reviewers take, and grows.
func TestBundle(t *testing.T) {
	org, err := rig.NewOrg("Reviewer A", "Reviewer B")
	if err != nil {
		t.Fatal(err)
	}
	first, err := org.Next("2026-01-01", "2026-12-31")
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewIntake(first)
	if err != nil {
		t.Fatal(err)
	}
	dir, all := t.TempDir(), Make(6, 8, Options{Files: true, Probes: 1})
	for _, n := range []int{5, len(all)} {
		var out bytes.Buffer
		if err := in.Bundle(t.Context(), &out, dir, "2026-11-21", all[:n]); err != nil {
			t.Fatal(err)
		}
		b, err := carry.OpenBundle(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if b.Manifest.Intake != in.VerifierKey {
			t.Error("signed by another")
		}
		want := 0
		for range each(all[:n]) {
			want++
		}
		if len(b.Manifest.Testimonies) != want {
			t.Errorf("%d of %d testimonies", len(b.Manifest.Testimonies), want)
		}
		for i := range b.Manifest.Testimonies {
			check, err := b.Check(i)
			if err != nil {
				t.Fatal(err)
			}
			e, err := unseal.Open(check, check.Size(), org.Reviewers[0].Identities[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := e.CheckPadding(t.Context()); err != nil {
				t.Error(err)
			}
			if err := check.Finish(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}
