//go:build !linux

package durable

// Uncache does nothing: this system has no way to ask the disk itself.
func Uncache(interface{ Fd() uintptr }) {}
