package tortest

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// Control speaks with a tor at its control socket (control-spec.txt). The socket lies
// in a folder that only its owner can enter, so there is no password.
type Control struct {
	mu     sync.Mutex
	conn   net.Conn
	lines  *bufio.Reader
	events []string
}

func dialControl(path string) (*Control, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	c := &Control{conn: conn, lines: bufio.NewReader(conn)}
	if _, err := c.Do("AUTHENTICATE"); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// Do sends a command and returns the lines of the answer, without their codes. An
// answer that begins with anything but 25 is an error.
func (c *Control) Do(command string) (answer []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	verb, _, _ := strings.Cut(command, " ") // the rest may be a key
	c.conn.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(c.conn, "%s\r\n", command); err != nil {
		return nil, fmt.Errorf("tor's control: %s: %w", verb, err)
	}
	for {
		line, err := c.line()
		if err != nil {
			return nil, fmt.Errorf("tor's control: %s: %w", verb, err)
		}
		code, kind, text := line[:3], line[3], line[4:]
		if code == "650" {
			c.events = append(c.events, text)
			continue
		}
		answer = append(answer, text)
		for kind == '+' { // a block, which ends with a dot
			if line, err = c.raw(); err != nil {
				return nil, fmt.Errorf("tor's control: %s: %w", verb, err)
			}
			if line == "." {
				break
			}
			answer = append(answer, line)
		}
		if kind != ' ' {
			continue
		}
		if !strings.HasPrefix(code, "25") {
			return nil, fmt.Errorf("tor's control: %s: %s", verb, line)
		}
		return answer, nil
	}
}

func (c *Control) raw() (string, error) {
	line, err := c.lines.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

func (c *Control) line() (string, error) {
	line, err := c.raw()
	if err == nil && len(line) < 4 {
		err = fmt.Errorf("an answer of %d bytes", len(line))
	}
	return line, err
}

// event reports whether an event came that holds the words, and forgets all that came.
func (c *Control) event(words string) (bool, error) {
	if _, err := c.Do("GETINFO version"); err != nil { // events come before its answer
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	came := strings.Contains(strings.Join(c.events, "\n"), words)
	c.events = nil
	return came, nil
}

// Close ends the connection.
func (c *Control) Close() { c.conn.Close() }
