package layers

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goList runs go list in the module's folder and returns the lines it prints.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-tags=tcell_minimal"}, args...)...)
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	lines := strings.Fields(string(out))
	if len(lines) == 0 {
		t.Fatalf("go list %v prints nothing", args)
	}
	return lines
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// walls says what must not be reached from where, through any number of imports.
var walls = []struct {
	from []string // package patterns
	to   []string // packages; with a slash at the end, all below too
	why  string
}{
	{[]string{"./intake/...", "./vault/...", "./cmd/amana-intake", "./internal/operator", "./internal/admin", "./internal/backup"},
		[]string{"amana/internal/unseal", "amana/internal/dossier"}, "the server cannot open a testimony"},
	{[]string{"./intake/...", "./vault/...", "./cmd/amana-intake", "./internal/operator", "./internal/admin", "./internal/backup", "./internal/roster/..."},
		[]string{"amana/internal/keyfile", "amana/internal/shares", "amana/internal/rewrap", "amana/internal/offline"}, "the server never holds a person's key, nor a file key of what it keeps"},
	{[]string{"./internal/keyfile", "./internal/shares", "./cmd/amana-keys"}, []string{"amana/internal/unseal", "amana/internal/testimony", "amana/internal/dossier"},
		"keys are made without testimonies"},
	{[]string{"./vault/..."}, []string{"amana/internal/seal", "amana/internal/testimony", "filippo.io/age"},
		"a vault sees ciphertext only"},
	{[]string{"./vault/letterbox"}, []string{"amana/internal/seal", "amana/internal/testimony", "amana/internal/mailbox", "amana/internal/agekey", "filippo.io/age"},
		"a letterbox sees ciphertext only, and cannot tell whose it is"},
	{[]string{"./internal/mailbox", "./internal/agekey", "./vault/letterbox"}, []string{"amana/internal/unseal", "amana/internal/keyfile", "amana/internal/shares", "amana/internal/rewrap"},
		"a source's code opens replies and nothing else"},
	{[]string{"./internal/mailbox", "./internal/agekey"}, []string{"amana/vault", "amana/vault/"}, "what follows from a code is computed and kept nowhere"},
	{[]string{"./internal/backup"}, []string{"filippo.io/age", "amana/internal/carry", "net", "net/", "os/exec"}, "a backup is written and read as it is: it decrypts nothing and speaks to nobody"},
	{[]string{"./internal/seal"}, []string{"amana/internal/unseal"}, "sealing needs no identity"},
	{[]string{"./cmd/amana-decrypt", "./cmd/amana-keys", "./internal/desk/...", "./internal/sticks", "./internal/unseal", "./internal/dossier", "./internal/carry", "./internal/cli", "./internal/confine", "./internal/keyfile", "./internal/shares", "./internal/rewrap", "./internal/roster/...", "./internal/wordlist", "./internal/offline", "./internal/mailbox", "./internal/agekey", "./vault/letterbox", "./internal/preview", "./internal/report"},
		[]string{"net", "net/", "os/exec", "plugin", "crypto/tls", "golang.org/x/net/"}, "the offline programs, and what handles codes and replies, cannot speak to a network"},
	{[]string{"./internal/questionnaire", "./internal/edtf", "./internal/testimony", "./intake/pages", "./intake/token"},
		[]string{"net", "net/", "os/exec", "plugin", "crypto/tls", "golang.org/x/net/"}, "questions, pages and their tokens are words in memory, and speak to nobody"},
	{[]string{"./internal/settings", "./internal/deploy", "./internal/daylog"}, []string{"net", "net/", "os/exec", "plugin", "crypto/tls", "golang.org/x/net/"},
		"a configuration and a log are text, and speak to nobody"},
	{[]string{"./cmd/amana-decrypt", "./cmd/amana-keys"}, []string{"amana/vault", "amana/vault/", "amana/intake", "amana/intake/", "amana/internal/admin", "amana/internal/operator"},
		"the offline machines hold nothing of the server"},
	{[]string{"./intake/...", "./cmd/..."}, []string{"plugin", "os/exec"}, "no program starts another"},
	{[]string{"./cmd/...", "./intake/...", "./vault", "./vault/bolt", "./vault/letterbox"}, []string{"testing", "amana/internal/rig", "amana/internal/browsertest", "amana/internal/firefoxtest", "amana/internal/tortest", "amana/internal/synthetic", "amana/vault/vaulttest"},
		"what tests need is in no program"},
}

// allowed are packages below "net/" that touch no network: they read addresses,
// or assemble the filter that takes the network away.
var allowed = map[string]bool{"net/url": true, "net/netip": true, "golang.org/x/net/bpf": true}

