package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// grammar is a program with one command of each kind of end.
type grammar struct {
	Good struct{ good } `cmd:"" help:"Does it."`
	Fail struct{ fail } `cmd:""`
	Wait struct{ wait } `cmd:""`
}

type good struct{}

// Run prints.
func (good) Run(_ context.Context, stdout io.Writer) error {
	_, err := fmt.Fprintln(stdout, "did it")
	return err
}

type fail struct {
	Code int `required:""`
}

// Run fails with the code asked for.
func (f fail) Run() error { return &Error{Err: errors.New("no"), Hint: "so", Code: f.Code} }

type wait struct{}

// Run waits for a signal that it sends to itself.
func (wait) Run(ctx context.Context) error {
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		return err
	}
	<-ctx.Done()
	return errors.New("stopped")
}

func TestMainExits(t *testing.T) {
	for line, want := range map[string]struct {
		code           int
		stdout, stderr string
	}{
		"good":             {0, "did it\n", ""},
		"fail --code=11":   {11, "", "p: error: no\np: hint: so\n"},
		"fail --code=0":    {1, "", "p: error: no\np: hint: so\n"},
		"wait":             {130, "", "p: stopped before it was done\n"},
		"--help":           {0, "Does it.", ""},
		"":                 {2, "", "p: hint: see p --help\n"},
		"other":            {2, "", "p: error: unexpected argument other"},
		"fail":             {2, "", "missing flags: --code"},
		"fail --code=many": {2, "", "--code"},
		"good --other":     {2, "", "unknown flag --other"},
		"good extra":       {2, "", "unexpected argument extra"},
	} {
		var stdout, stderr strings.Builder
		code := Main("p", "A program.", new(grammar), strings.Fields(line), &stdout, &stderr)
		if code != want.code || !strings.Contains(stdout.String(), want.stdout) || !strings.Contains(stderr.String(), want.stderr) {
			t.Errorf("p %s: code %d\n%s\n%s", line, code, stdout.String(), stderr.String())
		}
		if (code == 0) != (stderr.Len() == 0) {
			t.Errorf("p %s: code %d, and on stderr %q", line, code, stderr.String())
		}
	}
}

// Into a file or a pipe nothing of a bar is written, and nothing breaks.
func TestNoProgressWithoutTerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := NewProgress(f, "working", 100)
	if p != nil {
		t.Fatal("a file is taken for a terminal")
	}
	p.Set(50)
	data, err := io.ReadAll(p.Reader(io.NopCloser(strings.NewReader("words"))))
	if err != nil || string(data) != "words" {
		t.Errorf("%q, %v", data, err)
	}
	p.Done()
	p.Done()
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Errorf("something was written (%v)", err)
	}
}
