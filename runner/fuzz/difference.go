package fuzz

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// Difference is one cause of differences, and the smallest case that shows it.
type Difference struct {
	Name    string // of its scenario: "preflight-allow-origin-1"
	Case    Case
	Finding result.Finding
	Cell    result.Cell // the result of the smallest case, redacted
	After   int         // how many questions were asked before it was found
	Tries   int         // smaller cases that were asked
	Times   int         // cells that showed a difference of the kind before it was made smaller
}

// Scenario is the difference as a scenario that is ready to be committed: what it costs and how to see it stand above it.
func (d Difference) Scenario(seed uint64) ([]byte, error) {
	text, err := YAML(d.Case, d.Name, d.Finding.Why, d.Finding.Facts)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=" + scenarios.SchemaFile + "\n")
	b.WriteString(comment(fmt.Sprintf("%s, %s: expected %s, got %s", d.Finding.Class, d.Finding.Check, d.Finding.Expected, d.Finding.Got)))
	if d.Finding.Browser != nil {
		b.WriteString(comment("Browsers: " + d.Finding.Browser.Sentence))
	} else {
		b.WriteString(comment("Browsers: no page and no cache notices."))
	}
	if d.Cell.Explanation != "" {
		b.WriteString(comment(d.Cell.Explanation))
	}
	b.WriteString(comment(fmt.Sprintf("Found by corsprobe fuzz --seed %d. To see it:", seed)))
	for _, command := range d.Cell.Curl {
		b.WriteString(comment(command))
	}
	return append([]byte(b.String()), text...), nil
}

// cause identifies a difference once it is as small as it gets: by its kind and by the shape of what shows it.
func (s *suspect) cause() string {
	k := kindOf(s.finding)
	parts := []string{k.check, string(k.how), string(k.class), fmt.Sprintf("%d states", len(s.States))}
	if !s.call {
		parts = append(parts, s.question().shape(s.last()))
	}
	if s.call || s.last().holds(*s.question()) != nil { // else the configuration has no part in it
		parts = append(parts, s.last().shape())
	}
	return strings.Join(parts, "; ")
}

// shape describes a configuration by what it contains.
func (s *State) shape() string {
	switch {
	case s.Call != "":
		return s.Call
	case s.Refused != nil:
		return "refused: " + refusalOf(s.Refused)
	case s.CORS == nil:
		return "no configuration"
	}
	var has []string
	add := func(what string, there bool) {
		if there && !slices.Contains(has, what) {
			has = append(has, what)
		}
	}
	for _, r := range s.CORS.CORSRules {
		for _, o := range r.AllowedOrigins {
			add("origin "+patternShape(o), true)
		}
		add("headers *", slices.Contains(r.AllowedHeaders, "*"))
		add("header pattern", slices.ContainsFunc(r.AllowedHeaders, func(h string) bool { return h != "*" && strings.Contains(h, "*") }))
		add("headers", len(r.AllowedHeaders) > 0)
		add("exposes", len(r.ExposeHeaders) > 0)
		add("max age", r.MaxAgeSeconds != nil)
	}
	slices.Sort(has)
	return fmt.Sprintf("%d rules: %s", min(len(s.CORS.CORSRules), 3), strings.Join(has, ", "))
}

// refusalOf is why S3 refuses a configuration.
func refusalOf(cfg *s3cors.Configuration) string {
	refusal := s3cors.Validate(cfg)
	if refusal == nil {
		return "for its digest"
	}
	return refusal.Code + " " + refusal.Field
}

// patternShape says where an origin's star stands.
func patternShape(pattern string) string {
	before, after, star := strings.Cut(pattern, "*")
	switch {
	case !star:
		return "literal"
	case before == "" && after == "":
		return "*"
	case strings.HasSuffix(before, "://") && after == "":
		return "scheme://*"
	case after == "":
		return "text*"
	case before == "":
		return "*text"
	default:
		return "text*text"
	}
}

// shape describes a question by what is not at its default, and by the answer owed.
func (q *Question) shape(state *State) string {
	var has []string
	for _, request := range q.asked() {
		has = append(has, strconv.FormatBool(s3cors.Evaluate(state.holds(*q), request).Rule >= 0))
	}
	if q.Target != object {
		has = append(has, q.Target)
	}
	if q.Auth != presigned {
		has = append(has, q.Auth)
	}
	if q.Method != http.MethodGet && q.Send == Actual {
		has = append(has, q.Method)
	}
	if q.Request != nil {
		has = append(has, fmt.Sprintf("%d names", min(len(namesOf(*q.Request)), 2)))
	}
	for _, f := range q.Fields {
		has = append(has, f.Name)
	}
	has = append(has, q.Further.names()...)
	return strings.Join(has, ", ")
}
