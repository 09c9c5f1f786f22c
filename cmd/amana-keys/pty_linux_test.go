package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// pty CODE DIALOG COMMAND...: runs a command in a terminal of its own, holds a
// dialog with it, and expects the exit code. Each line of the dialog is "WHAT IS
// SHOWN => WHAT IS TYPED"; with "!=>" it must not be echoed, and "WORDS" types the
// passphrase of words that was shown last. If nothing is typed it only waits.
// "^C" is Ctrl-C, "^\\" the quit key, "ENTER" an empty line. What was shown becomes stdout. The
// command "age" is the stock one.
func pty(ts *testscript.TestScript, _ bool, args []string) {
	line := args[2:]
	stock := line[0] == "age"
	if stock {
		path, err := buildAge()
		ts.Check(err)
		line = append([]string{path}, line[1:]...)
	}
	master, slave, err := rig.OpenPty()
	ts.Check(err)
	defer master.Close()
	cmd := rig.Command(ts, line)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	slave.Close()
	// What is waited for and never shown would else be waited for without end.
	defer time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() }).Stop()
	shown := hold(ts, master, ts.ReadFile(args[1]), func() error {
		if stock {
			return nil
		}
		return rig.Confined(cmd.Process.Pid)
	})
	cmd.Wait()
	ts.Stdout().Write(shown)
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s; the terminal showed:\n%s", got, args[0], shown)
	}
}

var givenPassphrase = regexp.MustCompile(`The passphrase is:\s+(\S+)`)

// hold waits for each thing to be shown and types what follows it. ready is
// called before anything is typed.
func hold(ts *testscript.TestScript, master *os.File, dialog string, ready func() error) []byte {
	var shown bytes.Buffer
	buf := make([]byte, 4096)
	at := 0
	for line := range strings.Lines(dialog) {
		wait, typed, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		secret := false
		if !ok {
			wait, typed, secret = strings.Cut(strings.TrimSuffix(line, "\n"), " !=> ")
		}
		for {
			if i := bytes.Index(shown.Bytes()[at:], []byte(wait)); i >= 0 {
				at += i + len(wait)
				break
			}
			n, err := master.Read(buf)
			shown.Write(buf[:n])
			if err != nil {
				ts.Fatalf("%q was never shown; the terminal showed:\n%s", wait, shown.Bytes())
			}
		}
		if typed == "" {
			continue
		}
		ts.Check(ready())
		if secret {
			rig.WaitForRaw(master)
		}
		if typed == "WORDS" {
			all := givenPassphrase.FindAllSubmatch(shown.Bytes(), -1)
			typed = string(all[len(all)-1][1])
			ts.Setenv("WORDS", typed)
		}
		end := "\n"
		switch typed {
		case "^C":
			typed, end = "\x03", ""
		case `^\`:
			typed, end = "\x1c", ""
		}
		_, err := master.WriteString(strings.TrimPrefix(typed, "ENTER") + end)
		ts.Check(err)
	}
	for {
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if err != nil { // the other end was closed
			return shown.Bytes()
		}
	}
}

// crockford is the Base32 of shares.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func decodeCode(ts *testscript.TestScript, code string) []byte {
	raw, err := crockford.DecodeString(strings.TrimPrefix(code, "SHARE:"))
	ts.Check(err)
	return raw
}

// encodeCode writes a share with the checksum that its format says.
func encodeCode(raw []byte) string {
	sum := sha256.Sum256(append([]byte("amana share 1\n"), raw...))
	return "SHARE:" + crockford.EncodeToString(append(raw, sum[:4]...))
}
