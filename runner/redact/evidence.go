package redact

import (
	"slices"

	"corsprobe/runner/result"
)

// secretHeaders are headers whose values are secrets by themselves.
var secretHeaders = []string{
	"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token",
	"x-amz-server-side-encryption-customer-key", "x-amz-copy-source-server-side-encryption-customer-key",
}

// IsSecret reports that a header line holds credentials.
func IsSecret(h result.Header) bool {
	return h.Value != "" && slices.ContainsFunc(secretHeaders, h.Is)
}

// leastSecret keeps evidence readable: what is shorter is no secret, though it stand in such a header.
const leastSecret = 6

// repeated are the values of secret headers of some exchanges, which a server may repeat anywhere in its answers.
func repeated(exchanges []result.Exchange) []string {
	var secrets []string
	for _, ex := range exchanges {
		for _, lines := range [][]result.Header{ex.Request.Headers, ex.Response.Headers} {
			for _, h := range lines {
				if IsSecret(h) && len(h.Value) >= leastSecret && h.Value != Redacted {
					secrets = append(secrets, h.Value)
				}
			}
		}
	}
	return secrets
}

// For is the redactor with what is secret in some exchanges, for evidence of which a part was left out.
func (r *Redactor) For(exchanges []result.Exchange) *Redactor { return r.With(repeated(exchanges)...) }

// Cell is a cell without the secrets in its evidence. What a scenario gives it, such as its id and title, stays.
func (r *Redactor) Cell(c result.Cell) result.Cell {
	r = r.For(c.Exchanges)
	c.Reason, c.Explanation = r.Text(c.Reason), r.Text(c.Explanation)
	c.Findings = each(c.Findings, r.Finding)
	c.Exchanges = each(c.Exchanges, r.Exchange)
	c.Curl = each(c.Curl, r.Text)
	c.Browser = r.browser(c.Browser)
	if c.Chromium != nil {
		chromium := r.chromium(*c.Chromium)
		c.Chromium = &chromium
	}
	return c
}

// Finding is a finding without secrets.
func (r *Redactor) Finding(f result.Finding) result.Finding {
	f.Expected, f.Got, f.Why = r.Text(f.Expected), r.Text(f.Got), r.Text(f.Why)
	f.Owed, f.Came = r.side(f.Owed), r.side(f.Came)
	if f.Browser != nil {
		effect := *f.Browser
		effect.Sentence = r.Text(effect.Sentence)
		f.Browser = &effect
	}
	return f
}

func (r *Redactor) side(s *result.Side) *result.Side {
	if s == nil {
		return nil
	}
	return &result.Side{Status: s.Status, Code: r.Text(s.Code), Values: each(s.Values, r.Text), Headers: each(s.Headers, r.header), Elements: each(s.Elements, r.element), Body: r.Text(s.Body)}
}

func (r *Redactor) element(e result.Element) result.Element {
	return result.Element{Name: r.Text(e.Name), Value: r.Text(e.Value)}
}

func (r *Redactor) browser(b *result.Browser) *result.Browser {
	if b == nil {
		return nil
	}
	return &result.Browser{Owed: r.Text(b.Owed), Got: r.Text(b.Got), Sentence: r.Text(b.Sentence), Code: b.Code}
}

func (r *Redactor) chromium(c result.Chromium) result.Chromium {
	c.Console, c.Disagreement, c.NotSent = r.Text(c.Console), r.Text(c.Disagreement), r.Text(c.NotSent)
	c.Otherwise = r.Text(c.Otherwise)
	if c.Credentials != nil {
		answer := *c.Credentials
		answer.Console = r.Text(answer.Console)
		c.Credentials = &answer
	}
	c.Readable, c.Preflight = each(c.Readable, r.Text), each(c.Preflight, r.header)
	return c
}

// Exchange is an exchange without secrets.
func (r *Redactor) Exchange(ex result.Exchange) result.Exchange {
	ex.Request.URL, ex.Error = r.Text(ex.Request.URL), r.Text(ex.Error)
	ex.Request.Headers = each(ex.Request.Headers, r.header)
	ex.Response.Headers = each(ex.Response.Headers, r.header)
	ex.Response.Body = r.Text(ex.Response.Body)
	return ex
}

func (r *Redactor) header(h result.Header) result.Header {
	if IsSecret(h) {
		return result.Header{Name: h.Name, Value: Redacted}
	}
	return result.Header{Name: r.Text(h.Name), Value: r.Text(h.Value)}
}

// Page is what a page got, without secrets.
func (r *Redactor) Page(p result.Page) result.Page {
	var exchanges []result.Exchange
	for _, s := range p.Steps {
		exchanges = append(exchanges, s.Exchange)
	}
	r = r.For(exchanges)
	p.URL, p.Sentence = r.Text(p.URL), r.Text(p.Sentence)
	p.Steps = each(p.Steps, r.step)
	p.Readable, p.Hidden, p.Notes = each(p.Readable, r.Text), each(p.Hidden, r.Text), each(p.Notes, r.Text)
	p.Cause = r.cause(p.Cause)
	if p.WithoutOrigin != nil {
		withoutOrigin := r.Exchange(*p.WithoutOrigin)
		p.WithoutOrigin = &withoutOrigin
	}
	if p.Chromium != nil {
		chromium := r.chromium(*p.Chromium)
		p.Chromium = &chromium
	}
	return p
}

func (r *Redactor) cause(c *result.PageCause) *result.PageCause {
	if c == nil {
		return nil
	}
	return &result.PageCause{Code: c.Code, Sentence: r.Text(c.Sentence), Do: each(c.Do, r.Text), Likely: each(c.Likely, r.Text)}
}

func (r *Redactor) step(s result.PageStep) result.PageStep {
	s.Exchange, s.Curl, s.Explanation = r.Exchange(s.Exchange), r.Text(s.Curl), r.Text(s.Explanation)
	s.Verdict.Sentence = r.Text(s.Verdict.Sentence)
	if s.Standard != nil {
		standard := *s.Standard
		standard.Sentence = r.Text(standard.Sentence)
		s.Standard = &standard
	}
	s.Findings = each(s.Findings, r.Finding)
	return s
}

// Observation is an endpoint's choice without secrets: a wording may repeat one.
func (r *Redactor) Observation(o result.Observation) result.Observation {
	o.Point, o.Choice = r.Text(o.Point), r.Text(o.Choice)
	return o
}

// Observations are those of a run without secrets.
func (r *Redactor) Observations(all []result.Observation) []result.Observation {
	return each(all, r.Observation)
}

// each is a copy of a list with every element changed; nil stays nil.
func each[T any](list []T, change func(T) T) []T {
	list = slices.Clone(list)
	for i := range list {
		list[i] = change(list[i])
	}
	return list
}
