package doctor

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"amana/internal/deploy"
)

const dir = "/var/lib/tor/amana"

// tor examines what tor is told besides the torrc that is shipped, or with a line of
// it changed.
func tor(change func(string) string) []Finding {
	return Tor(ParseTorrc(change(deploy.Torrc)), ParseTorrc(deploy.Torrc), dir)
}

func found(all []Finding, name string) Finding {
	if i := slices.IndexFunc(all, func(f Finding) bool { return f.Name == name }); i >= 0 {
		return all[i]
	}
	return Finding{Name: "none"}
}

// The torrc that comes with the intake is as it should be, by its own measure.
func TestShippedTorrc(t *testing.T) {
	all := tor(func(s string) string { return s })
	if len(all) != 1 {
		t.Fatalf("%+v", all)
	}
	wanted(t, "shipped", all[0], OK, "every line")
	folder, target, ok := ParseTorrc(deploy.Torrc).Onion("")
	if folder != dir || !strings.HasPrefix(target, "unix:/run/") || !ok {
		t.Errorf("the onion is %s to %s, %v", folder, target, ok)
	}
}

// Every line of the shipped torrc is missed when it is gone: a line without which tor
// does something else must not be forgotten here.
func TestMissingLines(t *testing.T) {
	lines := splitTorrc(deploy.Torrc, "")
	if len(lines) < 10 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, l := range lines {
		all := tor(func(s string) string { return strings.Replace(s, "\n"+l.key+" "+l.value, "\n", 1) })
		switch l.key {
		case "HiddenServiceDir": // then its lines belong to nothing
			wanted(t, l.key, found(all, "torrc"), Warning, "no onion service")
		default:
			wanted(t, l.key, found(all, "torrc "+l.key), Warning, "")
		}
	}
}

// Each line that harms is found, with its level, whatever else is there.
func TestTraps(t *testing.T) {
	for _, c := range []struct {
		line  string
		level Level
		words string
	}{
		{"ControlPort 9051", Danger, "control port"},
		{"ControlSocket /run/tor/control GroupWritable", Warning, "control socket"},
		{"SocksPort 9050", Warning, "other programs here"},
		{"SocksPort unix:/run/tor/socks WorldWritable", Warning, "other programs here"},
		{"socksport 127.0.0.1:9050", Warning, "other programs here"},
		{"SocksPort 0.0.0.0:9050", Danger, "other machines"},
		{"SocksPort 192.168.1.2:9050 IsolateDestAddr", Danger, "other machines"},
		{"ORPort 9001", Warning, "relay"},
		{"SafeLogging 0", Danger, "addresses"},
		{"SafeLogging relay", Danger, "addresses"},
		{"Sandbox 1", Warning, "dies"},
		{"HiddenServiceNonAnonymousMode 1", Danger, "not anonymous"},
		{"HiddenServiceSingleHopMode 1", Danger, "one hop"},
		{"TestingTorNetwork 1", Danger, "made for tests"},
		{"DirAuthority x orport=1 1.2.3.4:5 FF", Danger, "directory authorities"},
		{"Log info syslog", Danger, "each circuit"},
		{"Log debug file /var/log/tor/debug.log", Danger, "each circuit"},
		{"Log [rend]info-notice stdout", Danger, "each circuit"},
		{"Log notice file /var/log/tor/log", Advice, "on the disk"},
		{"HiddenServiceMaxStreamsCloseCircuit 1", Warning, "ends the upload"},
		{"HiddenServiceEnableIntroDoSDefense 1", Warning, "refuses honest"},
		{"HiddenServiceAllowUnknownPorts 1", Advice, "any port"},
		{"HiddenServiceDirGroupReadable 1", Warning, "is the onion"},
	} {
		key, _, _ := strings.Cut(c.line, " ")
		if key == "socksport" {
			key = "SocksPort"
		}
		for where, change := range map[string]func(string) string{
			"added":   func(s string) string { return s + "\n" + c.line + "\n" },
			"by file": func(s string) string { return s + "\n  " + c.line + "   # a reason\n" },
		} {
			wanted(t, where+" "+c.line, found(tor(change), "torrc "+key), c.level, c.words)
		}
	}
	// What says the opposite is no trap.
	for _, line := range []string{"HiddenServiceNonAnonymousMode 0", "Sandbox 0", "#ControlPort 9051", "Log warn syslog"} {
		if all := tor(func(s string) string { return s + "\n" + line + "\n" }); worst(all) != OK {
			t.Errorf("%s: %+v", line, all)
		}
	}
	// One that is changed and harmless is told of as such.
	changed := tor(func(s string) string { return strings.Replace(s, "MaxStreams 32", "MaxStreams 99", 1) })
	wanted(t, "changed", found(changed, "torrc HiddenServiceMaxStreams"), Advice, "99, and 32")
}

