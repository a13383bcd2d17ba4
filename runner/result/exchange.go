package result

import (
	"strings"
	"time"
)

// Exchange is a request as sent and the answer as received.
type Exchange struct {
	Kind string `json:"kind"` // "preflight", "actual", "PutBucketCors" …
	// Short: of what was sent and came only what CORS's answers depend on, and what they consist of, is kept. A signature in the URL is but
	// named, other headers have no value, the body is no more than an error document's code, method and resource type.
	Short    bool     `json:"short,omitempty"`
	Request  Request  `json:"request"`
	Response Response `json:"response"`
	// NoObject: when it was sent, there was no object of the key that it names.
	NoObject bool `json:"noObject,omitempty"`
	// Error is the transport's, when there was no answer. Response is empty then.
	Error string        `json:"error,omitempty"`
	Start time.Time     `json:"start,omitzero"` // not of one in short
	Took  time.Duration `json:"tookNanoseconds"`
}

// Request is a request as sent, its credentials and signatures replaced by "REDACTED".
type Request struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []Header `json:"headers,omitempty"`
}

// Response is an answer as received.
type Response struct {
	Status  int      `json:"status"`
	Proto   string   `json:"proto,omitempty"` // "HTTP/1.1"
	Headers []Header `json:"headers,omitempty"`
	// Body is the start of the body, at most 64 KiB of it.
	Body      string `json:"body,omitempty"`
	Truncated bool   `json:"truncated,omitempty"` // Body is not the whole
}

// Header is one header line, its name in the case that was sent.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Is reports that a header line has that name, in any case of ASCII letters.
func (h Header) Is(name string) bool {
	return len(h.Name) == len(name) && strings.EqualFold(h.Name, name)
}

// Values returns the values of every line of headers with that name, in order, whatever the case of the name.
func Values(headers []Header, name string) []string {
	var values []string
	for _, h := range headers {
		if h.Is(name) {
			values = append(values, h.Value)
		}
	}
	return values
}
