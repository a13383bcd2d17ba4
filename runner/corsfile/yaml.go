package corsfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// parseYAML reads every document of a YAML file.
func (r *reader) parseYAML() ([]node, []Notice) {
	r.syntax = YAML
	if at := tooDeep(r.source.data); at >= 0 {
		return nil, []Notice{problem("CP021", r.source.place(at), fmt.Sprintf("it is nested more than %d deep", deepest), "give the configuration alone")}
	}
	var roots []node
	for parser := yaml.NewDecoder(bytes.NewReader(r.source.data)); ; {
		var n yaml.Node
		err := parser.Decode(&n)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, []Notice{r.meantYAML(err)}
		}
		if len(n.Content) == 0 {
			continue
		}
		c := newYAMLConverter(r.source)
		root := c.convert(n.Content[0], 0)
		if c.left < 0 {
			return nil, []Notice{problem("CP021", r.source.place(root.at.start), "its aliases make it longer than it is, or contain themselves", "write the configuration out")}
		}
		if root.kind != nothing {
			roots = append(roots, root)
		}
	}
}

// yamlConverter makes nodes of YAML's. left bounds them: without aliases a text has no more values than bytes.
type yamlConverter struct {
	source *source
	lines  []int // where each line begins as YAML's parser counts them
	left   int
}

func newYAMLConverter(s *source) yamlConverter {
	return yamlConverter{source: s, lines: s.yamlLines(), left: len(s.data) + 1000}
}

// yamlBreak is what ends a line for YAML's parser (YAML 1.1, 4.2): more than \n, at which all else counts lines here.
var yamlBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

func (s *source) yamlLines() []int {
	if s.runes == nil && bytes.Count(s.data, []byte("\r")) == bytes.Count(s.data, []byte("\r\n")) {
		return s.lines
	}
	lines := []int{0}
	for _, at := range yamlBreak.FindAllIndex(s.data, -1) {
		lines = append(lines, at[1])
	}
	return lines
}

// offset is where YAML's parser says that something stands.
func (c *yamlConverter) offset(line, column int) int {
	return c.source.offsetIn(c.lines, Place{line, column})
}

func (c *yamlConverter) convert(y *yaml.Node, depth int) node {
	if c.left--; c.left < 0 || depth > deepest {
		c.left = -1
		return node{}
	}
	start := c.offset(y.Line, y.Column)
	n := node{at: span{start, start}}
	switch y.Kind {
	case yaml.AliasNode:
		n = c.convert(y.Alias, depth+1)
		n.at = span{start, start} // the alias's place, which no edit may touch
		return n
	case yaml.MappingNode:
		n.kind = object
		c.members(&n, y, depth)
	case yaml.SequenceNode:
		n.kind = list
		if y.Style&yaml.FlowStyle == 0 {
			n.style = block
		}
		for _, item := range y.Content {
			n.items = append(n.items, c.convert(item, depth+1))
		}
	default:
		n.kind, n.text = scalarKind(y), y.Value
		n.at.end = start + scalarLength(c.source.data[start:], y)
	}
	if isCustom(y.Tag) {
		return c.function(n, y)
	}
	return n
}

// members reads a mapping; << merges others into it, whose keys give way.
func (c *yamlConverter) members(n *node, y *yaml.Node, depth int) {
	var merged []member
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], c.convert(y.Content[i+1], depth+1)
		start := c.offset(key.Line, key.Column)
		if key.Tag == "!!merge" {
			merged = append(merged, value.members...)
			for _, item := range value.items {
				merged = append(merged, item.members...)
			}
			continue
		}
		n.members = append(n.members, member{key.Value, span{start, start + scalarLength(c.source.data[start:], key)}, value})
	}
	for _, m := range merged {
		if n.get(m.key) == nil {
			n.members = append(n.members, m)
		}
	}
}

func scalarKind(y *yaml.Node) kind {
	switch y.Tag {
	case "!!null":
		return nothing
	case "!!int", "!!float":
		return number
	case "!!bool":
		return boolean
	}
	return text
}

// scalarLength is how long a scalar is in the text; 0 where that is not plain to see, so that no edit touches it.
func scalarLength(rest []byte, y *yaml.Node) int {
	switch {
	case y.Style&yaml.SingleQuotedStyle != 0:
		if written := "'" + strings.ReplaceAll(y.Value, "'", "''") + "'"; bytes.HasPrefix(rest, []byte(written)) {
			return len(written)
		}
	case y.Style&yaml.DoubleQuotedStyle != 0:
		if written := `"` + y.Value + `"`; bytes.HasPrefix(rest, []byte(written)) && !strings.Contains(y.Value, `\`) {
			return len(written)
		}
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && bytes.HasPrefix(rest, []byte(y.Value)):
		return len(y.Value)
	}
	return 0
}

// isCustom recognises CloudFormation's tags, which are not YAML's own.
func isCustom(tag string) bool { return strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") }

// function is one of CloudFormation's: !Sub's text stays a text with its placeholders, the others are expressions. The items of !If stay, so
// that a rule in it is found.
func (c *yamlConverter) function(n node, y *yaml.Node) node {
	if y.Tag == "!Sub" && n.kind == text {
		n.at.end = n.at.start
		return n
	}
	n.kind = unknown
	n.text = strings.TrimSpace(y.Tag + " " + y.Value)
	n.at.end = n.at.start
	return n
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// meantYAML says what keeps a text from being YAML, and what was probably meant. The parser knows the line at most.
func (r *reader) meantYAML(err error) Notice {
	found := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	line, said := 1, err.Error()
	if found != nil {
		said = found[2]
		if n, err := strconv.Atoi(found[1]); err == nil {
			line = n
		}
	}
	for _, likely := range yamlMistakes {
		if at := likely.where.FindSubmatchIndex(r.source.data); at != nil && strings.Contains(said, likely.said) {
			return problem(likely.code, r.source.place(at[2]), likely.what, likely.do)
		}
	}
	start := r.source.offsetIn(r.source.yamlLines(), Place{line, 1})
	return problem("CP023", r.source.place(start), "not YAML: "+said, "mend the YAML, or write the configuration as JSON")
}

// yamlMistakes are tried in order: where the parser said that, and the text has this.
var yamlMistakes = []struct {
	said, code string
	where      *regexp.Regexp
	what, do   string
}{
	{"cannot start any token", "CP020", regexp.MustCompile(`(?m)^ *(\t)`), "a tab indents this line, and YAML has blanks alone", "write blanks for it"},
	{"", "CP020", regexp.MustCompile(`(?m)(?:[\[,:]|^[ \t]*-)\s*(\*)\s*(?:[\],]|$)`), "* stands without quotes, and begins an alias in YAML", `write "*" in quotes`},
	{"", "CP020", regexp.MustCompile(`(?m)(?:[\[,:]|^[ \t]*-)\s*(\*\.)`), "* stands without quotes, and begins an alias in YAML", `write the value in quotes, as in "*.example.com"`},
	{"", "CP010", regexp.MustCompile(`([“”„‘’])`), "typographic quotes, which YAML takes for part of the text", `write " for them`},
}
