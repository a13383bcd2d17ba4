package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corsprobe/runner/result"
)

// render writes a report and fails the test on an error.
func render(t *testing.T, f Format, r result.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shortened cuts the megabyte, which nobody wants in a golden file.
func shortened(r result.Report) result.Report {
	for i := range r.Cells {
		for j := range r.Cells[i].Exchanges {
			response := &r.Cells[i].Exchanges[j].Response
			response.Body, _ = cut(response.Body, 300)
			for k := range response.Headers {
				response.Headers[k].Value, _ = cut(response.Headers[k].Value, 300)
			}
		}
	}
	return r
}

func TestJSONGolden(t *testing.T) {
	golden(t, "report.json", render(t, JSON, shortened(sample())))
}

func TestJSONIsStable(t *testing.T) {
	first := render(t, JSON, sample())
	for range 10 {
		if !bytes.Equal(first, render(t, JSON, sample())) {
			t.Fatal("the same report was written in two ways")
		}
	}
	if !json.Valid(first) || !bytes.HasSuffix(first, []byte("}\n")) {
		t.Error("no JSON document with a newline at its end")
	}
}

func TestJSONRoundTrip(t *testing.T) {
	got, err := ReadJSON(bytes.NewReader(render(t, JSON, sample())))
	if err != nil {
		t.Fatal(err)
	}
	want := sample()
	want.Levels = Levels(want)
	valid := cmp.Transformer("valid", func(s string) string { return string([]rune(s)) }) // what JSON makes of invalid UTF-8
	if diff := cmp.Diff(want, got, valid); diff != "" {
		t.Errorf("read differs from written (-want +got):\n%.2000s", diff)
	}
}

func TestJSONIsHarmlessOnATerminal(t *testing.T) {
	const odd = "del\x7f c1\u009b bidi\u202e tag\U000e0041 fine é 🙂 \ufffd"
	data := render(t, JSON, result.Report{Run: result.Run{ID: odd}})
	if want := `"del\u007f c1\u009b bidi\u202e tag\udb40\udc41 fine é 🙂 ` + "\ufffd\""; !bytes.Contains(data, []byte(want)) {
		t.Errorf("%s is missing in %s", want, data)
	}
	if r, err := ReadJSON(bytes.NewReader(data)); err != nil || r.Run.ID != odd {
		t.Errorf("read back %q, %v", r.Run.ID, err)
	}
}

func TestJSONOfAnEmptyReport(t *testing.T) {
	got := string(render(t, JSON, result.Report{}))
	for _, want := range []string{`"version": 1`, `"cells": []`, `"findings": {}`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for _, tc := range []struct{ name, text, err string }{
		{"empty", "", "not a corsprobe report: it is empty"},
		{"other JSON", `{"results": []}`, "not a corsprobe report: it has no version"},
		{"a list", `[]`, "not a corsprobe report: it has no version"},
		{"a version in words", `{"version": "one"}`, "not a corsprobe report: it has no version"},
		{"XML", `<testsuites/>`, "not a corsprobe report: invalid character '<' looking for beginning of value"},
		{"half a report", `{"version": 1, "cells": [`, "not a corsprobe report: unexpected EOF"},
		{"two reports", `{"version": 1} {"version": 1}`, "not a corsprobe report: something follows the JSON document"},
		{"later", `{"version": 2, "cells": 7}`, "the report has version 2 and this corsprobe reads version 1: use the corsprobe that wrote it, or a later one"},
		{"earlier", `{"version": 0}`, "the report has version 0 and this corsprobe reads version 1: make the report anew"},
		{"wrong type", `{"version": 1, "cells": 7}`, "not a corsprobe report: json: cannot unmarshal number into Go struct field Report.cells of type []result.Cell"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := ReadJSON(strings.NewReader(tc.text)); message(err) != tc.err {
				t.Errorf("got  %q\nwant %q", message(err), tc.err)
			}
		})
	}
}

func TestReadJSONSkipsFieldsOfLaterReleases(t *testing.T) {
	r, err := ReadJSON(strings.NewReader(`{"version": 1, "mood": "good", "cells": [{"id": "a", "colour": "red"}]}`))
	if err != nil || len(r.Cells) != 1 || r.Cells[0].ID != "a" {
		t.Errorf("got %+v, %v", r, err)
	}
}
