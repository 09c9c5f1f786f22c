// Package forget erases what a source sent from the server's memory.
//
// Three measures work together, and any two of them leave copies behind:
//
//   - [Do] runs a function so that its stack, its registers and whatever it
//     allocated are erased (runtime/secret). Goroutines that the function
//     starts are not covered.
//   - [Conn] remembers every buffer that a connection was read into, which
//     net/http allocated outside of Do, and clears them on [Conn.Forget].
//   - [Collector] runs the garbage collector soon after: what Do allocated is
//     erased when the collector finds it dead, not before.
//
// The package may not look into what it erases, nor write anything anywhere.
package forget
