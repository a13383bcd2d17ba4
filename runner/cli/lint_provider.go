package cli

import (
	"fmt"
	"regexp"
	"strings"

	"corsprobe/runner/lint"
	"corsprobe/scenarios"
)

// lintProvider is what a provider's page knows, as lint takes it.
func lintProvider(name string) (lint.Provider, error) {
	if name == "" {
		return lint.Provider{}, nil
	}
	p, err := findProvider(name)
	if err != nil {
		return lint.Provider{}, err
	}
	known := lint.Provider{Name: name, Title: p.Title, Dialect: p.Dialect()}
	if offered, ok := p.Offers("bucket-cors"); ok && !offered {
		known.NoBucketCORS = true
	}
	for _, l := range p.Limits {
		known.Limits = append(known.Limits, lint.Limit{Of: l.Of, Most: l.Most})
	}
	for _, n := range p.Notes {
		point, err := lintPoint(n)
		if err != nil {
			return known, err
		}
		if point != nil {
			known.Points = append(known.Points, *point)
		}
	}
	return known, nil
}

// lintPoint is a note by whose words a configuration is looked at; nil for others.
func lintPoint(n scenarios.Note) (*lint.Point, error) {
	if n.Lint == nil {
		return nil, nil
	}
	point := lint.Point{Field: n.Lint.Field, Severity: lint.Severity(n.Lint.Severity), What: strings.TrimSuffix(n.Text, "."), Do: n.Lint.Do}
	if n.Lint.Matches != "" {
		matches, err := regexp.Compile(n.Lint.Matches)
		if err != nil {
			return nil, fmt.Errorf("the note %q: %w", n.Text, err)
		}
		point.Matches = matches
	}
	return &point, nil
}
