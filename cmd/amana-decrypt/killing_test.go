package main

import (
	"math/rand/v2"
	"strconv"
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
