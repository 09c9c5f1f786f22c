package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// analyze runs systemd-analyze, and returns what it says and whether it is content.
func analyze(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("systemd-analyze is missing: apt-get install systemd")
	}
	cmd := exec.Command(path, append(args[:1:1], append([]string{"--no-pager"}, args[1:]...)...)...)
	cmd.Env = append(os.Environ(), "SYSTEMD_COLORS=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// exposure is what systemd-analyze may find at most, in tenths: 1.5.
const exposure = "--threshold=15"

func TestUnitExposure(t *testing.T) {
	out, err := analyze(t, "security", "--offline=true", exposure, write(t, "amana-intake.service", Service))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	t.Log(lines[len(lines)-1])
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// Half of it is not enough: the limit can be missed.
	less := strings.NewReplacer("PrivateNetwork=yes", "", "SystemCallFilter=@system-service", "", "CapabilityBoundingSet=", "", "PrivateUsers=yes", "").Replace(Service)
	if _, err := analyze(t, "security", "--offline=true", exposure, write(t, "amana-intake.service", less)); err == nil {
		t.Error("a unit that gives much more is judged as good")
	}
}

// A line that systemd does not know is passed over with a warning, so the units are
// held to have none.
func TestUnitsVerify(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	units := map[string]string{
		"amana-intake.service": strings.ReplaceAll(Service, "/usr/bin/amana-intake", program),
		"amana-intake.socket":  Socket,
		"broken.service":       "[Service]\nExecStart=" + program + "\nPrivateNetwrk=yes\n",
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range units {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	said := func(names ...string) string {
		args := []string{"verify", "--man=no", "--recursive-errors=no"}
		for _, name := range names {
			args = append(args, filepath.Join(dir, name))
		}
		out, err := analyze(t, args...)
		if err != nil {
			out += err.Error()
		}
		var about []string
		for line := range strings.Lines(out) {
			if strings.Contains(line, dir) || !strings.Contains(line, "/") { // not what is wrong with other units
				about = append(about, line)
			}
		}
		return strings.Join(about, "")
	}
	if out := said("amana-intake.service", "amana-intake.socket"); out != "" {
		t.Errorf("systemd says:\n%s", out)
	}
	if out := said("broken.service"); !strings.Contains(out, "PrivateNetwrk") {
		t.Errorf("a line that nobody knows is not found:\n%s", out)
	}
}

// value returns the value of a line of a unit.
func value(t *testing.T, unit, key string) string {
	t.Helper()
	for line := range strings.Lines(unit) {
		if v, ok := strings.CutPrefix(line, key+"="); ok {
			return strings.TrimSpace(v)
		}
	}
	t.Fatalf("no line %s=", key)
	return ""
}

// The files name each other's things alike.
func TestUnitsAgree(t *testing.T) {
	socket := value(t, Socket, "ListenStream")
	if !strings.Contains(Torrc, "\nHiddenServicePort 80 unix:"+socket+"\n") {
		t.Errorf("tor is told another socket than %s", socket)
	}
	if mode := value(t, Socket, "SocketMode"); mode != "0660" {
		t.Errorf("the socket's mode is %s", mode)
	}
	if owner := value(t, Socket, "SocketUser"); owner != value(t, Service, "User") {
		t.Errorf("the socket is %s's", owner)
	}
	if strings.Contains(Service, "\nRuntimeDirectory=") {
		t.Error("systemd would remove the socket's folder whenever the service stops")
	}
	for _, line := range []string{"PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX", "MemorySwapMax=0", "LimitCORE=0", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict", "StateDirectoryMode=0700"} {
		if !strings.Contains(Service, "\n"+line+"\n") {
			t.Errorf("the service lacks %s", line)
		}
	}
}
