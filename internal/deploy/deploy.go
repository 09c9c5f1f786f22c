// Package deploy holds the files that a server is set up with: tor's lines, the
// service's units and the default configuration. They are packaged as they stand
// here, and the operator's commands compare with them what a machine has.
//
// It holds text and nothing else.
package deploy

import _ "embed"

// Torrc is what the onion service's tor is told, with the reason for each line.
//
//go:embed torrc
var Torrc string

// Service is the systemd unit of the intake.
//
//go:embed amana-intake.service
var Service string

// Socket is the systemd unit of the socket that tor connects to.
//
//go:embed amana-intake.socket
var Socket string

// Config is the configuration of amana-intake: every key with its default, most of
// them commented out.
//
//go:embed intake.toml
var Config string
