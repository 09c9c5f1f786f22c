package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// suite is the Debian that the package is tried in: the oldest that it is for.
const suite = "bookworm"

// bare is a minimal Debian with tor, made once for all tests; each works in a copy.
var bare struct {
	sync.Once
	path string
	err  error
}

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "systemctl" { // inside of a Debian, in systemd's place
		os.Exit(systemctl(os.Args[1:]))
	}
	code := m.Run()
	for _, folder := range []string{bare.path, debs.path} {
		if folder != "" {
			os.RemoveAll(folder)
		}
	}
	os.Exit(code)
}

// bootstrap makes a minimal Debian in the folder r of a folder that it returns.
var bootstrap = makeBare

// debian is a minimal Debian in a folder.
type debian struct{ path string }

// newDebian returns a minimal Debian. It fails the test, and says what to do, where
// none can be made.
func newDebian(t *testing.T) *debian {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("run this test as root: it installs the package in a Debian of its own (debootstrap, chroot)")
	}
	for program, pkg := range map[string]string{"debootstrap": "debootstrap", "unshare": "util-linux", "dpkg-deb": "dpkg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("install %s (make tools does) to run this test: %v", pkg, err)
		}
	}
	bare.Do(func() { bare.path, bare.err = bootstrap() })
	if bare.err != nil {
		t.Fatal(bare.err)
	}
	// A short path: sockets lie in it.
	dir, err := os.MkdirTemp("/tmp", "deb-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &debian{filepath.Join(dir, "r")}
	if out, err := exec.Command("cp", "-a", "--reflink=auto", bare.path+"/r", d.path).CombinedOutput(); err != nil {
		t.Fatalf("copy: %v\n%s", err, out)
	}
	return d
}

func makeBare() (string, error) {
	mirror, err := aptMirror("/etc/apt")
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("/tmp", "deb-*")
	if err != nil {
		return "", err
	}
	start := time.Now()
	ctx, stop := context.WithTimeout(context.Background(), 8*time.Minute)
	defer stop()
	out, err := exec.CommandContext(ctx, "debootstrap", "--variant=minbase", "--include=tor,apparmor,openssl", suite, dir+"/r", mirror).CombinedOutput()
	if err != nil {
		lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
		return dir, fmt.Errorf("debootstrap: %w\n%s", err, bytes.Join(lines[max(0, len(lines)-10):], []byte("\n")))
	}
	fmt.Printf("a bare Debian %s in %.0f s\n", suite, time.Since(start).Seconds())
	return dir, nil
}

var mirrorLine = regexp.MustCompile(`(?m)^(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+)`)

// aptMirror returns the mirror of Debian that this machine's apt uses.
func aptMirror(folder string) (string, error) {
	files := []string{filepath.Join(folder, "sources.list")}
	for _, pattern := range []string{"*.list", "*.sources"} {
		more, _ := filepath.Glob(filepath.Join(folder, "sources.list.d", pattern)) // fails only for a bad pattern
		files = append(files, more...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, m := range mirrorLine.FindAllSubmatch(data, -1) {
			if uri := strings.TrimRight(string(m[1]), "/"); strings.HasSuffix(uri, "/debian") {
				return uri, nil
			}
		}
	}
	return "", errors.New("no mirror of Debian is named in /etc/apt: run this test on Debian, with a line for its main archive")
}

// The mirror is found in both ways of writing it, and no other archive is taken for it.
func TestAptMirror(t *testing.T) {
	for text, want := range map[string]string{
		"deb http://mirror.example/debian bookworm main\n":                                     "http://mirror.example/debian",
		"deb [arch=amd64] https://x.example/debian/ stable main\n":                             "https://x.example/debian",
		"Types: deb\nURIs: http://y.example/debian\nSuites: bookworm\n":                        "http://y.example/debian",
		"# deb http://no.example/debian x main\ndeb http://z.example/debian-security x main\n": "",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "sources.list"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := aptMirror(dir); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

// command returns a command inside of the Debian, with processes and mounts of its
// own: what it starts ends with it, and nothing stays mounted.
func (d *debian) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("unshare", append([]string{"--mount", "--pid", "--fork", "--kill-child", "--mount-proc=" + d.path + "/proc",
		"sh", "-ec", `mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"; root=$0; exec chroot "$root" "$@"`, d.path, name}, args...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "TERM=dumb", "DEBIAN_FRONTEND=noninteractive"}
	return cmd
}

// sh runs a script inside, which must succeed, and returns what it printed.
func (d *debian) sh(t *testing.T, script string) string {
	t.Helper()
	out, err := d.command("sh", "-ec", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// is fails the test unless a script inside prints what it should.
func (d *debian) is(t *testing.T, script, want string) {
	t.Helper()
	if got := strings.TrimSpace(d.sh(t, script)); got != want {
		t.Errorf("%s: %q, want %q", script, got, want)
	}
}
