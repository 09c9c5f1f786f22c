package reviewer

import (
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// killing TIMES COMMAND... -- CHECK...: runs a command and kills it at a random moment,
// again and again, and each time runs the check, which must succeed. The moments are
// spread over as long as the command takes, which is found by growing until it was done
// once.
func killing(ts *testscript.TestScript, _ bool, args []string) {
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	var command, check []string
	for i, arg := range args {
		if arg == "--" {
			command, check = args[1:i], args[i+1:]
		}
	}
	longest, killed := 40*time.Millisecond, 0
	for range times {
		cmd := rig.Command(ts, command)
		ts.Check(cmd.Start())
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		wait := time.Duration(rand.Int64N(int64(longest)))
		select {
		case <-done:
		case <-time.After(wait):
			cmd.Process.Kill()
			if err := <-done; err != nil {
				killed++
				longest += longest / 10
			}
		}
		test := rig.Command(ts, check)
		if out, err := test.CombinedOutput(); err != nil {
			ts.Fatalf("after a kill at %v: %v\n%s", wait, err, out)
		}
	}
	if killed == 0 {
		ts.Fatalf("the program was never killed")
	}
	ts.Logf("killed %d of %d times", killed, times)
}

var viewPath = regexp.MustCompile(`can be read in (.*)/index\.html`)

// inmemory COMMAND...: makes a view without a folder and sets VIEW to its path; where
// no folder is in memory the command must ask for one.
func inmemory(ts *testscript.TestScript, _ bool, args []string) {
	dir, _, why := memoryFolder()
	cmd := rig.Command(ts, args)
	out, err := cmd.CombinedOutput()
	if why != nil {
		ts.Setenv("VIEW", "none")
		if err == nil || !strings.Contains(string(out), "give a folder with -o") {
			ts.Fatalf("no folder is in memory (%v), and it says %v\n%s", why, err, out)
		}
		return
	}
	found := viewPath.FindSubmatch(out)
	if err != nil || found == nil || filepath.Dir(string(found[1])) != dir {
		ts.Fatalf("no view in %s: %v\n%s", dir, err, out)
	}
	if _, err := inMemoryOnly(string(found[1])); err != nil {
		ts.Fatalf("the view: %v", err)
	}
	ts.Setenv("VIEW", string(found[1]))
}
