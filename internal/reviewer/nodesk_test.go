//go:build !tcell_minimal

package reviewer

import "github.com/rogpeppe/go-internal/testscript"

// Without the screens the scripts that drive them fail, and say what is missing.
func screens(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("built without the guided screens: run make test")
}

func deskProbe() int { return 1 }
