package workspace

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// schema is that of the document with the key.
const schema = "amana/workspace/1"

// keyDocument is what workspace.age holds.
type keyDocument struct {
	Schema string `json:"schema"`
	Key    []byte `json:"key"` // 32 random bytes
}

// maxKeyFile is more bytes than a sealed key has.
const maxKeyFile = 1 << 20

// sealNewKey makes the key of a workspace, and seals it to the recipients of ids.
func sealNewKey(ids []*age.HybridIdentity) (key, sealed []byte, err error) {
	if len(ids) == 0 {
		return nil, nil, errors.New("no key to seal it to")
	}
	key = make([]byte, 32)
	rand.Read(key) // never fails: it ends the program instead
	sealed, err = sealKey(key, ids)
	return key, sealed, err
}

func sealKey(key []byte, ids []*age.HybridIdentity) ([]byte, error) {
	var to []age.Recipient
	for _, id := range ids {
		to = append(to, id.Recipient())
	}
	plain, err := json.Marshal(keyDocument{schema, key})
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	var sealed bytes.Buffer
	out, err := age.Encrypt(&sealed, to...)
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	if _, err := out.Write(plain); err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	if err := out.Close(); err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	return sealed.Bytes(), nil
}

// readKey opens workspace.age.
func (w *Workspace) readKey() (*box, error) {
	file, err := openRegular(w.root, keyName, os.O_RDONLY)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotWorkspace, err)
	}
	defer file.Close()
	plain, err := age.Decrypt(io.LimitReader(file, maxKeyFile), w.ids...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, ErrNotOurs
	}
	if err != nil { // age quotes what it read
		return nil, fmt.Errorf("%w: %s is no age file", ErrDamaged, keyName)
	}
	data, err := io.ReadAll(io.LimitReader(plain, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, keyName, err)
	}
	defer clear(data)
	var doc keyDocument
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%w: %s holds no key", ErrDamaged, keyName)
	}
	defer clear(doc.Key)
	switch {
	case doc.Schema != schema:
		return nil, ErrVersion
	case len(doc.Key) != 32:
		return nil, fmt.Errorf("%w: %s holds no key", ErrDamaged, keyName)
	}
	return newBox(doc.Key)
}

// box seals the records of the index.
type box struct {
	aead  cipher.AEAD
	names []byte // keys the names of records
}

func newBox(key []byte) (*box, error) {
	b := new(box)
	seal, err := hkdf.Key(sha256.New, key, nil, "amana workspace records", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	defer clear(seal)
	if b.aead, err = chacha20poly1305.NewX(seal); err != nil {
		return nil, err
	}
	b.names, err = hkdf.Key(sha256.New, key, nil, "amana workspace names", 32)
	return b, err
}

func (b *box) clear() { clear(b.names) }

// name returns what stands in the index for a key of a shelf: it tells nothing.
func (b *box) name(shelf, key string) []byte {
	h := hmac.New(sha256.New, b.names)
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(shelf))))
	h.Write([]byte(shelf))
	h.Write([]byte(key))
	return h.Sum(nil)[:16]
}

// seal returns key and value as they stand under name on a shelf: 24 bytes nonce, and
// the sealed plaintext.
func (b *box) seal(shelf string, name []byte, key string, value []byte) ([]byte, error) {
	plain, err := pack(key, value)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	rand.Read(nonce)
	return b.aead.Seal(nonce, nonce, plain, append([]byte(shelf+"\x00"), name...)), nil
}

// open is the reverse of seal.
func (b *box) open(shelf string, name, sealed []byte) (key string, value []byte, err error) {
	bad := fmt.Errorf("%w: a record of %s was changed", ErrDamaged, shelf)
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return "", nil, bad
	}
	nonce, sealed := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	plain, err := b.aead.Open(nil, nonce, sealed, append([]byte(shelf+"\x00"), name...))
	if err != nil {
		return "", nil, bad
	}
	key, value, ok := unpack(plain)
	if !ok || !hmac.Equal(b.name(shelf, key), name) {
		return "", nil, bad
	}
	return key, value, nil
}
