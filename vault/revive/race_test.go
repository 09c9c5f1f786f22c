//go:build race

package revive

// detector says whether the race detector looks on.
const detector = true
