//go:build tcell_minimal

package desk

import "context"

// Actions is all that the screens can have done. Only Command and Remember may be called
// while another method runs; a method ends soon after its context does. Errors that a
// person can do something about are or wrap a [Problem].
type Actions interface {
	// Found looks for workspaces and key files where such things lie.
	Found(ctx context.Context) (*Found, error)
	// Locked reports whether a key file has a passphrase.
	Locked(key string) (bool, error)
	// Begin reads the key and opens the workspace, or makes it. After it nothing but the
	// workspace, its folder of reports and the sticks can be reached.
	Begin(ctx context.Context, workspace string, create bool, key string, passphrase []byte) error
	// Remembered returns the language that was chosen in this workspace, or "".
	Remembered() string
	// Remember keeps it.
	Remember(language string) error

	// Sticks returns what is mounted where sticks are, with the bundles on them.
	Sticks(ctx context.Context) ([]Stick, error)
	// Open opens a bundle into the workspace.
	Open(ctx context.Context, bundle string, progress func(Progress)) (*News, error)
	// Threads returns what the workspace holds, the latest first.
	Threads(ctx context.Context) ([]Thread, error)
	// Read returns a thread as text, with the words of questions in a language.
	Read(ctx context.Context, thread, language string) ([]Line, error)
	// View decrypts a thread with its files into a folder.
	View(ctx context.Context, thread string) (*Viewed, error)
	// Views returns how many views are open.
	Views() (int, error)
	// CloseViews removes all folders that View made.
	CloseViews(ctx context.Context) (closed int, err error)

	// Suggestions returns pairs of threads that may tell of one person, with the reasons
	// in a language.
	Suggestions(ctx context.Context, language string) ([]Suggestion, error)
	// Names returns what the sources of threads say of who the person is.
	Names(ctx context.Context, threads ...string) ([]Person, error)
	// Judge says that two threads tell of one person, or of two, and why.
	Judge(ctx context.Context, threads [2]string, same bool, why string) error
	// Report writes the report and the tables into a new folder and returns its page: all
	// that there is, for the reviewers' own desk, or what others may read, for a purpose
	// and a recipient.
	Report(ctx context.Context, own bool, purpose, recipient string) (page string, err error)

	// Answerable returns how a reply to a thread is addressed, or why it cannot be sent.
	Answerable(ctx context.Context, thread string) (*Address, error)
	// Check returns the text as it will be sent, or what is wrong with it.
	Check(text string) (string, error)
	// Reply seals a reply and puts it into the outbox.
	Reply(ctx context.Context, thread, text string) error
	// Due returns what waits to be put on a stick.
	Due(ctx context.Context) ([]Due, error)
	// Put puts all that is due on a stick.
	Put(ctx context.Context, stick string) (*Put, error)
	// Eject flushes a stick, and gives it back if the system lets a program do so.
	Eject(ctx context.Context, stick string) (Ejected, error)

	// Command returns the command line that does a step, for who wants to type it.
	Command(step Step, arguments ...string) string
	// Close closes the workspace. It may be called more than once.
	Close() error
}

// Found is what was found before anything was opened.
type Found struct {
	Workspaces, Keys []string
	Suggested        string // a folder for a new workspace
}

// Step names what a command line does too.
type Step string

// The steps.
const (
	StepOpen    Step = "open" // bundle
	StepList    Step = "list"
	StepShow    Step = "show" // thread
	StepView    Step = "view" // thread
	StepClose   Step = "close"
	StepSuggest Step = "suggest"
	StepLink    Step = "link" // two threads
	StepReport  Step = "report"
	StepReply   Step = "reply"  // thread
	StepOutbox  Step = "outbox" // stick, or nothing to see what is due
)

// Stick is what is mounted somewhere.
type Stick struct {
	Path    string
	Bundles []Bundle
	// Cut tells that there are more files on it than were looked at.
	Cut bool
}

// Bundle is a file on a stick that says it is a bundle.
type Bundle struct {
	Path string
	Size int64  // bytes
	Day  string // of the file, as the stick says
}

// Progress is how far something long has come.
type Progress struct {
	Done, Total int64 // bytes
	Count, Of   int   // testimonies, or files
}

// News is what a bundle brought.
type News struct {
	Items   []Item // withdrawals first, then what is new, then what was added
	Known   int    // envelopes that the workspace had before
	Added   int    // envelopes that it did not have
	Failed  []Failed
	Remarks []string // in English: what a reviewer should know of the bundle
}

// Change says what happened to a thread.
type Change string

// The changes; the catalogs have words for each.
const (
	Withdrawn Change = "withdrawn"
	Fresh     Change = "new"
	Added     Change = "added"
	Named     Change = "named"
	Fetched   Change = "fetched" // replies were read by the source
)

// Item is a thread and what happened to it.
type Item struct {
	Change Change
	Thread string
	Day    string
}

// Failed is a testimony that could not be opened.
type Failed struct {
	ID     string
	Reason string // "not-ours", "damaged", "malformed", "newer" or "unreadable"
	Detail string // in English
}

// Thread is one line of the list.
type Thread struct {
	ID        string
	First     string // day
	Last      string // day
	Parts     int    // testimonies and additions
	Files     int
	Replies   int // sent or waiting
	Withdrawn bool
	New       bool   // there is something in it that nobody has read
	Case      string // if it was linked to one
}

// Weight says how a line looks.
type Weight int

// The weights.
const (
	Normal Weight = iota
	Strong        // a heading
	Faint         // what stands behind
	Grave         // a warning
)

// Line is a paragraph to read.
type Line struct {
	Text string
	// Word is a key of the catalogs whose words, with Pairs in them, stand in the place of
	// the text; it begins with "read.".
	Word   string
	Pairs  []any
	Weight Weight
	Indent int
}

// Suggestion is two threads that may tell of one person.
type Suggestion struct {
	Threads [2]string
	Cases   [2]string
	Score   int      // of 100
	Reasons []string // those that speak against it begin with "-"
}

// Person is what a source says of who the person is; what it does not say is empty.
type Person struct {
	Name, Father, Mother, Birth, Birthplace string
}

// Address is where a reply goes.
type Address struct {
	Thread string
	Parts  int
	Last   string // day
}

// Due is one thing that waits in the outbox.
type Due struct {
	What   string // "reply" or "acknowledgement"
	Detail string // an id, a number
}

// Viewed is where a decrypted view is.
type Viewed struct {
	Page    string
	Memory  bool     // it is in memory, and gone when the machine is switched off
	Remarks []string // in English: what a reviewer should know
}

// Put is what was put on a stick.
type Put struct {
	Folders []Folder // for each server one
	Remarks []string // in English
}

// Folder is a folder on a stick.
type Folder struct {
	Path  string
	Files []File
}

// File is a file for the server.
type File struct {
	Name  string
	What  string // "roster", "slips", "confirmation", "acknowledgement" or "replies"
	Count int    // of what is in it
}

// Ejected says what became of a stick.
type Ejected int

// The ways it can end. Whatever was written is on the stick in both.
const (
	Flushed Ejected = iota // the person must still tell the system
	Gone                   // it can be pulled out
)
