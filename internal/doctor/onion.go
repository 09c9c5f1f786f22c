package doctor

import (
	"bytes"
	"crypto/sha3"
	"encoding/base32"
	"errors"
	"strings"
)

// Host reads an onion address as a person gives it, with http:// or without, and
// returns its host. Its checksum must be right: a slip of the finger leads elsewhere.
//
// The address is that of tor's rend-spec-v3, section 6: 32 bytes of key, 2 of
// checksum and 1 of version in base 32.
func Host(address string) (string, error) {
	host := strings.ToLower(strings.TrimSpace(address))
	host = strings.TrimSuffix(strings.TrimPrefix(host, "http://"), "/")
	name, ok := strings.CutSuffix(host, ".onion")
	raw, err := base32.StdEncoding.DecodeString(strings.ToUpper(name))
	if !ok || err != nil || len(raw) != 35 || raw[34] != 3 {
		return "", errors.New("not an onion address of version 3: 56 letters and digits, and .onion")
	}
	sum := sha3.New256()
	sum.Write([]byte(".onion checksum"))
	sum.Write(raw[:32])
	sum.Write(raw[34:])
	if !bytes.Equal(sum.Sum(nil)[:2], raw[32:34]) {
		return "", errors.New("the onion address has a slip in it: its checksum is wrong")
	}
	return host, nil
}

// Hostname returns the address of an onion service, which tor writes into its folder.
func (m *Machine) Hostname(dir string) (string, error) { return m.read(dir + "/hostname") }
