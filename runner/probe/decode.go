package probe

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// decoded removes a Content-Encoding, so that a compressed error document can be read. What cannot be decoded stays as it came; of a body
// that was cut off, what its start holds is returned, maxBody bytes at most.
func decoded(encoding string, body []byte) []byte {
	r, err := decoder(strings.ToLower(strings.TrimSpace(encoding)), bytes.NewReader(body))
	if err != nil || r == nil {
		return body
	}
	text, err := io.ReadAll(io.LimitReader(r, maxBody))
	if err != nil && len(text) == 0 {
		return body
	}
	return text
}

// decoder reads one of the encodings that browsers accept (RFC 9110, 8.4.1); nil: it is none of them.
func decoder(encoding string, r io.Reader) (io.Reader, error) {
	switch encoding {
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "deflate":
		return flate.NewReader(r), nil
	case "br":
		return brotli.NewReader(r), nil
	case "zstd":
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	default:
		return nil, nil
	}
}
