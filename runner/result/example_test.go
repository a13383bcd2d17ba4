package result_test

import (
	"fmt"

	"corsprobe/runner/result"
)

// A run is summed up by verdicts, and what failed by what it costs.
func ExampleSummarise() {
	s := result.Summarise([]result.Cell{
		{Verdict: result.Passed},
		{Verdict: result.Failed, Findings: []result.Finding{{Check: "preflight.allow-origin", Class: result.Breakage}}},
		{Verdict: result.Known, Findings: []result.Finding{{Check: "actual.vary", Class: result.Cache}}},
	})
	fmt.Println(s.Cells, "cells:", s.Passed, "passed,", s.Failed, "failed,", s.Known, "known")
	for _, class := range result.Classes {
		if n := s.Findings[class]; n > 0 {
			fmt.Println(n, class, "-", class.Meaning())
		}
	}
	// Output:
	// 3 cells: 1 passed, 1 failed, 1 known
	// 1 breakage - a page is stopped from what the configuration permits
}

func ExampleValues() {
	answer := []result.Header{{Name: "Vary", Value: "Origin"}, {Name: "ETag", Value: `"1"`}, {Name: "vary", Value: "Accept-Encoding"}}
	fmt.Printf("%q\n", result.Values(answer, "Vary"))
	// Output: ["Origin" "Accept-Encoding"]
}
