package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/rig"
	"amana/internal/version"
)

// debs are the package, and one of a higher version with another default
// configuration, made once for all tests.
var debs struct {
	sync.Once
	path string
	err  error
}

// newer is the version of the second package.
const newer = "99.1"

func packages(t *testing.T) (first, second string) {
	t.Helper()
	debs.Do(func() { debs.path, debs.err = makePackages() })
	if debs.err != nil {
		t.Fatal(debs.err)
	}
	return debs.path + "/first.deb", debs.path + "/second.deb"
}

func makePackages() (string, error) {
	dir, err := os.MkdirTemp("", "amana-debs-*")
	if err != nil {
		return "", err
	}
	source, err := filepath.Abs("../..")
	if err != nil {
		return dir, err
	}
	b := &builder{work: dir + "/work", options: options{source: source, out: dir, date: time.Unix(1e9, 0).UTC()}}
	if err := b.manuals(context.Background()); err != nil {
		return dir, err
	}
	if err := b.debian(context.Background(), platform{"linux", runtime.GOARCH}); err != nil {
		return dir, err
	}
	again := `set -e
mv "$1"/amana-intake_*.deb "$1/first.deb"
dpkg-deb -R "$1/first.deb" "$1/x"
sed -i "s/^Version: .*/Version: $2/" "$1/x/DEBIAN/control"
echo "# a line that the newer version has" >>"$1/x/etc/amana-intake/intake.toml"
dpkg-deb --root-owner-group -b "$1/x" "$1/second.deb"`
	return dir, runQuiet(exec.Command("sh", "-c", again, "sh", dir, newer))
}

// put copies a file into the Debian.
func (d *debian) put(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.path, to), data, 0o755); err != nil {
		t.Fatal(err)
	}
}

// roster lays the first roster into the Debian, as administrators would have made it.
func (d *debian) roster(t *testing.T, to string) {
	t.Helper()
	org, err := rig.NewOrg("Reviewer A", "Reviewer B")
	if err != nil {
		t.Fatal(err)
	}
	s, err := org.Next(rig.Day(0), rig.Day(180))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.path, to), s.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

const (
	// whole prints the state's owner and every byte of it, as a sum.
	whole = `stat -c "%U %a" /var/lib/amana-intake; cd /var/lib/amana-intake; find . -type f | sort | xargs sha256sum | sha256sum`
	apt   = "apt-get -qq -o Dpkg::Use-Pty=0 "
)

// The life of the package in a bare Debian. What must never be lost, the testimonies
// and what the operator configured, is looked for after each step.
func TestPackage(t *testing.T) {
	first, second := packages(t)
	d := newDebian(t)
	d.put(t, first, "/mnt/first.deb")
	d.put(t, second, "/mnt/second.deb")
	d.roster(t, "/mnt/roster-1.txt")
	// A systemctl that notes what it is told, as if systemd ran.
	d.sh(t, `mkdir -p /run/systemd/system
printf '#!/bin/sh\necho "$@" >>/mnt/told\n' >/usr/bin/systemctl
chmod +x /usr/bin/systemctl`)
	told := func(want string) {
		t.Helper()
		d.is(t, "cat /mnt/told; rm -f /mnt/told", want)
	}

	d.sh(t, apt+"install -y /mnt/first.deb")
	d.is(t, "amana-intake --version", version.Number)
	d.is(t, `stat -c "%U:%G %a" /var/lib/amana-intake`, "amana-intake:amana-intake 700")
	d.is(t, `stat -c "%U %a" /etc/amana-intake/intake.toml`, "root 644")
	d.is(t, "zcat /usr/share/man/man1/amana-intake.1.gz | head -c 21", `.TH "AMANA\-INTAKE" 1`)
	told("daemon-reload") // and starts nothing: there is no roster yet
	d.sh(t, "amana-intake init --roster /mnt/roster-1.txt && chown -R amana-intake: /var/lib/amana-intake")
	kept := strings.TrimSpace(d.sh(t, whole+"; test -s /var/lib/amana-intake/bundle.key"))
	d.is(t, "stat -c '%U %a' /var/lib/amana-intake", "amana-intake 700")
	d.sh(t, "echo '# a line of the operator' >>/etc/amana-intake/intake.toml")

	// An upgrade keeps the operator's lines, lays the newer default beside them, and
	// restarts what ran; it touches nothing that is kept.
	d.sh(t, apt+"-o Dpkg::Options::=--force-confold install -y /mnt/second.deb")
	d.is(t, "dpkg-query -f '${Version}' -W amana-intake", newer)
	d.is(t, "tail -1 /etc/amana-intake/intake.toml", "# a line of the operator")
	d.is(t, "tail -1 /etc/amana-intake/intake.toml.dpkg-dist", "# a line that the newer version has")
	d.is(t, whole, kept)
	told("daemon-reload\ntry-restart amana-intake.service")

	d.sh(t, apt+"remove -y amana-intake")
	d.is(t, "ls /usr/bin/amana-intake /usr/lib/systemd/system/amana-intake.* 2>/dev/null || true", "")
	d.is(t, "tail -1 /etc/amana-intake/intake.toml", "# a line of the operator")
	d.is(t, whole, kept)
	told("--quiet disable amana-intake.socket amana-intake.service\nstop amana-intake.socket amana-intake.service\ndaemon-reload")

	// With nobody to ask, a purge keeps what it would ask about, and says so.
	out := d.sh(t, apt+"purge -y amana-intake 2>&1")
	if !strings.Contains(out, "the sealed testimonies stay in /var/lib/amana-intake") {
		t.Errorf("a purge says %q", out)
	}
	d.is(t, "ls /etc/amana-intake 2>/dev/null || true", "")
	d.is(t, whole, kept)

	// What stayed is taken up again.
	d.sh(t, apt+"install -y /mnt/first.deb")
	d.sh(t, "runuser -u amana-intake -- amana-intake status")

	// Where somebody can be asked the question comes, and a no is a no; so is an end
	// of the line without an answer.
	purge := `DEBIAN_FRONTEND=teletype script -qec "dpkg --purge amana-intake" /dev/null`
	out = d.sh(t, "printf 'no\\n' | "+purge)
	if !strings.Contains(out, "Erase the sealed testimonies") {
		t.Errorf("the question was not asked: %q", out)
	}
	d.is(t, whole, kept)
	d.sh(t, apt+"install -y /mnt/first.deb")
	d.sh(t, "true | "+purge)
	d.is(t, whole, kept)

	// A yes is a yes, typed or given before.
	d.sh(t, apt+"install -y /mnt/first.deb")
	d.sh(t, "printf 'yes\\n' | "+purge)
	d.is(t, "ls -d /var/lib/amana-intake 2>/dev/null || getent passwd amana-intake || true", "")
	d.sh(t, apt+`install -y /mnt/first.deb
touch /var/lib/amana-intake/headers.db
echo amana-intake amana-intake/erase boolean true | debconf-set-selections`)
	d.sh(t, apt+"purge -y amana-intake")
	d.is(t, "ls -d /var/lib/amana-intake /etc/amana-intake 2>/dev/null || getent passwd amana-intake || true", "")
	d.is(t, "grep -c amana-intake/erase /var/cache/debconf/config.dat || true", "0") // the next purge asks again
}
