package doctor

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Tor holds what tor was told against the torrc that belongs to an intake, and looks
// for lines that give sources away. dir is the folder of the onion service.
func Tor(got, want *Torrc, dir string) []Finding {
	var all []Finding
	all = append(all, dangers(got)...)
	all = append(all, logging(got.lines)...)
	mine := got.onion(dir)
	if mine == nil {
		all = append(all, Finding{"torrc", Warning, "torrc has no onion service of the intake's, or several from which it cannot be told",
			"put in the lines of the torrc that comes with the intake; --onion-folder names its HiddenServiceDir"})
	} else {
		all = append(all, handover(mine.target())...)
		all = append(all, absent(got.lines, want.lines)...)
		for _, s := range want.services {
			all = append(all, absent(mine.lines, s.lines)...)
		}
	}
	if len(all) == 0 {
		return []Finding{fine("torrc", "it has every line that an intake needs, and none that harms")}
	}
	return all
}

// trap is a line that should not be in a torrc.
type trap struct {
	key   string
	bad   func(value string) bool
	level Level
	why   string
	do    string
}

func set(value string) bool { return value == "1" }

// open reports whether a port is open at all.
func open(value string) bool { first, _, _ := strings.Cut(value, " "); return first != "0" }

// far reports whether a port is open to other machines.
func far(value string) bool {
	address, _, _ := strings.Cut(value, " ")
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && !strings.HasPrefix(address, "unix:") && (ip == nil || !ip.IsLoopback()) && host != "localhost"
}

func near(value string) bool { return open(value) && !far(value) }

var traps = []trap{
	{"ControlPort", open, Danger, "whoever reaches the control port can lead sources to a program of their own", "set ControlPort 0"},
	{"ControlSocket", open, Warning, "who may open the control socket can lead sources to a program of their own", "set ControlSocket 0"},
	{"SocksPort", far, Danger, "other machines can use this tor, and measure by it what it does for sources", "set SocksPort 0"},
	{"SocksPort", near, Warning, "other programs here use the tor that carries sources, and it can be told what they do from what it does", "set SocksPort 0, and run a second tor for them"},
	{"ORPort", open, Warning, "this tor is a relay as well: its traffic and the intake's can be set against each other, and everybody knows its address", "take ORPort out, or run the relay on another machine"},
	{"SafeLogging", func(v string) bool { return v != "1" && v != "" }, Danger, "tor writes addresses into its log", "set SafeLogging 1, and erase the logs that there are"},
	{"Sandbox", set, Warning, "tor with its sandbox dies when it is told to read its settings anew, as logrotate does each day", "take Sandbox 1 out; the unit confines tor"},
	{"HiddenServiceNonAnonymousMode", set, Danger, "the onion service is not anonymous: everybody can find out where this server stands", "take the line out, and move the service to another onion address and another place"},
	{"HiddenServiceSingleHopMode", set, Danger, "the onion service is one hop away from everybody: they can find out where this server stands", "take the line out, and move the service to another onion address and another place"},
	{"TestingTorNetwork", set, Danger, "tor is in a network made for tests, which hides nobody", "take the line out"},
	{"DirAuthority", func(string) bool { return true }, Danger, "tor takes its picture of the network from somebody else than Tor's directory authorities", "take the line out"},
}

var serviceTraps = []trap{
	{"HiddenServiceMaxStreamsCloseCircuit", set, Warning, "one connection too many ends the upload that runs beside it", "set HiddenServiceMaxStreamsCloseCircuit 0"},
	{"HiddenServiceEnableIntroDoSDefense", set, Warning, "under a flood this refuses honest sources as well", "take the line out; HiddenServicePoWDefensesEnabled 1 makes the flood pay"},
	{"HiddenServiceAllowUnknownPorts", set, Advice, "connections to any port are taken, and kept open for nothing", "take the line out"},
	{"HiddenServiceDirGroupReadable", set, Warning, "tor's group can read the folder of the onion's keys; whoever has them is the onion", "take the line out, and close the folder with: chmod 700"},
}

