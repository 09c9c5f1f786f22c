// Package custody keeps the record of what was done with testimonies, from their
// arrival to their export: an append-only chain of links in the workspace, each naming
// the one before it by its hash and signed by the reviewer who did it.
// docs/formats-custody.md describes it.
//
// The package keeps facts, hashes and what reviewers gave as a reason, and no word of a
// source. It writes only into the workspace that it is given, and may not touch the
// network.
package custody

import (
	"errors"

	"amana/internal/workspace"
)

// What can be wrong. Errors of this package wrap one of them, or are those of the
// workspace.
var (
	// ErrUnsigned is about a key of age-keygen: it reads, and cannot sign what was done.
	ErrUnsigned = errors.New("this key has no signing key, so nothing can be written to the record of custody")
	// ErrBroken is about a record that was changed: verify says where.
	ErrBroken = errors.New("the record of custody is broken")
	// ErrEvent is about an event that no link can hold.
	ErrEvent = errors.New("this cannot be written to the record of custody")
)

// Act is what was done.
type Act string

// The acts, in the order in which a testimony meets them. Received and Carried are
// what the server says of the way to the reviewers, written down when it came.
const (
	Received     Act = "received"     // by the server, on the day and under the roster that the subject names
	Carried      Act = "carried"      // across the air gap, in the bundle whose hash the subject is
	Opened       Act = "opened"       // unsealed with the reviewer's key
	Verified     Act = "verified"     // held against the hashes that the server signed
	Copied       Act = "copied"       // put into the workspace, or out of it
	Viewed       Act = "viewed"       // shown in the open
	Closed       Act = "closed"       // what was in the open was removed
	Coded        Act = "coded"        // described in the field's terms
	Linked       Act = "linked"       // said to speak of a person
	Unlinked     Act = "unlinked"     // said not to
	Merged       Act = "merged"       // coding and links of another reviewer taken in
	Revealed     Act = "revealed"     // a small number printed all the same
	Reported     Act = "reported"     // in pages, tables or charts
	Exported     Act = "exported"     // handed on
	Imported     Act = "imported"     // taken in from an export
	Replied      Act = "replied"      // written to the source
	Acknowledged Act = "acknowledged" // signed for, so that the server may tell its source
	Rewrapped    Act = "rewrapped"    // given a header for new reviewers
	Confirmed    Act = "confirmed"    // a new header was opened
)

// Acts are all the acts, in their order.
func Acts() []Act {
	return []Act{Received, Carried, Opened, Verified, Copied, Viewed, Closed, Coded, Linked, Unlinked, Merged,
		Revealed, Reported, Exported, Imported, Replied, Acknowledged, Rewrapped, Confirmed}
}

// Event is one thing that was done, at any number of subjects.
type Event struct {
	Act      Act
	Subjects []Subject
	// Purpose is why, Recipient to whom, and Detail what else is to be known: a format,
	// a number of files. Each is one line of at most [MaxText] characters; none may hold
	// words of a source.
	Purpose, Recipient, Detail string
}

// Subject is what something was done with. At least one of its fields must be there.
type Subject struct {
	Testimony string // id of an envelope: 32 hexadecimal digits
	Thread    string // id of a thread: 32 hexadecimal digits
	Case      string // "C-…"
	Hash      string // SHA-256 of the bytes it was done with: 64 hexadecimal digits
	Detail    string // one line: "received 2026-11-22, roster 3"
}

// MaxText is the most characters that a text of an event may have. What is longer is
// refused with [ErrEvent].
const MaxText = 500

// OfRefs returns the subjects that these envelopes are, each with the hash of its
// original.
func OfRefs(refs ...workspace.Ref) []Subject {
	var all []Subject
	for _, r := range refs {
		all = append(all, Subject{Testimony: r.ID, Hash: r.SHA256})
	}
	return all
}
