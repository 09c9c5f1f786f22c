package keyfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"amana/internal/durable"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// workFactor is how slow a guess at the passphrase is: 2^18 rounds of scrypt,
// about a second, which is age's own choice.
const workFactor = 18

// Write writes the key to a new file that only its owner may read, encrypted
// with the passphrase as an armored age file, so that the stock command takes it
// with -i. On return it was read again with the passphrase and is on stable
// storage. A file that is there is never overwritten: the error then wraps
// [fs.ErrExist]. An empty passphrase is refused, and a key of age-keygen with
// [ErrNoSigningKey].
func (k *Key) Write(path string, passphrase []byte) error {
	if k.skey == "" {
		return ErrNoSigningKey
	}
	f, err := durable.Create(path, 0o600)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	defer f.Discard()
	if err := k.encrypt(f, passphrase, workFactor); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	if err := k.readBack(f, passphrase); err != nil {
		return fmt.Errorf("write key: read it again: %w", err)
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return nil
}

func (k *Key) encrypt(out io.Writer, passphrase []byte, factor int) error {
	if len(passphrase) == 0 {
		return errors.New("a key is not written without a passphrase")
	}
	r, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return fmt.Errorf("use passphrase: %w", err)
	}
	r.SetWorkFactor(factor)
	// As text it survives being copied as text, and an editor shows what it is.
	armored := armor.NewWriter(out)
	w, err := age.Encrypt(armored, r)
	if err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	text := k.text()
	defer clear(text)
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if err := errors.Join(w.Close(), armored.Close()); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	return nil
}

// readBack holds what was written against the key: it may be opened for the first
// time in a year.
func (k *Key) readBack(f io.ReadSeeker, passphrase []byte) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	again, err := Read(f, func() ([]byte, error) { return bytes.Clone(passphrase), nil })
	if err != nil {
		return err
	}
	text, second := k.text(), again.text()
	defer clear(text)
	defer clear(second)
	if !bytes.Equal(text, second) {
		return errors.New("it is another key")
	}
	return nil
}
