package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"amana/internal/cli"
	"amana/vault"
)

// Check proves that every testimony kept is as it was written, and that the replies
// can be read. Of all that is kept it prints a digest, the same for two servers that
// keep the same.
type Check struct {
	JSON bool `help:"Print one JSON object."`
}

// checked is what --json prints.
type checked struct {
	Testimonies int      `json:"testimonies"`
	Bytes       int64    `json:"bytes"`
	Damaged     []string `json:"damaged"`
	Digest      string   `json:"digest"` // "" when something is damaged
}

// Run exits with 11 and names what is damaged, if anything is.
func (c *Check) Run(ctx context.Context, state State, stdout io.Writer) error {
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	result := checked{Damaged: []string{}}
	err = from.Check(ctx, func(f vault.Finding) {
		result.Damaged = append(result.Damaged, describe(f))
		if !c.JSON {
			fmt.Fprintf(stdout, "damaged: %s\n", describe(f))
		}
	})
	if err != nil {
		return fmt.Errorf("check the vault: %w", err)
	}
	u, err := from.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	result.Testimonies, result.Bytes = u.Testimonies, u.Bytes
	digest, replies, unread := state.digest(ctx, from)
	if replies > 0 {
		result.Damaged = append(result.Damaged, cli.Count(replies, "reply", "replies"))
		if !c.JSON {
			fmt.Fprintf(stdout, "damaged: %s; reviewers can write them again\n", cli.Count(replies, "reply", "replies"))
		}
	}
	found := len(result.Damaged)
	if found == 0 {
		result.Digest = digest
	}
	switch {
	case c.JSON:
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(result); err != nil {
			return err
		}
	case found == 0:
		fmt.Fprintf(stdout, "%s, %s: all as they were written\n", parts(u.Testimonies), byteSize(u.Bytes))
		if unread == nil {
			fmt.Fprintf(stdout, "digest %s\n", result.Digest)
		}
	}
	if found > 0 {
		return &cli.Error{
			Err:  fmt.Errorf("%s damaged", things(found)),
			Hint: keepCopy + "; the others can still be exported",
			Code: cli.ExitDamaged,
		}
	}
	return unread
}

// things counts what is damaged, with its verb.
func things(n int) string { return cli.Count(n, "thing is", "things are") }

// describe returns a finding as one line without its end.
func describe(f vault.Finding) string {
	if f.ID == (vault.ID{}) {
		return f.Problem
	}
	return fmt.Sprintf("testimony %s: %s", f.ID, f.Problem)
}
