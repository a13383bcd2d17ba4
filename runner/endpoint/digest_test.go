package endpoint

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"testing"
)

// A spoilt Content-MD5 is one, and not the document's; or it is none.
func TestSpoiltDigests(t *testing.T) {
	right := digestLine("md5", []byte("123456789")).Value
	wrong := digestLine("wrong-md5", []byte("123456789"))
	sum, err := base64.StdEncoding.DecodeString(wrong.Value)
	if wrong.Name != "Content-MD5" || err != nil || len(sum) != md5.Size || wrong.Value == right {
		t.Errorf("wrong-md5 is %s: %s (%v), right is %s", wrong.Name, wrong.Value, err, right)
	}
	if none := digestLine("malformed-md5", nil); none.Name != "Content-MD5" || len(none.Value) == len(right) {
		t.Errorf("malformed-md5 is %s: %s", none.Name, none.Value)
	}
}

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
