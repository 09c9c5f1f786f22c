package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"amana/internal/admin"
	"amana/internal/cli"
	"amana/internal/deploy"
	"amana/internal/doctor"
	"amana/internal/forget"
	"amana/vault"
)

// Doctor looks at the machine, the state, tor and the onion for what could endanger a
// source, and says what to do. It changes nothing but for the probe.
type Doctor struct {
	Torrc       string   `default:"/etc/tor/torrc" help:"What tor reads; what it includes is read too."`
	OnionFolder string   `default:"/var/lib/tor/amana" help:"The HiddenServiceDir of the intake's onion service."`
	TorGroup    string   `default:"debian-tor" help:"The group that tor runs as."`
	Reserve     byteSize `default:"2GiB" settings:"serve.reserve" help:"Free disk that is left untouched, as serve was told or its part of the configuration says; asked for only when no server runs."`
	Root        string   `type:"path" placeholder:"FOLDER" help:"Read the machine's own files, /proc, /sys and /etc among them, below this folder: of another system that is mounted there."`

	Onion string `placeholder:"ADDRESS|auto" help:"Also go to the intake through Tor, as a source does: look at its pages, and hand in a probe that reviewers find set aside. auto takes the address from the onion folder."`
	Socks string `default:"127.0.0.1:9050" help:"HOST:PORT of a tor with a SocksPort, for --onion: not the onion's own, which has none."`
	Probe bool   `default:"true" negatable:"" help:"Hand in the probe with --onion: one sealed part more each time."`

	JSON bool `help:"Print one JSON object."`
}

// diagnosis is what --json prints.
type diagnosis struct {
	Danger   bool             `json:"danger"`
	Findings []doctor.Finding `json:"findings"`
}

// Run exits with 13 if something endangers a source.
func (c *Doctor) Run(ctx context.Context, state State, stdout io.Writer) error {
	// A folder that others can enter is a finding; one that is no state is an error.
	if _, err := os.Stat(state.path(bundlePubFile)); errors.Is(err, fs.ErrNotExist) {
		return state.check()
	} else if err != nil {
		return cli.Hint(fmt.Errorf("look at state: %w", err), "run it as root, or as the person who made the state")
	}
	e := &examination{Doctor: c, state: state, machine: doctor.This(c.Root)}
	client, err := admin.Dial(ctx, state.path(adminSocket))
	if err == nil {
		defer client.Close()
		e.client = client
		if e.usage, err = client.Usage(ctx); err != nil {
			return fmt.Errorf("count testimonies: %w", err)
		}
	}
	e.rosters = state.readRosters(e.usage)
	return c.tell(stdout, e.findings(ctx))
}

// examination is what the checks share.
type examination struct {
	*Doctor
	state   State
	machine *doctor.Machine
	client  *admin.Client // nil if no server runs
	usage   vault.Usage   // what it keeps
	rosters rosters
}

// findings runs all checks, those of the machine first.
func (e *examination) findings(ctx context.Context) []doctor.Finding {
	m := e.machine
	all := append(m.Memory(), m.Confinement(), e.clock())
	all = append(all, m.Logs()...)
	all = append(all, e.server()...)
	all = append(all, e.folder(), e.disk(), e.roster())
	all = append(all, e.habits()...)
	tor, torrc := e.tor()
	all = append(all, tor...)
	if e.Onion != "" {
		all = append(all, e.onion(ctx, torrc)...)
	}
	return all
}

// tor looks at what tor was told, at the socket between it and the server, and at the
// onion's keys. The torrc is nil if it could not be read.
func (e *examination) tor() ([]doctor.Finding, *doctor.Torrc) {
	m := e.machine
	torrc, err := m.ReadTorrc(e.Torrc)
	if err != nil {
		return []doctor.Finding{doctor.Blind("torrc", err)}, nil
	}
	all := append(m.Strays(torrc, e.Torrc), doctor.Tor(torrc, doctor.ParseTorrc(deploy.Torrc), e.OnionFolder)...)
	folder, target, ok := torrc.Onion(e.OnionFolder)
	if !ok {
		return all, torrc
	}
	all = append(all, m.OnionKeys(folder))
	if path, unix := strings.CutPrefix(target, "unix:"); unix {
		all = append(all, m.Socket(path, e.TorGroup)...)
	}
	return all, torrc
}

// server looks at the server that runs, if one does.
func (e *examination) server() []doctor.Finding {
	if e.client == nil {
		return append([]doctor.Finding{{Name: "server", Level: doctor.Warning, Seen: "no server answers, so sources reach nobody",
			Do: "start it with: systemctl start amana-intake"}}, doctor.Erasure(forget.Enabled))
	}
	return append([]doctor.Finding{{Name: "server", Level: doctor.OK, Seen: fmt.Sprintf("it runs, and keeps %s", parts(e.usage.Testimonies))}},
		e.machine.Process(e.client.PID(), forget.Enabled)...)
}

// tell prints what was found, the worst last, where it is read.
func (c *Doctor) tell(stdout io.Writer, all []doctor.Finding) error {
	count := make(map[doctor.Level]int)
	for _, f := range all {
		count[f.Level]++
	}
	dangers := count[doctor.Danger]
	if c.JSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(diagnosis{dangers > 0, all}); err != nil {
			return fmt.Errorf("print findings: %w", err)
		}
	} else {
		for _, level := range []doctor.Level{doctor.OK, doctor.Advice, doctor.Warning, doctor.Danger} {
			for _, f := range all {
				if f.Level != level {
					continue
				}
				word := string(level)
				if level == doctor.Danger {
					word = strings.ToUpper(word)
				}
				fmt.Fprintf(stdout, "%-8s %s: %s\n", word, f.Name, cli.Plain(f.Seen))
				if f.Do != "" {
					fmt.Fprintf(stdout, "         do: %s\n", cli.Plain(f.Do))
				}
			}
		}
		fmt.Fprintf(stdout, "%s, %s, %s; %d as they should be\n", cli.Count(dangers, "danger", "dangers"),
			cli.Count(count[doctor.Warning], "warning", "warnings"), cli.Count(count[doctor.Advice], "piece of advice", "pieces of advice"), count[doctor.OK])
	}
	if dangers == 0 {
		return nil
	}
	return &cli.Error{Err: fmt.Errorf("%s a source", cli.Count(dangers, "thing endangers", "things endanger")),
		Hint: "mend what stands under DANGER first; until then think of closing the onion", Code: cli.ExitDanger}
}
