package doctor

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/proxy"
)

// Through returns a client that reaches onion addresses through a tor's SocksPort.
// Each has circuits of its own, so that what it measures is one source's way.
func Through(socks string) (*http.Client, error) {
	alone := &proxy.Auth{User: "amana-doctor", Password: rand.Text()}
	dialer, err := proxy.SOCKS5("tcp", socks, alone, &net.Dialer{Timeout: 10 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("use %s as a SOCKS proxy: %w", socks, err)
	}
	through, ok := dialer.(proxy.ContextDialer)
	if !ok {
		return nil, fmt.Errorf("use %s as a SOCKS proxy: it cannot be stopped", socks)
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				return through.DialContext(ctx, "tcp", address)
			},
			DisableCompression: true, DisableKeepAlives: true,
			ResponseHeaderTimeout: 2 * time.Minute,
		},
		// The intake redirects nobody.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       3 * time.Minute,
	}, nil
}
