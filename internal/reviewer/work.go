package reviewer

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/keyfile"
	"amana/internal/roster"
)

// workFolder holds the parts of a file until all are made, so that a run that was
// stopped can be gone on with.
//
// It may lie on a stick that others had in their hands, and hold what was made for
// another roster. So each part ends with a mark that only the reviewer's key can
// make, and only for one kind of file, one roster and one place. A part without it
// counts for nothing: a header in it could open well for this reviewer, and for
// a stranger in another's place.
type workFolder struct {
	path string
	key  []byte // of the marks
}

// markSize is the size of a mark, an HMAC-SHA-256.
const markSize = sha256.Size

func openWork(path string, key *keyfile.Key, kind carry.Kind, to *roster.Signed) (*workFolder, error) {
	identity, signing, err := key.Seeds()
	if err != nil {
		return nil, err
	}
	defer clear(identity)
	defer clear(signing)
	sum := to.Sum()
	w := &workFolder{path: path}
	if w.key, err = hkdf.Key(sha256.New, signing, sum[:], "amana-decrypt work folder "+string(kind), markSize); err != nil {
		return nil, fmt.Errorf("derive key of the work folder: %w", err)
	}
	return w, nil
}

func (w *workFolder) file(n int) string { return filepath.Join(w.path, fmt.Sprintf("%06d", n)) }

func (w *workFolder) mark(n int, part []byte) []byte {
	h := hmac.New(sha256.New, w.key)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	h.Write(part)
	return h.Sum(nil)
}

// errNotMade is about a part that is not there, or that this key has not made.
var errNotMade = errors.New("it is not as it was made")

// read returns part n. It waits for nothing, follows no link, and holds no more
// than a part in memory, whatever lies there.
func (w *workFolder) read(n int) ([]byte, error) {
	f, err := os.OpenFile(w.file(n), plainly, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	data := make([]byte, min(info.Size(), carry.MaxPart+markSize))
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, err
	}
	part := data[:max(0, len(data)-markSize)]
	if !hmac.Equal(w.mark(n, part), data[len(part):]) {
		return nil, errNotMade
	}
	return part, nil
}

// write puts part n in the place of whatever is there. The room behind part, if it
// has any, is used for its mark.
func (w *workFolder) write(n int, part []byte) error {
	data := append(part, w.mark(n, part)...)
	err := durable.Replace(w.file(n), data, 0o600)
	if info, statErr := os.Lstat(w.file(n)); err != nil && statErr == nil && info.IsDir() {
		return cli.Hint(err, "move %s away, or delete it, and begin again: it is not as this program left it", w.path)
	}
	return err
}

// ours are the names of parts, and of parts that were being written.
var ours = regexp.MustCompile(`^(\d{6,}|\.\d{6,}\.partial-\d+)$`)

// remove removes the folder with all that this program may have left in it.
func (w *workFolder) remove() error {
	entries, err := os.ReadDir(w.path)
	if err != nil {
		return fmt.Errorf("remove work folder: %w", err)
	}
	for _, e := range entries {
		if !ours.MatchString(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(w.path, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove work folder: %w", err)
		}
	}
	if os.Remove(w.path) != nil {
		program.Say("%s holds other files, and stays", w.path)
	}
	return nil
}
