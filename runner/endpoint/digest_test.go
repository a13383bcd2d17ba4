package endpoint

import (
	"encoding/hex"
	"testing"
)

// The digests have the values that their standards give for this text (RFC 1321, the catalogue of CRC algorithms, FIPS 180).
func TestHashes(t *testing.T) {
	for name, want := range map[string]string{
		"md5":       "25f9e794323b453885f5181f1b624d0b",
		"crc32":     "cbf43926",
		"crc32c":    "e3069283",
		"sha1":      "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
		"sha256":    "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
		"crc64nvme": "ae8b14860a799888",
	} {
		h := hashes[name]()
		_, _ = h.Write([]byte("123456789"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
