package main

import (
	"bytes"
	"context"
	_ "embed"
	"os"
	"path"
	"path/filepath"
	"text/template"

	"amana/internal/version"
)

//go:embed README.txt
var readme string

var readmePage = template.Must(template.New("README.txt").Parse(readme))

// offlineDocs are the pages that people need where there is no network.
var offlineDocs = []string{
	"docs/keys.md", "docs/formats.md", "docs/formats-keys.md", "docs/formats-rotation.md", "docs/formats-mailbox.md",
	"docs/formats-back.md", "docs/release.md", "docs/questionnaire.md", "docs/formats-questionnaire.md",
}

// offline makes the archive for the machine without a network.
func (b *builder) offline(ctx context.Context, p platform) error {
	folder, err := b.build(ctx, p, offlinePrograms...)
	if err != nil {
		return err
	}
	name := "amana-offline-" + version.Number + "-" + p.os + "-" + p.arch
	var entries []entry
	add := func(file string, data []byte, program bool) {
		entries = append(entries, entry{path.Join(name, file), data, program})
	}
	var programs []string
	for _, pkg := range offlinePrograms {
		file := p.exe(path.Base(pkg))
		data, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return err
		}
		add(file, data, true)
		programs = append(programs, filepath.Join(folder, file))
	}
	bom, modules, err := inventory("amana-offline", programs)
	if err != nil {
		return err
	}
	add("sbom.cdx.json", bom, false)
	notices, err := b.licences(ctx, modules)
	if err != nil {
		return err
	}
	add("LICENSES.txt", notices, false)
	var text bytes.Buffer
	if err := readmePage.Execute(&text, map[string]string{"OS": p.os, "Arch": p.arch, "Version": version.Number}); err != nil {
		return err
	}
	add("README.txt", text.Bytes(), false)
	for _, program := range []string{"amana-decrypt", "amana-keys"} {
		add("man/"+program+".1", b.man[program], false)
	}
	for _, doc := range offlineDocs {
		data, err := os.ReadFile(filepath.Join(b.source, filepath.FromSlash(doc)))
		if err != nil {
			return err
		}
		add(doc, data, false)
	}
	if p.os == "windows" {
		data, err := zipfile(entries, b.date)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(b.out, name+".zip"), data, 0o644)
	}
	data, err := tarball(entries, b.date)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.out, name+".tar.gz"), data, 0o644)
}
