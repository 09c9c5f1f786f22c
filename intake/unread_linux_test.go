package intake

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What a client does not read waits in the kernel on the server's account, for as long as
// the client likes: it is little, whatever was answered.
func TestUnreadAnswersAreSmall(t *testing.T) {
	r := start(t, shared(nil))
	c := r.on(1).dial()
	io.WriteString(c, post("/ar/code", field("code", "x"), field("narrative", strings.Repeat("&", 60_000)))) // comes back five times as long
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	waits := 0
	for last := -1; waits != last || waits == 0; {
		last = waits
		time.Sleep(300 * time.Millisecond)
		if err := raw.Control(func(fd uintptr) { waits, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ) }); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bytes wait", waits)
	if waits > 4*unread {
		t.Errorf("%d bytes wait, want at most %d", waits, 4*unread)
	}
	if all, err := io.ReadAll(c); len(all) < 300_000 || err != nil {
		t.Errorf("read %d bytes, %v", len(all), err)
	}
}
