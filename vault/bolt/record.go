package bolt

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"amana/vault"
)

// The layout of a record is written down in docs/formats.md, "Vault".
const (
	recordVersion = 1
	stateKept     = 0

	recordFixed = 1 + 1 + len(dayFormat) + 4 + 8 + sha256.Size + 4
	dayFormat   = "2006-01-02"
)

var errRecord = errors.New("the record is damaged")

// checkLabel refuses a label that would not survive a record, or that would
// keep a time finer than a day.
func checkLabel(label vault.Label) error {
	if _, err := time.Parse(dayFormat, label.Day); err != nil || len(label.Day) != len(dayFormat) {
		return fmt.Errorf("vault: the day received must be written like %s", dayFormat)
	}
	return nil
}

// encodeRecord writes everything of rec but its id. The hash at its end covers
// the id too, so that a record cannot stand under another's name.
func encodeRecord(rec *vault.Record) []byte {
	b := make([]byte, 0, recordFixed+len(rec.Header)+sha256.Size)
	b = append(b, recordVersion, stateKept)
	b = append(b, rec.Day...)
	b = binary.BigEndian.AppendUint32(b, rec.Epoch)
	b = binary.BigEndian.AppendUint64(b, uint64(rec.PayloadSize))
	b = append(b, rec.PayloadSum[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(rec.Header)))
	b = append(b, rec.Header...)
	sum := recordSum(rec.ID, b)
	return append(b, sum[:]...)
}

// decodeRecord reads what encodeRecord wrote under id. The header of the result
// shares memory with b.
func decodeRecord(id vault.ID, b []byte) (vault.Record, error) {
	rec := vault.Record{ID: id}
	if len(b) < recordFixed+sha256.Size {
		return rec, fmt.Errorf("%w: it is too short", errRecord)
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if want := recordSum(id, body); string(want[:]) != string(sum) {
		return rec, fmt.Errorf("%w: its hash is wrong", errRecord)
	}
	if body[0] != recordVersion || body[1] != stateKept {
		return rec, fmt.Errorf("%w: version %d, state %d", errRecord, body[0], body[1])
	}
	body = body[2:]
	rec.Day, body = string(body[:len(dayFormat)]), body[len(dayFormat):]
	rec.Epoch, body = binary.BigEndian.Uint32(body), body[4:]
	size, body := binary.BigEndian.Uint64(body), body[8:]
	body = body[copy(rec.PayloadSum[:], body):]
	length, header := binary.BigEndian.Uint32(body), body[4:]
	if size > math.MaxInt64-vault.MaxHeader || uint64(length) != uint64(len(header)) || length > vault.MaxHeader {
		return rec, fmt.Errorf("%w: its sizes are wrong", errRecord)
	}
	if err := checkLabel(rec.Label); err != nil {
		return rec, fmt.Errorf("%w: its day is wrong", errRecord)
	}
	rec.PayloadSize, rec.Header = int64(size), header
	return rec, nil
}

func recordSum(id vault.ID, body []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(id[:])
	h.Write(body)
	return [sha256.Size]byte(h.Sum(nil))
}
