// Package daylog is what a server says while it serves: structured lines that know
// the day and nothing finer.
//
// A line without a time is not enough. The journal that takes it stamps it, to the
// microsecond, and keeps the stamp for months; so does any terminal that somebody
// watches. A line that is written because a source did something says when that
// source was there, whatever it says. So the rule is about causes, not words:
//
//   - No line is caused by a source. What the machine does by itself is told when it
//     happens: that it serves, that it stops, that a roster ended at midnight.
//   - What is found out while a source is answered, or while what a source did is
//     tidied away, waits in a [Tally] until the next day has begun in UTC, and is told
//     then, always at that moment, whether it happened at noon or at night. That a
//     fault of the program is told up to a day late is the price. Only what closes the
//     intake to everybody, a disk that fails, is told at once, the first time on a day:
//     somebody must act. That line can be the moment of an upload. Those after it would
//     be the moment of each, and wait.
//   - Counts are few, and are those that an operator can act on: how many were asked
//     to come back later, found the disk full, or were cut off for being slow. They
//     are rounded, and fewer than ten are not told at all: that one person tried on a
//     day and did not get through stands nowhere else, and must not stand here. What
//     a source typed wrong is not counted.
//   - What is counted is in memory only, and is lost when the server ends: counts told
//     at each end would be counts by the hour for an operator who starts it often.
//     Nothing shows the counts of the day that has not ended.
//
// It writes to what it is given, and may not touch files or the network.
package daylog

import (
	"io"
	"log/slog"
	"time"

	"amana/internal/cli"
)

// Formats of a log.
const (
	Text = "text" // key=value, for people
	JSON = "json" // one object a line, for programs
)

// New returns a logger that writes to w in one of the formats. The time of a line is
// its day in UTC, and so is every other time in it.
func New(w io.Writer, format string) *slog.Logger {
	options := &slog.HandlerOptions{ReplaceAttr: daysOnly}
	if format == JSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// daysOnly replaces a time by its day, and spells out what a terminal would obey.
func daysOnly(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindTime:
		a.Value = slog.StringValue(day(v.Time()))
	case slog.KindString:
		a.Value = slog.StringValue(cli.Plain(v.String()))
	}
	return a
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
