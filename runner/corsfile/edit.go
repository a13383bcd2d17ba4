package corsfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
)

// Edit writes a text in a part's place.
type Edit struct {
	at  span
	New string
}

// Place is where a rule, a field of it or a value of that stands; the nearest thing to it that is known. Fields are named as in s3cors.Rule.
func (c *Configuration) Place(rule int, fieldName string, index int) Place {
	if rule < 0 || rule >= len(c.places) {
		return c.source.place(c.at.start)
	}
	at := c.places[rule].at.start
	if f := slices.Index(fieldNames[:], fieldName); f >= 0 {
		found := c.places[rule].fields[f]
		if found.at != (span{}) {
			at = found.at.start
		}
		if index >= 0 && index < len(found.items) {
			if at = found.items[index].at.start; found.items[index].style == tags {
				at = found.items[index].outer.start
			}
		}
	}
	return c.source.place(at)
}

// Unknown reports that a value is a placeholder, so that nothing can be said of it; index -1 asks for the field as a whole.
func (c *Configuration) Unknown(rule int, fieldName string, index int) bool {
	f := field(slices.Index(fieldNames[:], fieldName))
	if index >= 0 {
		return c.unknown[valueKey{rule, f, index}]
	}
	for key := range c.unknown {
		if key.rule == rule && key.field == f {
			return true
		}
	}
	return false
}

// item is a value of a list that an edit may touch.
func (c *Configuration) item(rule int, fieldName string, index int) (*fieldPlaces, itemPlace, bool) {
	f := slices.Index(fieldNames[:], fieldName)
	if f < 0 || rule < 0 || rule >= len(c.places) || index < 0 || index >= len(c.places[rule].fields[f].items) {
		return nil, itemPlace{}, false
	}
	found := &c.places[rule].fields[f]
	place := found.items[index]
	return found, place, place.at.end > place.at.start
}

// Replace writes other values in a value's place, as the file writes strings; false where that cannot be done safely.
func (c *Configuration) Replace(rule int, fieldName string, index int, values ...string) ([]Edit, bool) {
	_, place, ok := c.item(rule, fieldName, index)
	if !ok || len(values) == 0 {
		return nil, false
	}
	written := make([]string, len(values))
	for i, v := range values {
		if written[i], ok = c.write(place, v); !ok {
			return nil, false
		}
	}
	between := ", "
	if len(values) > 1 && c.syntax == XML {
		between = c.source.slice(span{place.at.end, place.outer.end}) + c.indent(place.outer.start) + c.source.slice(span{place.outer.start, place.at.start})
	} else if dash := c.dash(place.at.start); dash != "" {
		between = dash
	}
	return []Edit{{place.at, strings.Join(written, between)}}, true
}

// write is a string as the file writes one.
func (c *Configuration) write(place itemPlace, value string) (string, bool) {
	now := c.source.slice(place.at)
	switch c.syntax {
	case JSON, HCL:
		quoted, err := json.Marshal(value)
		return string(quoted), err == nil && !strings.ContainsAny(value, "$%<>&")
	case XML:
		var b bytes.Buffer
		err := xml.EscapeText(&b, []byte(value))
		return b.String(), err == nil
	}
	switch now[0] {
	case '"':
		quoted, err := json.Marshal(value)
		return string(quoted), err == nil
	case '\'':
		return "'" + strings.ReplaceAll(value, "'", "''") + "'", true
	}
	return value, plainYAML.MatchString(value)
}

// plainYAML is what YAML reads as itself without quotes.
var plainYAML = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/-]*(?::[/0-9][A-Za-z0-9._/:-]*)?$`)

// indent is the line's end and the blanks before an offset, where nothing else comes before it on its line.
func (c *Configuration) indent(offset int) string {
	line := c.source.lineStart(offset)
	before := c.source.data[line:offset]
	if line == 0 || len(before) > widest || len(bytes.TrimSpace(before)) > 0 {
		return ""
	}
	return "\n" + string(before)
}

// widest is how far a value may stand from its line's start for an edit that keeps the indent: a file may be one line of megabytes.
const widest = 1000

var onlyDash = regexp.MustCompile(`^[ ]*- +$`)

// dash is what comes before the next value of a list in YAML's lines, where a value stands in one.
func (c *Configuration) dash(offset int) string {
	line := c.source.lineStart(offset)
	if c.syntax != YAML || line == 0 || offset-line > widest || !onlyDash.Match(c.source.data[line:offset]) {
		return ""
	}
	return "\n" + string(c.source.data[line:offset])
}

// Remove takes a value out of its list; false where it is the only one, or where something else would go with it.
func (c *Configuration) Remove(rule int, fieldName string, index int) ([]Edit, bool) {
	places, place, ok := c.item(rule, fieldName, index)
	if !ok || len(places.items) < 2 {
		return nil, false
	}
	cut := place.at
	switch {
	case c.syntax == XML:
		cut = place.outer
		cut.start -= len(c.indent(cut.start))
	case c.dash(place.at.start) != "":
		cut.start -= len(c.dash(place.at.start))
	case index > 0:
		cut.start = places.items[index-1].at.end
	default:
		cut.end = places.items[1].at.start
	}
	rest := strings.Replace(c.source.slice(cut), c.source.slice(place.at), "", 1)
	if c.syntax != XML && strings.Trim(rest, " \t\r\n,-") != "" {
		return nil, false // a comment
	}
	if c.dash(place.at.start) != "" && c.restOfLine(cut.end) != "" {
		return nil, false
	}
	return []Edit{{cut, ""}}, true
}

func (c *Configuration) restOfLine(offset int) string {
	rest := c.source.data[offset:]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return string(bytes.TrimSpace(rest))
}

// Apply makes edits, and returns the file's bytes, encoded as they were. Of edits that overlap only the first is made.
func (f *File) Apply(edits []Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.at.start, b.at.start), cmp.Compare(a.at.end, b.at.end), cmp.Compare(a.New, b.New))
	})
	edits = slices.Compact(edits)
	var b bytes.Buffer
	last := 0
	for _, e := range edits {
		if e.at.start < last {
			continue
		}
		b.Write(f.source.data[last:e.at.start])
		b.WriteString(e.New)
		last = e.at.end
	}
	b.Write(f.source.data[last:])
	return f.source.encoded(b.Bytes())
}
