package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"corsprobe/runner/result"
)

// writeJSON writes the report as it is. Invalid UTF-8 becomes U+FFFD, for JSON can hold nothing else.
func writeJSON(w io.Writer, r result.Report) error {
	return encodeJSON(w, complete(r), "  ")
}

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
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // S3's error documents stay readable
	e.SetIndent("", indent)
	if err := e.Encode(document); err != nil {
		return err
	}
	return writeHarmless(w, []byte(defused(b.String(), `\u%04x`))) // only strings can hold a marker
}

// writeHarmless writes JSON with \u escapes for what the encoder leaves as it is though a terminal may act on it: DEL, the control
// characters beyond ASCII, marks that turn the direction of writing. Only strings can hold any.
func writeHarmless(w io.Writer, data []byte) error {
	for len(data) > 0 {
		n := bytes.IndexFunc(data, func(r rune) bool { return r > '~' && !strconv.IsPrint(r) })
		if n < 0 {
			break
		}
		r, size := utf8.DecodeRune(data[n:])
		if _, err := w.Write(append(data[:n:n], unicodeEscape(r)...)); err != nil {
			return err
		}
		data = data[n+size:]
	}
	_, err := w.Write(data)
	return err
}

// unicodeEscape renders a character as JSON does, those beyond 16 bits as a surrogate pair.
func unicodeEscape(r rune) string {
	if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// ReadJSON reads a report that corsprobe wrote as JSON. Fields that it does not know are skipped, for later releases add some; a report
// of another version is refused.
func ReadJSON(r io.Reader) (result.Report, error) {
	d := json.NewDecoder(r)
	var raw json.RawMessage
	if err := d.Decode(&raw); errors.Is(err, io.EOF) {
		return result.Report{}, errors.New("not a corsprobe report: it is empty")
	} else if err != nil {
		return result.Report{}, notAReport(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return result.Report{}, errors.New("not a corsprobe report: something follows the JSON document")
	}
	if err := checkVersion(raw); err != nil {
		return result.Report{}, err
	}
	var report result.Report
	if err := json.Unmarshal(raw, &report); err != nil {
		return result.Report{}, notAReport(err)
	}
	return report, nil
}

// checkVersion looks at nothing but the version, so that a report of another one is never blamed for its other fields.
func checkVersion(raw json.RawMessage) error {
	var head struct {
		Version *int `json:"version"`
	}
	err := json.Unmarshal(raw, &head)
	switch {
	case err != nil || head.Version == nil: // valid JSON, but no object, or one whose version is no number
		return errors.New("not a corsprobe report: it has no version")
	case *head.Version > result.Version:
		return fmt.Errorf("the report has version %d and this corsprobe reads version %d: use the corsprobe that wrote it, or a later one", *head.Version, result.Version)
	case *head.Version != result.Version:
		return fmt.Errorf("the report has version %d and this corsprobe reads version %d: make the report anew", *head.Version, result.Version)
	}
	return nil
}

func notAReport(err error) error {
	return fmt.Errorf("not a corsprobe report: %w", err)
}
