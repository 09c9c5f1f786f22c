package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/internal/deploy"
	"amana/internal/settings"

	"github.com/alecthomas/kong"
)

// keyLine is a line of the default configuration that sets a key, if the # is taken
// away or is not there.
var keyLine = regexp.MustCompile(`(?m)^#?([a-z][a-z-]*) = `)

// serveWith parses serve as the program does, with a configuration of that text, and
// returns what is in force; "" is none.
func serveWith(t *testing.T, text string, args ...string) []settings.Value {
	t.Helper()
	for _, name := range []string{"AMANA_STATE", "AMANA_AS_ROOT"} {
		t.Setenv(name, "") // to have it put back
		os.Unsetenv(name)
	}
	path := ""
	if text != "" {
		path = filepath.Join(t.TempDir(), "intake.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parser, err := kong.New(new(grammar))
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := parser.Parse(append([]string{"--config=" + path, "serve"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	return settings.InForce(ctx, ctx.Model.Target.Addr().Interface().(*grammar).File(), "retention")
}

// The default configuration names every flag of serve with its default and says what
// it is: with all its keys in force nothing is otherwise than without the file. A flag
// that is added without its line here, or whose default changes, fails this.
func TestDefaultConfigurationIsWhole(t *testing.T) {
	// What stands in force as it is shipped: it must, for systemd opens the socket and
	// our torrc says which circuit it is.
	plain := serveWith(t, "", "--listen=systemd", "--circuits")
	whole := serveWith(t, keyLine.ReplaceAllString(deploy.Config, "$1 = "))
	if len(plain) != len(whole) || len(plain) < 15 {
		t.Fatalf("%d values in force without the file, %d with it", len(plain), len(whole))
	}
	stand := make(map[string]int)
	for _, m := range keyLine.FindAllStringSubmatch(deploy.Config, -1) {
		stand[m[1]]++
	}
	for i, v := range whole {
		_, key, found := strings.Cut(v.Key, ".")
		if !found {
			key = v.Key
		}
		if stand[key] != 1 {
			t.Errorf("%s stands %d times in internal/deploy/intake.toml; add: # what it is\n#%s = %#v", v.Key, stand[key], key, v.Value)
		}
		// An empty path is as none at all.
		if v.From != settings.FromFile && v.Value != "" {
			t.Errorf("%s is not set by its line", v.Key)
		}
		if !reflect.DeepEqual(v.Value, plain[i].Value) {
			t.Errorf("%s is %v there, and %v without the file", v.Key, v.Value, plain[i].Value)
		}
	}
	if len(stand) != len(whole) {
		t.Errorf("%d keys stand there, and there are %d", len(stand), len(whole))
	}
	shipped := serveWith(t, deploy.Config)
	for i, v := range shipped {
		if live := v.Key == "serve.listen" || v.Key == "serve.circuits"; live != (v.From == settings.FromFile) || !reflect.DeepEqual(v.Value, plain[i].Value) {
			t.Errorf("as it is shipped, %s is %v from %s", v.Key, v.Value, v.From)
		}
	}
}

// Where tor says which circuit it is the intake must read it, and nowhere else: each
// other way nobody gets through.
func TestDefaultConfigurationFitsTor(t *testing.T) {
	says := regexp.MustCompile(`(?m)^HiddenServiceExportCircuitID haproxy$`).MatchString(deploy.Torrc)
	if reads := regexp.MustCompile(`(?m)^circuits = true$`).MatchString(deploy.Config); says != reads {
		t.Errorf("torrc says the circuit: %v; intake.toml has it read: %v", says, reads)
	}
}

// Whoever mends the file at night reads what a key does right above it.
func TestDefaultConfigurationSaysWhat(t *testing.T) {
	for _, block := range strings.Split(deploy.Config, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		if slices.ContainsFunc(lines, func(l string) bool { return keyLine.MatchString(l) }) && !strings.HasPrefix(lines[0], "# ") {
			t.Errorf("nothing says what this is:\n%s", block)
		}
	}
}

// doctor reckons with the reserve that serve is given.
func TestDoctorKnowsTheReserve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "intake.toml")
	if err := os.WriteFile(path, []byte("[serve]\nreserve = \"5GiB\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := new(grammar)
	parser, err := kong.New(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"--config=" + path, "doctor"}); err != nil {
		t.Fatal(err)
	}
	if got := int64(g.Doctor.Reserve); got != 5<<30 {
		t.Errorf("doctor reckons with %d bytes", got)
	}
}
