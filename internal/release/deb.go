package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/template"
	"time"

	"amana/internal/version"
)

// nfpm makes the package. It is run by its version, as staticcheck is. This is the
// newest whose own modules can all be had from the usual module proxy.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"

//go:embed deb/nfpm.yaml
var nfpmConfig string

var nfpmPage = template.Must(template.New("nfpm.yaml").Parse(nfpmConfig))

// debian makes the server's package.
func (b *builder) debian(ctx context.Context, p platform) error {
	folder, err := b.build(ctx, p, "./cmd/amana-intake")
	if err != nil {
		return err
	}
	program := filepath.Join(folder, "amana-intake")
	bom, modules, err := inventory("amana-intake", []string{program})
	if err != nil {
		return err
	}
	notices, err := b.licences(ctx, modules)
	if err != nil {
		return err
	}
	stage := filepath.Join(b.work, "deb-"+p.arch)
	if err := os.MkdirAll(stage, 0o755); err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"amana-intake.1.gz": gzipped(b.man["amana-intake"]),
		"sbom.cdx.json":     bom,
		"licences.gz":       gzipped(notices),
	} {
		if err := os.WriteFile(filepath.Join(stage, name), data, 0o644); err != nil {
			return err
		}
	}
	var config bytes.Buffer
	err = nfpmPage.Execute(&config, map[string]string{
		"Version": version.Number, "Arch": p.arch, "Date": b.date.Format(time.RFC3339),
		"Program": program, "Stage": stage,
	})
	if err != nil {
		return err
	}
	file := filepath.Join(stage, "nfpm.yaml")
	if err := os.WriteFile(file, config.Bytes(), 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "run", nfpm, "package", "--packager", "deb", "--config", file, "--target", b.out+string(filepath.Separator))
	cmd.Dir = b.source
	// For this machine, but with what the programs are built with: most of it is
	// compiled already then.
	cmd.Env = append(goEnv(here), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", b.date.Unix()))
	return runQuiet(cmd)
}
