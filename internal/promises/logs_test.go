package promises

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"amana/internal/daylog"
	"amana/internal/rig"
)

// P5: the log tells nothing of a source: not what it sent, not what it asked for, not
// where it came from, and by no line that it was there. Everything that a source can
// do, and everything that can go wrong, happens to servers that run; each of their
// lines must be one of those that come without any source.
func TestLogsTellNothing(t *testing.T) {
	for _, format := range []string{daylog.Text, daylog.JSON} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			marks := whatIsSent()
			state := rig.NewState(t, rig.Erasing, 2)
			serve := func(wrap []string, args ...string) *rig.Server {
				return state.Serve(t, wrap, append(args, "--log", format)...)
			}

			s := serve(nil, "--places", "1", "--idle", "1s", "--max-file", "2MiB", "--max-total", "3MiB", "--max-files", "3")
			everyPage(t, s, 200)
			everyProblem(t, s)
			if format == daylog.Text { // the format makes no difference to what is logged
				everyDialogue(t, s, marks)
			}
			rosterExchanged(t, s)
			silent(t, s, marks, format, "serving on", "stopping")

			// The disk is full; a file cannot grow; the rosters and the replies are gone.
			s = serve(nil, "--reserve", "1000TiB", "--circuits", "--circuit-requests", "20")
			s.State = state.OnNew(0xabcd0001)
			everyPage(t, s, 200, 507)
			wantStatus(t, s, 507, dense(textMark, 3000))
			flood(t, s, 0xabcdffff)
			silent(t, s, marks, format, "serving on", "less disk is free", "stopping")

			s = serve([]string{"sh", "-c", `ulimit -f 20000; exec "$@"`, "sh"}, "--reserve", "0")
			for range 2 {
				wantStatus(t, s, 503, dense(textMark, 3000), rig.Text(fileNameMark, dense(fileMark, 30<<20)))
				time.Sleep(2500 * time.Millisecond) // the vault has been opened anew by then
			}
			silent(t, s, marks, format, "serving on", "the intake is closed and sources are turned away", "the intake is open", "stopping")

			for name, content := range map[string]string{"rosters": "", "replies.db": "no letterbox"} {
				path := filepath.Join(state.Folder, name)
				if err := os.Rename(path, path+".away"); err != nil {
					t.Fatal(err)
				}
				if content == "" {
					continue
				}
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s = serve(nil)
			everyPage(t, s, 200, 404, 503)
			wantStatus(t, s, 503, dense(textMark, 3000))
			c := &source{t: t, s: s, marks: marks, lang: "en", came: func() {}, look: func() {}}
			c.typing(200, stranger("en"))
			time.Sleep(2500 * time.Millisecond) // the watch has looked by then
			silent(t, s, marks, format, "serving on", "sources are turned away", "no roster is in force", "open the replies", "stopping")
		})
	}
}

// silent stops a server and holds its log to lines with one of
// the words given, each at most once.
func silent(t *testing.T, s *rig.Server, marks *sought, format string, words ...string) {
	t.Helper()
	s.Stop(t)
	log := s.Log.String()
	left := strings.ReplaceAll(log, filepath.Dir(s.Socket), "")
	for _, told := range tells(left, marks) {
		t.Errorf("the log holds %s", told)
	}
	begin := map[string]string{daylog.Text: "time=" + rig.Day(0) + " level=", daylog.JSON: `{"time":"` + rig.Day(0) + `","level":`}[format]
	for line := range strings.Lines(log) {
		known := -1
		for i, w := range words {
			if w != "" && strings.Contains(line, w) {
				known = i
			}
		}
		if known < 0 {
			t.Errorf("a line that a source may have caused, or one twice: %s", line)
			continue
		}
		words[known] = ""
		if !strings.HasPrefix(line, begin) {
			t.Errorf("a line that does not begin with %s: %s", begin, line)
		}
	}
	if strings.Contains(strings.Join(words[:1], ""), "serving on") {
		t.Errorf("the log does not even say that it serves: %s", log)
	}
}

// timeOfDay is a time finer than a day, in any way that programs write one.
var timeOfDay = regexp.MustCompile(`\d\d:\d\d|\d[hH]\d\d|\d{9,}|\d e?[ap]m\b|\d[AP]M\b`)

// ofClient is what a request says besides what is typed.
var ofClient = []string{"Mozilla", "192.0.2.7", "amana.onion", "ar-SY", "/ar/", "/en/", "/de/", "/tr/", "/testimony", "/code", "safety", "Tor2web", "boundary", "multipart", "GET", "POST", "PUT", "PROXY", "fc00", "abcd"}

// unescaped takes back how a log writes quotes and the ends of lines.
var unescaped = strings.NewReplacer(`\"`, `"`, `\\u000d`, "\r", `\n`, "\n")

// tells returns what a log tells of sources, by its kind.
func tells(log string, marks *sought) (all []string) {
	for _, text := range []string{log, unescaped.Replace(log)} {
		data := []byte(text)
		marks.index().in(data, len(data), func(m string) { all = append(all, marks.kinds[m]) })
	}
	for _, w := range ofClient {
		if strings.Contains(log, w) {
			all = append(all, w)
		}
	}
	if m := timeOfDay.FindString(log); m != "" {
		all = append(all, "the time "+m)
	}
	return all
}

// The search finds each mark, each word of a client, and each way to write a time,
// where it is logged.
func TestLogsWouldTell(t *testing.T) {
	marks := whatIsSent()
	now := time.Date(2026, 11, 27, 17, 5, 9, 123456789, time.UTC)
	var lines []string
	for m := range marks.kinds {
		lines = append(lines, m)
	}
	lines = append(lines, ofClient...)
	for _, layout := range []string{time.RFC3339, time.RFC3339Nano, time.Kitchen, time.ANSIC, time.DateTime, time.StampMicro, time.TimeOnly} {
		lines = append(lines, now.Format(layout))
	}
	lines = append(lines, fmt.Sprint(now.Unix()), fmt.Sprint(now.UnixMilli()), fmt.Sprint(now.UnixNano()))
	for _, format := range []string{daylog.Text, daylog.JSON} {
		for _, line := range lines {
			var log strings.Builder
			daylog.New(&log, format).Info("serving on unix:/onion.sock")
			if told := tells(log.String(), marks); len(told) != 0 {
				t.Errorf("%s: a line that tells nothing tells %v", format, told)
			}
			daylog.New(&log, format).Error("failed: " + line + " and more")
			if len(tells(log.String(), marks)) == 0 {
				t.Errorf("%s: %q is not found in\n%s", format, line, log.String())
			}
		}
	}
}
