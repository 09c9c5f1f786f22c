// Package layers holds tests only: of what each part of the project may import
// and call, and that building it twice gives the same bytes.
//
// The rules are the walls behind the promises: a server that does not hold the
// code to open a testimony cannot be made to open one.
package layers
