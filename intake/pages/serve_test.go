package pages_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// policy is the content security policy that the intake sends.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// serve serves pages by their path, and the style sheet, under the intake's policy,
// until the test ends.
func serve(t *testing.T, served map[string][]byte) *httptest.Server {
	t.Helper()
	sheet := mustNew(t).Style()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, kind := served[r.URL.Path], "text/html; charset=utf-8"
		if r.URL.Path == "/style.css" {
			data, kind = sheet, "text/css; charset=utf-8"
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Write(data)
	}))
	t.Cleanup(server.Close)
	return server
}
