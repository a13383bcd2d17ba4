package corsfile

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// MaxSize is how many bytes a file may have. S3 takes 64 KB of XML (fact 64); a template or a plan may be far longer.
const MaxSize = 64 << 20

// Place is where something stands in a file: line and column from 1, columns in characters. The zero Place is the file as a whole.
type Place struct{ Line, Column int }

// span is a part of the text, in bytes, without the one at end.
type span struct{ start, end int }

// source is a file's text in UTF-8, and how it came.
type source struct {
	data  []byte
	lines []int // where each line begins
	// runes holds how many characters come before every step bytes; nil where every character is a byte.
	runes    []int
	encoding encoding.Encoding // nil: UTF-8
	mark     bool              // a byte order mark came before it
}

const step = 4096

// newSource decodes UTF-16 and takes the byte order mark off. What is no text is a problem.
func newSource(data []byte) (*source, []Notice) {
	s := &source{}
	if len(data) > MaxSize {
		return s, []Notice{problem("CP021", Place{}, fmt.Sprintf("the file is larger than %d MB", MaxSize>>20), "give the configuration alone")}
	}
	s.encoding, s.mark = detect(data)
	switch {
	case s.encoding != nil:
		decoded, err := s.encoding.NewDecoder().Bytes(data)
		if err != nil {
			return s, []Notice{problem("CP022", Place{1, 1}, "the text is broken UTF-16", "save the file as UTF-8")}
		}
		data = bytes.TrimPrefix(decoded, utf8Mark)
	case s.mark:
		data = data[len(utf8Mark):]
	}
	s.data = data
	s.index()
	return s, s.unreadable()
}

var utf8Mark = []byte("\uFEFF")

// detect finds UTF-16 by its mark, or by the zero byte beside a first character that is ASCII.
func detect(data []byte) (found encoding.Encoding, mark bool) {
	switch {
	case bytes.HasPrefix(data, utf8Mark):
		return nil, true
	case len(data)%2 != 0 || len(data) < 2:
		return nil, false
	case data[0] == 0xFF && data[1] == 0xFE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), true
	case data[0] == 0xFE && data[1] == 0xFF:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), true
	case data[0] != 0 && data[1] == 0 && (len(data) < 4 || data[3] == 0):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), false
	case data[0] == 0 && data[1] != 0 && (len(data) < 4 || data[2] == 0):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), false
	}
	return nil, false
}

// unreadable says why bytes are no text.
func (s *source) unreadable() []Notice {
	for _, packed := range []struct{ magic, name, tool string }{{"\x1f\x8b", "gzip", "gunzip"}, {"PK\x03\x04", "a zip archive", "unzip"}} {
		if bytes.HasPrefix(s.data, []byte(packed.magic)) {
			return []Notice{problem("CP022", Place{1, 1}, "the file is "+packed.name, "unpack it with "+packed.tool)}
		}
	}
	if i := bytes.IndexByte(s.data, 0); i >= 0 {
		return []Notice{problem("CP022", s.place(i), "the file is binary: it holds a zero byte", "give text: JSON, XML, YAML or HCL")}
	}
	if utf8.Valid(s.data) {
		return nil
	}
	at := 0
	for rest := s.data; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			break
		}
		at, rest = at+n, rest[n:]
	}
	return []Notice{problem("CP022", s.place(at), fmt.Sprintf("the text is not UTF-8: it has the byte %#x", s.data[at]), "save the file as UTF-8")}
}

// index prepares [source.place].
func (s *source) index() {
	s.lines = []int{0}
	ascii, count := true, 0
	for i, b := range s.data {
		if i%step == 0 {
			s.runes = append(s.runes, count)
		}
		if b == '\n' {
			s.lines = append(s.lines, i+1)
		}
		if utf8.RuneStart(b) {
			count++
		}
		ascii = ascii && b < utf8.RuneSelf
	}
	if ascii {
		s.runes = nil
	}
}

// before counts the characters before an offset.
func (s *source) before(offset int) int {
	if s.runes == nil {
		return offset
	}
	block := min(offset/step, len(s.runes)-1)
	n := s.runes[block]
	for _, b := range s.data[block*step : offset] {
		if utf8.RuneStart(b) {
			n++
		}
	}
	return n
}

// place is where an offset is.
func (s *source) place(offset int) Place {
	offset = max(0, min(offset, len(s.data)))
	line, found := slices.BinarySearch(s.lines, offset)
	if !found {
		line--
	}
	return Place{line + 1, s.before(offset) - s.before(s.lines[line]) + 1}
}

// lineStart is where the line of an offset begins.
func (s *source) lineStart(offset int) int {
	line, found := slices.BinarySearch(s.lines, offset)
	if !found {
		line--
	}
	return s.lines[line]
}

// offset is the inverse of place. Places beyond the text are its end.
func (s *source) offset(p Place) int { return s.offsetIn(s.lines, p) }

// offsetIn is offset where lines begin elsewhere.
func (s *source) offsetIn(lines []int, p Place) int {
	if p.Line < 1 || p.Line > len(lines) {
		return len(s.data)
	}
	start := lines[p.Line-1]
	if s.runes == nil {
		return min(start+max(p.Column, 1)-1, len(s.data))
	}
	want := s.before(start) + max(p.Column, 1) - 1 // characters before it
	block, found := slices.BinarySearch(s.runes, want)
	if !found {
		block--
	}
	at, n := block*step, want-s.runes[block]
	for ; at < len(s.data); at++ {
		if utf8.RuneStart(s.data[at]) {
			if n == 0 {
				break
			}
			n--
		}
	}
	return max(at, start)
}

// slice is the text of a span.
func (s *source) slice(at span) string { return string(s.data[at.start:at.end]) }

// encoded is a text as the file's was.
func (s *source) encoded(data []byte) ([]byte, error) {
	switch {
	case s.encoding != nil:
		return s.encoding.NewEncoder().Bytes(data)
	case s.mark:
		return append(slices.Clone(utf8Mark), data...), nil
	}
	return data, nil
}
