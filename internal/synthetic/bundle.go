package synthetic

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"amana/internal/carry"
	"amana/internal/roster"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// Intake stands for a server: it seals to the reviewers of its newest roster and signs
// bundles, as amana-intake does.
type Intake struct {
	VerifierKey string
	Rosters     []*roster.Signed // the chain

	signer note.Signer
}

// NewIntake makes the key of a server with a chain of rosters.
func NewIntake(rosters ...*roster.Signed) (*Intake, error) {
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	return &Intake{vkey, rosters, signer}, err
}

// Bundle seals cases and writes a bundle of them, made on a day. The sealed testimonies
// wait in the folder dir, which must exist; one that is there already is taken as it
// is, so that a bundle can grow.
func (in *Intake) Bundle(ctx context.Context, out io.Writer, dir, made string, all []*Case) error {
	m := &carry.Manifest{Made: made}
	for _, r := range in.Rosters {
		m.Rosters = append(m.Rosters, carry.List{Epoch: r.Epoch, Text: r.Bytes()})
	}
	list := envelopes(all)
	m.Testimonies = make([]carry.Entry, len(list))
	if err := parallel(len(list), func(i int) (err error) {
		m.Testimonies[i], err = in.keep(dir, list[i])
		return err
	}); err != nil {
		return fmt.Errorf("seal synthetic testimony: %w", err)
	}
	slices.SortFunc(m.Testimonies, func(a, b carry.Entry) int { return strings.Compare(a.ID, b.ID) })
	return carry.WriteBundle(ctx, out, m, in.signer, in.VerifierKey, func(e carry.Entry) (io.ReadCloser, error) {
		return os.Open(filepath.Join(dir, e.ID+".age"))
	})
}

// keep seals an envelope into a folder.
func (in *Intake) keep(dir string, e *Envelope) (entry carry.Entry, err error) {
	newest := in.Rosters[len(in.Rosters)-1]
	one := *e
	one.Testimony.Roster.Epoch = newest.Epoch
	one.Testimony.Roster.SHA256 = fmt.Sprintf("%x", newest.Sum())
	path := filepath.Join(dir, e.ID+".age")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		f, err = os.Open(path)
	case err == nil:
		err = one.Seal(f, newest.Recipients())
	}
	if err != nil {
		return entry, err
	}
	defer f.Close()
	entry = carry.Entry{ID: e.ID, Day: e.Testimony.Received, Epoch: newest.Epoch, HeaderEpoch: newest.Epoch}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return entry, err
	}
	return entry, measure(f, &entry)
}

// measure fills in the sizes and hashes of an age file.
func measure(f *os.File, entry *carry.Entry) error {
	header, err := age.ExtractHeader(f)
	if err != nil {
		return err
	}
	entry.HeaderSize, entry.HeaderSum = int64(len(header)), sha256.Sum256(header)
	if _, err := f.Seek(entry.HeaderSize, io.SeekStart); err != nil {
		return err
	}
	sum := sha256.New()
	entry.PayloadSize, err = io.Copy(sum, f)
	entry.PayloadSum = [32]byte(sum.Sum(nil))
	return err
}

// parallel runs do for 0 to n-1 on all cores, and returns the first error.
func parallel(n int, do func(i int) error) error {
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	for worker := range errs {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && errs[worker] == nil; i = int(next.Add(1)) - 1 {
				errs[worker] = do(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// Noise is a file of size bytes that nobody can make sense of. Files of one size share
// their bytes.
func Noise(size int) File {
	noiseMu.Lock()
	defer noiseMu.Unlock()
	if noise[size] == nil {
		noise[size] = bytes.Repeat([]byte("amana noise that is the same in all files of one size "), size/53+1)[:size]
	}
	data := noise[size]
	return File{Name: "film.mp4", Type: "video/mp4", Data: func() []byte { return data }}
}

var (
	noiseMu sync.Mutex
	noise   = make(map[int][]byte)
)
