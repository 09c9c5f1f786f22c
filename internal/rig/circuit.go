package rig

import (
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

// Dial opens a connection to the server, on a circuit if the state has any.
func (s *State) Dial() (net.Conn, error) {
	if s.Via != nil {
		return s.Via()
	}
	c, err := net.Dial("unix", s.Socket)
	if err != nil || s.circuit == nil {
		return c, err
	}
	if _, err := io.WriteString(c, Line(s.circuit())); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Line is what tor says at the beginning of a connection of a circuit.
func Line(circuit uint32) string {
	return fmt.Sprintf("PROXY TCP6 fc00:dead:beef:4dad::%x:%x ::1 %d 80\r\n", circuit>>16, circuit&0xffff, circuit&0xffff)
}

// On returns the state as it looks from one circuit. Its server must have been started
// with --circuits.
func (s *State) On(circuit uint32) *State {
	other := *s
	other.circuit = func() uint32 { return circuit }
	return &other
}

// OnNew returns the state as it looks from a new circuit for each connection, from the
// number given on.
func (s *State) OnNew(first uint32) *State {
	other := *s
	var last atomic.Uint32
	last.Store(first - 1)
	other.circuit = func() uint32 { return last.Add(1) }
	return &other
}
