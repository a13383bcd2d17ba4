package probe

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func TestDecoded(t *testing.T) {
	const text = "<Error><Code>AccessForbidden</Code></Error>"
	packed := func(w func(io.Writer) io.WriteCloser) []byte {
		var b bytes.Buffer
		c := w(&b)
		_, _ = io.WriteString(c, text)
		_ = c.Close()
		return b.Bytes()
	}
	zipped := packed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	for _, c := range []struct {
		name, encoding string
		body           []byte
		want           string
	}{
		{"none", "", []byte(text), text},
		{"gzip", "gzip", zipped, text},
		{"in capitals and blanks", " GZIP ", zipped, text},
		{"deflate", "deflate", packed(func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 6); return f }), text},
		{"br", "br", packed(func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }), text},
		{"zstd", "zstd", packed(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }), text},
		{"of S3's own", "aws-chunked", []byte(text), text},
		{"not what it says", "gzip", []byte(text), text},
		{"cut off", "gzip", zipped[:len(zipped)-9], text[:40]},
		{"empty", "gzip", nil, ""},
	} {
		got := string(decoded(c.encoding, c.body))
		if c.name == "cut off" { // how much of the end is there is the decoder's own
			if !strings.HasPrefix(text, got) || got == "" {
				t.Errorf("cut off: %q", got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A small body that unpacks to a large one is not unpacked whole.
func TestDecodedIsBounded(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for range 1024 {
		_, _ = w.Write(make([]byte, 1<<16))
	}
	_ = w.Close()
	if n := len(decoded("gzip", b.Bytes())); n != maxBody {
		t.Errorf("%d bytes, want %d", n, maxBody)
	}
}
