package reports_test

import (
	"fmt"
	"os"
	"strings"

	"corsprobe/reports"
	"corsprobe/runner/result"
)

// One report, in a form that test harnesses read.
func ExampleWrite() {
	report := result.Report{Run: result.Run{Tool: "corsprobe 1.0.0"}, Endpoint: result.Endpoint{URL: "https://s3.example.com"}, Cells: []result.Cell{
		{ID: "origins/exact/1", Title: "GET from https://app.example.com", Verdict: result.Passed},
		{ID: "origins/exact/2", Title: "GET from https://other.example.com", Verdict: result.Unsupported, Reason: "no such call"},
	}}
	report.Summary = result.Summarise(report.Cells)
	if err := reports.Write(os.Stdout, reports.TAP, report); err != nil {
		fmt.Println(err)
	}
	// Output:
	// TAP version 14
	// 1..2
	// # corsprobe 1.0.0 probed https://s3.example.com
	// ok 1 - origins/exact/1
	// ok 2 - origins/exact/2 # SKIP no such call
}

// What stands behind --report on a command line.
func ExampleParseSpec() {
	for _, text := range []string{"junit=build/corsprobe.xml", "jsn=-", "html"} {
		spec, err := reports.ParseSpec(text)
		if err != nil {
			fmt.Println(strings.SplitN(err.Error(), ", formats are", 2)[0])
			continue
		}
		fmt.Println(spec.Format, "to", spec.Path)
	}
	// Output:
	// junit to build/corsprobe.xml
	// report "jsn=-": unknown format "jsn"
	// report "html" has no path: write html=PATH, or html=- for standard output
}

// A report that was written is read again, so that runs can be compared.
func ExampleReadJSON() {
	r, err := reports.ReadJSON(strings.NewReader(`{"version": 1, "run": {"id": "r1"}, "cells": [{"id": "a", "verdict": "passed"}]}`))
	fmt.Println(r.Run.ID, len(r.Cells), err)
	_, err = reports.ReadJSON(strings.NewReader(`{"version": 99, "cells": []}`))
	fmt.Println(err)
	// Output:
	// r1 1 <nil>
	// the report has version 99 and this corsprobe reads version 1: use the corsprobe that wrote it, or a later one
}
