package settings

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// size is a number that a person writes in a way of its own.
type size int64

func (s *size) UnmarshalText(text []byte) error {
	*s = size(len(text))
	return nil
}

type program struct {
	Config string `settings:"never"`
	State  string `type:"path" env:"SETTINGS_TEST_STATE" default:"/default"`

	Serve struct {
		Listen  []string `required:"" sep:"none"`
		Trial   bool
		Words   string        `type:"path"`
		Idle    time.Duration `default:"90s"`
		Places  int           `default:"64" env:"SETTINGS_TEST_PLACES"`
		Max     size          `default:"abc"`
		Log     string        `default:"text" enum:"text,json"`
		Erase   bool          `settings:"never"`
		KeepFor int           `name:"keep-days"`
	} `cmd:""`
	Export struct {
		Epoch *uint32
		JSON  bool `name:"json"`
	} `cmd:""`
}

// parse parses a command line with the configuration given.
func parse(t *testing.T, text string, args ...string) (*program, *kong.Context, *File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := new(program)
	parser, err := kong.New(p)
	if err != nil {
		t.Fatal(err)
	}
	file, err := Read(path, parser.Model, "keep")
	if err != nil {
		return nil, nil, nil, err
	}
	if err := kong.Resolvers(file).Apply(parser); err != nil {
		t.Fatal(err)
	}
	ctx, err := parser.Parse(args)
	return p, ctx, file, err
}

const whole = `
state = "here"
[serve]
listen = ["unix:/a, b", "tcp:127.0.0.1:1"]
trial = true
words = "words.toml"
idle = "2m"
places = 7
max = 12345
log = "json"
[keep]
days = 30
[export]
epoch = 3
`

// Every kind of value arrives, and paths are beside the file. A resolver that left one
// out would leave the default.
func TestValuesArrive(t *testing.T) {
	p, _, file, err := parse(t, whole, "serve")
	if err != nil {
		t.Fatal(err)
	}
	want := new(program)
	folder := filepath.Dir(file.Path)
	want.State = filepath.Join(folder, "here")
	want.Serve.Listen = []string{"unix:/a, b", "tcp:127.0.0.1:1"}
	want.Serve.Trial = true
	want.Serve.Words = filepath.Join(folder, "words.toml")
	want.Serve.Idle = 2 * time.Minute
	want.Serve.Places = 7
	want.Serve.Max = 5
	want.Serve.Log = "json"
	want.Serve.KeepFor = 30
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
	p, _, _, err = parse(t, whole, "export")
	if err != nil || p.Export.Epoch == nil || *p.Export.Epoch != 3 {
		t.Errorf("[export] epoch: %v, %v", p.Export.Epoch, err)
	}
}

// A flag goes before the environment, that before the file, the file before the
// default; and each says where it came from.
func TestPrecedence(t *testing.T) {
	t.Setenv("SETTINGS_TEST_STATE", "/env")
	t.Setenv("SETTINGS_TEST_PLACES", "9")
	_, ctx, file, err := parse(t, whole, "serve", "--places=5", "--idle=1s")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]Value)
	for _, v := range InForce(ctx, file, "keep") {
		got[v.Key] = v
	}
	for _, want := range []Value{
		{"state", "/env", FromEnv, "SETTINGS_TEST_STATE"},
		{"serve.places", int64(5), FromFlag, ""},
		{"serve.idle", "1s", FromFlag, ""},
		{"serve.log", "json", FromFile, "line 10"},
		{"keep.days", int64(30), FromFile, "line 12"},
	} {
		if got[want.Key] != want {
			t.Errorf("got %+v, want %+v", got[want.Key], want)
		}
	}
	if v, ok := got["export.epoch"]; ok {
		t.Errorf("serve lists a flag of another command: %v", v)
	}
	_, ctx, file, err = parse(t, "", "serve", "--listen=x")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range InForce(ctx, file, "keep") {
		if v.Key == "serve.idle" && v != (Value{"serve.idle", "1m30s", FromDefault, ""}) {
			t.Errorf("got %+v of an empty file", v)
		}
	}
}

