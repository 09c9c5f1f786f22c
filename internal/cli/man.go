package cli

import (
	"fmt"
	"io"
	"strings"

	"amana/internal/version"

	"github.com/alecthomas/kong"
)

// about are the flags of every program about the program itself.
type about struct {
	Version kong.VersionFlag `help:"Print the version."`
	Man     manFlag          `hidden:"" help:"Print the manual page, for man -l -."`
}

// manFlag prints the manual page, made of the same grammar as --help, and ends.
type manFlag bool

// BeforeReset prints the page.
func (manFlag) BeforeReset(app *kong.Kong) error {
	if err := writeMan(app.Stdout, app.Model); err != nil {
		return fmt.Errorf("print the manual page: %w", err)
	}
	app.Exit(0)
	return nil
}

// exitCodes are the exit codes that a program may have, and what each means.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{0, "done"},
	{ExitFailed, "failed"},
	{ExitUsage, "the command was given wrongly, or something in the configuration is wrong"},
	{ExitNotOurs, "something is not sealed to this key"},
	{ExitDamaged, "something kept is damaged"},
	{ExitPartial, "the rest was done; something damaged, unreadable or refused was left out"},
	{ExitDanger, "`amana-intake doctor` found what endangers a source"},
	{ExitRefused, "a roster, or something that a reviewer signed, was refused, or no roster is in force"},
	{ExitStopped, "it was stopped before it was done, with Ctrl-C or a signal"},
}

// page is a manual page on its way.
type page struct{ strings.Builder }

// writeMan writes a manual page in roff. It holds no date: the same source gives the
// same bytes.
func writeMan(w io.Writer, app *kong.Application) error {
	var p page
	p.line(`.TH %s 1 "" %s "Amana"`, quoted(strings.ToUpper(app.Name)), quoted("Amana "+version.Number))
	// No hyphens of its own, and no stretched lines: commands must stay as they are.
	p.line(".nh\n.ad l")
	p.line(".SH NAME\n%s \\- %s", plain(app.Name), plain(strings.TrimSuffix(app.Help, ".")))
	p.line(".SH SYNOPSIS\n.B %s\n.I command\n[arguments] [flags]", plain(app.Name))
	p.line(".SH OPTIONS\nEvery command takes these too.")
	p.flags(app.Flags)
	p.line(".SH COMMANDS")
	for _, leaf := range app.Leaves(true) {
		p.command(leaf)
	}
	p.line(".SH EXIT STATUS")
	for _, c := range exitCodes {
		p.line(".TP\n.B %d\n%s", c.code, plain(c.meaning))
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) command(n *kong.Node) {
	p.line(".SS %s\n%s", quoted(n.FullPath()), plain(n.Help))
	if n.Detail != "" {
		p.line(".P\n%s", plain(n.Detail))
	}
	for _, a := range n.Positional {
		p.line(".TP\n.I %s\n%s", plain(a.ShortSummary()), plain(a.Help))
	}
	var own []*kong.Flag
	for m := n; m.Type == kong.CommandNode; m = m.Parent { // of the group of commands too
		own = append(own, m.Flags...)
	}
	p.flags(own)
}

func (p *page) flags(flags []*kong.Flag) {
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		name := f.Name
		if f.Tag.Negatable != "" {
			name = "[no-]" + name // as --help writes it
		}
		name = `\fB\-\-` + plain(name) + `\fR`
		if f.Short != 0 {
			name = `\fB\-` + string(f.Short) + `\fR, ` + name
		}
		if !f.IsBool() && !f.IsCounter() {
			name += `=\fI` + plain(f.FormatPlaceHolder()) + `\fR`
		}
		help := f.Help
		if f.Required {
			help += " It must be given."
		}
		if len(f.Envs) > 0 {
			help += " In the environment: " + strings.Join(f.Envs, ", ") + "."
		}
		p.line(".TP\n%s\n%s", name, plain(help))
	}
}

// plain returns text as roff shows it: no character means anything but itself.
func plain(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "`", `\(ga`, "'", `\(aq`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// quoted is plain as one argument of a macro.
func quoted(text string) string { return `"` + strings.ReplaceAll(plain(text), `"`, `\(dq`) + `"` }
