package s3cors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
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

// ParseJSON reads the document that `aws s3api put-bucket-cors --cors-configuration file://…` takes. Keys are compared to the
// letter; unknown and repeated ones are errors. It checks the shape only; see [Validate] for what S3 makes of the contents.
func ParseJSON(data []byte) (*Configuration, error) {
	if err := wellFormed(data); err != nil {
		return nil, err
	}
	p := &jsonParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	var cfg Configuration
	found := false
	err := p.object("the document", func(key string) error {
		if key != "CORSRules" {
			return p.fail("unknown key %q; a configuration has CORSRules", key)
		}
		found = true
		return p.rules(&cfg)
	})
	if err == nil && !found {
		err = p.fail("there is no CORSRules")
	}
	if err != nil {
		return nil, err
	}
	return &cfg, nil
}

// wellFormed finds what is no JSON, so that the parser after it meets problems of shape only.
func wellFormed(data []byte) error {
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(data, new(json.RawMessage)); {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: %s", place(data, syntax.Offset-1), syntax.Error())
	case err != nil:
		return err
	case !utf8.Valid(data):
		return errors.New("the text is not UTF-8")
	}
	return nil
}

// place says where an offset is, line and column counted from 1, columns in bytes.
func place(data []byte, offset int64) string {
	before := data[:max(0, min(offset, int64(len(data))))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("line %d, column %d", line, column)
}

// jsonParser walks the values one by one, so that every error has a place.
type jsonParser struct {
	data  []byte
	dec   *json.Decoder
	start int64 // where the key or value read last begins
}

// mark notes where the next key or value begins.
func (p *jsonParser) mark() {
	p.start = p.dec.InputOffset()
	for p.start < int64(len(p.data)) && bytes.IndexByte([]byte(" \t\r\n,:"), p.data[p.start]) >= 0 {
		p.start++
	}
}

func (p *jsonParser) fail(format string, args ...any) error {
	return fmt.Errorf(place(p.data, p.start)+": "+format, args...)
}

// object calls with every key, its value still to be read.
func (p *jsonParser) object(what string, with func(key string) error) error {
	if err := p.open('{', what, "an object"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.dec.More() {
		p.mark()
		token, err := p.dec.Token()
		if err != nil {
			return err
		}
		key := token.(string) // the text is well-formed, so keys are strings
		if seen[key] {
			return p.fail("%s has %s twice", what, key)
		}
		seen[key] = true
		if err := with(key); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

// open reads the delimiter that begins an object or a list.
func (p *jsonParser) open(delim json.Delim, what, kind string) error {
	p.mark()
	token, err := p.dec.Token()
	if err != nil {
		return err
	}
	if token != delim {
		return p.fail("%s is not %s", what, kind)
	}
	return nil
}

// list calls with for every member, still to be read.
func (p *jsonParser) list(what string, with func() error) error {
	if err := p.open('[', what, "a list"); err != nil {
		return err
	}
	for p.dec.More() {
		if err := with(); err != nil {
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

func (p *jsonParser) rules(cfg *Configuration) error {
	return p.list("CORSRules", func() error {
		var rule Rule
		what := fmt.Sprintf("rule %d", len(cfg.CORSRules)+1)
		if err := p.object(what, func(key string) error { return p.member(&rule, key) }); err != nil {
			return err
		}
		cfg.CORSRules = append(cfg.CORSRules, rule)
		return nil
	})
}

func (p *jsonParser) member(rule *Rule, key string) error {
	switch key {
	case "ID":
		return p.text(key, &rule.ID)
	case "AllowedOrigins":
		return p.texts(key, &rule.AllowedOrigins)
	case "AllowedMethods":
		return p.texts(key, &rule.AllowedMethods)
	case "AllowedHeaders":
		return p.texts(key, &rule.AllowedHeaders)
	case "ExposeHeaders":
		return p.texts(key, &rule.ExposeHeaders)
	case "MaxAgeSeconds":
		return p.seconds(rule)
	}
	return p.fail("unknown key %q; a rule has ID, AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders and MaxAgeSeconds", key)
}

func (p *jsonParser) texts(key string, into *[]string) error {
	return p.list(key, func() error {
		var s string
		err := p.text("a member of "+key, &s)
		*into = append(*into, s)
		return err
	})
}

func (p *jsonParser) text(what string, into *string) error {
	p.mark()
	token, err := p.dec.Token()
	if err != nil {
		return err
	}
	s, ok := token.(string)
	if !ok {
		return p.fail("%s is not a string", what)
	}
	*into = s
	return nil
}

func (p *jsonParser) seconds(rule *Rule) error {
	p.mark()
	var value *int32
	if err := p.dec.Decode(&value); err != nil || value == nil {
		return p.fail("MaxAgeSeconds is not a 32-bit integer")
	}
	rule.MaxAgeSeconds = value
	return nil
}
