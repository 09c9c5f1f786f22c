package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/deploy"
	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// socks unix:PATH: stands in for a tor that leads to the server at PATH, and sets SOCKS
// to where it listens, and ONION to an address.
func socks(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(strings.TrimPrefix(args[0], "unix:"))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	go rig.Socks(l, func(string) (net.Conn, error) { return net.Dial("unix", path) })
	ts.Setenv("SOCKS", l.Addr().String())
	ts.Setenv("ONION", rig.Onion())
}

// torrc FILE: writes the torrc that is shipped.
func torrc(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(deploy.Torrc), 0o600))
}
