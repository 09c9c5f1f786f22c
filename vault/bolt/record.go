package bolt

import (
	"bytes"
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
	recordVersion1 = 1
	recordVersion2 = 2
	recordVersion  = 3
	purgedVersion  = 4 // of what stays of a testimony that was purged
	stateKept      = 0
	stateCollected = 1
	statePurged    = 2

	recordHead  = 1 + 1 + len(dayFormat) // version, state, day
	recordFixed = recordHead + 4 + 8 + sha256.Size + 4
	nextFixed   = 4 + len(vault.Next{}.By) + 4
	maxRecord   = int64(recordFixed + 4 + vault.MaxHeader + nextFixed + vault.MaxHeader + sha256.Size)
	purgedSize  = 1 + 1 + sha256.Size // version, state, hash
	dayFormat   = "2006-01-02"
)

// ErrRecord is wrapped by the error about a record that no vault could have written.
var ErrRecord = errors.New("the record is damaged")

// errPurged is the error of decodeRecord about what stays of a testimony that was
// purged: to all but Look and Purged it is one that is not there.
var errPurged = fmt.Errorf("%w: it was purged", vault.ErrNotFound)

// encodePurged writes what stays of a testimony that was purged, but its id.
func encodePurged(id vault.ID) []byte {
	b := append(make([]byte, 0, purgedSize), purgedVersion, statePurged)
	sum := recordSum(id, b)
	return append(b, sum[:]...)
}

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
	size := recordFixed + 4 + len(rec.Header) + nextFixed + sha256.Size
	if rec.Next != nil {
		size += len(rec.Next.Header)
	}
	b := make([]byte, 0, size)
	state := byte(stateKept)
	if rec.Collected {
		state = stateCollected
	}
	b = append(b, recordVersion, state)
	b = append(b, rec.Day...)
	b = binary.BigEndian.AppendUint32(b, rec.Epoch)
	b = binary.BigEndian.AppendUint64(b, uint64(rec.PayloadSize))
	b = append(b, rec.PayloadSum[:]...)
	b = binary.BigEndian.AppendUint32(b, rec.HeaderEpoch)
	b = appendSized(b, rec.Header)
	if rec.Next == nil {
		b = binary.BigEndian.AppendUint32(b, 0)
	} else {
		b = binary.BigEndian.AppendUint32(b, rec.Next.Epoch)
		b = append(b, rec.Next.By[:]...)
		b = appendSized(b, rec.Next.Header)
	}
	sum := recordSum(rec.ID, b)
	return append(b, sum[:]...)
}

func appendSized(b, header []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(header)))
	return append(b, header...)
}

// decodeRecord reads what encodeRecord wrote under id, and what versions 1 and 2 did.
// The headers of the result share memory with b. For what encodePurged wrote the
// error is errPurged.
func decodeRecord(id vault.ID, b []byte) (vault.Record, error) {
	rec := vault.Record{ID: id}
	if len(b) == purgedSize && bytes.Equal(b, encodePurged(id)) {
		return rec, errPurged
	}
	if len(b) < recordFixed+sha256.Size {
		return rec, fmt.Errorf("%w: it is too short", ErrRecord)
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if want := recordSum(id, body); string(want[:]) != string(sum) {
		return rec, fmt.Errorf("%w: its hash is wrong", ErrRecord)
	}
	version, state := body[0], body[1]
	known := version == recordVersion && state <= stateCollected ||
		(version == recordVersion1 || version == recordVersion2) && state == stateKept
	if !known {
		return rec, fmt.Errorf("%w: version %d, state %d", ErrRecord, version, state)
	}
	rec.Collected = state == stateCollected
	rec.Day, body = string(body[2:recordHead]), body[recordHead:]
	rec.Epoch, body = binary.BigEndian.Uint32(body), body[4:]
	size, body := binary.BigEndian.Uint64(body), body[8:]
	body = body[copy(rec.PayloadSum[:], body):]
	rec.PayloadSize, rec.HeaderEpoch = int64(size), rec.Epoch
	var ok bool
	if version == recordVersion1 {
		rec.Header, body, ok = cutSized(body)
	} else {
		body, ok = decodeHeaders(&rec, body)
	}
	if !ok || len(body) > 0 || size > math.MaxInt64-vault.MaxHeader {
		return rec, fmt.Errorf("%w: its sizes are wrong", ErrRecord)
	}
	if err := checkLabel(rec.Label); err != nil {
		return rec, fmt.Errorf("%w: its day is wrong", ErrRecord)
	}
	if rec.HeaderEpoch < rec.Epoch || rec.Next != nil && rec.Next.Epoch < rec.HeaderEpoch {
		return rec, fmt.Errorf("%w: its epochs are wrong", ErrRecord)
	}
	return rec, nil
}

// decodeHeaders reads the headers and their epochs and returns what is behind.
func decodeHeaders(rec *vault.Record, body []byte) (rest []byte, ok bool) {
	rec.HeaderEpoch, body = binary.BigEndian.Uint32(body), body[4:]
	if rec.Header, body, ok = cutSized(body); !ok || len(body) < 4 {
		return nil, false
	}
	epoch, body := binary.BigEndian.Uint32(body), body[4:]
	if epoch == 0 {
		return body, true
	}
	rec.Next = &vault.Next{Epoch: epoch}
	if len(body) < len(rec.Next.By) {
		return nil, false
	}
	body = body[copy(rec.Next.By[:], body):]
	rec.Next.Header, body, ok = cutSized(body)
	return body, ok && len(rec.Next.Header) > 0
}

// cutSized takes a header off the front of b.
func cutSized(b []byte) (header, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	size, b := binary.BigEndian.Uint32(b), b[4:]
	if size > vault.MaxHeader || int(size) > len(b) {
		return nil, nil, false
	}
	return b[:size:size], b[size:], true
}

func recordSum(id vault.ID, body []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(id[:])
	h.Write(body)
	return [sha256.Size]byte(h.Sum(nil))
}
