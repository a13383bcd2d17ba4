package s3cors

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Namespace is the XML namespace of S3's documents.
const Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// XML writes the configuration as the document that PutBucketCors takes. Members that are empty are left out.
func (c *Configuration) XML() []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<CORSConfiguration xmlns="` + Namespace + `">`)
	for _, rule := range c.CORSRules {
		rule.writeXML(&b)
	}
	b.WriteString("</CORSConfiguration>")
	return b.Bytes()
}

func (r Rule) writeXML(b *bytes.Buffer) {
	b.WriteString("<CORSRule>")
	if r.ID != "" {
		writeElements(b, "ID", []string{r.ID})
	}
	writeElements(b, "AllowedHeader", r.AllowedHeaders)
	writeElements(b, "AllowedMethod", r.AllowedMethods)
	writeElements(b, "AllowedOrigin", r.AllowedOrigins)
	writeElements(b, "ExposeHeader", r.ExposeHeaders)
	if r.MaxAgeSeconds != nil {
		writeElements(b, "MaxAgeSeconds", []string{strconv.Itoa(int(*r.MaxAgeSeconds))})
	}
	b.WriteString("</CORSRule>")
}

func writeElements(b *bytes.Buffer, name string, values []string) {
	for _, value := range values {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(b, []byte(value)) // a bytes.Buffer takes every write
		b.WriteString("</" + name + ">")
	}
}

// ParseXML reads the document that GetBucketCors returns and PutBucketCors takes, with S3's namespace or none. Elements that
// S3 does not know, text between elements and a second ID or MaxAgeSeconds in one rule (fact 65) are errors. Attributes are
// ignored. It checks the shape only; see [Validate] for what S3 makes of the contents.
func ParseXML(data []byte) (*Configuration, error) {
	p := &xmlParser{dec: xml.NewDecoder(bytes.NewReader(data))}
	cfg, err := p.document()
	if err != nil {
		return nil, p.locate(err)
	}
	return cfg, nil
}

// xmlParser walks the elements one by one, so that every error has a place.
type xmlParser struct {
	dec          *xml.Decoder
	line, column int // where the token read last begins
}

// locate puts the place before an error.
func (p *xmlParser) locate(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		p.line, p.column = p.dec.InputPos()
		err = errors.New(syntax.Msg)
	}
	return fmt.Errorf("line %d, column %d: %w", p.line, p.column, err)
}

// next returns the next start element, end element or text.
func (p *xmlParser) next() (xml.Token, error) {
	for {
		p.line, p.column = p.dec.InputPos()
		token, err := p.dec.Token()
		if err != nil {
			return nil, err
		}
		switch token.(type) {
		case xml.StartElement, xml.EndElement, xml.CharData:
			return token, nil
		}
	}
}

func (p *xmlParser) document() (*Configuration, error) {
	var cfg *Configuration
	err := p.children(func(name string) error {
		switch {
		case cfg != nil:
			return errors.New("a second document follows the first")
		case name != "CORSConfiguration":
			return fmt.Errorf("the document is %s, not CORSConfiguration", name)
		}
		cfg = &Configuration{}
		return p.children(func(name string) error { return p.rule(cfg, name) })
	})
	if err == nil && cfg == nil {
		err = errors.New("there is no CORSConfiguration")
	}
	return cfg, err
}

// children calls with the name of every child element up to the parent's end, or the document's.
func (p *xmlParser) children(with func(name string) error) error {
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil // the decoder itself refuses an element without end
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.EndElement:
			return nil
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				return fmt.Errorf("text %q between elements", text)
			}
		case xml.StartElement:
			if token.Name.Space != "" && token.Name.Space != Namespace {
				return fmt.Errorf("%s is in namespace %q, not S3's", token.Name.Local, token.Name.Space)
			}
			if err := with(token.Name.Local); err != nil {
				return err
			}
		}
	}
}

func (p *xmlParser) rule(cfg *Configuration, name string) error {
	if name != "CORSRule" {
		return fmt.Errorf("unknown element %s in CORSConfiguration", name)
	}
	var rule Rule
	seen := map[string]bool{}
	if err := p.children(func(name string) error { return p.member(&rule, name, seen) }); err != nil {
		return err
	}
	cfg.CORSRules = append(cfg.CORSRules, rule)
	return nil
}

func (p *xmlParser) member(rule *Rule, name string, seen map[string]bool) error {
	switch name {
	case "AllowedOrigin":
		return p.add(name, &rule.AllowedOrigins)
	case "AllowedMethod":
		return p.add(name, &rule.AllowedMethods)
	case "AllowedHeader":
		return p.add(name, &rule.AllowedHeaders)
	case "ExposeHeader":
		return p.add(name, &rule.ExposeHeaders)
	case "ID", "MaxAgeSeconds":
		if seen[name] {
			return fmt.Errorf("a second %s in one CORSRule", name)
		}
		seen[name] = true
		return p.single(rule, name)
	}
	return fmt.Errorf("unknown element %s in CORSRule", name)
}

func (p *xmlParser) add(name string, list *[]string) error {
	text, err := p.text(name)
	*list = append(*list, text)
	return err
}

func (p *xmlParser) single(rule *Rule, name string) error {
	line, column := p.line, p.column
	text, err := p.text(name)
	switch {
	case err != nil:
		return err
	case name == "ID":
		rule.ID = text
		return nil
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil {
		p.line, p.column = line, column
		return fmt.Errorf("MaxAgeSeconds is %q, not a 32-bit integer", text)
	}
	value := int32(seconds)
	rule.MaxAgeSeconds = &value
	return nil
}

// text reads an element's text as it stands, up to its end.
func (p *xmlParser) text(name string) (string, error) {
	var b strings.Builder
	for {
		token, err := p.next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			b.Write(token)
		case xml.EndElement:
			return b.String(), nil
		case xml.StartElement:
			return "", fmt.Errorf("element %s inside %s", token.Name.Local, name)
		}
	}
}
