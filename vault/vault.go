// Package vault says what a place that keeps sealed testimonies must do.
//
// A vault holds ciphertext and public facts about it, nothing else. This
// package and its engines never import internal/seal or internal/unseal: they
// cannot make a testimony and cannot open one. Every engine passes the suite in
// [amana/vault/vaulttest].
package vault

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrFull is wrapped by the errors of a vault that has reached the reserve of
// free disk which it must leave untouched.
var ErrFull = errors.New("vault: no room left")

// ErrDisk is wrapped by errors about a disk that failed otherwise than by being full,
// and by those of a vault that takes nothing because of it. Nothing is kept of what
// such an error answers.
var ErrDisk = errors.New("the disk failed")

// ErrNotFound is wrapped by errors about an id that the vault does not hold.
var ErrNotFound = errors.New("vault: no such testimony")

// ErrTaken is wrapped by the error about an id under which something is kept, or is
// on its way in, already.
var ErrTaken = errors.New("vault: this id is taken")

// ErrNotAge is wrapped by errors about data that does not begin with a complete
// age header of at most [MaxHeader] bytes.
var ErrNotAge = errors.New("vault: not an age file")

// ErrStale is wrapped when a header slip or a confirmation is for another state of
// a testimony than the present one.
var ErrStale = errors.New("vault: the testimony has another header by now")

// ErrSameHand is wrapped when the one who made a header slip is also the one who
// says that it opens.
var ErrSameHand = errors.New("vault: whoever made the header must not be the one who confirms it")

// MaxHeader is the largest age header that a vault accepts, in bytes. A
// reviewer takes about 1.6 KB of it.
const MaxHeader = 1 << 20

// ID names a testimony: 16 random bytes, so that neither the order nor the time
// of arrival can be read from it.
type ID [16]byte

// NewID returns a fresh random ID.
func NewID() ID {
	var id ID
	rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return id
}

// ParseID reads the 32 hexadecimal digits that [ID.String] writes.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != hex.EncodedLen(len(id)) {
		return id, fmt.Errorf("vault: an id has %d hexadecimal digits, not %d", hex.EncodedLen(len(id)), len(s))
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, fmt.Errorf("vault: not an id: %w", err)
	}
	return id, nil
}

// String returns the id as 32 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Label is what a vault is told about a testimony besides its bytes.
type Label struct {
	Day   string // the day received in UTC, "2026-11-22"; nothing finer
	Epoch uint32 // the epoch of the roster it was sealed under when it arrived; it never changes
}

// Record is all that a vault knows of one testimony.
type Record struct {
	ID ID
	Label
	Header      []byte   // the complete age header in force, up to and with the line of its MAC
	HeaderEpoch uint32   // the epoch of the roster that Header is for: Label.Epoch until a rotation
	Next        *Next    // a header that waits for its confirmation; nil if none does
	Collected   bool     // a reviewer has signed for it
	PayloadSize int64    // bytes after the header
	PayloadSum  [32]byte // SHA-256 of the payload
}

// Next is another header for the same payload. It opens nothing for sure until a
// reviewer has confirmed it, so the old header stays in force beside it.
type Next struct {
	Epoch  uint32   // of the roster that it is for; never 0
	Header []byte   // a complete age header
	By     [16]byte // names who signed the slip that it came in; its meaning is the caller's
}

// Slip brings a header that is to come after another.
type Slip struct {
	ID       ID
	Replaces [32]byte // SHA-256 of the Header of the record that it was made from
	Next     Next
}

// Confirmed says that the Next of a testimony was seen to open it.
type Confirmed struct {
	ID       ID
	Replaces [32]byte // SHA-256 of the Header that it was compared with
	Header   [32]byte // SHA-256 of the Next.Header that was seen to open
}

// State is what [Store.Look] says of an id.
type State byte

// The states.
const (
	Absent    State = iota // nothing is kept under the id
	Kept                   // kept, and no reviewer has signed for it yet
	Collected              // kept, and a reviewer has signed for it
	Purged                 // a reviewer has signed for it, and it is no longer kept; see [Store.Purge]
)