func TestWalls(t *testing.T) {
	for _, w := range walls {
		for _, from := range w.from {
			for _, dep := range goList(t, "-deps", from) {
				for _, to := range w.to {
					below := strings.HasSuffix(to, "/") && strings.HasPrefix(dep, to)
					if (dep == to || below) && !allowed[dep] {
						t.Errorf("%s reaches %s: %s", from, dep, w.why)
					}
				}
			}
		}
	}
}

// The offline programs start nothing and speak to nobody in whatever way they are built:
// also without the tag that make gives.
func TestWallsStandWithoutTheTag(t *testing.T) {
	for _, from := range []string{"./cmd/amana-decrypt", "./cmd/amana-keys"} {
		for _, dep := range goList(t, "-tags=", "-deps", from) {
			if dep == "net" || dep == "net/http" || dep == "os/exec" {
				t.Errorf("%s reaches %s without the tag", from, dep)
			}
		}
	}
}

// little says what some packages reach of ours, through any number of imports: that
// and no more.
var little = map[string][]string{
	"internal/agekey":        nil,
	"internal/desk/arrange":  nil,
	"internal/desk":          {"internal/desk/arrange"},
	"internal/sticks":        nil,
	"internal/doctor":        nil,
	"intake/probe":           nil,
	"internal/edtf":          nil,
	"internal/decrees":       nil,
	"internal/testimony":     nil,
	"internal/names":         {"internal/edtf"},
	"internal/wordlist":      nil,
	"internal/questionnaire": {"internal/edtf", "internal/testimony"},
	"internal/consent":       {"internal/testimony"},
	"internal/preview":       nil,
	"internal/mailbox":       {"internal/agekey", "internal/wordlist"},
	"internal/padme":         nil,
	"internal/workspace":     {"internal/durable", "internal/padme", "internal/testimony", "internal/unseal"},
	"intake/circuit":         nil,
	"intake/token":           {"internal/agekey", "internal/mailbox", "internal/wordlist"},
	"intake/pages":           {"internal/edtf", "internal/questionnaire", "internal/shallow", "internal/testimony", "internal/wordlist"},
	"vault/letterbox":        {"internal/durable", "vault/internal/boltfile", "vault/internal/boltpages"},
}

// What sees a source's code or words knows of little else.
func TestReachesLittle(t *testing.T) {
	for from, may := range little {
		var reached []string
		for _, dep := range goList(t, "-deps", "./"+from) {
			if ours, ok := strings.CutPrefix(dep, "amana/"); ok && ours != from {
				reached = append(reached, ours)
			}
		}
		slices.Sort(reached)
		if !slices.Equal(reached, may) {
			t.Errorf("%s reaches %v, and should reach %v", from, reached, may)
		}
	}
}

// The walls must be able to fall: the same way of asking finds what is there.
func TestWallsCanFall(t *testing.T) {
	for from, to := range map[string]string{
		"./cmd/amana-decrypt": "amana/internal/unseal",
		"./cmd/amana-intake":  "net/http",
		"./intake":            "amana/internal/seal",
		"./cmd/amana-keys":    "amana/internal/shares",
	} {
		found := false
		for _, dep := range goList(t, "-deps", from) {
			found = found || dep == to
		}
		if !found {
			t.Errorf("%s does not reach %s: the question is wrong", from, to)
		}
	}
}

// forTests are the packages that only tests, and each other, may import.
var forTests = map[string]bool{
	"amana/internal/rig": true, "amana/internal/browsertest": true, "amana/vault/vaulttest": true,
	"amana/internal/bench": true, "amana/internal/promises": true, "amana/internal/layers": true, "amana/internal/walk": true,
	"amana/internal/tortest": true, "amana/internal/firefoxtest": true, "amana/internal/throughtor": true,
	"amana/internal/synthetic": true,
}

// Nothing but tests imports testing, or what is made for tests.
func TestTestingStaysInTests(t *testing.T) {
	packages := 0
	for _, line := range goList(t, "-f", `{{.ImportPath}},{{join .Imports ","}}`, "./...") {
		packages++
		path, imports, _ := strings.Cut(line, ",")
		for _, i := range strings.Split(imports, ",") {
			if !forTests[path] && (forTests[i] || i == "testing" || strings.HasPrefix(i, "testing/")) {
				t.Errorf("%s imports %s outside of its tests", path, i)
			}
		}
	}
	if packages < 15 {
		t.Errorf("only %d packages were looked at", packages)
	}
}
