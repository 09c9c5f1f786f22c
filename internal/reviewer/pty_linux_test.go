package reviewer

import (
	"bytes"
	"strconv"
	"strings"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// pty CODE TYPED COMMAND...: runs a command in a terminal of its own, types
// TYPED when it is asked for a passphrase ("^C" is Ctrl-C), and expects the exit
// code. What the terminal showed becomes stdout.
func pty(ts *testscript.TestScript, _ bool, args []string) {
	master, slave, err := rig.OpenPty()
	ts.Check(err)
	defer master.Close()
	cmd := rig.Command(ts, args[2:])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	slave.Close()
	// What is waited for and never shown would else be waited for without end.
	defer time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() }).Stop()
	typed := strings.ReplaceAll(args[1], "^C", "\x03")
	if typed != "\x03" {
		typed += "\n"
	}
	var shown bytes.Buffer
	buf := make([]byte, 4096)
	asked := false
	for {
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if !asked && bytes.Contains(shown.Bytes(), []byte("Passphrase")) && bytes.HasSuffix(shown.Bytes(), []byte(": ")) {
			asked = true
			rig.WaitForRaw(master)
			ts.Check(rig.Confined(cmd.Process.Pid))
			master.WriteString(typed)
		}
		if err != nil { // the other end was closed
			break
		}
	}
	cmd.Wait()
	ts.Stdout().Write(shown.Bytes())
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s; the terminal showed:\n%s", got, args[0], shown.Bytes())
	}
}
