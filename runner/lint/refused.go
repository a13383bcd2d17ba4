package lint

import (
	"fmt"

	"corsprobe/runner/s3cors"
)

// refused lists everything that S3 refuses. S3 tells one problem at a time; here every value is tried alone, so that all are told at once.
func refused(cfg *s3cors.Configuration) []Problem {
	if len(cfg.CORSRules) == 0 {
		return []Problem{refusal(s3cors.Validate(cfg), -1, "", -1, "")}
	}
	var all []Problem
	if n := len(cfg.CORSRules); n > s3cors.MaxRules {
		all = append(all, Problem{Severity: Error, Rule: -1, Index: -1, What: fmt.Sprintf("S3 refuses it: it has %d rules, and %d are allowed", n, s3cors.MaxRules), Do: "put rules together: several origins and methods fit into one", Facts: []int{63}})
	}
	if n := len(cfg.XML()); n > s3cors.MaxDocument {
		all = append(all, Problem{Severity: Error, Rule: -1, Index: -1, What: fmt.Sprintf("S3 refuses it: it is %d bytes long, and %d are allowed", n, s3cors.MaxDocument), Do: "put rules together, or cover origins by a pattern", Facts: []int{64}})
	}
	for i, r := range cfg.CORSRules {
		all = append(all, refusedInRule(i, r)...)
	}
	return all
}

func refusedInRule(i int, r s3cors.Rule) []Problem {
	var all []Problem
	try := func(field string, index int, value string, alone s3cors.Rule) {
		if found := s3cors.Validate(&s3cors.Configuration{CORSRules: []s3cors.Rule{alone}}); found != nil {
			all = append(all, refusal(found, i, field, index, value))
		}
	}
	if len(r.AllowedOrigins) == 0 {
		try("AllowedOrigins", -1, "", s3cors.Rule{AllowedMethods: []string{"GET"}})
	}
	if len(r.AllowedMethods) == 0 {
		try("AllowedMethods", -1, "", s3cors.Rule{AllowedOrigins: []string{"*"}})
	}
	fine := func(change func(*s3cors.Rule)) s3cors.Rule {
		alone := s3cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}
		change(&alone)
		return alone
	}
	for j, v := range r.AllowedOrigins {
		try("AllowedOrigins", j, v, fine(func(a *s3cors.Rule) { a.AllowedOrigins = []string{v} }))
	}
	for j, v := range r.AllowedMethods {
		try("AllowedMethods", j, v, fine(func(a *s3cors.Rule) { a.AllowedMethods = []string{v} }))
	}
	for j, v := range r.AllowedHeaders {
		try("AllowedHeaders", j, v, fine(func(a *s3cors.Rule) { a.AllowedHeaders = []string{v} }))
	}
	for j, v := range r.ExposeHeaders {
		try("ExposeHeaders", j, v, fine(func(a *s3cors.Rule) { a.ExposeHeaders = []string{v} }))
	}
	try("ID", -1, "", fine(func(a *s3cors.Rule) { a.ID = r.ID }))
	try("MaxAgeSeconds", -1, "", fine(func(a *s3cors.Rule) { a.MaxAgeSeconds = r.MaxAgeSeconds }))
	return all
}

// refusal is a problem of a refusal. What some endpoints refuse and others take is a warning.
func refusal(r *s3cors.Refusal, rule int, field string, index int, value string) Problem {
	p := Problem{Severity: Error, Rule: rule, Field: field, Index: index, Value: value, Facts: r.Facts, Do: cure(field, value)}
	switch {
	case r.MayAccept:
		p.Severity, p.What = Warning, "some endpoints refuse this, others take it"
	case r.Message != "":
		p.What = fmt.Sprintf("S3 refuses it with %s: %s", r.Code, r.Message)
	default:
		p.What = "S3 refuses it with " + r.Code
	}
	return p
}

func cure(field, value string) string {
	switch field {
	case "":
		return "write at least one rule, or remove the configuration"
	case "AllowedOrigins":
		if value == "" {
			return "list at least one origin"
		}
		return "use one * at most; several patterns may stand in one list"
	case "AllowedMethods":
		switch value {
		case "":
			return "list at least one of GET, PUT, POST, DELETE and HEAD"
		case "OPTIONS":
			return "leave it out: preflights are answered without it, and pages need it nowhere"
		case "PATCH":
			return "leave it out: S3 has no such operation"
		}
		return "write GET, PUT, POST, DELETE or HEAD, in upper case"
	case "AllowedHeaders":
		return "write a header's name, with one * at most"
	case "ExposeHeaders":
		return "write each header's whole name: no wildcard is understood here"
	case "ID":
		return fmt.Sprintf("write at most %d characters", s3cors.MaxID)
	default:
		return "write a number of seconds, 0 or more"
	}
}
