package keyfile

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// algorithm is the first byte of a signing key: Ed25519.
const algorithm = 1

// signerOf spells the signing key of a seed, and its public half, as package
// note does.
func signerOf(signs string, seed []byte) (skey, vkey string) {
	private := ed25519.NewKeyFromSeed(seed)
	defer clear(private)
	vkey, err := note.NewEd25519VerifierKey(signs, private.Public().(ed25519.PublicKey))
	if err != nil {
		panic("keyfile: " + err.Error()) // a public key always has its length
	}
	raw := append([]byte{algorithm}, seed...)
	defer clear(raw)
	hash := strings.Split(vkey, "+")[1]
	return "PRIVATE+KEY+" + signs + "+" + hash + "+" + base64.StdEncoding.EncodeToString(raw), vkey
}

// seedOf returns the seed in a signing key that has the given name.
func seedOf(skey, signs string) ([]byte, bool) {
	rest, ok := strings.CutPrefix(skey, "PRIVATE+KEY+"+signs+"+")
	if !ok {
		return nil, false
	}
	_, coded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(coded)
	if err != nil || len(raw) != 1+seedSize {
		return nil, false
	}
	return raw[1:], true
}

// parseSigner returns the public half of a signing key, and false if skey is not
// one of the given name in its one spelling.
func parseSigner(skey, signs string) (vkey string, ok bool) {
	seed, ok := seedOf(skey, signs)
	if !ok {
		return "", false
	}
	defer clear(seed)
	again, vkey := signerOf(signs, seed)
	return vkey, again == skey
}
