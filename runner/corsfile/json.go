package corsfile

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"github.com/tailscale/hujson"
)

// deepest is how deeply values may be nested. Real files stay under 30; parsers that call themselves need a bound.
const deepest = 200

// parseJSON reads JSON; comments and commas before a closing bracket are read and noticed.
func (r *reader) parseJSON() ([]node, []Notice) {
	r.syntax = JSON
	clean, comments := blankHashes(r.source.data)
	if at := tooDeep(clean); at >= 0 {
		return nil, []Notice{problem("CP021", r.source.place(at), fmt.Sprintf("it is nested more than %d deep", deepest), "give the configuration alone")}
	}
	value, err := hujson.Parse(append(clean[:len(clean):len(clean)], '\n')) // the line ends a comment at the end
	if err != nil {
		return nil, []Notice{r.meantJSON(clean, errorOffset(r.source, err), err)}
	}
	c := jsonConverter{comments: comments}
	root := c.convert(&value)
	c.extra(value.BeforeExtra, 0)
	c.extra(value.AfterExtra, value.EndOffset)
	r.jsonNotices(&c)
	return []node{root}, nil
}

// blankHashes writes spaces over # comments, which no kind of JSON has, and says where they were.
func blankHashes(data []byte) (clean []byte, at []int) {
	if bytes.IndexByte(data, '#') < 0 {
		return data, nil
	}
	clean = bytes.Clone(data)
	inText := false
	for i := 0; i < len(clean); i++ {
		switch b := clean[i]; {
		case b == '\\' && inText:
			i++
		case b == '"' || b == '\n' && inText: // no text goes over a line's end
			inText = b == '"' && !inText
		case b == '#' && !inText:
			at = append(at, i)
			for ; i < len(clean) && clean[i] != '\n'; i++ {
				clean[i] = ' '
			}
		}
	}
	return clean, at
}

// tooDeep is the first bracket beyond what may be nested, or -1.
func tooDeep(data []byte) int {
	depth, inText := 0, false
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case b == '\\' && inText:
			i++
		case b == '"':
			inText = !inText
		case inText:
		case b == '[' || b == '{':
			if depth++; depth > deepest {
				return i
			}
		case b == ']' || b == '}':
			depth--
		}
	}
	return -1
}

var hujsonPlace = regexp.MustCompile(`line (\d+), column (\d+)`)

// errorOffset is where the parser stopped. It counts columns in bytes.
func errorOffset(s *source, err error) int {
	found := hujsonPlace.FindStringSubmatch(err.Error())
	if found == nil {
		return 0
	}
	line, _ := strconv.Atoi(found[1]) // digits only
	column, _ := strconv.Atoi(found[2])
	if line > len(s.lines) {
		return len(s.data)
	}
	return min(s.lines[line-1]+column-1, len(s.data))
}

// jsonConverter makes nodes, and remembers what JSON has not.
type jsonConverter struct {
	comments []int
	commas   []int // before a closing bracket
}

func (c *jsonConverter) extra(extra hujson.Extra, at int) {
	if i := bytes.IndexByte(extra, '/'); i >= 0 {
		c.comments = append(c.comments, at+i)
	}
}

// around notes comments before and after a value.
func (c *jsonConverter) around(v *hujson.Value) {
	c.extra(v.BeforeExtra, v.StartOffset-len(v.BeforeExtra))
	c.extra(v.AfterExtra, v.EndOffset)
}

func (c *jsonConverter) convert(v *hujson.Value) node {
	n := node{at: span{v.StartOffset, v.EndOffset}}
	switch value := v.Value.(type) {
	case *hujson.Object:
		n.kind = object
		for i := range value.Members {
			m := &value.Members[i]
			c.around(&m.Name)
			c.around(&m.Value)
			n.members = append(n.members, member{key: m.Name.Value.(hujson.Literal).String(), at: span{m.Name.StartOffset, m.Name.EndOffset}, value: c.convert(&m.Value)})
		}
		if k := len(value.Members); k > 0 {
			c.comma(&value.Members[k-1].Value, value.AfterExtra, v.EndOffset)
		}
		c.extra(value.AfterExtra, v.EndOffset-1-len(value.AfterExtra))
	case *hujson.Array:
		n.kind = list
		for i := range value.Elements {
			c.around(&value.Elements[i])
			n.items = append(n.items, c.convert(&value.Elements[i]))
		}
		if k := len(value.Elements); k > 0 {
			c.comma(&value.Elements[k-1], value.AfterExtra, v.EndOffset)
		}
		c.extra(value.AfterExtra, v.EndOffset-1-len(value.AfterExtra))
	case hujson.Literal:
		n.kind, n.text = literal(value)
	}
	return n
}

// comma notes one after the last value: the parser keeps the blanks before and after it apart.
func (c *jsonConverter) comma(last *hujson.Value, after hujson.Extra, end int) {
	if at := last.EndOffset + len(last.AfterExtra); at < end-1-len(after) {
		c.commas = append(c.commas, at)
	}
}

func literal(l hujson.Literal) (kind, string) {
	switch l.Kind() {
	case '"':
		return text, l.String()
	case 'n':
		return nothing, ""
	case '0':
		return number, string(l)
	}
	return boolean, string(l)
}

// jsonNotices notes comments and commas, each matter once.
func (r *reader) jsonNotices(c *jsonConverter) {
	if len(c.comments) > 0 {
		what := "JSON has no comments: aws s3api refuses the file"
		r.notices = append(r.notices, problem("CP006", r.source.place(least(c.comments)), what, "take them out; corsprobe lint --convert json prints it without"))
	}
	if len(c.commas) == 0 {
		return
	}
	at := least(c.commas)
	n := problem("CP007", r.source.place(at), fmt.Sprintf("a comma before the closing %s, which JSON does not have", r.closing(at)), "take the comma out")
	if len(c.commas) > 1 {
		n.What += fmt.Sprintf(", and %d more", len(c.commas)-1)
	}
	for _, comma := range c.commas {
		n.Edits = append(n.Edits, Edit{span{comma, comma + 1}, ""})
	}
	r.notices = append(r.notices, n)
}

func (r *reader) closing(at int) string {
	if i := bytes.IndexAny(r.source.data[at:], "]}"); i >= 0 {
		return string(r.source.data[at+i])
	}
	return "bracket"
}

func least(all []int) int {
	n := all[0]
	for _, other := range all {
		n = min(n, other)
	}
	return n
}
