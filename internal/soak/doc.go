// Package soak shows that the server keeps what it acknowledged, for a long time and
// on a bad disk: under load while it is killed again and again, and while the disk is
// full, cannot be written to, is slow, or fails in the middle of a flush.
//
// It runs the built programs and has no code but tests.
package soak
