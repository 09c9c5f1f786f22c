package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"amana/internal/version"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// inventory returns what programs are made of, as a CycloneDX document, and the
// modules of others in it. It is read from the programs themselves, which say what
// was linked into them, and holds no time and no serial number.
func inventory(product string, programs []string) ([]byte, []debug.Module, error) {
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &cdx.Component{
		BOMRef: product, Type: cdx.ComponentTypeApplication, Name: product, Version: version.Number,
	}}
	seen := map[string]debug.Module{}
	var components []cdx.Component
	var names []string
	var graph []cdx.Dependency
	for _, file := range programs {
		info, err := buildinfo.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		sum := sha256.Sum256(data)
		name, number := filepath.Base(file), version.Number
		if info.Main.Path != "amana" {
			number = info.Main.Version // the stock tools have their own
		}
		names = append(names, name)
		components = append(components, cdx.Component{
			BOMRef: name, Type: cdx.ComponentTypeApplication, Name: name, Version: number,
			Hashes: &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
		})
		fields := strings.Fields(info.GoVersion) // "go1.2.3 X:experiment"
		goVersion, _, _ := strings.Cut(strings.TrimPrefix(fields[0], "go"), "-")
		modules := []debug.Module{{Path: "std", Version: goVersion}}
		if info.Main.Path != "amana" {
			modules = append(modules, info.Main)
		}
		for _, m := range info.Deps {
			if m.Path != "amana" {
				modules = append(modules, *m)
			}
		}
		var refs []string
		for _, m := range modules {
			seen[m.Path] = m
			refs = append(refs, purl(m))
		}
		slices.Sort(refs)
		graph = append(graph, cdx.Dependency{Ref: name, Dependencies: &refs})
	}
	var modules []debug.Module
	for _, m := range seen {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b debug.Module) int { return strings.Compare(a.Path, b.Path) })
	for _, m := range modules {
		c := cdx.Component{BOMRef: purl(m), Type: cdx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl(m)}
		if sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:")); err == nil && len(sum) == sha256.Size {
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum)}} // of the module, as go.sum has it
		}
		components = append(components, c)
	}
	bom.Components = &components
	graph = append(graph, cdx.Dependency{Ref: product, Dependencies: &names})
	bom.Dependencies = &graph
	var buf bytes.Buffer
	if err := cdx.NewBOMEncoder(&buf, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return nil, nil, fmt.Errorf("write the list of parts: %w", err)
	}
	return buf.Bytes(), modules, nil
}

// purl names a module as a package URL.
func purl(m debug.Module) string { return "pkg:golang/" + m.Path + "@" + m.Version }
