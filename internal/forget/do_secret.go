//go:build goexperiment.runtimesecret && linux && (amd64 || arm64)

package forget

import "runtime/secret"

// Enabled reports whether this program was built with the erasure.
const Enabled = true

// Do calls f and erases its stack and registers before it returns. What f
// allocated is erased once it is unreachable and the collector has run; nothing
// that outlives f may be allocated in it if it is not to be erased.
func Do(f func()) { secret.Do(f) }
