package permit

import (
	"slices"

	"corsprobe/runner/dialect"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Compare says what of a configuration works at each of some providers: everything that its rules mean to permit and that S3 serves.
func Compare(providers []Provider, cfg *s3cors.Configuration) result.ProviderComparison {
	c := result.ProviderComparison{Version: result.Version}
	for _, i := range Intents(cfg) {
		row := result.ComparedRequest{Rule: i.Rule + 1, Origin: i.Page.Origin, Method: i.Page.Method}
		if i.Header >= 0 {
			row.Header = i.Page.UnsafeNames[0]
		}
		c.Requests = append(c.Requests, row)
	}
	for _, p := range providers {
		column := result.ComparedProvider{Name: p.Name, Title: p.Title, Deviations: len(p.Dialect)}
		if p.NoBucketCORS {
			column.Refused = "it has no CORS of a bucket's"
		} else {
			_, column.Refused = Put(p.Dialect, cfg)
		}
		c.Providers = append(c.Providers, column)
		fill(&c, p, column, cfg)
	}
	return c
}

// fill adds a provider's column to every row.
func fill(c *result.ProviderComparison, p Provider, column result.ComparedProvider, cfg *s3cors.Configuration) {
	lost := map[[4]int]Loss{}
	if column.Refused == "" {
		for _, l := range Lost(p.Dialect, cfg) {
			lost[l.key()] = l
		}
	}
	for n, i := range Intents(cfg) {
		o := result.ComparedOutcome{Gets: result.Readable}
		l, isLost := lost[i.key()]
		switch {
		case column.Refused != "":
			o.Gets, o.Sentence = result.Blocked, "the configuration is not taken: "+column.Refused
		case isLost && l.Sentence != "":
			o.Gets, o.Sentence = result.Blocked, l.Sentence
		}
		if isLost {
			o.Unread, o.By = slices.Clone(l.Unread), explainedDeviations(l.By)
		}
		c.Requests[n].At = append(c.Requests[n].At, o)
	}
}

func explainedDeviations(by dialect.Dialect) []result.ExplainedDeviation {
	var all []result.ExplainedDeviation
	for _, one := range by {
		all = append(all, result.ExplainedDeviation{Deviation: one.String(), Summary: one.Summary})
	}
	return all
}
