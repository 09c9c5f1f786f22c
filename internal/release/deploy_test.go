package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"amana/internal/rig"
)

// elsewhere are the lines of docs/deploy.md that the test does not run as they stand:
// what it runs in their place, and why.
var elsewhere = map[string]struct{ instead, why string }{
	"swapoff -a":      {"", "it would act on the machine that tests"},
	"sysctl --system": {"", "it would act on the kernel of the machine that tests"},
	"update-grub":     {"", "a folder has no boot loader"},
	"apt-get install -y unattended-upgrades systemd-timesyncd": {"apt-get -qq install --simulate -y unattended-upgrades systemd-timesyncd >/dev/null", "it takes longer than the rest together"},
	"apparmor_parser -r /etc/apparmor.d/system_tor": {
		"apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/system_tor", "it would act on the kernel: the profile is compiled and not loaded"},
	// A container's own dangers are not the documentation's: any finding will do, if
	// it looks.
	"amana-intake doctor": {"code=0; amana-intake doctor || code=$?; test $code = 0 || test $code = 13", "the machine that tests has swap, or a core pattern of its own"},
}

var block = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// steps returns the blocks of the page as one script that names each before it runs it.
func steps(page string) (script string, blocks int, unused []string) {
	used := map[string]bool{}
	var text strings.Builder
	for _, m := range block.FindAllStringSubmatchIndex(page, -1) {
		blocks++
		fmt.Fprintf(&text, "echo '== line %d'\n", strings.Count(page[:m[2]], "\n")+1)
		for _, line := range strings.SplitAfter(page[m[2]:m[3]], "\n") {
			if other, ok := elsewhere[strings.TrimSpace(line)]; ok {
				used[strings.TrimSpace(line)] = true
				line = other.instead + "\n"
			}
			text.WriteString(line)
		}
	}
	for line := range elsewhere {
		if !used[line] {
			unused = append(unused, line)
		}
	}
	return text.String(), blocks, unused
}

// docs/deploy.md, from top to bottom, in a bare Debian with the package. It ends with a
// testimony that is handed in at the socket as tor would hand it over.
func TestDeploy(t *testing.T) {
	page, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	script, blocks, unused := steps(string(page))
	if blocks < 12 || len(unused) > 0 {
		t.Fatalf("%d blocks are found, and these lines are not: %q", blocks, unused)
	}
	first, _ := packages(t)
	d := newDebian(t)
	d.put(t, first, "/mnt/amana-intake_0_"+runtime.GOARCH+".deb")
	d.roster(t, "/mnt/roster-1.txt")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	d.put(t, self, "/usr/bin/systemctl")

	cmd := d.command("sh", "-ec", "cd /mnt\n"+script+"echo == done\nread line\nrunuser -u amana-intake -- amana-intake status\n")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said := new(rig.Log)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	fail := func(format string, args ...any) {
		t.Helper()
		stdin.Close()
		log, _ := os.ReadFile(filepath.Join(d.path, "tmp/intake.log"))
		t.Fatalf(format+"\n%s\nthe intake said:\n%s", append(args, said, log)...)
	}
	for waited := time.Duration(0); !strings.Contains(said.String(), "== done"); waited += 100 * time.Millisecond {
		select {
		case err := <-ended:
			fail("a step of the page failed: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
		if waited > 4*time.Minute {
			cmd.Process.Kill()
			fail("the page does not come to its end")
		}
	}
	if !regexp.MustCompile(`(?m)^[a-z2-7]{56}\.onion$`).MatchString(said.String()) {
		fail("no address of an onion was printed")
	}
	if err := handIn(filepath.Join(d.path, "run/amana-intake/onion.sock")); err != nil {
		fail("hand in: %v", err)
	}
	// What the page and the package answer for, the machine aside, is as it should be.
	for _, check := range []string{"erasure", "server's user", "server's rights", "state", "roster", "torrc", "onion keys", "socket folder", "socket", "journal"} {
		if !regexp.MustCompile(`(?m)^ok +` + check + `: `).MatchString(said.String()) {
			fail("the doctor is not content with %s", check)
		}
	}
	io.WriteString(stdin, "go on\n")
	if err := <-ended; err != nil {
		fail("after the page: %v", err)
	}
	if !regexp.MustCompile(`(?m)^testimonies +1\b|\b1 sealed part`).MatchString(said.String()) {
		fail("the status does not tell of one testimony")
	}
}

// handIn hands in a testimony over a socket as tor does, with the line that names the
// circuit, and expects the page that says it is kept.
func handIn(socket string) error {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	form, length := rig.Form("words of a test", rig.Text("a.txt", "words of a file"))
	if _, err := io.WriteString(c, "PROXY TCP6 fc00:dead:beef:4dad::0:16 ::1 22 80\r\n"+rig.Head("/en/testimony", length)); err != nil {
		return err
	}
	if _, err := io.Copy(c, form); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s:\n%s", answer.Status, bytes.TrimSpace(body))
	}
	return nil
}

// A line that the page says otherwise than the list of exceptions is run as it stands:
// the list cannot hide a line that nobody meant.
func TestStepsOfPage(t *testing.T) {
	script, blocks, unused := steps("x\n```sh\nswapoff -a\nswapoff -a -v\n```\ny\n```\nrm -rf /\n```\n")
	if script != "echo '== line 3'\n\nswapoff -a -v\n" || blocks != 1 || len(unused) != len(elsewhere)-1 {
		t.Errorf("%q, %d blocks, %d unused", script, blocks, len(unused))
	}
	for line, other := range elsewhere {
		if other.why == "" {
			t.Errorf("%s: no reason is given", line)
		}
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("sh", "-n", "-c", script).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
