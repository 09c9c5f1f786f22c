// Command amana-decrypt opens bundles of testimonies on a machine without a network,
// and is all that reviewers do with them there.
package main

import (
	"os"

	"amana/internal/reviewer"
)

func main() { os.Exit(reviewer.Main(os.Args[1:], os.Stdout, os.Stderr)) }
