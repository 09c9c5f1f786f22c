package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"
)

const (
	maxKeyFile = 1 << 20 // bytes
	ageIntro   = "age-encryption.org/"
	// maxWorkFactor bounds the time and the memory (1 GiB at 20) that a
	// passphrase-encrypted file may ask for; age itself writes 18.
	maxWorkFactor = 20
)

// Read reads a key as [Key.Write] wrote it, or an age identity file of one or more
// post-quantum identities (AGE-SECRET-KEY-PQ-1…); either may be encrypted with a
// passphrase by age, binary or armored, or not. passphrase is called when it is
// needed, once, and its result is overwritten.
//
// Identities of any other kind are refused with [ErrNotIdentity]; a wrong
// passphrase gives [ErrPassphrase].
func Read(r io.Reader, passphrase func() ([]byte, error)) (*Key, error) {
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
		plain, err := decrypt(file, passphrase)
		if err != nil {
			return nil, err
		}
		defer clear(plain)
		data = plain
	}
	return parse(data)
}

func readLimited(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		clear(data)
		return nil, fmt.Errorf("read key: %w", err)
	}
	if len(data) > maxKeyFile {
		clear(data)
		return nil, fmt.Errorf("%w: the file is larger than %d bytes", ErrNotIdentity, maxKeyFile)
	}
	return data, nil
}

func decrypt(file io.Reader, passphrase func() ([]byte, error)) ([]byte, error) {
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