// dangers finds the lines that should not be there. Those of all onion services count:
// they share the tor.
func dangers(t *Torrc) (all []Finding) {
	look := func(lines []line, traps []trap) {
		for _, trap := range traps {
			for _, l := range lines {
				if l.is(trap.key) && trap.bad(l.value) {
					all = append(all, Finding{"torrc " + trap.key, trap.level, fmt.Sprintf("%s %s: %s", l.key, l.value, trap.why), trap.do})
				}
			}
		}
	}
	look(t.lines, traps)
	for _, s := range t.services {
		look(s.lines, serviceTraps)
	}
	return all
}

// logging looks at what tor writes down, and where.
func logging(lines []line) (all []Finding) {
	const name = "torrc Log"
	for _, v := range values(lines, "Log") {
		f := strings.Fields(strings.ToLower(v))
		chatty := slices.ContainsFunc(f, func(w string) bool {
			from, _, _ := strings.Cut(w[strings.LastIndex(w, "]")+1:], "-")
			return from == "info" || from == "debug"
		})
		switch {
		case chatty:
			all = append(all, Finding{name, Danger, "Log " + v + ": tor writes down when each circuit comes and goes", "set Log notice syslog, and erase the logs that there are"})
		case slices.Contains(f, "file"):
			all = append(all, Finding{name, Advice, "Log " + v + ": tor keeps a log of its own on the disk, with times", "set Log notice syslog, and keep the journal in memory"})
		}
	}
	return all
}

// handover looks at where tor sends what sources send.
func handover(target string) []Finding {
	const name = "torrc HiddenServicePort"
	host, _, err := net.SplitHostPort(target)
	ip := net.ParseIP(host)
	switch {
	case strings.HasPrefix(target, "unix:"):
		return nil
	case target == "":
		return []Finding{{name, Warning, "the onion service has no port, so no source reaches it", "set HiddenServicePort 80 unix:/run/amana-intake/onion.sock"}}
	case err == nil && (ip == nil && host != "localhost" || ip != nil && !ip.IsLoopback()):
		return []Finding{{name, Danger, "what sources send goes over a network in the clear, to " + target, "run tor and the intake on one machine, with HiddenServicePort 80 unix:/run/amana-intake/onion.sock"}}
	}
	return []Finding{{name, Warning, "tor reaches the intake over TCP, at " + target + ": any program on this machine can speak to it, or take its port while it is off", "set HiddenServicePort 80 unix:/run/amana-intake/onion.sock"}}
}

// own are options whose value is a server's own.
var own = []string{"HiddenServicePort"}

// absent names the lines of an intake's torrc that are not there, or say something
// else. What is harmful as it stands is a trap, and told of as such.
func absent(got, want []line) (all []Finding) {
	for _, w := range want {
		have := values(got, w.key)
		switch {
		case len(have) == 0:
			all = append(all, Finding{"torrc " + w.key, Warning, fmt.Sprintf("the line %s %s is missing", w.key, w.value), "put it in; the torrc that comes with the intake says why"})
		case slices.Contains(own, w.key) || slices.Contains(have, w.value) || trapped(w.key, have):
		default:
			all = append(all, Finding{"torrc " + w.key, Advice, fmt.Sprintf("%s is %s, and %s in the torrc that comes with the intake", w.key, have[0], w.value), "see there what the line is for"})
		}
	}
	return all
}

// trapped reports whether what an option says is told of by a trap, or by logging.
func trapped(key string, have []string) bool {
	for _, t := range append(slices.Clone(traps), serviceTraps...) {
		if strings.EqualFold(t.key, key) && slices.ContainsFunc(have, t.bad) {
			return true
		}
	}
	return key == "Log"
}

// OnionKeys looks whether the folder of the onion's keys is closed.
func (m *Machine) OnionKeys(dir string) Finding {
	const name = "onion keys"
	for _, path := range []string{dir, filepath.Join(dir, "hs_ed25519_secret_key")} {
		info, err := os.Stat(m.path(path))
		if err != nil {
			return Blind(name, err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			return Finding{name, Danger, fmt.Sprintf("others can read the onion's keys (%s has mode %04o): whoever has them can stand in for the onion", path, mode),
				"close the folder with: chmod -R go= " + dir + "; if somebody may have read it, make a new onion address"}
		}
	}
	return fine(name, "only tor can read them")
}
