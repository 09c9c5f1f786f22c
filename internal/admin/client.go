package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"amana/vault"
)

// ErrNotRunning is wrapped by the error of [Dial] when no server answers.
var ErrNotRunning = errors.New("no server is running")

// Client speaks to a running server. It implements [vault.Reader], [Importer],
// [Letters] and [Acts].
type Client struct {
	http http.Client
	pid  int
}

// PID returns the number of the server's process, 0 if the system does not tell.
func (c *Client) PID() int { return c.pid }

var (
	_ vault.Reader = (*Client)(nil)
	_ Importer     = (*Client)(nil)
	_ Letters      = (*Client)(nil)
	_ Acts         = (*Client)(nil)
)

// Dial returns a client of the server whose socket is at path.
func Dial(ctx context.Context, path string) (*Client, error) {
	var d net.Dialer
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", path)
	}
	c, err := dial(ctx, "", "")
	if err != nil {
		return nil, fmt.Errorf("admin: %w: %w", ErrNotRunning, err)
	}
	pid := peer(c)
	c.Close()
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial}}, pid}, nil
}

// Close lets go of idle connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// get asks the server; the caller closes the body.
func (c *Client) get(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	return c.ask(ctx, http.MethodGet, path, query)
}

// ask is get with any method.
func (c *Client) ask(ctx context.Context, method, path string, query url.Values) (io.ReadCloser, error) {
	u := url.URL{Scheme: "http", Host: "admin", Path: path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("admin: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("admin: ask the server: %w", err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	err = fmt.Errorf("admin: the server says: %s", strings.TrimSpace(string(said)))
	if response.StatusCode == http.StatusNotFound {
		err = fmt.Errorf("%w: %w", vault.ErrNotFound, err)
	}
	return nil, err
}

// getJSON asks the server for one JSON value.
func (c *Client) getJSON(ctx context.Context, path string, query url.Values, value any) error {
	body, err := c.get(ctx, path, query)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(value); err != nil {
		return fmt.Errorf("admin: read the server's answer: %w", err)
	}
	return nil
}

// Import implements [Importer]. Its error carries the server's advice and exit
// code.
func (c *Client) Import(ctx context.Context, r io.Reader, size int64, say func(string)) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://admin/import", io.NopCloser(r))
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	request.ContentLength = size
	if size == 0 {
		request.Body = http.NoBody
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("admin: hand the file to the server: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("admin: the server says %s; is it of an older version?", response.Status)
	}
	var answer imported
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("admin: read the server's answer: %w", err)
	}
	for _, line := range answer.Said {
		say(line)
	}
	return answer.err()
}

// Records implements [vault.Reader].
func (c *Client) Records(ctx context.Context, after vault.ID, limit int) ([]vault.Record, error) {
	var records []vault.Record
	// The server gives at most maxRecords at once; fewer than limit would mean
	// the end.
	for len(records) < limit {
		want := min(limit-len(records), maxRecords)
		var some []vault.Record
		query := url.Values{"after": {after.String()}, "limit": {strconv.Itoa(want)}}
		if err := c.getJSON(ctx, "/records", query, &some); err != nil {
			return nil, err
		}
		records = append(records, some...)
		if len(some) < want {
			break
		}
		after = some[len(some)-1].ID
	}
	return records, nil
}

// Open implements [vault.Reader].
func (c *Client) Open(ctx context.Context, id vault.ID) (io.ReadCloser, error) {
	return c.get(ctx, "/testimonies/"+id.String(), nil)
}

// Usage implements [vault.Reader].
func (c *Client) Usage(ctx context.Context) (vault.Usage, error) {
	var u vault.Usage
	err := c.getJSON(ctx, "/usage", nil, &u)
	return u, err
}

// Count implements [Letters].
func (c *Client) Count(ctx context.Context) (n int, err error) {
	err = c.getJSON(ctx, "/replies", nil, &n)
	if errors.Is(err, vault.ErrNotFound) {
		return 0, errors.New("admin: the server does not know of replies; is it of an older version?")
	}
	return n, err
}

// Probe asks for a token that marks one testimony as the operator's own probe.
func (c *Client) Probe(ctx context.Context) (token string, err error) {
	body, err := c.ask(ctx, http.MethodPost, "/probe", nil)
	if errors.Is(err, vault.ErrNotFound) {
		return "", errors.New("admin: the server does not know of probes; is it of an older version?")
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(&token); err != nil {
		return "", errors.New("admin: read the server's answer: no token came")
	}
	return token, nil
}

// Check implements [vault.Reader].
func (c *Client) Check(ctx context.Context, report func(vault.Finding)) error {
	return c.check(ctx, "/check", report)
}

// CheckRecords implements [vault.Reader].
func (c *Client) CheckRecords(ctx context.Context, report func(vault.Finding)) error {
	return c.check(ctx, "/check/records", report)
}

func (c *Client) check(ctx context.Context, path string, report func(vault.Finding)) error {
	body, err := c.get(ctx, path, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	lines := json.NewDecoder(body)
	for {
		var f finding
		switch err := lines.Decode(&f); {
		case err != nil:
			return fmt.Errorf("admin: the check broke off: %w", err)
		case f.Error != "":
			return fmt.Errorf("admin: the server says: %s", f.Error)
		case f.Done:
			return nil
		}
		id, err := vault.ParseID(f.ID)
		if err != nil {
			return fmt.Errorf("admin: read the server's answer: %w", err)
		}
		report(vault.Finding{ID: id, Problem: f.Problem})
	}
}
