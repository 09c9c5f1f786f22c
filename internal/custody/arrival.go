package custody

import (
	"fmt"

	"amana/internal/workspace"
)

// What the links that tell of an arrival say of themselves. Verify takes what they say
// of an envelope for what it was when it came, and other links of the same acts not.
const (
	openedIn   = "with the reviewer's key; the hash is that of testimony.json"
	verifiedIn = "header and payload are those that the server signed; the hash is that of the payload"
	copiedIn   = "into the workspace, as it was carried; the hash is that of the age file"
)

// Arrival is what is known of a bundle that was opened into the workspace.
type Arrival struct {
	Bundle   string            // SHA-256 of its signed manifest
	Made     string            // day, as the server says
	Intake   string            // verifier key of the server
	Rosters  map[uint32]string // SHA-256 of each roster that came with it, by epoch
	Compared bool              // the server's key was compared with one from elsewhere (--intake)
	Pinned   bool              // the chain of rosters was compared with one from elsewhere (--pin)
}

// Arrived returns the events that tell of envelopes that came with a bundle and were
// put into the workspace: received by the server, carried, opened, verified against
// what the server signed, and copied. To be committed with the batch that holds them.
//
// documents are the SHA-256 of the document of each, in hexadecimal digits, in the
// order of refs, which must have their SHA256.
func Arrived(a Arrival, refs []workspace.Ref, documents []string) []Event {
	detail := fmt.Sprintf("bundle made %s by %s", a.Made, a.Intake)
	if a.Compared {
		detail += ", key compared"
	}
	if a.Pinned {
		detail += ", rosters compared"
	}
	received, carried := Event{Act: Received, Detail: detail}, Event{Act: Carried, Detail: detail, Subjects: []Subject{{Hash: a.Bundle, Detail: fmt.Sprintf("%d sealed parts taken", len(refs))}}}
	opened := Event{Act: Opened, Detail: openedIn}
	verified := Event{Act: Verified, Detail: verifiedIn}
	copied := Event{Act: Copied, Detail: copiedIn}
	for i := range refs {
		r := &refs[i]
		received.Subjects = append(received.Subjects, Subject{Testimony: r.ID, Thread: r.Thread, Hash: a.Rosters[r.Epoch], Detail: fmt.Sprintf("%s roster %d", r.Received, r.Epoch)})
		carried.Subjects = append(carried.Subjects, Subject{Testimony: r.ID, Hash: a.Bundle})
		opened.Subjects = append(opened.Subjects, Subject{Testimony: r.ID, Hash: documents[i]})
		verified.Subjects = append(verified.Subjects, Subject{Testimony: r.ID, Hash: r.Payload})
		copied.Subjects = append(copied.Subjects, Subject{Testimony: r.ID, Hash: r.SHA256})
	}
	return []Event{received, carried, opened, verified, copied}
}
