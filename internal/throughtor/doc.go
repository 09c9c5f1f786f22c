// Package throughtor holds tests only: of the built programs, reached as a source
// reaches them, through an onion service of a private Tor network with the torrc that
// the project ships.
//
// They touch 127.0.0.1 and folders of their own, which go with the tests; see
// internal/tortest and internal/firefoxtest.
package throughtor
