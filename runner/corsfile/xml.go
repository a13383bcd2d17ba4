package corsfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"corsprobe/runner/s3cors"
)

// parseXML reads a document, or several elements beside each other as people cut them out.
func (r *reader) parseXML() ([]node, []Notice) {
	r.syntax = XML
	if n, found := r.notS3XML(); found {
		return nil, []Notice{n}
	}
	p := &xmlReader{reader: r, dec: xml.NewDecoder(bytes.NewReader(r.source.data))}
	// The text was decoded, or refused, before: whatever the declaration says, it is UTF-8 now.
	p.dec.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	root := node{kind: object}
	if err := p.children(&root, 0); err != nil {
		return nil, []Notice{p.meant(err)}
	}
	return []node{root}, p.failed
}

// notS3XML finds HTML and S3's error documents.
func (r *reader) notS3XML() (Notice, bool) {
	start := bytes.TrimSpace(r.source.data)
	head := strings.ToLower(string(start[:min(len(start), 2000)]))
	at := r.source.place(bytes.IndexByte(r.source.data, '<'))
	switch {
	case strings.HasPrefix(head, "<!doctype html"), strings.HasPrefix(head, "<html"), strings.Contains(head, "<head>"), strings.Contains(head, "<body"):
		return problem("CP015", at, "the file is an HTML page", "give the configuration itself: a sign-in or error page may have been saved in its stead"), true
	case strings.Contains(head, "<error>") && strings.Contains(head, "<code>"):
		return problem("CP015", at, "the file is an error document of S3's, not a configuration", `corsprobe explain says what it means`), true
	}
	return Notice{}, false
}

type xmlReader struct {
	*reader

	dec    *xml.Decoder
	open   []string // the elements that are not closed yet
	start  int      // where the last token began
	failed []Notice
}

func (p *xmlReader) next() (xml.Token, error) {
	p.start = int(p.dec.InputOffset())
	return p.dec.Token()
}

// children reads the elements within one into members, up to its end. Text beside elements is noticed.
func (p *xmlReader) children(n *node, depth int) error {
	var said strings.Builder
	textAt := -1
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) && depth == 0 {
			return p.stray(said.String(), textAt)
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.EndElement:
			n.at.end = p.start
			n.outer.end = int(p.dec.InputOffset())
			p.open = p.open[:len(p.open)-1]
			if len(n.members) == 0 {
				n.kind, n.text = text, said.String()
				return nil
			}
			return p.stray(said.String(), textAt)
		case xml.CharData:
			if textAt < 0 && len(bytes.TrimSpace(token)) > 0 {
				textAt = p.start + blanksBefore(p.source.data[p.start:])
			}
			said.Write(token)
		case xml.StartElement:
			if err := p.element(n, token, depth); err != nil {
				return err
			}
		}
	}
}

// blanksBefore counts them in the text as it stands: in the parser's own \r\n has become \n.
func blanksBefore(data []byte) int { return len(data) - len(bytes.TrimLeft(data, " \t\r\n")) }

// element reads one child.
func (p *xmlReader) element(n *node, token xml.StartElement, depth int) error {
	start := p.start
	if depth >= deepest {
		return fmt.Errorf("it is nested more than %d deep", deepest)
	}
	if space := token.Name.Space; space != "" && space != s3cors.Namespace && len(p.notices) == 0 {
		p.notices = append(p.notices, problem("CP028", p.source.place(start), fmt.Sprintf("%s is in the namespace %q, not S3's", token.Name.Local, space), "write "+s3cors.Namespace))
	}
	child := node{kind: object, style: tags}
	child.outer.start, child.at.start = start, int(p.dec.InputOffset())
	p.open = append(p.open, token.Name.Local)
	if err := p.children(&child, depth+1); err != nil {
		return err
	}
	name := bytes.Index(p.source.data[start:child.at.start], []byte(token.Name.Local))
	n.members = append(n.members, member{token.Name.Local, span{start + name, start + name + len(token.Name.Local)}, child})
	return nil
}

// stray notices text where only elements belong.
func (p *xmlReader) stray(said string, at int) error {
	if said = strings.TrimSpace(said); said != "" {
		p.failed = append(p.failed, problem("CP023", p.source.place(at), fmt.Sprintf("text %s between elements", quote(said)), "take it out, or put it into a comment"))
	}
	return nil
}

// meant says why a text is no XML.
func (p *xmlReader) meant(err error) Notice {
	at := p.source.place(int(p.dec.InputOffset()))
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		err = errors.New(syntax.Msg)
	}
	if len(p.open) > 0 && (errors.Is(err, io.EOF) || strings.Contains(err.Error(), "unexpected EOF")) {
		return problem("CP016", at, fmt.Sprintf("the text ends before </%s>", p.open[len(p.open)-1]), "give the whole document")
	}
	return problem("CP023", at, "not XML: "+err.Error(), "mend the XML, or write the configuration as JSON")
}

// quote quotes a value for a sentence, cut short where it is long.
func quote(s string) string {
	const longest = 60
	if len(s) <= longest {
		return fmt.Sprintf("%q", s)
	}
	cut := longest
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return fmt.Sprintf("%q…", s[:cut])
}
