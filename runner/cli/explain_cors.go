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
	"corsprobe/runner/s3cors"
)

// explainCORS says what a page gets by a configuration.
func (f *explainFlags) explainCORS(args []string, w, stderr io.Writer) error {
	var extra error
	if len(args) > 0 {
		extra = fmt.Errorf("--cors explains a request, and %q is none: give --origin, --method and --header", args[0])
	}
	cfg, err := validConfiguration(f.cors, stderr)
	q, remarks, problems := f.page.page().Request()
	at, unknown := permitProviders(f.providers)
	if err := errors.Join(extra, f.look.check(), err, problems, unknown); err != nil {
		return usage(err)
	}
	e := permit.Explain(cfg, q)
	e.Tool, e.File, e.Remarks = "corsprobe "+version(), filepath.Base(f.cors), remarks
	for _, p := range at {
		e.Providers = append(e.Providers, permit.At(p, cfg, q))
	}
	if f.json {
		err = reports.WriteExplanationJSON(w, e)
	} else {
		err = reports.WriteExplanation(w, e, f.look.text(w))
	}
	switch {
	case err != nil:
		return exit{exitNoJudgement, err}
	case e.Gets != result.Readable || slices.ContainsFunc(e.Providers, func(p result.ExplainedProvider) bool { return p.Gets != result.Readable }):
		return exit{code: exitFindings}
	}
	return nil
}

// permitProviders are providers by their names, or by files that describe them.
func permitProviders(names []string) ([]permit.Provider, error) {
	var all []permit.Provider
	var problems []error
	for _, name := range names {
		p, err := findProvider(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		offered, said := p.Offers("bucket-cors")
		all = append(all, permit.Provider{Name: p.Name, Title: p.Title, Dialect: p.Dialect(), NoBucketCORS: said && !offered})
	}
	return all, errors.Join(problems...)
}

// validConfiguration reads a configuration that S3 would take.
func validConfiguration(file string, stderr io.Writer) (*s3cors.Configuration, error) {
	cfg, err := readConfiguration(file, stderr)
	if err != nil {
		return nil, err
	}
	if refusal := s3cors.Validate(cfg.Configuration); refusal != nil && !refusal.MayAccept {
		return nil, fmt.Errorf("%s: S3 refuses this configuration: %s %s", file, refusal.Code, refusal.Message)
	}
	return cfg.Configuration, nil
}