// Where tor hands over what sources send.
func TestHandover(t *testing.T) {
	for target, want := range map[string]Level{
		"80 127.0.0.1:8080": Warning, "80": Warning, "80 8080": Warning, "80 localhost:8080": Warning, "80 [::1]:8080": Warning,
		"80 192.168.1.2:80": Danger, "80 intake.example:80": Danger, "80 unix:/elsewhere/s": OK,
	} {
		all := tor(func(s string) string {
			return strings.Replace(s, "HiddenServicePort 80 unix:/run/amana-intake/onion.sock", "HiddenServicePort "+target, 1)
		})
		if want == OK {
			wanted(t, target, all[0], OK, "every line")
			continue
		}
		wanted(t, target, found(all, "torrc HiddenServicePort"), want, "")
	}
	none := handover("")
	wanted(t, "no port", none[0], Warning, "no port")
}

// A torrc is read as tor reads it: what it includes, and nothing else.
func TestReadTorrc(t *testing.T) {
	m := machine(t, files{
		"/etc/tor/torrc":              "SocksPort \\\n  0\n%include /etc/tor/torrc.d/*.conf\nLog notice syslog # here\n",
		"/etc/tor/torrc.d/a.conf":     "HiddenServiceDir /o/\nHiddenServicePort 80 unix:/s\n%include /etc/more\n",
		"/etc/tor/torrc.d/.b.conf":    "ControlPort 1\n",
		"/etc/tor/torrc.d/c.txt":      "ControlPort 2\n",
		"/etc/more/x":                 "+HiddenServiceMaxStreams 3\r\n",
		"/etc/torrc.d/stray.conf":     "HiddenServiceDir /p\n",
		"/etc/torrc.d/empty.conf":     "# nothing\n",
		"/etc/tor/loop":               "%include /etc/tor/loop\n",
		"/etc/tor/twice":              "%include /etc/tor/twice\n%include /etc/tor/twice\n",
		"/etc/tor/two":                "HiddenServiceDir /a\nHiddenServicePort 80 unix:/1\nHiddenServiceDir /b\nHiddenServicePort 80 unix:/2\n",
		"/etc/tor/torrc.d/sub/d.conf": "ControlPort 3\n",
	})
	got, err := m.ReadTorrc("/etc/tor/torrc")
	must(t, err)
	if v := values(got.lines, "socksport"); len(v) != 1 || v[0] != "0" || len(values(got.lines, "ControlPort")) != 0 {
		t.Errorf("lines %+v", got.lines)
	}
	if folder, target, ok := got.Onion(dir); !ok || folder != "/o" || target != "unix:/s" {
		t.Errorf("%s to %s, %v", folder, target, ok)
	}
	if v := values(got.services[0].lines, "HiddenServiceMaxStreams"); len(v) != 1 || v[0] != "3" {
		t.Errorf("included in what is included: %q", v)
	}
	strays := m.Strays(got, "/etc/tor/torrc")
	if len(strays) != 1 {
		t.Fatalf("%+v", strays)
	}
	wanted(t, "stray", strays[0], Warning, "/etc/torrc.d/stray.conf")
	for _, bad := range []string{"/etc/tor/loop", "/etc/tor/twice", "/etc/tor/none"} {
		if _, err := m.ReadTorrc(bad); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
	two, err := m.ReadTorrc("/etc/tor/two")
	must(t, err)
	if _, _, ok := two.Onion("/c"); ok {
		t.Error("one of two is taken")
	}
	if _, target, ok := two.Onion("/b/"); !ok || target != "unix:/2" {
		t.Errorf("the second is %s, %v", target, ok)
	}
}

// A pipe under the name of a torrc is not waited for.
func TestPipeIsNotRead(t *testing.T) {
	m := machine(t, files{"/etc/tor/x": ""})
	must(t, syscall.Mkfifo(m.path("/etc/tor/torrc"), 0o600))
	if _, err := m.ReadTorrc("/etc/tor/torrc"); err == nil {
		t.Error("a pipe is read")
	}
}

// A torrc is read whole or not at all: its end may say what endangers sources.
func TestReadTorrcWhole(t *testing.T) {
	long := strings.Repeat("# nothing\n", maxFact/10)
	m := machine(t, files{"/etc/tor/torrc": long + "Log debug file /var/log/tor/log\n"})
	if _, err := m.ReadTorrc("/etc/tor/torrc"); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("the end of a long torrc is passed over: %v", err)
	}
}

// A line of very many parts takes no longer than others of its length.
func TestParseTorrcContinued(t *testing.T) {
	const parts = 200_000
	done := make(chan *Torrc, 1)
	go func() {
		done <- ParseTorrc("Nickname " + strings.Repeat("a \\\n", parts) + "b\nLog notice \\\n stdout")
	}()
	select {
	case got := <-done:
		if len(got.lines) != 2 || len(got.lines[0].value) < 2*parts || strings.Join(strings.Fields(got.lines[1].value), " ") != "notice stdout" {
			t.Errorf("%d lines", len(got.lines))
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}
