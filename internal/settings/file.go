package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"amana/internal/cli"
)

// maxFile bounds a configuration, in bytes.
const maxFile = 1 << 20

// readFile reads a configuration that nobody but root and whoever runs the program
// can have written. It holds no secret, so everybody may read it; but whoever writes
// it decides where sources are answered and what they are asked.
func readFile(path string) ([]byte, error) {
	f, size, err := cli.OpenFile("configuration", path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, cli.Hint(fmt.Errorf("configuration %s: %w", path, fs.ErrNotExist), "look at the name after --config, or in AMANA_CONFIG; an empty one reads none")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open configuration: %w", err)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 && int(owner.Uid) != os.Geteuid() {
		return nil, cli.Hint(fmt.Errorf("configuration %s belongs to somebody else", path), "give it to root with: chown root %s", path)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, cli.Hint(fmt.Errorf("others can write the configuration %s", path), "close it with: chmod go-w %s", path)
	}
	if size > maxFile {
		return nil, fmt.Errorf("configuration %s is longer than %d bytes", path, maxFile)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return data, nil
}
