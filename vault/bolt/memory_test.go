package bolt

import (
	"fmt"
	"strings"
	"testing"
)

// maxAnon is what the vault may take of the server's 128 MiB, in KiB. The peak
// measured was 68 MiB.
const maxAnon = 80 << 10

func TestMemoryBounded(t *testing.T) {
	out, err := child(t, "memory", emptyVault(t)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var peak int
	if _, err := fmt.Sscanf(string(out), "peak %d", &peak); err != nil || !strings.HasSuffix(string(out), "\n") {
		t.Fatalf("the child said %q", out)
	}
	t.Logf("peak of anonymous memory with 64 uploads at once: %d KiB", peak)
	if peak > maxAnon {
		t.Errorf("64 uploads took %d KiB of memory, over %d", peak, maxAnon)
	}
}
