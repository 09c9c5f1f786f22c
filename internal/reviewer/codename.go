package reviewer

import (
	"context"
	"fmt"
	"os"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"

	"golang.org/x/term"
)

// namesTyped refuses a reading of the page of his name that stands in the command: the
// shell keeps it, and other programs on the machine can see it. It tells whether one is
// to be read.
func namesTyped(values []string) (read bool, err error) {
	for _, pair := range values {
		field, value, _ := strings.Cut(pair, "=")
		if !ofNamePage(field) || value == "" {
			continue
		}
		read = true
		if value != "-" {
			return false, &cli.Error{Err: fmt.Errorf("what stands in a command, the shell keeps: %s is not given in one", field), Code: cli.ExitUsage,
				Hint: fmt.Sprintf("give %s=- and type it when you are asked, or send it to the standard input; and remove the line from the history of your shell", field)}
		}
	}
	return read, nil
}

// words reads the text of a field that was given as "-".
func (p *codePlan) words(ctx context.Context, field string) (string, error) {
	if field != cases.FieldNote && term.IsTerminal(int(os.Stdin.Fd())) {
		return cli.Line(ctx, field+": ")
	}
	if p.piped {
		return "", fmt.Errorf("%w: only one text can be read from the standard input", cases.ErrCode)
	}
	p.piped = true
	return readWords(os.Stdin)
}
