package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// offlinePrograms are the packages whose programs go to the machine without a
// network: ours, and the stock ones that open a testimony without us.
var offlinePrograms = []string{"./cmd/amana-decrypt", "./cmd/amana-keys", "filippo.io/age/cmd/age", "filippo.io/age/cmd/age-keygen"}

// builder builds one release.
type builder struct {
	options
	work string            // a folder for what is on its way
	man  map[string][]byte // a manual page for each program of ours
}

// goEnv is what every build is made with, whatever the machine has set: all that
// decides about the bytes.
func goEnv(p platform) []string {
	var env []string
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !slices.Contains(deciding, name) {
			env = append(env, v)
		}
	}
	return append(env, "GOOS="+p.os, "GOARCH="+p.arch, "CGO_ENABLED=0", "GOEXPERIMENT=runtimesecret",
		"GOFLAGS=-trimpath -buildvcs=false -tags=tcell_minimal", "GOAMD64=v1", "GOARM64=v8.0", "GOWORK=off")
}

var deciding = []string{"GOOS", "GOARCH", "CGO_ENABLED", "GOEXPERIMENT", "GOFLAGS", "GOAMD64", "GOARM64", "GOFIPS140", "GODEBUG", "GOWORK", "MAKEFLAGS", "MFLAGS"}

// here is the machine that builds.
var here = platform{runtime.GOOS, runtime.GOARCH}

// build builds programs for a platform into a folder and returns it.
func (b *builder) build(ctx context.Context, p platform, packages ...string) (string, error) {
	folder := filepath.Join(b.work, p.os+"-"+p.arch)
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", folder + string(filepath.Separator)}, packages...)...)
	cmd.Dir = b.source
	cmd.Env = goEnv(p)
	return folder, runQuiet(cmd)
}

// runQuiet runs a command and returns its words only if it fails.
func runQuiet(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

// manuals has the programs, built for this machine, print their manual pages.
func (b *builder) manuals(ctx context.Context) error {
	folder, err := b.build(ctx, here, "./cmd/...")
	if err != nil {
		return err
	}
	b.man = map[string][]byte{}
	for _, name := range []string{"amana-intake", "amana-decrypt", "amana-keys"} {
		cmd := exec.CommandContext(ctx, filepath.Join(folder, here.exe(name)), "--man")
		cmd.Env = []string{} // a default that the environment changes would stand in the page
		if b.man[name], err = cmd.Output(); err != nil {
			return fmt.Errorf("manual page of %s: %w", name, err)
		}
	}
	return nil
}
