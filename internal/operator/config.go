package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"text/tabwriter"

	"amana/internal/cli"
	"amana/internal/settings"

	"github.com/alecthomas/kong"
)

// sections are the tables of the configuration that hold flags of several commands.
var sections = []string{"retention"}

// Settings says which configuration is read; every command obeys it.
type Settings struct {
	Path string `name:"config" default:"/etc/amana-intake/intake.toml" env:"AMANA_CONFIG" type:"path" settings:"never" help:"The configuration: what stands in it need not be given as a flag, and a flag goes before it. This one is read if it is there; an empty name reads none."`

	file *settings.File
}

// BeforeResolve reads the configuration, when it is known which one and before it is
// asked for values.
func (s *Settings) BeforeResolve(ctx *kong.Context) error {
	path, given := "", false
	for _, flag := range ctx.Model.Flags {
		if flag.Name == "config" {
			path, _ = ctx.FlagValue(flag).(string)
			_, given = os.LookupEnv(flag.Tag.Envs[0])
			for _, p := range ctx.Path {
				given = given || p.Flag == flag
			}
		}
	}
	if path == "" {
		return nil
	}
	file, err := settings.Read(path, ctx.Model, sections...)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !given:
		return nil
	case err != nil:
		return err
	}
	s.file = file
	ctx.AddResolver(file)
	return nil
}

// File returns the configuration that was read, or nil.
func (s *Settings) File() *settings.File { return s.file }

// Config is about the configuration.
type Config struct {
	Check ConfigCheck `cmd:"" help:"Check the configuration by the rules of serve, with the files that it names, and say what is in force."`
}

// ConfigCheck says what serve would make of the configuration.
type ConfigCheck struct {
	JSON  bool     `name:"json" help:"Print one JSON object, for scripts."`
	Flags []string `arg:"" optional:"" passthrough:"" help:"After --, the flags that serve is given besides."`
}

// Run parses the command line of serve, with the same configuration, and does what
// serve does before it opens anything.
func (c *ConfigCheck) Run(ctx *kong.Context, stdout io.Writer) error {
	args := []string{"serve"}
	for _, p := range ctx.Path {
		for _, global := range ctx.Model.Flags {
			if p.Flag == global && !p.Resolved {
				args = append(args, fmt.Sprintf("--%s=%v", global.Name, global.Target))
			}
		}
	}
	more := c.Flags
	if len(more) > 0 && more[0] == "--" {
		more = more[1:]
	}
	refused := func(err error) error { return &cli.Error{Err: err, Code: cli.ExitUsage} }
	grammar := reflect.New(ctx.Model.Target.Type())
	parser, err := kong.New(grammar.Interface(), kong.Name(ctx.Model.Name), kong.Exit(func(int) {}),
		kong.Writers(io.Discard, io.Discard), kong.BindTo(context.Background(), (*context.Context)(nil)))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(append(args, more...))
	if err != nil {
		return refused(err)
	}
	serve, ok := parsed.Selected().Target.Addr().Interface().(*Serve)
	if !ok {
		return refused(errors.New("after -- stand flags of serve, and nothing else"))
	}
	if _, _, err := serve.words(); err != nil {
		return refused(err)
	}
	var file *settings.File
	if s, ok := grammar.Interface().(interface{ File() *settings.File }); ok { // it embeds Settings
		file = s.File()
	}
	return c.print(stdout, file, settings.InForce(parsed, file, sections...), serve.cautions())
}

// cautions are about what is allowed, and better not done where real sources come.
func (c *Serve) cautions() (all []string) {
	for _, caution := range []struct {
		holds bool
		what  string
	}{
		{c.AsRoot, "as-root: a hole in the program is then a hole in the whole machine; for trials only"},
		{c.WithoutErasure, "without-erasure: what sources send stays in memory; for trials only"},
		{!c.Circuits, "circuits is off: one circuit that floods keeps all others out"},
		{c.Reserve == 0, "reserve is 0: a full disk then keeps even notes about withdrawals out, and stops the machine"},
		{c.internet(), "listen has tcp: the server then keeps the right to the network; a Unix socket needs none"},
		{c.Retention.Unacknowledged > 0, "retention.unacknowledged: erases what nobody else has"},
	} {
		if caution.holds {
			all = append(all, caution.what)
		}
	}
	for _, file := range []struct{ name, path string }{{"questionnaire", c.Questionnaire}, {"organisation", c.Organisation}} {
		info, err := os.Stat(file.path)
		if file.path == "" || err != nil {
			continue
		}
		// Whoever checks may be root, who reads everything.
		if info.Mode().Perm()&0o004 == 0 {
			all = append(all, fmt.Sprintf("%s: not everybody can read %s, so the server's user may not, unless it is theirs; it holds no secret: chmod 644 %s", file.name, file.path, file.path))
		}
		if info.Mode().Perm()&0o022 != 0 {
			all = append(all, fmt.Sprintf("%s: others can write %s, and decide what sources are asked, or whom they turn to; close it with: chmod go-w %s", file.name, file.path, file.path))
		}
	}
	return all
}

func (c *ConfigCheck) print(w io.Writer, file *settings.File, values []settings.Value, cautions []string) error {
	path := ""
	if file != nil {
		path = file.Path
	}
	if c.JSON {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return out.Encode(struct {
			File     string           `json:"file"` // "" if there is none
			Values   []settings.Value `json:"values"`
			Cautions []string         `json:"cautions,omitempty"`
		}{path, values, cautions})
	}
	if path == "" {
		fmt.Fprintln(w, "there is no configuration; serve would use:")
	} else {
		fmt.Fprintf(w, "%s is sound; serve would use:\n", path)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range values {
		from := v.From
		if v.At != "" {
			from += ", " + v.At
		}
		text := fmt.Sprint(v.Value)
		if text == "" || text == "[]" {
			text = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", v.Key, cli.Plain(text), from)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, caution := range cautions {
		fmt.Fprintln(w, "caution: "+caution)
	}
	return nil
}
