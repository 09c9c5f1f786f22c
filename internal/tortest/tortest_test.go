package tortest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"amana/internal/deploy"
)

// The lines that the project ships are lines that this tor takes.
func TestShippedTorrc(t *testing.T) {
	if _, err := exec.LookPath("tor"); err != nil {
		t.Fatal(errMissing)
	}
	dir := t.TempDir()
	verify := func(torrc string) (string, error) {
		t.Helper()
		lines, err := Lines(torrc, filepath.Join(dir, "service"), filepath.Join(dir, "onion.sock"))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "torrc")
		if err := os.WriteFile(file, []byte("DataDirectory "+dir+"/data\n"+lines), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("tor", "--verify-config", "-f", file, "--defaults-torrc", filepath.Join(dir, "none"), "--ignore-missing-torrc").CombinedOutput()
		return string(out), err
	}
	out, err := verify(deploy.Torrc)
	if err != nil || !strings.Contains(out, "Configuration was valid") {
		t.Errorf("tor --verify-config: %v\n%s", err, out)
	}
	// What tor does not know it refuses, or the test proves nothing.
	if out, err := verify(deploy.Torrc + "\nHiddenServiceNothing 1\n"); err == nil {
		t.Errorf("tor takes a line that is none:\n%s", out)
	}
	// A line that is not replaced would lead a test to the paths of a server.
	if _, err := Lines(strings.Replace(deploy.Torrc, "/var/lib/tor/amana", "/var/lib/tor/other", 1), "", ""); err == nil {
		t.Error("a path stays")
	}
}

// When a test is killed nothing of its network stays: no process, no file.
func TestKilledTestLeavesNothing(t *testing.T) {
	const inside = "AMANA_TORTEST_CHILD"
	if os.Getenv(inside) != "" {
		n, err := begin()
		if err == nil {
			_, err = n.run("relay-0", "SocksPort 0\nDirAuthority x orport=1 127.0.0.1:1 "+strings.Repeat("0", 40)+"\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%s %d\n", n.Folder, n.tors[0].cmd.Process.Pid)
		select {}
	}
	child := exec.Command(os.Args[0], "-test.run=^TestKilledTestLeavesNothing$")
	child.Env = append(os.Environ(), inside+"=1")
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var folder string
	var pid int
	line, _ := bufio.NewReader(out).ReadString('\n')
	fmt.Sscan(line, &folder, &pid)
	if _, err := os.Stat(filepath.Join(folder, "relay-0", "pid")); err != nil || pid == 0 {
		child.Process.Kill()
		t.Fatalf("no tor runs: %q, %v", line, err)
	}
	child.Process.Kill()
	child.Wait()
	runs := func() bool {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err == nil && strings.Contains(string(line), folder) // a zombie has no line
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_, err := os.Stat(folder)
		if os.IsNotExist(err) && !runs() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the folder: %v, the process runs: %t", err, runs())
		}
	}
}
