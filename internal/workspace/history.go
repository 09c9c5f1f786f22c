package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strconv"
)

// The shelves of what came, and from whom.
const (
	bundles   = "bundles"   // by sum: a Bundle
	manifests = "manifests" // by sum and number: a part of a signed manifest
	rosters   = "rosters"   // by SHA-256: the text of a signed roster
	trust     = "trust"     // by verifier key: a Server
)

// Bundle is one bundle that was opened into the workspace, whole or in part.
type Bundle struct {
	Sum    string `json:"sum"`    // SHA-256 of its signed manifest
	Made   string `json:"made"`   // day, as the server says
	Intake string `json:"intake"` // verifier key of the server that signed it
	Added  string `json:"added"`  // day in UTC on which it was first opened
	Total  int    `json:"total"`  // how many sealed parts it says it has
	Parts  int    `json:"parts"`  // of its manifest, as they are kept

	Rosters  map[uint32]string `json:"rosters"`  // SHA-256 of each that came with it, by epoch
	Compared bool              `json:"compared"` // the server's key was compared with one from elsewhere
	Pinned   bool              `json:"pinned"`   // so was the first roster
}

// Server is a server whose bundles the workspace takes.
type Server struct {
	Intake string `json:"intake"` // verifier key
	Since  string `json:"since"`  // day in UTC on which the first bundle of it was opened
	// First is the SHA-256 of the roster that all its others go back to; empty as long as
	// no bundle brought a whole chain.
	First    string            `json:"first"`
	Rosters  map[uint32]string `json:"rosters"`  // SHA-256 of each that is known, by epoch
	Compared bool              `json:"compared"` // its key was compared with one from elsewhere
	Pinned   bool              `json:"pinned"`   // so was the first roster
}

// manifestPart is how many bytes of a signed manifest one record holds.
const manifestPart = 1 << 20

// maxManifestParts is more parts than a manifest has.
const maxManifestParts = 64

var sumShape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Writes returns the records that keep a bundle: what is known of it, its manifest as
// the server signed it, and the texts of its rosters by their SHA-256.
func (b Bundle) Writes(manifest []byte, texts map[string][]byte) ([]Write, error) {
	var all []Write
	b.Parts = 0
	for left := manifest; len(left) > 0; b.Parts++ {
		n := min(len(left), manifestPart)
		all = append(all, Write{manifests, partKey(b.Sum, b.Parts), left[:n]})
		left = left[n:]
	}
	record, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("workspace: keep bundle: %w", err)
	}
	all = append(all, Write{bundles, b.Sum, record})
	for sum, text := range texts {
		all = append(all, Write{rosters, sum, text})
	}
	return all, nil
}

func partKey(sum string, n int) string { return sum + "/" + strconv.Itoa(n) }

// Write returns the record that keeps what is known of a server.
func (s Server) Write() (Write, error) {
	record, err := json.Marshal(s)
	return Write{trust, s.Intake, record}, err
}

// Bundles yields the bundles that were opened, in an order of their own.
func (w *Workspace) Bundles() iter.Seq2[Bundle, error] { return decoded[Bundle](w.Shelf(bundles)) }

// Servers yields the servers whose bundles the workspace takes.
func (w *Workspace) Servers() iter.Seq2[Server, error] { return decoded[Server](w.Shelf(trust)) }

// Bundle returns what is known of the bundle of that sum; false if there is none.
func (w *Workspace) Bundle(sum string) (b Bundle, found bool, err error) {
	return get[Bundle](w.Shelf(bundles), sum)
}

// Manifest returns the manifest of a bundle as the server signed it, byte for byte:
// [carry.OpenManifest] reads it.
func (w *Workspace) Manifest(sum string) ([]byte, error) {
	b, found, err := w.Bundle(sum)
	if err != nil {
		return nil, err
	}
	if !found || b.Parts < 1 || b.Parts > maxManifestParts {
		return nil, fmt.Errorf("%w: no manifest of bundle %.64s", ErrDamaged, sum)
	}
	var all []byte
	for i := range b.Parts {
		part, err := w.Shelf(manifests).Get(partKey(sum, i))
		if err != nil {
			return nil, err
		}
		if part == nil {
			return nil, fmt.Errorf("%w: a part of the manifest of bundle %.64s is missing", ErrDamaged, sum)
		}
		all = append(all, part...)
	}
	return all, nil
}

// Roster returns the text of the signed roster of that SHA-256, in hexadecimal digits;
// nil if it never came.
func (w *Workspace) Roster(sum string) ([]byte, error) {
	if !sumShape.MatchString(sum) {
		return nil, errors.New("workspace: not the SHA-256 of a roster")
	}
	return w.Shelf(rosters).Get(sum)
}

// get returns the record under a key, decoded; false if there is none.
func get[T any](s *Shelf, key string) (value T, found bool, err error) {
	data, err := s.Get(key)
	if err != nil || data == nil {
		return value, false, err
	}
	if json.Unmarshal(data, &value) != nil {
		return value, false, fmt.Errorf("%w: a record of %s cannot be read", ErrDamaged, s.name)
	}
	return value, true, nil
}

// decoded yields the records of a shelf, decoded. An error is the last that is yielded.
func decoded[T any](s *Shelf) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range s.All() {
			var value T
			if err == nil && json.Unmarshal(item.Value, &value) != nil {
				err = fmt.Errorf("%w: a record of %s cannot be read", ErrDamaged, s.name)
			}
			if !yield(value, err) || err != nil {
				return
			}
		}
	}
}
