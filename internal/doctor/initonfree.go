package doctor

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"strings"
)

// initOnFree looks whether the kernel clears memory that it takes back: its own
// buffers for sockets hold what sources send, and no program can clear those.
func (m *Machine) initOnFree() Finding {
	const name = "init_on_free"
	line, err := m.read("/proc/cmdline")
	if err != nil {
		return Blind(name, err)
	}
	set := ""
	for _, word := range strings.Fields(line) {
		if value, ok := strings.CutPrefix(word, "init_on_free="); ok {
			set = value // the last one counts
		}
	}
	bad := Finding{name, Warning, "the kernel does not clear memory that is freed, so what passed through its sockets stays until it is used again",
		"put init_on_free=1 into GRUB_CMDLINE_LINUX in /etc/default/grub, run update-grub, and start the machine anew"}
	switch set {
	case "1", "on", "y":
		return fine(name, "the kernel clears memory that is freed")
	case "0", "off", "n":
		return bad
	}
	config, err := m.kernelConfig()
	switch {
	case err != nil:
		bad.Seen = "could not look whether the kernel clears freed memory by itself, and nothing tells it to: " + err.Error()
		return bad
	case strings.Contains("\n"+config+"\n", "\nCONFIG_INIT_ON_FREE_DEFAULT_ON=y\n"):
		return fine(name, "the kernel clears memory that is freed, as it was built")
	}
	return bad
}

// kernelConfig returns what the kernel was built with.
func (m *Machine) kernelConfig() (string, error) {
	release, err := m.read("/proc/sys/kernel/osrelease")
	if err != nil {
		return "", err
	}
	if config, err := m.read("/boot/config-" + release); err == nil {
		return config, nil
	}
	f, err := os.Open(m.path("/proc/config.gz"))
	if missing(err) {
		return "", errors.New("there is neither /boot/config-" + release + " nor /proc/config.gz")
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	config, err := io.ReadAll(io.LimitReader(z, maxFact))
	return string(config), err
}
