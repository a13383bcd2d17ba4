package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"corsprobe/reports"
	"corsprobe/runner/permit"
	"corsprobe/runner/result"
)

// offline reports that providers are compared by what is known of them, and no reports.
func (f *compareFlags) offline() bool { return f.cors != "" || len(f.providers) > 0 }

// compareProviders says what of a configuration works at providers.
func (f *compareFlags) compareProviders(args []string, stdout, stderr io.Writer) error {
	problems := []error{f.look.check()}
	if f.cors == "" || len(f.providers) == 0 {
		problems = append(problems, errors.New("--providers and --cors go together: providers, and the configuration that is held against what is known of them"))
	}
	if len(args)+len(f.reports)+len(f.links) > 0 {
		problems = append(problems, errors.New("--providers compares no reports: leave out reports, --report and --link"))
	}
	at, err := permitProviders(f.providers)
	if err := errors.Join(append(problems, err)...); err != nil {
		return usage(err)
	}
	cfg, err := validConfiguration(f.cors, stderr)
	if err != nil {
		return usage(err)
	}
	c := permit.Compare(at, cfg)
	c.Tool, c.File = "corsprobe "+version(), filepath.Base(f.cors)
	if len(c.Requests) == 0 {
		return usage(fmt.Errorf("%s: nothing in it permits a page anything: corsprobe lint says why", f.cors))
	}
	if f.json {
		err = reports.WriteProviderComparisonJSON(stdout, c)
	} else {
		err = reports.WriteProviderComparison(stdout, c, f.look.text(stdout))
	}
	switch {
	case err != nil:
		return exit{exitNoJudgement, err}
	case slices.ContainsFunc(c.Requests, func(q result.ComparedRequest) bool {
		return slices.ContainsFunc(q.At, func(o result.ComparedOutcome) bool { return !o.Works() })
	}):
		return exit{code: exitFindings}
	}
	return nil
}