// Receipt says that a reviewer has opened a testimony and has it.
type Receipt struct {
	ID         ID
	PayloadSum [32]byte // SHA-256 of the payload that was opened
}

// Refusal says why one slip, confirmation or receipt was not taken.
type Refusal struct {
	ID  ID
	Err error // wraps ErrNotFound, ErrStale, ErrSameHand or ErrNotAge, or says that the record is damaged
}

// Size returns the number of bytes of the whole age file, with the header in force.
func (r *Record) Size() int64 { return int64(len(r.Header)) + r.PayloadSize }

// Usage says how much a vault holds and how much room is left.
type Usage struct {
	Testimonies int            // how many testimonies are kept
	Bytes       int64          // their age files together, with the headers in force
	ByDay       map[string]int // testimonies by day received
	ByEpoch     map[uint32]int // testimonies by HeaderEpoch
	// Waiting counts the testimonies with a Next, by HeaderEpoch and then by the
	// epoch of Next.
	Waiting    map[uint32]map[uint32]int
	Collected  int   // testimonies that a reviewer has signed for
	RewriteDue bool  // headers that were replaced or removed can still be found on disk; see Store.Rewrite
	Free       int64 // bytes that may still be written before the reserve is reached; never below 0
	// Failed says why nothing is taken although there may be room, because the disk
	// failed; empty if it did not.
	Failed string
}

// Finding is one thing that [Reader.Check] or [Reader.CheckRecords] found damaged.
type Finding struct {
	ID      ID     // the testimony concerned; the zero ID when it is the store itself
	Problem string // one sentence, in English, for the operator
}

// Reader is the reading side of a vault. Its methods may be called at any time,
// from any number of goroutines, while testimonies arrive.
type Reader interface {
	// Records returns up to limit records in the order of their ids, beginning
	// after the id given; the zero ID begins at the start. Fewer than limit
	// records mean that the end is reached.
	Records(ctx context.Context, after ID, limit int) ([]Record, error)

	// Open returns the complete age file of one testimony. It is read in short
	// transactions as the caller reads. An unknown id gives an error wrapping
	// [ErrNotFound], also while reading if it is removed meanwhile; data that is
	// missing or too short gives [io.ErrUnexpectedEOF] while reading. Hashes are
	// checked by Check, not here.
	Open(ctx context.Context, id ID) (io.ReadCloser, error)

	// Purged returns up to limit ids of what was purged, in their order, beginning
	// after the id given, as Records does. There is nothing else to be known of them.
	Purged(ctx context.Context, after ID, limit int) ([]ID, error)

	// Usage counts what is kept and measures the room left.
	Usage(ctx context.Context) (Usage, error)

	// Check reads everything, verifies every hash and the store's own
	// structure, and calls report for each thing found damaged. Its error is
	// for a check that could not be carried out, not for damage.
	Check(ctx context.Context, report func(Finding)) error

	// CheckRecords is the part of Check that whoever lists testimonies needs to
	// say what is missing from the list: records that are damaged, and signs
	// that some are lost. It reads no payload and takes only short reads, so
	// that it hinders nothing however much is kept.
	CheckRecords(ctx context.Context, report func(Finding)) error
}

