package custody

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
)

// Extract hands the record out as files that other programs can check: for each link
// its signed text (links/00000001.txt) and signature (links/00000001.sig, 64 bytes), and
// for each signer a public key (keys/LINK.pem, named after their first link). put is
// called with the path of each, with slashes. README.txt says how to check them.
//
// The links are given out as they are kept. The error wraps [ErrBroken] at the first
// that cannot be read.
func (l *Log) Extract(ctx context.Context, put func(path string, data []byte) error) error {
	keys := make(map[string]string)
	var list bytes.Buffer
	for link, err := range l.Links() {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("extract custody: %w", err)
		}
		name := keyOf(link.Number)
		sig, err := base64.StdEncoding.DecodeString(link.Signature)
		if err != nil {
			return fmt.Errorf("extract custody: link %d: %w: its signature is not base64", link.Number, ErrBroken)
		}
		if keys[link.Key] == "" {
			public, err := publicKey(link.Key)
			if err != nil {
				return fmt.Errorf("extract custody: link %d: %w", link.Number, err)
			}
			keys[link.Key] = "keys/" + name + ".pem"
			if err := put(keys[link.Key], public); err != nil {
				return err
			}
		}
		if err := put("links/"+name+".txt", link.Text()); err != nil {
			return err
		}
		if err := put("links/"+name+".sig", sig); err != nil {
			return err
		}
		fmt.Fprintf(&list, "%s %s\n", name, keys[link.Key])
	}
	if err := put("signers.txt", list.Bytes()); err != nil {
		return err
	}
	return put("README.txt", []byte(extractText))
}

// publicKey returns the key in a verifier key as PEM, as openssl reads it.
func publicKey(vkey string) ([]byte, error) {
	fields := strings.SplitN(vkey, "+", 3)
	raw, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil || len(fields) != 3 || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 1 {
		return nil, fmt.Errorf("%w: it names no Ed25519 key", ErrBroken)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: append([]byte(keyHead), raw[1:]...)}), nil
}

// keyHead stands before the 32 bytes of an Ed25519 key in DER (RFC 8410). Package x509
// would bring the network in.
const keyHead = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"

const extractText = `The record of custody, link by link, to be checked without the program that
made it. docs/formats-custody.md of Amana describes every line.

Signatures (Ed25519; OpenSSL 3): signers.txt names the key of each link.

    while read n key; do
      openssl pkeyutl -verify -rawin -pubin -inkey "$key" \
        -in links/$n.txt -sigfile links/$n.sig || echo "link $n is false"
    done < signers.txt

The chain: each link names the SHA-256 of the one before it, in its line "before".

    before=0000000000000000000000000000000000000000000000000000000000000000
    for f in links/*.txt; do
      grep -qx "before $before" "$f" || echo "$f does not follow"
      before=$(sha256sum < "$f" | cut -d" " -f1)
    done
    echo "the last link has the hash $before"

Whose keys these are, the administrators' signed rosters say: the line "key" of a link
must stand in one, beside the same name. The links name reviewers, recipients and
reasons: give this folder only to those who may know them.
`
