package reviewer

import (
	"bytes"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// type CODE FILE COMMAND...: types what is in FILE at the terminal of a command that
// asks for a text, ends it with Ctrl-D, and answers yes; ^C as FILE is Ctrl-C in the
// middle. The command must exit with the code.
func typeReply(ts *testscript.TestScript, _ bool, args []string) {
	master, slave, err := rig.OpenPty()
	ts.Check(err)
	defer master.Close()
	cmd := rig.Command(ts, args[2:])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	slave.Close()
	defer time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }).Stop()
	answers := []struct{ prompt, typed string }{{"of a line\r\n", "half\x03"}}
	if args[1] != "^C" {
		answers[0].typed = ts.ReadFile(args[1]) + "\x04"
		answers = append(answers, struct{ prompt, typed string }{"go on: ", "yes\n"})
	}
	var shown bytes.Buffer
	for buf := make([]byte, 4096); ; {
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if len(answers) > 0 && bytes.HasSuffix(shown.Bytes(), []byte(answers[0].prompt)) {
			ts.Check(rig.Confined(cmd.Process.Pid))
			master.WriteString(answers[0].typed)
			answers = answers[1:]
		}
		if err != nil { // the other end was closed
			break
		}
	}
	cmd.Wait()
	ts.Stdout().Write(shown.Bytes())
	rig.WantCode(ts, cmd, args[0])
}
