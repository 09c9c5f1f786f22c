package forget

import (
	"bytes"
	"net"
	"testing"
)

func TestForgetClearsWholeBuffers(t *testing.T) {
	if !Enabled {
		t.Fatal("the tests must be built with GOEXPERIMENT=runtimesecret")
	}
	client, server := net.Pipe()
	defer client.Close()
	c := NewConn(server)
	defer c.Close()
	buffer := bytes.Repeat([]byte{'x'}, 100)
	other := make([]byte, 8)
	go func() {
		for range 3 {
			client.Write([]byte("secret"))
		}
	}()
	for _, p := range [][]byte{buffer[:20], buffer[20:40], other} {
		if _, err := c.Read(p); err != nil {
			t.Fatal(err)
		}
	}
	c.Forget()
	if !bytes.Equal(buffer, make([]byte, 100)) {
		t.Errorf("a buffer was cleared in part: %q", buffer)
	}
	if !bytes.Equal(other, make([]byte, 8)) {
		t.Errorf("a buffer was not cleared: %q", other)
	}
}

func TestForgetLeavesOtherBuffers(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	c := NewConn(server)
	defer c.Close()
	go client.Write([]byte("ab"))
	one := []byte{'x', 'y'}
	if _, err := c.Read(one[:1:1]); err != nil {
		t.Fatal(err)
	}
	c.Forget()
	if string(one) != "ay" {
		t.Errorf("the buffer of one byte was cleared: %q", one)
	}
}

func TestCollectorEnds(t *testing.T) {
	c := NewCollector()
	c.Touch()
	c.Touch()
	c.Close()
}
