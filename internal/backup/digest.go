package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"

	"amana/vault"
	"amana/vault/letterbox"
)

// Digest sums up what a server keeps: the records of all testimonies with the hashes of
// their payloads, what was purged, replies, rosters and the server's key. Two servers
// with one digest keep the same. It must be told of them in this order, and of those
// with an id in the order of their ids.
type Digest struct{ h hash.Hash }

// NewDigest returns the digest of nothing.
func NewDigest() *Digest { return &Digest{sha256.New()} }

// Record adds a testimony.
func (d *Digest) Record(rec *vault.Record) { d.h.Write(encodeRecord(rec)) }

// Purged adds what was purged.
func (d *Digest) Purged(id vault.ID) { fmt.Fprintf(d.h, "purged %s\n", id) }

// Reply adds a reply.
func (d *Digest) Reply(l *letterbox.Letter) { d.h.Write(encodeLetter(l)) }

// Roster adds a roster as it is signed.
func (d *Digest) Roster(name string, text []byte) {
	fmt.Fprintf(d.h, "%s %x\n", name, sha256.Sum256(text))
}

// Server adds the key that verifies the server's bundles.
func (d *Digest) Server(vkey string) { fmt.Fprintf(d.h, "server %s\n", vkey) }

// String returns the SHA-256 of what was added so far, in hexadecimal.
func (d *Digest) String() string { return hex.EncodeToString(d.h.Sum(nil)) }

// recordLine is a record as it stands in a backup: one line of JSON.
type recordLine struct {
	ID          string    `json:"id"`
	Day         string    `json:"day"`
	Epoch       uint32    `json:"epoch"`
	HeaderEpoch uint32    `json:"header_epoch"`
	Header      []byte    `json:"header"`
	Next        *nextLine `json:"next"`
	Collected   bool      `json:"collected"`
	PayloadSize int64     `json:"payload_size"`
	PayloadSum  string    `json:"payload_sha256"`
}

type nextLine struct {
	Epoch  uint32 `json:"epoch"`
	By     string `json:"by"`
	Header []byte `json:"header"`
}

func encodeRecord(rec *vault.Record) []byte {
	line := recordLine{
		ID: rec.ID.String(), Day: rec.Day, Epoch: rec.Epoch, HeaderEpoch: rec.HeaderEpoch, Header: rec.Header,
		Collected: rec.Collected, PayloadSize: rec.PayloadSize, PayloadSum: hex.EncodeToString(rec.PayloadSum[:]),
	}
	if rec.Next != nil {
		line.Next = &nextLine{rec.Next.Epoch, hex.EncodeToString(rec.Next.By[:]), rec.Next.Header}
	}
	return jsonLine(line)
}

func decodeRecord(data []byte) (rec vault.Record, err error) {
	var line recordLine
	if err := json.Unmarshal(data, &line); err != nil {
		return rec, fmt.Errorf("%w: a record is not JSON", ErrMalformed)
	}
	if rec.ID, err = vault.ParseID(line.ID); err != nil {
		return rec, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	rec.Day, rec.Epoch, rec.HeaderEpoch, rec.Header = line.Day, line.Epoch, line.HeaderEpoch, line.Header
	rec.Collected, rec.PayloadSize = line.Collected, line.PayloadSize
	good := unhex(rec.PayloadSum[:], line.PayloadSum)
	if line.Next != nil {
		rec.Next = &vault.Next{Epoch: line.Next.Epoch, Header: line.Next.Header}
		good = good && unhex(rec.Next.By[:], line.Next.By)
	}
	// There is one spelling, and nothing in it that is not known.
	if !good || !bytes.Equal(encodeRecord(&rec), data) {
		return rec, fmt.Errorf("%w: a record", ErrMalformed)
	}
	return rec, nil
}

// letterLine is a reply as it stands in a backup: one line of JSON.
type letterLine struct {
	Mailbox string `json:"mailbox"`
	ID      string `json:"id"`
	Day     string `json:"day"`
	Sealed  []byte `json:"sealed"`
}

func encodeLetter(l *letterbox.Letter) []byte {
	return jsonLine(letterLine{hex.EncodeToString(l.Mailbox[:]), hex.EncodeToString(l.ID[:]), l.Day, l.Sealed})
}

func decodeLetter(data []byte) (l letterbox.Letter, err error) {
	var line letterLine
	if err := json.Unmarshal(data, &line); err != nil {
		return l, fmt.Errorf("%w: a reply is not JSON", ErrMalformed)
	}
	l.Day, l.Sealed = line.Day, line.Sealed
	if !unhex(l.Mailbox[:], line.Mailbox) || !unhex(l.ID[:], line.ID) || !bytes.Equal(encodeLetter(&l), data) {
		return l, fmt.Errorf("%w: a reply", ErrMalformed)
	}
	return l, nil
}

// jsonLine encodes what always can be encoded.
func jsonLine(value any) []byte {
	b, _ := json.Marshal(value)
	return append(b, '\n')
}

func unhex(to []byte, text string) bool {
	if len(text) != hex.EncodedLen(len(to)) {
		return false
	}
	_, err := hex.Decode(to, []byte(text))
	return err == nil
}
