package cli

import (
	"errors"
	"fmt"

	"corsprobe/reports"
	"corsprobe/runner/file"
	"corsprobe/scenarios"
)

// use is a file that a command reads or writes, and what names it: "--baseline base.json".
type use struct{ by, path string }

// written are the reports that a command writes, as the user gave them.
func written(specs []reports.Spec) []use {
	all := make([]use, len(specs))
	for i, s := range specs {
		all[i] = use{fmt.Sprintf("--report %s=%s", s.Format, s.Path), s.Path}
	}
	return all
}

// usesOf are files of one flag or of the arguments.
func usesOf(flag string, paths ...string) []use {
	var all []use
	for _, path := range paths {
		if path != "" {
			all = append(all, use{flag + path, path})
		}
	}
	return all
}

// checkOutputs refuses, before the first request, what could not be written, or would destroy something: a file that two outputs share, and
// one that is an input too.
func checkOutputs(outputs, inputs []use) error {
	var problems []error
	for i, out := range outputs {
		if out.path == file.Stdout {
			continue
		}
		if err := file.Check(out.path); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", out.by, err))
		}
		for _, other := range outputs[:i] {
			if other.path != file.Stdout && file.Same(out.path, other.path) {
				problems = append(problems, fmt.Errorf("%s and %s are the same file: give each its own", other.by, out.by))
			}
		}
		for _, in := range inputs {
			if in.path != file.Stdin && file.Same(out.path, in.path) {
				problems = append(problems, fmt.Errorf("%s would overwrite %s, which is read: name another file", out.by, in.by))
			}
		}
	}
	return errors.Join(problems...)
}

// checkStdout refuses a second report on standard output. GitHub's annotations go there too.
func checkStdout(specs []reports.Spec) error {
	var there []string
	for _, s := range specs {
		switch {
		case s.Format == reports.GitHub:
			there = append(there, "the annotations of --report github")
		case s.Path == reports.Stdout:
			there = append(there, fmt.Sprintf("--report %s=-", s.Format))
		}
	}
	if len(there) < 2 {
		return nil
	}
	return fmt.Errorf("%s and %s both go to standard output: give one of them a file", there[0], there[1])
}

// scenarioFiles are the files that scenarios were read from, and those that they name.
func scenarioFiles(loaded []*scenarios.Scenario) []use {
	var all []use
	seen := map[string]bool{}
	for _, s := range loaded {
		for _, path := range s.Files {
			if !seen[path] {
				seen[path] = true
				all = append(all, use{path, path})
			}
		}
	}
	return all
}
