package reports_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"corsprobe/reports"
)

// FuzzParseSpec: whatever stands behind --report, it names a known format and a path, or is refused by what it is.
func FuzzParseSpec(f *testing.F) {
	for _, text := range []string{"junit=a.xml", "html", "=", "json=-", " html = a b ", "github=auto", "junit=", "junit=a/", "a\x00=b", "json=a=b", "é=ü"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := reports.ParseSpec(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), `report "`) {
				t.Errorf("%q is refused without being named: %v", text, err)
			}
			return
		}
		known := false
		for _, format := range reports.Formats() {
			known = known || spec.Format == format
		}
		if !known || spec.Path == "" || strings.HasSuffix(spec.Path, "/") || strings.ContainsRune(spec.Path, 0) {
			t.Errorf("%q is read as %+v", text, spec)
		}
	})
}

// FuzzReadJSON: whatever a file holds, it is a report or refused; one that was read can be written in every format.
func FuzzReadJSON(f *testing.F) {
	for _, text := range []string{
		`{"version": 1, "cells": [{"id": "a", "verdict": "failed", "findings": [{"check": "actual.vary", "class": "cache"}]}]}`,
		`{"version": 1, "cells": []}`, `{"version": 1}`, `[]`, `{"version": 2}`, `{"version": 1, "cells": [{}]} {}`, `{"version": 1, "cells": [{"exchanges": [{"request": {"url": ":"}}]}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := reports.ReadJSON(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, format := range reports.Formats() {
			if format == reports.GitHub { // it writes to standard output too
				continue
			}
			if err := reports.Write(io.Discard, format, r); err != nil {
				t.Errorf("%s cannot be written as %s: %v", text, format, err)
			}
		}
	})
}
