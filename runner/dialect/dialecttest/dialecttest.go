// Package dialecttest reads what tables of tests are written in: configurations a rule a line, and deviations as a user writes them.
package dialecttest

import (
	"strconv"
	"strings"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// Dialect reads deviations, each as a provider's file names it: "vary-missing", "most-rules: 20".
func Dialect(t testing.TB, texts ...string) dialect.Dialect {
	t.Helper()
	var d dialect.Dialect
	for _, text := range texts {
		one, err := dialect.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		d = append(d, one)
	}
	return d
}

// Configuration reads a configuration, a rule a line:
//
//	https://app.example, * | GET, PUT | headers x-amz-* | expose ETag | age 600 | id one
//
// Nil is returned of an empty text, and a configuration without rules of "none".
func Configuration(t testing.TB, text string) *s3cors.Configuration {
	t.Helper()
	if text == "" {
		return nil
	}
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{}}
	if text == "none" {
		return cfg
	}
	for line := range strings.Lines(text) {
		cfg.CORSRules = append(cfg.CORSRules, rule(t, strings.TrimSpace(line)))
	}
	return cfg
}

func rule(t testing.TB, line string) s3cors.Rule {
	t.Helper()
	parts := strings.Split(line, " | ")
	if len(parts) < 2 {
		t.Fatalf("the rule %q has no methods", line)
	}
	r := s3cors.Rule{AllowedOrigins: Words(parts[0]), AllowedMethods: Words(parts[1])}
	for _, part := range parts[2:] {
		name, value, _ := strings.Cut(part, " ")
		switch name {
		case "headers":
			r.AllowedHeaders = Words(value)
		case "expose":
			r.ExposeHeaders = Words(value)
		case "id":
			r.ID = value
		case "age":
			seconds, err := strconv.ParseInt(value, 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			age := int32(seconds)
			r.MaxAgeSeconds = &age
		default:
			t.Fatalf("a rule has no %q", name)
		}
	}
	return r
}

// Words splits a list at its commas; "-" is a list with nothing in it, "”" an empty word.
func Words(list string) []string {
	if list == "-" {
		return nil
	}
	all := strings.Split(list, ", ")
	for i, w := range all {
		if w == "''" {
			all[i] = ""
		}
	}
	return all
}
