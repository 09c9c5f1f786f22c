package mailbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"amana/internal/agekey"

	"golang.org/x/crypto/scrypt"
)

// vector is what follows from a code. Those in testdata were computed by a program in
// another language, from docs/formats-mailbox.md alone.
type vector struct {
	Code, En, Ar, Seed, ID, Mailbox            string
	Part0, Part1, Part255, Withdrawal, Fetched string
	Reply, Identity                            string
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil || len(all) < 4 {
		t.Fatalf("%d vectors, %v", len(all), err)
	}
	return all
}

// vectorOf returns what the package makes of a code.
func vectorOf(t *testing.T, c Code, reply string) vector {
	t.Helper()
	var id [16]byte
	if n, err := hex.Decode(id[:], []byte(reply)); err != nil || n != len(id) {
		t.Fatalf("a reply's id: %v", err)
	}
	thread := c.Thread()
	text := func(b [16]byte) string { return hex.EncodeToString(b[:]) }
	seed := thread.Seed()
	identity, err := thread.Identity()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := agekey.Seed(identity)
	if err != nil {
		t.Fatal(err)
	}
	return vector{
		Code: hex.EncodeToString(c.bits[:]), En: strings.Join(c.Words("en"), " "), Ar: strings.Join(c.Words("ar"), " "),
		Seed: hex.EncodeToString(seed[:]), ID: text(thread.ID()), Mailbox: text(thread.Mailbox()),
		Part0: text(thread.Part(0)), Part1: text(thread.Part(1)), Part255: text(thread.Part(MaxParts - 1)),
		Withdrawal: text(thread.Withdrawal(0)), Fetched: text(thread.Fetched(id)), Reply: reply,
		Identity: hex.EncodeToString(raw),
	}
}

// What is written on paper today opens the same for ever, in each language.
func TestCodesOpenWhatTheyOpened(t *testing.T) {
	for _, want := range vectors(t) {
		for _, typed := range []string{want.En, want.Ar} {
			c, err := ParseCode(typed)
			if err != nil {
				t.Fatal(err)
			}
			if got := vectorOf(t, c, want.Reply); got != want {
				t.Errorf("code %s gives\n%+v, want\n%+v", want.Code, got, want)
			}
		}
	}
}

// The same computed from the specification, without package hkdf.
func TestThreadFollowsTheSpecification(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 3 {
		c := random(r)
		seed, err := scrypt.Key(c.bits[:], []byte("amana/code/1 thread"), 16384, 8, 1, 32)
		if err != nil {
			t.Fatal(err)
		}
		mac := func(key []byte, text string) []byte {
			h := hmac.New(sha256.New, key)
			h.Write([]byte(text))
			return h.Sum(nil)
		}
		derive := func(label string, n int) string {
			key := mac(make([]byte, 32), string(seed))
			return hex.EncodeToString(mac(key, "amana/thread/1 "+label+"\x01")[:n])
		}
		reply := fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
		want := vector{
			Code: hex.EncodeToString(c.bits[:]), En: strings.Join(c.Words("en"), " "), Ar: strings.Join(c.Words("ar"), " "),
			Seed: hex.EncodeToString(seed), ID: derive("id", 16), Mailbox: derive("mailbox", 16),
			Part0: derive("part 0", 16), Part1: derive("part 1", 16), Part255: derive("part 255", 16),
			Withdrawal: derive("withdrawal", 16), Fetched: derive("fetched "+reply, 16), Reply: reply,
			Identity: derive("identity", 32),
		}
		if got := vectorOf(t, c, reply); got != want {
			t.Errorf("it gives\n%+v, want\n%+v", got, want)
		}
	}
}

// No two names of a thread are the same, nor two of different threads.
func TestNamesDiffer(t *testing.T) {
	seen := map[[16]byte]bool{}
	threads := 0
	for _, thread := range []Thread{NewThread(), NewThread(), new(Code).Thread(), ThreadFrom([32]byte{})} {
		threads++
		all := [][16]byte{thread.ID(), thread.Mailbox(), thread.Withdrawal(0), thread.Withdrawal(1), thread.Withdrawal(2), thread.Fetched([16]byte{}), thread.Fetched([16]byte{1})}
		for n := range MaxParts {
			all = append(all, thread.Part(n))
		}
		for _, name := range all {
			if seen[name] {
				t.Fatal("a name came twice")
			}
			seen[name] = true
		}
	}
	if len(seen) != threads*(MaxParts+MaxWithdrawals+4) {
		t.Errorf("%d names", len(seen))
	}
}

func TestThreadFromSeed(t *testing.T) {
	thread := NewThread()
	if again := ThreadFrom(thread.Seed()); again != thread || again.ID() != thread.ID() {
		t.Error("another thread comes back")
	}
	id, err := thread.Identity()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ThreadFrom(thread.Seed()).Identity()
	if err != nil || !bytes.Equal([]byte(again.String()), []byte(id.String())) {
		t.Error("another identity comes back")
	}
}

// The specification shows a vector.
func TestSpecificationShowsAVector(t *testing.T) {
	spec, err := os.ReadFile("../../docs/formats-mailbox.md")
	if err != nil {
		t.Fatal(err)
	}
	v := vectors(t)[2]
	want := fmt.Sprintf("the bytes `%s`:\n\n```\n%s\n%s\n\nseed        %s\nid          %s\nmailbox     %s\npart 0      %s\nwithdrawal  %s\nidentity    %s\n```\n",
		v.Code, v.En, v.Ar, v.Seed, v.ID, v.Mailbox, v.Part0, v.Withdrawal, v.Identity)
	if !strings.Contains(string(spec), want) {
		t.Errorf("docs/formats-mailbox.md does not show\n%s", want)
	}
}
