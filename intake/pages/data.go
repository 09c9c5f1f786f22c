package pages

import "amana/internal/questionnaire"

// State is what a page must know of the server to tell the truth about it.
type State struct {
	Reviewers int      // people who can open a testimony
	Epoch     uint32   // number of the list that they stand in; 0 if none is in force
	Sum       [32]byte // hash of that list, shown in words
	MaxText   int      // characters (Unicode code points) of the narrative
	MaxFile   int64    // bytes of one file
	MaxTotal  int64    // bytes of all files of one testimony
	MaxFiles  int      // files in one testimony
}

// Form is what a form shows besides its questions. The zero Form is the empty
// form that a source sees first.
type Form struct {
	Values         map[string][]string     // what the source had typed, by the name of the field
	Problem        ProblemKind             // why the form comes back, or "" if it does not
	Fields         []questionnaire.Problem // the answers that need a look, with [Invalid]
	FilesLost      []string                // names of files that had come and must be attached again
	FilesMaybeLost bool                    // files may have been chosen; whether is not known
	Token          string                  // of the thread; on the page of his name and of additions
}

// untouched reports whether a form holds nothing that a link away would lose.
func (f Form) untouched() bool {
	return f.Problem == "" && len(f.Values) == 0 && len(f.FilesLost) == 0 && !f.FilesMaybeLost
}

// Receipt is what the source is told once a testimony is on stable storage.
type Receipt struct {
	Files int      // files kept with the text
	Day   string   // the day received in UTC, "2026-11-22"
	Code  []string // the words of the code, in order; nil if none was wanted
	Token string   // of the thread, to send more; "" if that cannot be
}

// Return is what the page that asks for the code shows besides.
type Return struct {
	Problem ProblemKind // [Mistyped], [Expired] or [Busy], or "" when it is asked first
	// What had come with a page that is too old, to be gone on with.
	Words     string
	FilesLost []string
}

// Thread is what a source sees with their code. For a code that nobody ever used
// it is the Thread with nothing but a token.
type Thread struct {
	Token      string
	Parts      int         // testimonies and additions that arrived and were not withdrawn
	Collected  int         // those of them that reviewers have confirmed to have
	Purged     int         // those of Collected that are no longer kept here
	Replies    []ReplyHead // that wait, in the order to show them
	Unreadable bool        // whether replies wait cannot be told
	BadReply   bool        // the reply that was asked for cannot be opened
	Withdrawn  bool        // nothing can be added
	Unfinished bool        // withdrawn, but not all that should be destroyed is
	Added      bool        // what was sent just now is kept
	Refused    ProblemKind // why nothing could be taken just now: [Closed], [Full], [Busy], [Internal], or "" if it could
	Form       Form        // an addition that comes back; once withdrawn its words alone, to be kept elsewhere
}

// ReplyHead is a reply that waits.
type ReplyHead struct {
	ID  string // 32 hexadecimal digits
	Day string // when it came in, "2026-11-22"
}

// Reply is a reply, opened.
type Reply struct {
	Token string
	Day   string // when it was written, "2026-11-22"
	Text  string
}

// Withdraw is what the page shows that asks whether withdrawing is meant.
type Withdraw struct {
	Token            string
	Parts, Collected int // as in [Thread]
}

// Withdrawn is what was done.
type Withdrawn struct {
	Destroyed int // parts destroyed now
	Collected int // parts that the reviewers have
}

// Problem is what a page about something that went wrong shows.
type Problem struct {
	Kind  ProblemKind // a kind that is not known is shown as [Internal]
	State State       // for the limits that some kinds name
}
