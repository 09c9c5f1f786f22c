package reviewer

import (
	"context"
	"fmt"
	"strings"

	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/dossier"
)

// beginLeaving begins a folder of what leaves the workspace, and opens the record in which
// that will stand; then it gives up all other folders. The caller must call end.
func (s *session) beginLeaving(path string) (log *custody.Log, folder *dossier.Folder, end func(), err error) {
	if log, err = signingLog(s); err != nil {
		return nil, nil, nil, err
	}
	if folder, end, err = s.beginFolder(path); err != nil {
		return nil, nil, nil, err
	}
	if err := confineFiles(folder, s.Path()); err != nil {
		end()
		return nil, nil, nil, err
	}
	return log, folder, end, nil
}

// signingLog opens the record of custody for a reviewer who can write to it.
func signingLog(s *session) (*custody.Log, error) {
	log, err := custody.Open(s.Workspace, s.key)
	if err == nil && !log.Signs() {
		err = custody.ErrUnsigned
	}
	if err != nil {
		return nil, cli.Hint(err, "nothing leaves without being written down: use the key that amana-keys reviewer new made")
	}
	return log, nil
}

// askReason asks for what the record of custody needs, where it is missing.
func askReason(ctx context.Context, purpose, recipient *string) error {
	for _, one := range []struct {
		to     *string
		what   string
		prompt string
	}{
		{purpose, "purpose", "Why does this leave? لماذا يُسلَّم هذا؟ "},
		{recipient, "recipient", "Who gets it? لمن يُسلَّم؟ "},
	} {
		if *one.to == "" {
			line, err := cli.Line(ctx, one.prompt)
			if err != nil {
				return cli.Hint(fmt.Errorf("the %s is missing: %w", one.what, err), "give --%s", one.what)
			}
			*one.to = line
		}
		*one.to = strings.TrimSpace(*one.to)
		if *one.to == "" || !fitsRecord(*one.to) {
			return &cli.Error{Err: fmt.Errorf("the %s must be one line of at most %d characters", one.what, custody.MaxText), Code: cli.ExitUsage, Hint: "nothing leaves without a reason and a recipient"}
		}
	}
	return nil
}