// Store is a vault.
type Store interface {
	Reader

	// Create begins to keep one sealed testimony. The caller must end the
	// Pending with Commit or Abort. ctx bounds the waiting of the Pending's
	// methods too.
	Create(ctx context.Context) (Pending, error)

	// CreateAs is Create with an id that the caller chose: unguessable, and random to
	// everybody else. The error wraps [ErrTaken] if something is kept under it, or is
	// on its way in, or was and has not been cleaned up: the payload of an upload that
	// was aborted, or of a testimony that was removed, stays until its room is needed.
	// The zero ID is refused.
	CreateAs(ctx context.Context, id ID) (Pending, error)

	// CreateNote is CreateAs for a short note of the server's own, which must find room
	// when testimonies find none any more: it may use the reserve of free disk.
	CreateNote(ctx context.Context, id ID) (Pending, error)

	// Look says of each id whether something is kept under it. It reads no payload,
	// leaves no trace, and does the same work whatever it finds. What is damaged counts
	// as kept.
	Look(ctx context.Context, ids []ID) ([]State, error)

	// Collect marks testimonies as collected and returns once that is on stable
	// storage. One that is marked already, or was purged, changes nothing and is not refused. One is
	// refused with [ErrNotFound] for an unknown id, and [ErrStale] for another payload.
	Collect(ctx context.Context, receipts []Receipt) ([]Refusal, error)

	// Remove removes the testimonies with those ids that are kept and not collected,
	// and returns how many once that is on stable storage; others it leaves alone. A
	// [Store.Rewrite] is due after it: until then their headers can still be found on
	// the disk. Payloads go when their room is needed; without a header nobody opens
	// them. One that is damaged is left alone too, and the error says so once the
	// others are removed. After another error some may have been removed; the same
	// call again does the rest.
	Remove(ctx context.Context, ids []ID) (int, error)

	// Purge removes the testimonies with those ids that are kept and collected, as
	// Remove does the others, and returns how many. What stays of one is its id and that
	// a reviewer has signed for it, for ever: Look says so, nothing else can be kept
	// under the id, and no other method but Purged knows of it.
	Purge(ctx context.Context, ids []ID) (int, error)

	// Ready returns nil when a new testimony may begin, an error wrapping [ErrFull]
	// when the reserve of free disk is reached, or one wrapping [ErrDisk]. It is
	// cheap enough to be asked for every page.
	Ready() error

	// Propose keeps the Next of each slip beside the header in force, in place of
	// an earlier Next, and returns once all are on stable storage. A slip whose
	// Next is there already, or settled already, changes nothing and is not
	// refused; of two for one testimony the later counts. One is refused
	// with [ErrNotFound] for an unknown id, [ErrNotAge] if its header is not a
	// complete age header, and [ErrStale] if the header in force is another than
	// it was made from or is for a later roster. For the same roster a header can be
	// made anew. A refusal does not keep others from being taken. After an error some may have been taken;
	// the same call again does the rest.
	Propose(ctx context.Context, slips []Slip) ([]Refusal, error)

	// Settle puts the Next of each testimony named in the place of its header,
	// which is dropped, and returns once all that is on stable storage. by names
	// who confirms; zero means nobody in particular. What is settled already
	// changes nothing and is not refused. One is refused with [ErrNotFound],
	// with [ErrStale] if its Next is missing, another, or for another epoch, or if
	// the header in force is another than it was compared with, and with [ErrSameHand] if by is who signed the slip. After an error some may
	// have been settled; the same call again does the rest.
	//
	// From then on a [Store.Rewrite] is due. If none comes, the next opening of
	// the store begins with one.
	Settle(ctx context.Context, epoch uint32, by [16]byte, confirmed []Confirmed) ([]Refusal, error)

	// Rewrite writes anew what holds the headers, without those that were
	// dropped, and overwrites the old place with zeros as far as the disk
	// allows. It needs room for a copy of all headers; if there is none the
	// error wraps [ErrFull]. It refuses a store that is damaged, for a damaged
	// record can perhaps still be saved. After an error nothing is lost, and
	// the rewrite is as due as it was; only if just the old place could not be
	// overwritten it no longer is, and the error says so. ctx is looked at until
	// the copy is whole. New testimonies wait for the copy, readers for nothing.
	Rewrite(ctx context.Context) error

	// Close waits for writes under way and releases the store.
	Close() error
}

// Pending is a sealed testimony on its way into a vault. It never sees
// plaintext. It is used by one goroutine at a time.
type Pending interface {
	// Write takes the next bytes of a complete age file. It may keep them in a
	// buffer of bounded size, write them to disk as they come, or wait for room
	// in either. p is not kept. An error is final.
	io.Writer

	// Commit returns once the testimony is on stable storage, and only then may
	// a receipt be shown. After an error the vault holds no part of the
	// testimony that could ever be listed or opened.
	Commit(label Label) (ID, error)

	// Abort lets go of what was written. After Commit it does nothing.
	Abort()
}
