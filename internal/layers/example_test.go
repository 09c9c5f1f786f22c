package layers

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Whoever stops the script that makes the example of rosters stops it, and leaves
// neither the keys nor half an example.
func TestExampleScriptStops(t *testing.T) {
	// A shell cannot catch what it was started to ignore, as in the background.
	caught := make(chan os.Signal, 9)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(caught)
	for _, name := range []string{"INT", "TERM", "HUP"} {
		top, temp := t.TempDir(), t.TempDir()
		for _, folder := range []string{"bin", "keys.example"} {
			if err := os.Mkdir(filepath.Join(top, folder), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		script := filepath.Join(top, "keys.example", "make.sh")
		// In place of the program: one that notes that it was called, and stops the
		// script as Ctrl-C or a closed terminal does.
		program := "#!/bin/sh\necho called >>'" + top + "/calls'\ntouch a.card a.txt\nkill -" + name + " $PPID\n"
		for path, text := range map[string]string{script: string(read(t, "keys.example/make.sh")), filepath.Join(top, "bin", "amana-keys"): program} {
			if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("sh", script)
		cmd.Env = append(os.Environ(), "TMPDIR="+temp)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 130 {
			t.Errorf("%s: %v, want exit code 130\n%s", name, err, out)
		}
		calls, err := os.ReadFile(filepath.Join(top, "calls"))
		if n := strings.Count(string(calls), "called"); err != nil || n != 1 {
			t.Errorf("%s: the program was called %d times (%v)", name, n, err)
		}
		left, err := os.ReadDir(temp)
		if err != nil || len(left) != 0 {
			t.Errorf("%s: the folder with the keys is still there (%v)", name, err)
		}
		if made, err := os.ReadDir(filepath.Dir(script)); err != nil || len(made) != 1 {
			t.Errorf("%s: %d files are in the example (%v)", name, len(made), err)
		}
	}
}