// An empty list or path is as none: nothing is served on nothing.
func TestEmptyIsNone(t *testing.T) {
	p, _, _, err := parse(t, "[serve]\nlisten = []\nwords = ''", "serve")
	if err == nil || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("an empty list was taken for a required one: %v", err)
	}
	if p.Serve.Words != "" {
		t.Errorf("an empty path became %q", p.Serve.Words)
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"stat = 'x'":                         `line 1: there is no key "stat" outside of the tables; did you mean "state"?`,
		"\nidle = '1s'":                      `line 2: there is no key "idle" outside of the tables; did you mean "idle" in [serve]?`,
		"[serve]\nstate = '/x'":              `line 2: there is no key "state" in [serve]; did you mean "state", above all tables?`,
		"[serve]\nkeep-days = 3":             `there is no key "keep-days" in [serve]`, // one place for each thing
		"[serve]\nxyzzy = 3":                 `there is no key "xyzzy" in [serve]; most flags`,
		"[sreve]\nidle = '1s'":               `line 1: there is no table [sreve]; did you mean [serve]?`,
		"[something-else]":                   "there is no table [something-else]; each command has a table",
		"[[serve]]\nidle = '1s'":             "[[serve]] must be [serve]",
		"serve = 3":                          `there is no key "serve" outside`,
		"config = 'x'":                       `there is no key "config"`,
		"[serve]\nhelp = true":               `there is no key "help"`,
		"[serve]\nerase = true":              `there is no key "erase"`,
		"[export]\njson = true":              `there is no key "json"`,
		"state = '/a'\nstate = '/b'":         "line 2: Key 'state' has already been defined",
		"[serve]\n[serve]":                   "line 2: ",
		"state = ":                           "line 1: ",
		"[serve]\nidle = 90":                 `line 2: serve.idle: must be a time in quotes, like "90s" or "48h"; it is a number`,
		"[serve]\nidle = '3 hours'":          `serve.idle: must be a time in quotes, like "90s" or "48h"; it is "3 hours"`,
		"[serve]\nplaces = '7'":              "serve.places: must be a number; it is a text",
		"[serve]\nplaces = 1.5":              "serve.places: must be a number; it is 1.5",
		"[serve]\nplaces = 2026-11-27":       "serve.places: must be a number",
		"[serve]\ntrial = 'yes'":             "serve.trial: must be true or false, without quotes; it is a text",
		"[serve]\nlisten = 'unix:/x'":        `serve.listen: must be a list of texts, like ["one", "two"]; it is a single value`,
		"[serve]\nlisten = [3]":              "serve.listen: must be a list of texts",
		"[serve]\nlisten = ['unix:run/x']":   "serve.listen: after unix: the whole path must stand",
		"[serve]\nlog = 'xml'":               `serve.log: must be one of text, json, not "xml"`,
		"[serve.more]\nx = 1":                "there is no table [serve.more]",
		"[export]\nepoch = -1":               "export.epoch: ",
		"state = true":                       "state: must be a text in quotes; it is true or false",
		"stat = 1\n[serve]\nplaces = true\n": "line 3: serve.places: must be a number; it is true or false", // besides the first
	} {
		_, _, _, err := parse(t, text, "export")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// A file that others can have written is refused, and a pipe in its place does not
// hold the program up.
func TestFileOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.toml")
	parser := kong.Must(new(program))
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]string{0o644: "", 0o640: "", 0o664: "others can write", 0o646: "others can write"} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path, parser.Model)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("mode %o: %v, want %q", mode, err, want)
		}
	}
	if os.Geteuid() == 0 {
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, 12345, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path, parser.Model); err == nil || !strings.Contains(err.Error(), "belongs to somebody else") {
			t.Errorf("a file of somebody else: %v", err)
		}
	}
	if _, err := Read(filepath.Dir(path), parser.Model); err == nil {
		t.Error("a folder was read as a configuration")
	}
}

// Whatever the file holds, reading ends with an error or with a file, never in a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("[[serve]]\nlisten=[[1]]\n[serve.a.b]\n\"quoted key\"={a=1}\nstate.x=3"))
	parser := kong.Must(new(program))
	path := filepath.Join(f.TempDir(), "fuzz.toml")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if file, err := Read(path, parser.Model, "keep"); (file == nil) == (err == nil) {
			t.Errorf("file %v, error %v", file, err)
		}
	})
}

// The decoder would take gigabytes for these.
func TestDeepFile(t *testing.T) {
	for _, text := range []string{"a" + strings.Repeat(".a", 400_000) + " = 1", "a = " + strings.Repeat("[", 1_000_000), "a = " + strings.Repeat("{a = ", 200_000)} {
		if _, _, _, err := parse(t, text, "serve"); err == nil || !strings.Contains(err.Error(), "line 1: it is nested too deep") {
			t.Errorf("%.10s: %v", text, err)
		}
	}
}
