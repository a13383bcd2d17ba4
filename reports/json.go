package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"corsprobe/runner/result"
)

// writeJSON writes the report as it is, a cell at a time: of a large run the text would not fit into memory. What conforms takes a line a cell.
// Invalid UTF-8 becomes U+FFFD, for JSON can hold nothing else.
func writeJSON(w io.Writer, r result.Report) error {
	whole := complete(r)
	cells := whole.Cells
	whole.Cells = []result.Cell{}
	var frame bytes.Buffer
	if err := encodeJSON(&frame, whole, "  "); err != nil {
		return err
	}
	const end = "]\n}\n" // the cells are the last member
	out := &lines{out: w}
	out.write(bytes.TrimSuffix(frame.Bytes(), []byte(end)))
	for i := range cells {
		if i > 0 {
			out.write([]byte(","))
		}
		out.write([]byte("\n    "))
		out.cell(cells[i])
	}
	if len(cells) > 0 {
		out.write([]byte("\n  "))
	}
	out.write([]byte(end))
	return out.err
}

// lines writes the parts of a report; after the first error nothing.
type lines struct {
	out io.Writer
	one bytes.Buffer
	err error
}

func (l *lines) write(p []byte) {
	if l.err == nil {
		_, l.err = l.out.Write(p)
	}
}

// cell writes a cell where it stands in the report.
func (l *lines) cell(c result.Cell) {
	l.one.Reset()
	indent := "  "
	if conforms(c) {
		indent = ""
	}
	if err := encodeWithin(&l.one, c, "    ", indent); err != nil && l.err == nil {
		l.err = err
	}
	l.write(bytes.TrimSuffix(l.one.Bytes(), []byte("\n")))
}

func conforms(c result.Cell) bool { return c.Verdict == result.Passed || c.Verdict == result.Known }

// complete fills in what a reader of JSON may rely on.
func complete(r result.Report) result.Report {
	if r.Version == 0 {
		r.Version = result.Version
	}
	r.Levels = Levels(r)
	if r.Cells == nil {
		r.Cells = []result.Cell{}
	}
	if r.Summary.Findings == nil {
		r.Summary.Findings = map[result.Class]int{}
	}
	return r
}

// encodeJSON writes one JSON document and a line end.
func encodeJSON(w io.Writer, document any, indent string) error {
	return encodeWithin(w, document, "", indent)
}

// encodeWithin writes a part of a JSON document, each line but its first after a prefix; one line where there is no indent.
func encodeWithin(w io.Writer, part any, prefix, indent string) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // S3's error documents stay readable
	if indent != "" {
		e.SetIndent(prefix, indent)
	}
	if err := e.Encode(part); err != nil {
		return err
	}
	return writeHarmless(w, defused(b.String(), `\u%04x`)) // only strings can hold a marker
}

// writeHarmless writes JSON with \u escapes for what the encoder leaves as it is though a terminal may act on it: DEL, the control
// characters beyond ASCII, marks that turn the direction of writing. Only strings can hold any.
func writeHarmless(w io.Writer, text string) error {
	for !isASCII(text) {
		n := strings.IndexFunc(text, func(r rune) bool { return r > '~' && !strconv.IsPrint(r) })
		if n < 0 {
			break
		}
		r, size := utf8.DecodeRuneInString(text[n:])
		if _, err := io.WriteString(w, text[:n]+unicodeEscape(r)); err != nil {
			return err
		}
		text = text[n+size:]
	}
	_, err := io.WriteString(w, text)
	return err
}

// isASCII reports that a text holds nothing beyond what ASCII prints, as most do: looking at bytes is far faster than at characters.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] > '~' {
			return false
		}
	}
	return true
}

// unicodeEscape renders a character as JSON does, those beyond 16 bits as a surrogate pair.
func unicodeEscape(r rune) string {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// ReadJSON reads a report that corsprobe wrote as JSON, a cell at a time. Fields that it does not know are skipped, for later releases add
// some; a report of another version is refused. keep, where one is given, is called with each cell, and may take from it what the reader has
// no use for.
func ReadJSON(r io.Reader, keep ...func(*result.Cell)) (result.Report, error) {
	in := reading{Decoder: json.NewDecoder(r), members: map[string]json.RawMessage{}, keep: keep}
	if err := in.document(); err != nil {
		return result.Report{}, err
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return result.Report{}, errors.New("not a corsprobe report: something follows the JSON document")
	}
	return in.report()
}

// reading is a report that is being read.
type reading struct {
	*json.Decoder
	keep    []func(*result.Cell)
	members map[string]json.RawMessage // all but the cells
	cells   []result.Cell
}

func (in *reading) document() error {
	start, err := in.Token()
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("not a corsprobe report: it is empty")
	case err != nil:
		return notAReport(err)
	case start != json.Delim('{'):
		return errNoVersion
	}
	for in.More() {
		if err := in.member(); err != nil {
			return err
		}
	}
	_, err = in.Token()
	return whole(err)
}

func (in *reading) member() error {
	name, err := in.Token()
	if err != nil {
		return whole(err)
	}
	key, _ := name.(string) // the decoder takes nothing else
	if _, known := in.members["version"]; key == "cells" && known {
		return in.list()
	}
	var value json.RawMessage
	if err := in.Decode(&value); err != nil {
		return whole(err)
	}
	in.members[key] = value
	if key == "version" {
		return checkVersion(value)
	}
	return nil
}

// list reads the cells.
func (in *reading) list() error {
	start, err := in.Token()
	if err != nil {
		return whole(err)
	}
	if start != json.Delim('[') {
		value, _ := json.Marshal(start) // for the words in which it is refused
		if start == json.Delim('{') {
			value = []byte("{}")
		}
		return notAReport(json.Unmarshal(fmt.Appendf(nil, `{"cells":%s}`, value), &result.Report{}))
	}
	for in.More() {
		var c result.Cell
		if err := in.Decode(&c); err != nil {
			return whole(err)
		}
		in.shorten(&c)
		in.cells = append(in.cells, c)
	}
	_, err = in.Token()
	return whole(err)
}

func (in *reading) shorten(c *result.Cell) {
	for _, keep := range in.keep {
		keep(c)
	}
}

// report puts the members together.
func (in *reading) report() (report result.Report, err error) {
	if in.members["version"] == nil {
		return report, errNoVersion
	}
	rest, err := json.Marshal(in.members)
	if err == nil {
		err = json.Unmarshal(rest, &report)
	}
	if err != nil {
		return result.Report{}, notAReport(err)
	}
	if in.cells != nil {
		report.Cells = in.cells
		return report, nil
	}
	for i := range report.Cells { // they stood before the version
		in.shorten(&report.Cells[i])
	}
	return report, nil
}

var errNoVersion = errors.New("not a corsprobe report: it has no version")

// checkVersion refuses a report of another version as soon as that is known: it is never blamed for its other fields.
func checkVersion(value json.RawMessage) error {
	var version *int
	err := json.Unmarshal(value, &version)
	switch {
	case err != nil || version == nil:
		return errNoVersion
	case *version > result.Version:
		return fmt.Errorf("the report has version %d and this corsprobe reads version %d: use the corsprobe that wrote it, or a later one", *version, result.Version)
	case *version != result.Version:
		return fmt.Errorf("the report has version %d and this corsprobe reads version %d: make the report anew", *version, result.Version)
	}
	return nil
}

// whole is the error of a document that is not whole, or is none; nil for none.
func whole(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return notAReport(err)
}

func notAReport(err error) error {
	return fmt.Errorf("not a corsprobe report: %w", err)
}
