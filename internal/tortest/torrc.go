package tortest

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// interval is the time from a vote to the next, in seconds: the longest that tor
// lets the first one be. A consensus is valid for six of them, so nothing runs out
// under a test.
const interval = 1800

// commonLines are for every tor. TestingTorNetwork lets relays be on one machine and
// shortens the timers; with CountPrivateBandwidth, which it turns on, nearly every
// choice would fall on the authority, and now and then a circuit A-B-A hang. The
// scheduler's default slows uploads fourfold where there is no network to wait for.
const commonLines = `TestingTorNetwork 1
UseDefaultFallbackDirs 0
AddressDisableIPv6 1
PathsNeededToBuildCircuits 0.67
CountPrivateBandwidth 0
Schedulers Vanilla
LogTimeGranularity 1
ShutdownWaitLength 0
CookieAuthentication 0
`

func relayLines(port int) string {
	return fmt.Sprintf(`SafeLogging 0
SocksPort 0
Address 127.0.0.1
ORPort 127.0.0.1:%d
AssumeReachable 1
ExitRelay 0
ContactInfo test@example.invalid
`, port)
}

// authorityLines are for the one authority: with them it votes once the grid is
// moved, and gives young relays the flags that an onion service needs.
func authorityLines(port int, offset int64) string {
	return fmt.Sprintf(`AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
DirPort 127.0.0.1:%d
TestingV3AuthVotingStartOffset %d
TestingV3AuthInitialVotingInterval %d
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval %d
V3AuthVoteDelay 2
V3AuthDistDelay 2
V3AuthNIntervalsValid 6
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteExit *
TestingMinExitFlagThreshold 0
`, port, offset, interval, interval)
}

var authorityIdentity = regexp.MustCompile(`(?m)^fingerprint ([0-9A-F]{40})`)

// authority makes the keys of the first relay and returns the line that names it as
// the network's authority.
func (n *Network) authority(ctx context.Context, orPort, dirPort int) (string, error) {
	folder := filepath.Join(n.Folder, "relay-0")
	keys := filepath.Join(folder, "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return "", err
	}
	cert := exec.CommandContext(ctx, "tor-gencert", "--create-identity-key", "--passphrase-fd", "0",
		"-m", "12", "-a", fmt.Sprintf("127.0.0.1:%d", dirPort))
	cert.Dir, cert.Stdin = keys, strings.NewReader("only a test\n")
	if out, err := cert.CombinedOutput(); err != nil {
		return "", fmt.Errorf("tor-gencert: %w\n%s", err, out)
	}
	certificate, err := os.ReadFile(filepath.Join(keys, "authority_certificate"))
	if err != nil {
		return "", err
	}
	identity := authorityIdentity.FindSubmatch(certificate)
	if identity == nil {
		return "", fmt.Errorf("tor-gencert: no fingerprint in %s", certificate)
	}
	// A tor that knows no authority refuses to say its fingerprint; this names none.
	torrc := filepath.Join(n.Folder, "fingerprint.torrc")
	lines := fmt.Sprintf("DataDirectory %s\nORPort 127.0.0.1:%d\nAddress 127.0.0.1\nNickname relay0\nDirAuthority x orport=1 127.0.0.1:1 %040d\n", folder, orPort, 0)
	if err := os.WriteFile(torrc, []byte(lines), 0o600); err != nil {
		return "", err
	}
	if out, err := exec.CommandContext(ctx, "tor", append(n.arguments(torrc), "--list-fingerprint")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("tor --list-fingerprint: %w\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(folder, "fingerprint"))
	if err != nil {
		return "", err
	}
	_, fingerprint, _ := strings.Cut(strings.TrimSpace(string(data)), " ")
	return fmt.Sprintf("DirAuthority relay0 orport=%d v3ident=%s 127.0.0.1:%d %s\n", orPort, identity[1], dirPort, fingerprint), nil
}

// arguments start tor with one torrc and nothing of what /etc/tor says.
func (n *Network) arguments(torrc string) []string {
	return []string{"-f", torrc, "--defaults-torrc", filepath.Join(n.Folder, "none"), "--ignore-missing-torrc", "--hush"}
}

// freePorts returns free ports of 127.0.0.1, below those that the system gives to
// connections: one of those could be taken before tor listens on it.
func freePorts(count int) (ports []int, err error) {
	for tries := 0; len(ports) < count; tries++ {
		if tries > 50*count {
			return nil, fmt.Errorf("only %d of %d ports are free", len(ports), count)
		}
		random, err := rand.Int(rand.Reader, big.NewInt(20_000))
		if err != nil {
			return nil, err
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 12_000+random.Int64()))
		if err != nil {
			continue
		}
		defer l.Close() // all are held until all are chosen
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
