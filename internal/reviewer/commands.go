// Package reviewer is the commands of amana-decrypt, and its guided screens' way to
// them: from a stick of ciphertext to cases, the report, and back.
//
// It is for a machine without a network and never speaks to one: before it reads a key
// it gives up the right to, and all files but those that the command needs.
package reviewer

import (
	"io"

	"amana/internal/cli"
	"amana/internal/offline"
)

const program offline.Program = "amana-decrypt"

// grammar is the command line.
type grammar struct {
	Desk     deskCommand     `cmd:"" help:"Guided screens for all that follows; the same as amana-decrypt alone."`
	Open     openCommand     `cmd:"" help:"Open bundles into your workspace, or one into a new folder."`
	List     listCommand     `cmd:"" help:"List what is in your workspace: threads, what is new, what could not be opened."`
	Show     showCommand     `cmd:"" help:"Print one thread of your workspace, and write nothing of it."`
	View     viewCommand     `cmd:"" help:"Make a decrypted view of your workspace, in memory or in a folder."`
	Extract  extractCommand  `cmd:"" help:"Take one file of a testimony out of your workspace, on purpose."`
	Report   reportCommand   `cmd:"" help:"Make pages of the cases, with tables and charts, that a browser opens from the disk."`
	Tables   tablesCommand   `cmd:"" help:"Count the cases: all tables and charts, as pages, drawings and CSV."`
	Reveal   revealCommand   `cmd:"" help:"Print one small number of the tables all the same, for a reason that you sign."`
	Close    closeCommand    `cmd:"" help:"Remove the decrypted views of your workspace."`
	Cases    casesCommand    `cmd:"" help:"Cases: which threads are about one person, and what reviewers say of them."`
	Code     codeCommand     `cmd:"" help:"Code a case or a thread beside what its source answered: legal terms, HURIDOCS codes, reliability, notes."`
	Exchange exchangeCommand `cmd:"" help:"Exchange coding and links with another reviewer, as one signed and sealed file."`
	Rewrap   rewrapCommand   `cmd:"" help:"Make new headers for the reviewers of a new roster, from a file of headers."`
	Confirm  confirmCommand  `cmd:"" help:"Prove that the new headers open, so that the server may drop the old ones."`
	Export   exportCommand   `cmd:"" help:"Write what may leave into a new folder, for one recipient, and write that down."`
	Import   importCommand   `cmd:"" help:"Make a workspace of an archive that export made."`
	Custody  custodyCommand  `cmd:"" help:"The record of what was done with each testimony: check it, or print it for a court."`
	Outbox   outboxCommand   `cmd:"" help:"Put everything that is due to the server on a stick, in one folder."`
	Reply    replyCommand    `cmd:"" help:"Write to the source of a thread, sealed so that only their code opens it."`
}

// Main runs the command that the arguments name, or the guided screens without any,
// and returns the exit code.
func Main(given []string, stdout, stderr io.Writer) int {
	return cli.Main("amana-decrypt", "Opens testimonies on a machine without a network.",
		new(grammar), args(given), stdout, stderr)
}
