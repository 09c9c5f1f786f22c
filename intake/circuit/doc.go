// Package circuit gives each of tor's circuits a share of the server and no more, and
// those who come last a place when everything is taken.
//
// A [Listener] reads from each connection the line with which tor says of which
// circuit it is. A [Table] holds who is connected, and bounds what one circuit has of
// everything: its [Shares]. What it holds of a circuit is in memory, as long as the
// circuit has a connection and for a minute after.
//
// Since anybody can make new circuits, there are bounds for all together too: so many
// connections, so many places of a [Pool]. Such a bound must not be a switch by which
// one attacker turns everybody away. So nobody keeps what is scarce by being slow:
//
//   - When all connections are taken, a new one takes the place of one that waits, of
//     the circuit that has most of them.
//   - When all places of a pool are taken, a new form takes the place of the one that
//     arrives slowest, if that is slower than is fair, and of the circuit that holds
//     most. One that gets on is never touched.
//   - Where nobody is slow, new forms wait for a while, and the next free place goes to
//     the circuit that asked for least in the last minute.
//   - The fewer places are free, the fewer one circuit may hold.
//
// The package does not know what is asked or sent, logs nothing and stores nothing.
package circuit
