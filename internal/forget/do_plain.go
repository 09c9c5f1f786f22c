//go:build !(goexperiment.runtimesecret && linux && (amd64 || arm64))

package forget

// Enabled reports whether this program was built with the erasure.
const Enabled = false

// Do calls f. In this build nothing is erased.
func Do(f func()) { f() }
