package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"amana/internal/cli"
	"amana/vault"
)

// Status says what is kept and how much room is left.
type Status struct {
	JSON bool `help:"Print one JSON object."`
}

// report is what --json prints.
type report struct {
	Testimonies int            `json:"testimonies"`
	Bytes       int64          `json:"bytes"`
	Free        int64          `json:"free"` // bytes until the reserve is reached
	ByDay       map[string]int `json:"by_day"`
	ByEpoch     map[uint32]int `json:"by_epoch"`
	Epoch       uint32         `json:"epoch"`
	List        string         `json:"list_sha256"`
	Reviewers   int            `json:"reviewers"`
	Intake      string         `json:"intake"` // the key that reviewers compare
}

// Run asks the running server, or reads the files when none runs.
func (c *Status) Run(ctx context.Context, state State, stdout io.Writer) error {
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	u, err := from.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	list, err := state.reviewers()
	if err != nil {
		return err
	}
	_, vkey, err := state.signer()
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		return out.Encode(report{
			Testimonies: u.Testimonies, Bytes: u.Bytes, Free: u.Free, ByDay: u.ByDay, ByEpoch: u.ByEpoch,
			Epoch: list.Epoch, List: list.SHA256(), Reviewers: len(list.Reviewers),
			Intake: vkey,
		})
	}
	fmt.Fprintf(stdout, "testimonies  %d, %s\n", u.Testimonies, byteSize(u.Bytes))
	for _, day := range slices.Sorted(maps.Keys(u.ByDay)) {
		fmt.Fprintf(stdout, "  %s %d\n", day, u.ByDay[day])
	}
	if len(u.ByEpoch) > 1 {
		for _, epoch := range slices.Sorted(maps.Keys(u.ByEpoch)) {
			fmt.Fprintf(stdout, "  list %d: %d\n", epoch, u.ByEpoch[epoch])
		}
	}
	fmt.Fprintf(stdout, "room left    %s\n", byteSize(u.Free))
	fmt.Fprintf(stdout, "reviewers    %d, list %d, %s\n", len(list.Reviewers), list.Epoch, list.SHA256()[:16])
	fmt.Fprintf(stdout, "server key   %s\n", vkey)
	return nil
}

// Check proves that everything kept is as it was written.
type Check struct{}

// Run exits with 11 and names what is damaged, if anything is.
func (c *Check) Run(ctx context.Context, state State, stdout io.Writer) error {
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	found := 0
	err = from.Check(ctx, func(f vault.Finding) {
		found++
		fmt.Fprintf(stdout, "damaged: %s\n", describe(f))
	})
	if err != nil {
		return fmt.Errorf("check the vault: %w", err)
	}
	if found > 0 {
		return &cli.Error{
			Err:  fmt.Errorf("%d things are damaged", found),
			Hint: keepCopy + "; the others can still be exported",
			Code: cli.ExitDamaged,
		}
	}
	u, err := from.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	fmt.Fprintf(stdout, "%d testimonies, %s: all as they were written\n", u.Testimonies, byteSize(u.Bytes))
	return nil
}

// describe returns a finding as one line without its end.
func describe(f vault.Finding) string {
	if f.ID == (vault.ID{}) {
		return f.Problem
	}
	return fmt.Sprintf("testimony %s: %s", f.ID, f.Problem)
}
