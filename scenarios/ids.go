package scenarios

import (
	"fmt"
	"strings"
)

// none stands in an id for what is not sent.
const none = "-"

// idPath escapes each part of a file's path.
func idPath(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = escape(p, "")
	}
	return strings.Join(parts, "/")
}

// escape makes one part of an id of a text: what would end the part, look like a glob, or not be seen is percent-encoded. extra lists further
// bytes to encode. No two texts give the same part.
func escape(text, extra string) string {
	switch text {
	case "":
		return "''"
	case none:
		return "%2D"
	}
	var b strings.Builder
	done := 0 // all before it is in b
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`/%*?[]'`, c) >= 0 || extra != "" && strings.IndexByte(extra, c) >= 0 {
			fmt.Fprintf(&b, "%s%%%02X", text[done:i], c)
			done = i + 1
		}
	}
	if done == 0 {
		return text
	}
	return b.String() + text[done:]
}

// originPart is an origin in an id: https://app.example.com becomes https:app.example.com. An origin without a scheme has its colons encoded,
// so that no two origins look alike.
func originPart(origin *string) string {
	if origin == nil {
		return none
	}
	scheme, rest, found := strings.Cut(*origin, "://")
	if !found {
		return escape(*origin, ":")
	}
	if rest == "" {
		return escape(scheme, ":") + ":"
	}
	rest = escape(rest, "")
	if rest == "%2D" {
		rest = none
	}
	return strings.TrimSuffix(escape(scheme, ":"), "''") + ":" + rest
}

func methodPart(method string) string {
	if method == "" {
		return none
	}
	return escape(method, "")
}

// headersPart is a value of Access-Control-Request-Headers, or real headers as name=value joined by &.
func headersPart(h Headers) string {
	switch {
	case h.Request != nil:
		return escape(*h.Request, "=&")
	case len(h.Fields) == 0:
		return none
	}
	parts := make([]string, len(h.Fields))
	for i, f := range h.Fields {
		parts[i] = escape(f.Name, "=&") + "=" + escape(f.Value, "=&")
	}
	return strings.Join(parts, "&")
}

func orWord(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// String is a value of the headers dimension as a selector sees it: "none", what Access-Control-Request-Headers holds, or "name: value, …".
func (h Headers) String() string {
	if h.Request != nil {
		return *h.Request
	}
	if len(h.Fields) == 0 {
		return "none"
	}
	parts := make([]string, len(h.Fields))
	for i, f := range h.Fields {
		parts[i] = f.Name + ": " + f.Value
	}
	return strings.Join(parts, ", ")
}
