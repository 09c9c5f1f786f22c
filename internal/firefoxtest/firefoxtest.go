// Package firefoxtest starts Firefox ESR for tests, of which Tor Browser is made: with
// no script, and with all that it asks for going to a SOCKS port.
//
// Only tests may import it. The browser keeps its profile in a folder of its own that
// goes with the test, and has no way to a network but the SOCKS port, which is that of
// a private network of this machine.
package firefoxtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Firefox is a browser with one window. Its methods fail the test.
type Firefox struct {
	t testing.TB
	m *marionette
}

// preferences are what Tor Browser's "Safest" sets, and what keeps a browser in a test
// from asking for anything by itself.
func preferences(host, port string) map[string]any {
	return map[string]any{
		"javascript.enabled":                         false,
		"network.proxy.type":                         1,
		"network.proxy.socks":                        host,
		"network.proxy.socks_port":                   json.Number(port),
		"network.proxy.socks_remote_dns":             true,
		"network.proxy.no_proxies_on":                "",
		"network.proxy.allow_hijacking_localhost":    true,
		"network.dns.blockDotOnion":                  false,
		"network.trr.mode":                           5,
		"network.dns.disablePrefetch":                true,
		"network.captive-portal-service.enabled":     false,
		"network.connectivity-service.enabled":       false,
		"dom.security.https_first":                   false,
		"marionette.port":                            0,
		"app.update.disabledForTesting":              true,
		"app.normandy.enabled":                       false,
		"datareporting.policy.dataSubmissionEnabled": false,
		"toolkit.telemetry.enabled":                  false,
		"services.settings.server":                   "data:,",
		"browser.safebrowsing.downloads.enabled":     false,
		"browser.safebrowsing.malware.enabled":       false,
		"browser.safebrowsing.phishing.enabled":      false,
		"extensions.update.enabled":                  false,
		"extensions.getAddons.cache.enabled":         false,
		"browser.shell.checkDefaultBrowser":          false,
		"browser.startup.page":                       0,
		"intl.accept_languages":                      "ar",
	}
}

// Start starts a browser whose every request goes to a SOCKS address. It ends with the
// test. If there is no Firefox the test fails and says what to install.
func Start(t testing.TB, socks string) *Firefox {
	t.Helper()
	program, err := exec.LookPath("firefox-esr")
	if err != nil {
		t.Fatal("firefoxtest: firefox-esr is not installed: apt-get install firefox-esr")
	}
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("firefoxtest: %s: %v", what, err)
		}
	}
	host, port, err := net.SplitHostPort(socks)
	must("read the SOCKS address", err)
	// Not t.TempDir: a file that a dying browser still writes would fail it.
	home, err := os.MkdirTemp("", "firefoxtest-")
	must("make a profile folder", err)
	t.Cleanup(func() { os.RemoveAll(home) })
	profile := filepath.Join(home, "profile")
	must("make a profile folder", os.Mkdir(profile, 0o700))
	var lines strings.Builder
	for name, value := range preferences(host, port) {
		data, err := json.Marshal(value)
		must("write the preferences", err)
		fmt.Fprintf(&lines, "user_pref(%q, %s);\n", name, data)
	}
	must("write the preferences", os.WriteFile(filepath.Join(profile, "user.js"), []byte(lines.String()), 0o600))

	// The last flag lets SetScripts change a preference.
	cmd := exec.Command(program, "--headless", "--no-remote", "--profile", profile, "--marionette", "--remote-allow-system-access")
	cmd.Env = append(os.Environ(), "HOME="+home, "TMPDIR="+home, "XDG_RUNTIME_DIR="+home, "MOZ_CRASHREPORTER_DISABLE=1", "LANG=C.UTF-8")
	// It has children, and ends when the test is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	must("start firefox-esr", cmd.Start())
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
	})

	f := &Firefox{t: t}
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		// Firefox writes the port that it took.
		if port, err := os.ReadFile(filepath.Join(profile, "MarionetteActivePort")); err == nil && len(port) > 0 {
			f.m, err = dialMarionette("127.0.0.1:" + strings.TrimSpace(string(port)))
			must("speak with firefox-esr", err)
			break
		}
		select {
		case <-ended:
			t.Fatalf("firefoxtest: firefox-esr ended: %v", cmd.ProcessState)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("firefoxtest: firefox-esr does not answer")
		}
	}
	t.Cleanup(func() { f.m.conn.Close() })
	f.do("WebDriver:NewSession", map[string]any{"capabilities": map[string]any{}}, nil)
	f.do("WebDriver:SetTimeouts", map[string]any{"implicit": 30_000, "pageLoad": 170_000}, nil)
	return f
}

func (f *Firefox) do(command string, parameters map[string]any, value any) {
	f.t.Helper()
	if err := f.m.do(command, parameters, value); err != nil {
		f.t.Fatalf("firefoxtest: %v", err)
	}
}

func (f *Firefox) find(selector string) string {
	f.t.Helper()
	id, err := f.m.find(selector)
	if err != nil {
		f.t.Fatalf("firefoxtest: %v\nthe page: %.2000s", err, f.Source())
	}
	return id
}

// Open opens a page and waits until it is there.
func (f *Firefox) Open(url string) {
	f.t.Helper()
	f.do("WebDriver:Navigate", map[string]any{"url": url}, nil)
}

// Click clicks on an element, and waits for the page that it leads to.
func (f *Firefox) Click(selector string) {
	f.t.Helper()
	f.do("WebDriver:ElementClick", map[string]any{"id": f.find(selector)}, nil)
}

// Type types into a field; into one for files it types their path.
func (f *Firefox) Type(selector, text string) {
	f.t.Helper()
	f.do("WebDriver:ElementSendKeys", map[string]any{"id": f.find(selector), "text": text}, nil)
}

// Text returns the words of an element as they are seen.
func (f *Firefox) Text(selector string) (text string) {
	f.t.Helper()
	f.do("WebDriver:GetElementText", map[string]any{"id": f.find(selector)}, &text)
	return text
}

// Source returns the page's HTML.
func (f *Firefox) Source() (html string) {
	f.t.Helper()
	f.do("WebDriver:GetPageSource", nil, &html)
	return html
}

// SetScripts switches scripts on or off for the pages that are opened from then on.
func (f *Firefox) SetScripts(on bool) {
	f.t.Helper()
	f.do("Marionette:SetContext", map[string]any{"value": "chrome"}, nil)
	f.do("WebDriver:ExecuteScript", map[string]any{"script": `Services.prefs.setBoolPref("javascript.enabled", arguments[0])`, "args": []any{on}}, nil)
	f.do("Marionette:SetContext", map[string]any{"value": "content"}, nil)
}

// Look leaves a picture of the page if AMANA_SCREENSHOTS names a folder.
func (f *Firefox) Look(name string) {
	f.t.Helper()
	folder := os.Getenv("AMANA_SCREENSHOTS")
	if folder == "" {
		return
	}
	var picture string
	f.do("WebDriver:TakeScreenshot", map[string]any{"full": true}, &picture)
	data, err := base64.StdEncoding.DecodeString(picture)
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), data, 0o600)
	}
	if err != nil {
		f.t.Fatalf("firefoxtest: picture: %v", err)
	}
}
