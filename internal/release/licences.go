package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// notice are the names under which modules keep what they ask to be passed on.
var notice = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice|patents)([._-].*)?$`)

// licences returns the licences of modules, and of Go, as one text: their authors ask
// that it goes where their work goes.
func (b *builder) licences(ctx context.Context, modules []debug.Module) ([]byte, error) {
	var text bytes.Buffer
	fmt.Fprint(&text, "The programs here hold the work of others, under these licences.\n")
	folders, err := b.folders(ctx, modules)
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		entries, err := os.ReadDir(folders[m.Path])
		if err != nil {
			return nil, err
		}
		found := 0
		for _, e := range entries {
			if e.IsDir() || !notice.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			data, err := os.ReadFile(filepath.Join(folders[m.Path], e.Name()))
			if err != nil {
				return nil, err
			}
			found++
			fmt.Fprintf(&text, "\n%s\n%s %s: %s\n\n%s\n", strings.Repeat("=", 72), m.Path, m.Version, e.Name(), bytes.TrimRight(data, "\r\n "))
		}
		if found == 0 {
			return nil, fmt.Errorf("module %s has no licence in %s", m.Path, folders[m.Path])
		}
	}
	return text.Bytes(), nil
}

// folders returns where the source of each module lies on this machine.
func (b *builder) folders(ctx context.Context, modules []debug.Module) (map[string]string, error) {
	found := map[string]string{}
	args := []string{"list", "-m", "-f", "{{.Path}}\t{{.Dir}}"}
	for _, m := range modules {
		if m.Path != "std" {
			args = append(args, m.Path)
		}
	}
	for _, args := range [][]string{args, {"env", "GOROOT"}} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = b.source
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go %s: %w", args[0], err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if path, folder, ok := strings.Cut(line, "\t"); ok {
				found[path] = folder
			} else {
				found["std"] = line
			}
		}
	}
	return found, nil
}
