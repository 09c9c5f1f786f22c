package unseal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// What can be wrong with an identity file. No error says anything of its bytes.
var (
	ErrPassphrase  = errors.New("the passphrase is wrong")
	ErrNotIdentity = errors.New("not a reviewer's key")
)

const (
	maxIdentityFile = 1 << 20 // bytes
	ageIntro        = "age-encryption.org/"
	identityPrefix  = "AGE-SECRET-KEY-PQ-1"
	// maxWorkFactor bounds the time and the memory (1 GiB at 20) that a
	// passphrase-encrypted file may ask for; age itself writes 18.
	maxWorkFactor = 20
)

// ReadIdentity reads a reviewer's key: an age identity file of one or more
// post-quantum identities (AGE-SECRET-KEY-PQ-1…), or one encrypted with a
// passphrase by age, binary or armored. passphrase is called when it is needed,
// once, and its result is overwritten.
//
// Identities of any other kind are refused with [ErrNotIdentity]; a wrong
// passphrase gives [ErrPassphrase].
func ReadIdentity(r io.Reader, passphrase func() ([]byte, error)) ([]*age.HybridIdentity, error) {
	data, err := readLimited(r)
	if err != nil {
		return nil, err
	}
	defer clear(data)
	var file io.Reader = bytes.NewReader(data)
	armored := bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte(armor.Header))
	if armored {
		file = armor.NewReader(file)
	}
	if armored || bytes.HasPrefix(data, []byte(ageIntro)) {
		plain, err := decryptIdentity(file, passphrase)
		if err != nil {
			return nil, err
		}
		defer clear(plain)
		data = plain
	}
	return parseIdentities(data)
}

func readLimited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxIdentityFile+1))
	if err != nil {
		clear(data)
		return nil, fmt.Errorf("read key: %w", err)
	}
	if len(data) > maxIdentityFile {
		clear(data)
		return nil, fmt.Errorf("%w: the file is larger than %d bytes", ErrNotIdentity, maxIdentityFile)
	}
	return data, nil
}

func decryptIdentity(file io.Reader, passphrase func() ([]byte, error)) ([]byte, error) {
	secret, err := passphrase()
	if err != nil {
		return nil, fmt.Errorf("ask for the passphrase: %w", err)
	}
	defer clear(secret)
	if len(secret) == 0 {
		return nil, ErrPassphrase
	}
	id, err := age.NewScryptIdentity(string(secret))
	if err != nil {
		return nil, ErrPassphrase
	}
	id.SetMaxWorkFactor(maxWorkFactor)
	plain, err := age.Decrypt(file, id)
	if err != nil {
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			if len(none.StanzaTypes) == 1 && none.StanzaTypes[0] == "scrypt" {
				return nil, ErrPassphrase
			}
			return nil, fmt.Errorf("%w: the file is encrypted, but not with a passphrase", ErrNotIdentity)
		}
		return nil, fmt.Errorf("%w: the encrypted file is damaged", ErrNotIdentity)
	}
	data, err := readLimited(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: the encrypted file is damaged", ErrNotIdentity)
	}
	return data, nil
}

// parseIdentities reads the lines of a plain identity file.
func parseIdentities(data []byte) ([]*age.HybridIdentity, error) {
	var ids []*age.HybridIdentity
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		switch {
		case strings.HasPrefix(line, identityPrefix):
			id, err := age.ParseHybridIdentity(line)
			if err != nil {
				return nil, fmt.Errorf("%w: line %d is damaged or cut off", ErrNotIdentity, n)
			}
			ids = append(ids, id)
		case strings.HasPrefix(line, "AGE-SECRET-KEY-1"):
			return nil, fmt.Errorf("%w: line %d is a key of the old kind, not post-quantum (%s…)", ErrNotIdentity, n, identityPrefix)
		case strings.HasPrefix(line, "age1"):
			return nil, fmt.Errorf("%w: line %d is a public recipient; the key file has lines %s…", ErrNotIdentity, n, identityPrefix)
		default:
			return nil, fmt.Errorf("%w: line %d is something else", ErrNotIdentity, n)
		}
	}
	if lines.Err() != nil {
		return nil, fmt.Errorf("%w: a line is too long", ErrNotIdentity)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: the file has no line %s…", ErrNotIdentity, identityPrefix)
	}
	return ids, nil
}
