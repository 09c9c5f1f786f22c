// Package testimony is the schema of what a testimony says: the JSON documents
// inside a sealed envelope. docs/formats.md describes them.
//
// It is data and its rules, which the sealing and the opening side both hold it to.
// It may not touch files, identities, the network or a vault.
package testimony

// The versions of the two documents. A change to either changes its version.
// Testimonies of Schema1 keep opening; nothing writes them any more. Schema3 is for
// probes and nothing else, so that a program from before there were any still opens
// everything that a source wrote, and says of a probe that it is too new for it.
const (
	Schema         = "amana/testimony/2"
	Schema3        = "amana/testimony/3"
	Schema1        = "amana/testimony/1"
	ManifestSchema = "amana/manifest/1"
)

// The names of the entries of an envelope, in stream order after the files.
const (
	FilesPrefix   = "files/"
	TestimonyName = "testimony.json"
	ManifestName  = "manifest.json"
	PaddingName   = "padding"
)

// Narrative is the code of the question that every questionnaire begins with: what
// happened, in free words. An addition's text stands under it too.
const Narrative = "narrative"

// Kind says what an envelope is to its thread.
type Kind string

// The kinds. An envelope of [Schema1] is a Testimony.
const (
	First      Kind = "testimony"  // what a source handed in first
	Addition   Kind = "addition"   // text and files that the same source sent later
	Name       Kind = "name"       // the name of the person spoken of, from a page of its own
	Withdrawal Kind = "withdrawal" // the source takes back all of the thread
	Fetched    Kind = "fetched"    // replies were shown to the source
	Probe      Kind = "probe"      // the operator's own, to see that a testimony arrives; of [Schema3]
)

// SchemaOf returns the schema in which a kind is written.
func SchemaOf(k Kind) string {
	if k == Probe {
		return Schema3
	}
	return Schema
}

// Limits that both sides hold to.
const (
	MaxText     = 200_000 // characters (Unicode code points) of one text
	MaxFiles    = 1_000   // files in one testimony
	MaxFileName = 255     // characters kept of a source's file name
	MaxDocument = 8 << 20 // bytes of testimony.json or manifest.json
	MaxFetched  = 20      // replies that one note can say were fetched
)

// Testimony is testimony.json: all that a source said, but for the bytes of the
// files.
type Testimony struct {
	Schema        string              `json:"schema"`        // [SchemaOf] its kind
	Kind          Kind                `json:"kind"`          // what it is to its thread
	Thread        string              `json:"thread"`        // 32 hexadecimal digits: the same in all envelopes of one source
	Language      string              `json:"language"`      // BCP 47 tag of the form that was used, "ar"
	Questionnaire *Questionnaire      `json:"questionnaire"` // whose questions were asked; null if none were
	Answers       map[string]string   `json:"answers"`       // by question: free text, the code of one choice, or a date in EDTF
	Choices       map[string][]string `json:"choices"`       // by question: the codes of all that were chosen
	Files         []File              `json:"files"`         // in the order they were sent
	Received      string              `json:"received"`      // day in UTC, "2026-11-22"
	Roster        Roster              `json:"roster"`        // whom it was sealed to
	Reply         *Reply              `json:"reply"`         // where a reply can be sent; null if the source wants none
	Fetched       []string            `json:"fetched"`       // ids of the replies that were shown, 32 hexadecimal digits each; in [Fetched] only
}

// Questionnaire names the file of questions that were asked.
type Questionnaire struct {
	Name    string `json:"name"`    // "amana"
	Version int    `json:"version"` // from 1
	SHA256  string `json:"sha256"`  // of the file, in hexadecimal
}

// Reply says how the source can be written to.
type Reply struct {
	Mailbox   string `json:"mailbox"`   // 32 hexadecimal digits, under which the server keeps replies
	Recipient string `json:"recipient"` // age1pq1…
}

// File is one file of a testimony. Name and Type are the source's words and
// must not be trusted: not as a path, not as a type.
type File struct {
	Entry string `json:"entry"` // its name in the envelope, "files/001.jpg"
	Name  string `json:"name"`  // the name it had on the source's device
	Type  string `json:"type"`  // the media type that the browser gave, may be empty
}

// Roster names the reviewers' list that a testimony was sealed under.
type Roster struct {
	Epoch  uint32 `json:"epoch"`
	SHA256 string `json:"sha256"` // of the list's text, in hexadecimal
}

// Manifest is manifest.json: what the envelope must hold, no more and no less,
// but for itself and the padding.
type Manifest struct {
	Schema  string  `json:"schema"` // [ManifestSchema]
	Entries []Entry `json:"entries"`
}

// Entry is one entry of the envelope.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // in hexadecimal
}
