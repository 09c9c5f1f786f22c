package agekey

import "strings"

// The spelling of an age identity is Bech32 (BIP 173), without its limit of 90
// characters and in upper case. age keeps its own code for it to itself.

const (
	bech32Digits   = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	checksumDigits = 6
)

// decode returns the bytes in an identity that age spelled.
func decode(identity string) ([]byte, bool) {
	digits, ok := strings.CutPrefix(identity, Prefix)
	if !ok || len(digits) < checksumDigits {
		return nil, false
	}
	raw := make([]byte, 0, len(digits)) // never moved, so that clearing it leaves no copy
	var bits, have uint
	for _, c := range []byte(digits[:len(digits)-checksumDigits]) {
		d := strings.IndexByte(bech32Digits, c)
		if d < 0 {
			return nil, false
		}
		bits, have = bits<<5|uint(d), have+5
		if have >= 8 {
			have -= 8
			raw = append(raw, byte(bits>>have))
		}
	}
	return raw, true
}

// encode spells bytes as an identity.
func encode(raw []byte) string {
	var digits []byte
	var bits, have uint
	for _, b := range raw {
		bits, have = bits<<8|uint(b), have+8
		for have >= 5 {
			have -= 5
			digits = append(digits, byte(bits>>have&31))
		}
	}
	if have > 0 {
		digits = append(digits, byte(bits<<(5-have)&31))
	}
	var out strings.Builder
	out.WriteString(Prefix)
	for _, d := range append(digits, checksum(digits)...) {
		out.WriteByte(bech32Digits[d])
	}
	return out.String()
}

// checksum returns the six digits of BIP 173 for the digits of an identity.
func checksum(digits []byte) []byte {
	prefix := strings.ToLower(strings.TrimSuffix(Prefix, "1"))
	var values []byte
	for _, c := range []byte(prefix) {
		values = append(values, c>>5)
	}
	values = append(values, 0)
	for _, c := range []byte(prefix) {
		values = append(values, c&31)
	}
	values = append(append(values, digits...), make([]byte, checksumDigits)...)
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	sum ^= 1
	out := make([]byte, checksumDigits)
	for i := range out {
		out[i] = byte(sum >> (5 * (checksumDigits - 1 - i)) & 31)
	}
	return out
}
