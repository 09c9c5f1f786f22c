package firefoxtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// longest is the most that one command may take; a page that is an upload through
// Tor takes a while.
const longest = 3 * time.Minute

// marionette speaks with the browser: each message is its length, a colon and JSON; a
// command is [0, id, name, parameters], its answer [1, id, error, value].
type marionette struct {
	mu   sync.Mutex
	conn net.Conn
	from *bufio.Reader
	last int
}

func dialMarionette(address string) (*marionette, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	m := &marionette{conn: conn, from: bufio.NewReader(conn)}
	conn.SetDeadline(time.Now().Add(longest))
	if _, err := m.read(); err != nil { // who it is
		conn.Close()
		return nil, err
	}
	return m, nil
}

func (m *marionette) read() ([]byte, error) {
	length, err := m.from.ReadString(':')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(length, ":"))
	if err != nil || n < 0 || n > 64<<20 {
		return nil, fmt.Errorf("a message of length %q", length)
	}
	data := make([]byte, n)
	_, err = io.ReadFull(m.from, data)
	return data, err
}

// do sends a command and puts its value into a pointer, unless that is nil.
func (m *marionette) do(command string, parameters map[string]any, value any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	if parameters == nil {
		parameters = map[string]any{}
	}
	data, err := json.Marshal([]any{0, m.last, command, parameters})
	if err != nil {
		return err
	}
	m.conn.SetDeadline(time.Now().Add(longest))
	if _, err := fmt.Fprintf(m.conn, "%d:%s", len(data), data); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	if data, err = m.read(); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	var answer [4]json.RawMessage
	if err := json.Unmarshal(data, &answer); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	if string(answer[1]) != strconv.Itoa(m.last) {
		return fmt.Errorf("%s: the answer is to another command", command)
	}
	if string(answer[2]) != "null" {
		var e struct{ Error, Message string }
		if err := json.Unmarshal(answer[2], &e); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
		return fmt.Errorf("%s: %s: %s", command, e.Error, e.Message)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer[3], &struct{ Value any }{value})
}

// element is how WebDriver names the reference to an element.
const element = "element-6066-11e4-a52e-4f735466cecf"

// find returns the reference to the first element of a selector.
func (m *marionette) find(selector string) (string, error) {
	var found map[string]string
	err := m.do("WebDriver:FindElement", map[string]any{"using": "css selector", "value": selector}, &found)
	if err == nil && found[element] == "" {
		err = errors.New("no reference to an element")
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", selector, err)
	}
	return found[element], nil
}
