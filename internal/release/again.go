package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// again builds the release a second time, from a copy of the source in another
// folder, and returns how many files are the same. A file that is not is an error.
func again(ctx context.Context, o options) (int, error) {
	other, err := os.MkdirTemp("", "another place *")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(other)
	source, out, cache := filepath.Join(other, "a source"), filepath.Join(other, "out"), filepath.Join(other, "cache")
	if err := copySource(o.source, source); err != nil {
		return 0, err
	}
	var names []string
	for _, p := range o.platforms {
		names = append(names, p.String())
	}
	cmd := exec.CommandContext(ctx, "go", "run", "./internal/release", "-once", "-o", out, "-platforms", strings.Join(names, ","))
	cmd.Dir = source
	cmd.Env = append(os.Environ(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", o.date.Unix()), "RELEASE_KEY=", "PWD="+source)
	if !o.warm {
		cmd.Env = append(cmd.Env, "GOCACHE="+cache)
	}
	if err := runQuiet(cmd); err != nil {
		return 0, fmt.Errorf("build again: %w", err)
	}
	return compare(o.out, out)
}

// compare returns how many files two folders hold, which must be the same in both.
func compare(one, other string) (int, error) {
	var wrong []error
	names := map[string]bool{}
	for _, folder := range []string{one, other} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			names[e.Name()] = true
		}
	}
	for name := range names {
		a, err := os.ReadFile(filepath.Join(one, name))
		b, err2 := os.ReadFile(filepath.Join(other, name))
		if err := errors.Join(err, err2); err != nil {
			wrong = append(wrong, err)
		} else if !bytes.Equal(a, b) {
			wrong = append(wrong, fmt.Errorf("%s is not the same when it is built again", name))
		}
	}
	return len(names), errors.Join(wrong...)
}

// notSource are folders that hold what was made, not what it is made from.
var notSource = map[string]bool{".git": true, "bin": true, "release": true, "screenshots": true, "node_modules": true}

func copySource(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		// internal/release is source; only at the top is it what was made.
		if rel != "." && notSource[d.Name()] && (!strings.Contains(rel, string(filepath.Separator)) || d.Name() == "node_modules") {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil // a worktree's .git is a file
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, info.Mode().Perm())
	})
}
