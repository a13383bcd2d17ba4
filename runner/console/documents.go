package console

import (
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner/s3error"
)

// Document is what an error document of S3's says, without credentials.
type Document struct {
	Code     string
	Message  string
	Endpoint string // the host to use instead
	Region   string // the region to use instead
	Bucket   string
}

var (
	errorElement = regexp.MustCompile(`(?s)<Error\b[^>]*>.*?</Error>`)
	codeElement  = regexp.MustCompile(`<Code>\s*(\w+)\s*</Code>`)
	textElement  = regexp.MustCompile(`(?s)<Message>(.*?)(?:</Message>|$)`)
	word         = regexp.MustCompile(`\b[A-Z][A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*\b`)
)

// documents finds S3's error documents, and its codes where no document is, and returns the text without them.
func documents(text string) (all []Message, rest string) {
	for _, element := range errorElement.FindAllString(text, -1) {
		if d, ok := ParseDocument(element); ok {
			all = append(all, d.message())
		}
	}
	rest = errorElement.ReplaceAllString(text, " ")
	if len(all) > 0 {
		return all, rest
	}
	if m := codeElement.FindStringSubmatch(rest); m != nil { // a document that was cut off
		d := Document{Code: m[1]}
		if t := textElement.FindStringSubmatch(rest); t != nil {
			d.Message = normalised(WithoutKeys(t[1]))
		}
		return []Message{d.message()}, rest
	}
	return loose(rest), rest
}

// loose finds codes by themselves, as command lines and SDKs print them: "An error occurred (AccessDenied) when calling …". A code has a capital
// letter within, so that no plain word passes for one.
func loose(text string) []Message {
	text = normalised(text)
	var all []Message
	for _, at := range word.FindAllStringIndex(text, -1) {
		code := text[at[0]:at[1]]
		if slices.Contains(knownCodes(), code) {
			// its message follows it, and no further than a sentence
			d := Document{Code: code, Message: text[at[1]:min(len(text), at[1]+300)]}
			m := d.message()
			m.Error.Message = ""
			all = append(all, m)
		}
	}
	return all
}

func (d Document) message() Message {
	return Message{Source: S3, Meaning: ByError(d.Code, d.Message), Error: &d}
}

// ParseDocument reads an error document of S3's. It reports false for anything else.
func ParseDocument(text string) (Document, bool) {
	read, err := s3error.Read(text)
	if err != nil || strings.TrimSpace(read.Code) == "" {
		return Document{}, false
	}
	d := Document{Code: clean(read.Code), Message: clean(read.Message), Bucket: clean(read.BucketName)}
	for _, e := range read.Elements {
		switch e.Name {
		case "Endpoint":
			d.Endpoint = clean(e.Value)
		case "Region":
			d.Region = clean(e.Value)
		case "Bucket":
			d.Bucket = clean(e.Value)
		}
	}
	return d, true
}

// mostOfMessage bounds how much is kept of a message that an unknown server wrote.
const mostOfMessage = 400

func clean(text string) string {
	text = strings.TrimSpace(WithoutKeys(normalised(text)))
	if len(text) > mostOfMessage {
		text = strings.ToValidUTF8(text[:mostOfMessage], "") + "…"
	}
	return text
}
