package lint

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"corsprobe/runner/dialect"
	"corsprobe/runner/s3cors"
)

// Provider is what is known of the endpoint that a configuration is for. Its zero value is S3: nothing beyond the facts.
type Provider struct {
	Name, Title  string
	NoBucketCORS bool // it refuses PutBucketCors
	Limits       []Limit
	Points       []Point
	Dialect      dialect.Dialect // how it is known to depart from S3
}

// Limit bounds something of a configuration.
type Limit struct {
	Of   string // rules, document-bytes, document-characters, rule-bytes, max-age-seconds or id-characters
	Most int
}

// Point is something that a provider does otherwise than S3, and by which values it is met.
type Point struct {
	Field    string         // "AllowedOrigins"; empty: the configuration as a whole
	Matches  *regexp.Regexp // values of the field; nil: every configuration
	Severity Severity
	What, Do string
}

func (p Provider) check(cfg *s3cors.Configuration) []Problem {
	everything := At{Rule: -1, Index: -1}
	var all []Problem
	if p.NoBucketCORS {
		all = append(all, found("CP602", everything, p.Title+" has no CORS of a bucket's: PutBucketCors is refused", "ask its operator for the server's own setting; corsprobe list providers "+p.Name+" says what is known"))
	}
	for _, l := range p.Limits {
		all = append(all, p.limit(cfg, l)...)
	}
	for _, point := range p.Points {
		all = append(all, p.point(cfg, point)...)
	}
	return append(all, p.lost(cfg)...)
}

func (p Provider) limit(cfg *s3cors.Configuration, l Limit) []Problem {
	var all []Problem
	over := func(at At, is, do string) {
		all = append(all, found("CP601", at, fmt.Sprintf("%s, and %s is known to allow %d", is, p.Title, l.Most), do))
	}
	switch everything := (At{Rule: -1, Index: -1}); l.Of {
	case "rules":
		if n := len(cfg.CORSRules); n > l.Most {
			over(everything, fmt.Sprintf("it has %d rules", n), "put rules together: several origins and methods fit into one")
		}
	case "document-characters":
		if n := utf8.RuneCount(cfg.XML()); n > l.Most {
			over(everything, fmt.Sprintf("it has %d characters as XML", n), "put rules together, or cover origins by a pattern")
		}
	case "document-bytes":
		if n := len(cfg.XML()); n > l.Most {
			over(everything, fmt.Sprintf("it is %d bytes long as XML", n), "put rules together, or cover origins by a pattern")
		}
	}
	for i, r := range cfg.CORSRules {
		switch alone := len((&s3cors.Configuration{CORSRules: []s3cors.Rule{r}}).XML()); {
		case l.Of == "max-age-seconds" && r.MaxAgeSeconds != nil && int(*r.MaxAgeSeconds) > l.Most:
			over(At{Rule: i, Field: "MaxAgeSeconds", Index: -1}, fmt.Sprintf("it is %d", *r.MaxAgeSeconds), fmt.Sprintf("write at most %d", l.Most))
		case l.Of == "rule-bytes" && alone > l.Most:
			over(At{Rule: i, Index: -1}, fmt.Sprintf("the rule is %d bytes long as XML", alone), "divide it, or cover origins by a pattern")
		case l.Of == "id-characters" && l.Most < s3cors.MaxID && len([]rune(r.ID)) > l.Most:
			over(At{Rule: i, Field: "ID", Index: -1}, fmt.Sprintf("it has %d characters", len([]rune(r.ID))), "write a shorter ID")
		}
	}
	return all
}

// point finds the values by which a point is met.
func (p Provider) point(cfg *s3cors.Configuration, point Point) []Problem {
	id := "CP604"
	if point.Severity == Error {
		id = "CP603"
	}
	if point.Matches == nil {
		return []Problem{found(id, At{Rule: -1, Index: -1}, p.Title+": "+point.What, point.Do).as(point.Severity)}
	}
	var all []Problem
	for i, r := range cfg.CORSRules {
		for j, value := range valuesOf(r, point.Field) {
			if point.Matches.MatchString(value) {
				all = append(all, found(id, At{Rule: i, Field: point.Field, Index: j, Value: value}, p.Title+": "+point.What, point.Do).as(point.Severity))
			}
		}
	}
	return all
}

// valuesOf are a field's values, by its name.
func valuesOf(r s3cors.Rule, field string) []string {
	switch field {
	case "AllowedOrigins":
		return r.AllowedOrigins
	case "AllowedMethods":
		return r.AllowedMethods
	case "AllowedHeaders":
		return r.AllowedHeaders
	case "ExposeHeaders":
		return r.ExposeHeaders
	case "ID":
		return slices.DeleteFunc([]string{r.ID}, func(s string) bool { return s == "" })
	}
	return nil
}
