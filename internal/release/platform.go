package main

import (
	"fmt"
	"strings"
)

// everything is what a release is built for.
const everything = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

// platform is a kind of machine, as Go names it.
type platform struct{ os, arch string }

// String returns it as Go writes it.
func (p platform) String() string { return p.os + "/" + p.arch }

// exe returns the name of a program's file.
func (p platform) exe(name string) string {
	if p.os == "windows" {
		return name + ".exe"
	}
	return name
}

// server reports whether the server is built for it: only there is the erasure.
func (p platform) server() bool { return p.os == "linux" }

func parsePlatforms(names string) (found []platform, err error) {
	known := map[string]bool{}
	for _, name := range strings.Split(everything, ",") {
		known[name] = true
	}
	for _, name := range strings.Split(names, ",") {
		if !known[name] {
			return nil, fmt.Errorf("nothing is built for %q, only for %s", name, everything)
		}
		os, arch, _ := strings.Cut(name, "/")
		found = append(found, platform{os, arch})
	}
	return found, nil
}
