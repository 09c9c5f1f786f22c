package promises

import (
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"amana/internal/agekey"
	"amana/internal/mailbox"
	"amana/internal/rig"
)

// What a code and its thread can stand as in memory.
const (
	codeTyped   = "a code as it was typed"
	codeShown   = "a code as the receipt has it"
	codeJoined  = "a code without spaces"
	pairTyped   = "two words of a code as they were typed"
	pairShown   = "two words of a code as the receipt has them"
	pairJoined  = "two words of a code without a space"
	codePlaces  = "the places of a code's words"
	codeBits    = "the bits of a code"
	threadSeed  = "a thread's seed"
	threadKey   = "a thread's seed, extracted"
	threadID    = "a thread's id"
	threadNames = "names of a thread together"
	replySeed   = "the seed of the identity that opens replies"
	replyText   = "the text of the identity that opens replies"
	replyKeys   = "a key of the identity that opens replies"
	pageToken   = "a page's token"
	fileKey     = "an envelope's file key"
)

// secretKinds must be found where nothing is erased. The rest may be written over
// before it is looked for.
var secretKinds = []string{codeTyped, codeShown, pairTyped, pairShown, pairJoined, codeBits, threadSeed, threadKey, threadNames, replyText, replySeed, replyKeys, pageToken, fileKey}

// pairKinds are what two words of a code are, by what stands between them.
var pairKinds = map[string]string{" ": pairTyped, "</li>\n<li>": pairShown, "": pairJoined}

// code adds a code in the forms that it has from the server and from whoever types
// it.
func (s *sought) code(t *testing.T, words []string) {
	t.Helper()
	s.add(codeShown, strings.Join(words, "</li>\n<li>"))
	s.add(codeJoined, strings.Join(words, ""))
	s.typed(strings.Join(words, " "))
	s.pairs(words)
	places := placesOf(t, words)
	var ints []byte
	var bits [10]byte
	for i, place := range places[:7] {
		ints = binary.LittleEndian.AppendUint64(ints, uint64(place))
		for bit := range 11 {
			n := i*11 + bit
			bits[n/8] |= byte(place>>(10-bit)&1) << (7 - n%8)
		}
	}
	s.add(codePlaces, string(ints))
	s.add(codeBits, string(bits[:]), mixed(bits[:], 0x36), mixed(bits[:], 0x5c))
}

// mixed returns a key as it stands in the state of HMAC (RFC 2104).
func mixed(key []byte, with byte) string {
	var block [16]byte
	copy(block[:], key)
	for i := range block {
		block[i] ^= with
	}
	return string(block[:])
}

// typed adds what somebody typed as a code, right or wrong.
func (s *sought) typed(text string) {
	s.add(codeTyped, text)
	s.pairs(strings.Fields(text))
}

// pairs adds any two neighbours. Short ones would stand somewhere by chance.
func (s *sought) pairs(words []string) {
	for i := range words[1:] {
		for with, kind := range pairKinds {
			if pair := words[i] + with + words[i+1]; len(pair) >= 11 {
				s.add(kind, pair)
			}
		}
	}
}

// thread adds what follows from a thread and opens it, or tells what belongs to it.
func (s *sought) thread(t *testing.T, thread mailbox.Thread) {
	t.Helper()
	seed := thread.Seed()
	s.add(threadSeed, string(seed[:]))
	key, err := hkdf.Extract(sha256.New, seed[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	s.add(threadKey, string(key), mixed(key[:16], 0x36), mixed(key[:16], 0x5c))
	id := thread.ID()
	s.add(threadID, string(id[:]), hex.EncodeToString(id[:]))
	// Two stand beside each other in the vault now and then, by chance.
	for n := range 4 {
		var names []byte
		for k := range 4 {
			name := thread.Part(n + k)
			names = append(names, name[:]...)
		}
		s.add(threadNames, string(names))
	}
	identity, err := thread.Identity()
	if err != nil {
		t.Fatal(err)
	}
	s.add(replyText, identity.String(), strings.ToLower(identity.String()))
	own, err := agekey.Seed(identity)
	if err != nil {
		t.Fatal(err)
	}
	s.add(replySeed, string(own))
	// The seeds of ML-KEM, which are two, and of X25519.
	keys := sha3.SumSHAKE256(own, 96)
	s.add(replyKeys, string(keys[:32]), string(keys[32:64]), string(keys[64:]))
}

// token adds the token of a page, if it carries one.
func (s *sought) token(page string) string {
	token := rig.Token(page)
	if token == "" {
		return ""
	}
	s.add(pageToken, token)
	if raw, err := base64.RawURLEncoding.DecodeString(token); err == nil {
		s.add(pageToken, string(raw))
	}
	return token
}

// wordLists are the words by language, as the program has them.
var wordLists = sync.OnceValues(func() (lists [][]string, err error) {
	for _, lang := range []string{"ar", "en"} {
		text, err := os.ReadFile(filepath.Join("..", "wordlist", lang+".txt"))
		if err != nil {
			return nil, err
		}
		lists = append(lists, strings.Fields(string(text)))
	}
	return lists, nil
})

// placesOf returns where the words of a code stand in their list.
func placesOf(t *testing.T, words []string) (places []int) {
	t.Helper()
	lists, err := wordLists()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		places = places[:0]
		for _, word := range words {
			if place := slices.Index(list, word); place >= 0 {
				places = append(places, place)
			}
		}
		if len(places) == len(words) {
			return places
		}
	}
	t.Fatal("a code has words of no list")
	return nil
}
