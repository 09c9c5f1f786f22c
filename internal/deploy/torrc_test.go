package deploy

import (
	"strings"
	"testing"
)

// Every line of the torrc has its reason above it, and none sets something twice. That
// tor takes the lines is tested where there is a tor.
func TestTorrcSaysWhy(t *testing.T) {
	seen := map[string]bool{}
	reason := false
	for _, line := range strings.Split(Torrc, "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch {
		case line == "":
			reason = false
		case strings.HasPrefix(line, "#"):
			reason = true
		case !reason:
			t.Errorf("%s has no reason", name)
		case value == "" || seen[name]:
			t.Errorf("%s has no value, or is there twice", name)
		default:
			seen[name] = true
		}
	}
	for _, name := range []string{
		"HiddenServicePort", "HiddenServiceExportCircuitID", "HiddenServicePoWDefensesEnabled",
		"HiddenServiceMaxStreams", "HiddenServiceMaxStreamsCloseCircuit",
	} {
		if !seen[name] {
			t.Errorf("%s is not set", name)
		}
	}
}
