package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"amana/internal/version"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// A release for two kinds of machine, built twice. The second time it uses what was
// compiled already: that the programs themselves are the same when compiled from
// nothing is TestBuildsAreReproducible's, and all of it is what make release shows.
func TestReleaseIsTheSameTwice(t *testing.T) {
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	o := options{source: source, out: filepath.Join(t.TempDir(), "out"), warm: true, date: time.Unix(1_600_000_001, 0).UTC(),
		platforms: []platform{{"linux", "amd64"}, {"windows", "amd64"}}}
	if err := buildAll(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	n, err := again(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	names := files(t, o.out)
	want := []string{"SHA256SUMS", "amana-intake_" + version.Number + "_amd64.deb",
		"amana-offline-" + version.Number + "-linux-amd64.tar.gz", "amana-offline-" + version.Number + "-windows-amd64.zip"}
	if n != len(want) || !slices.Equal(names, want) {
		t.Errorf("%d files were compared, the folder holds %q", n, names)
	}
	linux := untar(t, filepath.Join(o.out, want[2]))
	windows := unzip(t, filepath.Join(o.out, want[3]))
	top := "amana-offline-" + version.Number + "-"
	for _, file := range []string{"README.txt", "LICENSES.txt", "sbom.cdx.json", "man/amana-decrypt.1", "man/amana-keys.1", "docs/keys.md"} {
		if len(linux[top+"linux-amd64/"+file]) < 1000 || len(windows[top+"windows-amd64/"+file]) < 1000 {
			t.Errorf("%s is not in both archives, or next to nothing", file)
		}
	}
	for _, program := range []string{"amana-decrypt", "amana-keys", "age", "age-keygen"} {
		checkProgram(t, linux[top+"linux-amd64/"+program], "linux")
		checkProgram(t, windows[top+"windows-amd64/"+program+".exe"], "windows")
	}
	checkInventory(t, linux, top+"linux-amd64/", "")
	checkInventory(t, windows, top+"windows-amd64/", ".exe")
	// What the kernel does not do elsewhere is said there, and only there.
	here, there := string(linux[top+"linux-amd64/README.txt"]), string(windows[top+"windows-amd64/README.txt"])
	const less = "LESS THAN ON LINUX"
	if strings.Contains(here, less) || !strings.Contains(there, less) || !strings.Contains(here, "seccomp") || !strings.Contains(there, "On Windows nothing does") {
		t.Errorf("the pages say:\n%s\n%s", here, there)
	}
	if got := string(linux[top+"linux-amd64/LICENSES.txt"]); strings.Count(got, "\n====") < 10 || !strings.Contains(got, "\nfilippo.io/age v") || !strings.Contains(got, "\nstd ") {
		t.Errorf("licences are missing: %d found", strings.Count(got, "\n===="))
	}
	// The programs of the server and of the offline machines never come together.
	list, err := exec.Command("dpkg-deb", "-c", filepath.Join(o.out, want[1])).CombinedOutput()
	if err != nil || bytes.Contains(list, []byte("amana-keys")) || bytes.Contains(list, []byte("amana-decrypt")) || !bytes.Contains(list, []byte("./usr/bin/amana-intake")) {
		t.Errorf("the package holds (%v):\n%s", err, list)
	}
	for name := range linux {
		if strings.HasSuffix(name, "/amana-intake") {
			t.Errorf("the archive holds %s", name)
		}
	}
}

func files(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func untar(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if found[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

func unzip(t *testing.T, path string) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	found := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if found[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return found
}

// checkProgram fails the test unless a program was built for a system, and says
// nothing of where.
func checkProgram(t *testing.T, data []byte, system string) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if set["GOOS"] != system || set["CGO_ENABLED"] != "0" || set["-trimpath"] != "true" {
		t.Errorf("%s was built with %v", info.Path, set)
	}
}

// checkInventory holds the list of parts against what go version -m finds in the
// programs: their sums, and each module with its version.
func checkInventory(t *testing.T, archive map[string][]byte, top, exe string) {
	t.Helper()
	text := archive[top+"sbom.cdx.json"]
	var bom cdx.BOM
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	if bom.SpecVersion != cdx.SpecVersion1_6 || bom.SerialNumber != "" || bom.Metadata.Timestamp != "" {
		t.Errorf("version %v, serial %q, time %q", bom.SpecVersion, bom.SerialNumber, bom.Metadata.Timestamp)
	}
	found := map[string]cdx.Component{}
	for _, c := range *bom.Components {
		found[c.BOMRef] = c
	}
	modules := 0
	for _, name := range []string{"amana-decrypt", "amana-keys", "age", "age-keygen"} {
		data := archive[top+name+exe]
		sum := sha256.Sum256(data)
		if c, ok := found[name+exe]; !ok || (*c.Hashes)[0].Value != hex.EncodeToString(sum[:]) {
			t.Errorf("%s stands in the list with another sum", name)
		}
		info, err := buildinfo.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		want := version.Number
		if name == "age" || name == "age-keygen" {
			want = info.Main.Version
		}
		if got := found[name+exe].Version; got != want {
			t.Errorf("%s stands in the list as %s, not %s", name, got, want)
		}
		for _, m := range info.Deps {
			if m.Path == "amana" {
				continue
			}
			modules++
			if c := found["pkg:golang/"+m.Path+"@"+m.Version]; c.Name != m.Path || c.Version != m.Version || c.Hashes == nil && m.Sum != "" {
				t.Errorf("%s %s of %s is not in the list", m.Path, m.Version, name)
			}
		}
	}
	if modules < 15 {
		t.Errorf("only %d modules were looked for", modules)
	}
}

// What is for macOS alone compiles: nothing else here would notice. Windows and Linux
// are built above.
func TestCompilesForMac(t *testing.T) {
	cmd := exec.Command("go", "build", "./cmd/amana-decrypt", "./cmd/amana-keys")
	cmd.Dir = "../.."
	cmd.Env = goEnv(platform{"darwin", "arm64"})
	if err := runQuiet(cmd); err != nil {
		t.Fatal(err)
	}
}

// What differs is found, and named.
func TestCompareFinds(t *testing.T) {
	for name, change := range map[string]func(folder string) error{
		"x": func(d string) error { return os.WriteFile(d+"/x", []byte("tow"), 0o600) },
		"y": func(d string) error { return os.WriteFile(d+"/y", nil, 0o600) },
	} {
		one, other := t.TempDir(), t.TempDir()
		for _, d := range []string{one, other} {
			if err := os.WriteFile(d+"/x", []byte("two"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := compare(one, other); n != 1 || err != nil {
			t.Errorf("alike: %d, %v", n, err)
		}
		if err := change(other); err != nil {
			t.Fatal(err)
		}
		if _, err := compare(one, other); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The commands of docs/release.md, with a throwaway key: a signature is good, and
// neither a changed file, nor another key, nor another purpose goes through.
func TestSignature(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Fatalf("install openssh-client to run this test: %v", err)
	}
	dir := t.TempDir()
	key := func(name string) string {
		path := filepath.Join(dir, name)
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		public, err := os.ReadFile(path + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(public))
	}
	public, other := key("release"), key("other")
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(out+"/a.tar.gz", []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeSums(out); err != nil {
		t.Fatal(err)
	}
	if err := sign(context.Background(), options{out: out, key: filepath.Join(dir, "release")}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/release.md")
	if err != nil {
		t.Fatal(err)
	}
	run := func(prefix string) error {
		for _, line := range strings.Split(string(page), "\n") {
			if strings.HasPrefix(line, prefix) {
				cmd := exec.Command("sh", "-c", line)
				cmd.Dir = out
				if said, err := cmd.CombinedOutput(); err != nil {
					return fmt.Errorf("%s: %w: %s", line, err, said)
				}
				return nil
			}
		}
		t.Fatalf("docs/release.md has no line %q", prefix)
		return nil
	}
	allow := func(line string) {
		if err := os.WriteFile(out+"/release.allowed", []byte(line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const verify = "ssh-keygen -Y verify"
	allow(`amana-release namespaces="amana-release" ` + public)
	if err := errors.Join(run(verify), run("sha256sum --check")); err != nil {
		t.Errorf("a good signature: %v", err)
	}
	for what, line := range map[string]string{
		"another key":     `amana-release namespaces="amana-release" ` + other,
		"another purpose": `amana-release namespaces="file" ` + public,
	} {
		allow(line)
		if run(verify) == nil {
			t.Errorf("%s goes through", what)
		}
	}
	allow(`amana-release namespaces="amana-release" ` + public)
	if err := os.WriteFile(out+"/a.tar.gz", []byte("swords"), 0o600); err != nil {
		t.Fatal(err)
	}
	if run("sha256sum --check") == nil {
		t.Error("a changed file goes through")
	}
	if err := writeSums(out); err != nil { // the signature's file beside it is summed too: any change will do
		t.Fatal(err)
	}
	if run(verify) == nil {
		t.Error("changed sums go through")
	}
}

// Names of platforms that nothing is built for are refused, not built for by chance.
func TestPlatforms(t *testing.T) {
	if got, err := parsePlatforms(everything); err != nil || len(got) != 6 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "linux", "plan9/amd64", "linux/amd64,", "linux/amd64, linux/arm64"} {
		if got, err := parsePlatforms(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// The folder that a release is made in is no source, and the one that makes it is.
func TestCopySource(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "release"), filepath.Join(t.TempDir(), "to") // a checkout of that name too
	for _, name := range []string{"release/a.deb", "internal/release/main.go", ".git/x", "bin/x", "internal/x/node_modules/y", "go.mod"} {
		if err := os.MkdirAll(filepath.Join(from, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(from, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := copySource(from, to); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", `cd "$1" && find . -type f | sort`, "sh", to).Output()
	if err != nil || string(out) != "./go.mod\n./internal/release/main.go\n" {
		t.Errorf("%q, %v", out, err)
	}
}
