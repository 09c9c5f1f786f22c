// Package version holds the number of the version that this source is. The
// programs print it, and packages and manual pages carry it. It stands in a file, so
// that a source without its history builds the same bytes.
package version

import (
	_ "embed"
	"strings"
)

//go:embed VERSION
var file string

// Number is the version, such as 1.2.3.
var Number = strings.TrimSpace(file)
