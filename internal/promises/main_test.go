// Package promises holds a test for each promise that the product makes, with
// the promise's name. They run the built programs, not parts of them.
package promises

import (
	"os"
	"testing"

	"amana/internal/rig"
)

func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}
