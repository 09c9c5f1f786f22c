//go:build !unix

package cli

// keepPrivate does nothing where there are neither core dumps nor modes.
func keepPrivate() {}
