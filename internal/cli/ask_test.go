package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPassphraseFile(t *testing.T) {
	full := strings.Repeat("x", maxPassphraseFile)
	for name, c := range map[string]struct{ text, want, err string }{
		"a line":        {"good words\n", "good words", ""},
		"without end":   {"good words", "good words", ""},
		"Windows":       {"good words\r\n", "good words", ""},
		"longest":       {full, full, ""},
		"one too many":  {full + "x", "", "one line"},
		"much too long": {full + full, "", "one line"},
		"two lines":     {"good\nwords\n", "", "one line"},
		"empty":         {"", "", "one line"},
		"only an end":   {"\n", "", "one line"},
	} {
		path := filepath.Join(t.TempDir(), "words")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := PassphraseFile(path)
		if string(got) != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "good") {
			t.Errorf("%s: the error says %v", name, err)
		}
	}
}

// What is no file is refused, and a pipe that nobody writes to is not waited for.
func TestOnlyFilesAreOpened(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		pipe: "is not a file", folder: "is not a file", "/dev/zero": "is not a file", filepath.Join(folder, "none"): "open passphrase file",
	} {
		if got, err := PassphraseFile(path); got != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
		if f, _, err := OpenFile("roster", path); f != nil || err == nil || !strings.Contains(err.Error(), "open roster: ") {
			t.Errorf("%s: %v", path, err)
		}
	}
	path := filepath.Join(folder, "file")
	if err := os.WriteFile(path, []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, size, err := OpenFile("roster", path)
	if err != nil || size != 5 {
		t.Fatalf("%d bytes, %v", size, err)
	}
	f.Close()
}
