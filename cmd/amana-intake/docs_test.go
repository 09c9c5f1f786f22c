package main

import (
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var commandOf = regexp.MustCompile(`(?:^|[ |])amana-intake ([a-z][^|>#]*)`)

// Every command in the page for the operator is one that the program takes, with those
// options. It fails when a command or an option gets another name.
func TestOperateCommands(t *testing.T) {
	page, err := os.ReadFile("../../docs/operate.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(page), "\\\n", " ")
	seen, code := map[string]bool{}, false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
			continue
		}
		m := commandOf.FindStringSubmatch(line)
		if !code || m == nil || strings.Contains(line, "install") || strings.Contains(line, "systemctl") || strings.Contains(line, "chown") {
			continue
		}
		args := strings.Fields(m[1])
		parser, err := kong.New(new(grammar), kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard),
			kong.BindTo(context.Background(), (*context.Context)(nil)), kong.BindTo(io.Writer(io.Discard), (*io.Writer)(nil)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(args); err != nil {
			t.Errorf("amana-intake %s: %v", m[1], err)
		}
		seen[args[0]] = true
	}
	for _, want := range []string{"status", "check", "export", "import", "backup", "restore", "purge", "doctor"} {
		if !seen[want] {
			t.Errorf("no command %s is found: the search does not find them", want)
		}
	}
}
