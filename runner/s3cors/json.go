package s3cors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// JSON is the document that `aws s3api put-bucket-cors --cors-configuration file://…` takes.
func (c *Configuration) JSON() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a < in an origin stays readable
	e.SetIndent("", "  ")
	_ = e.Encode(c) // strings and numbers into memory: it cannot fail
	return b.Bytes()
}

// ParseJSON reads what [Configuration.JSON] writes. What people write, and all that is to be said of it, package corsfile reads.
func ParseJSON(data []byte) (*Configuration, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var cfg Configuration
	if err := d.Decode(&cfg); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text follows the configuration")
	}
	return &cfg, nil
}
