package judge

import (
	"fmt"

	"corsprobe/runner/fetch"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Describe says in one line what a page gets, from the answer owed and from the one that came.
func (p Page) Describe(owed s3cors.Answer, ex result.Exchange) *result.Browser {
	if p.Asked.Origin == nil {
		return nil
	}
	right, came := owedAnswer(owed, ex), answer(ex)
	want, got := p.check(right, fetch.Omit), p.check(came, fetch.Omit)
	how := ""
	if want.Allowed == got.Allowed {
		if w, g := p.check(right, fetch.Include), p.check(came, fetch.Include); w.Allowed != g.Allowed {
			want, got, how = w, g, " with credentials"
		}
	}
	b := &result.Browser{Owed: words(p.Kind, want), Got: words(p.Kind, got)}
	if !got.Allowed {
		b.Code = string(got.Reason)
	}
	if want.Allowed != got.Allowed {
		b.Sentence = fmt.Sprintf("%s from %s%s%s: S3 owes %s; here %s", p.Request.Method, *p.Asked.Origin, how, p.asking(), owes(p.Kind, want), happens(p.Kind, got))
	}
	return b
}

func (p Page) check(a fetch.Response, credentials fetch.Credentials) fetch.Verdict {
	q := p.Request
	q.Credentials = credentials
	if p.Kind == Preflight {
		return fetch.PreflightCheck(q, a)
	}
	return fetch.ActualCheck(q, a)
}

func (p Page) asking() string {
	if names := p.Asked.RequestHeaders; names != nil && p.Kind == Preflight {
		return " with " + *names
	}
	return ""
}

func words(kind Kind, v fetch.Verdict) string {
	switch {
	case !v.Allowed:
		return "blocked: " + v.Sentence
	case kind == Preflight:
		return "permitted"
	default:
		return "readable"
	}
}

func owes(kind Kind, v fetch.Verdict) string {
	switch {
	case !v.Allowed:
		return "no permission"
	case kind == Preflight:
		return "permission"
	default:
		return "a readable answer"
	}
}

func happens(kind Kind, v fetch.Verdict) string {
	switch {
	case !v.Allowed:
		return fmt.Sprintf("the browser blocks it: %s (%s)", v.Sentence, v.Chromium)
	case kind == Preflight:
		return "the browser lets the page go on"
	default:
		return "a page can read the answer"
	}
}

// Worse keeps the description that has something to say.
func Worse(a, b *result.Browser) *result.Browser {
	if a == nil || (b != nil && a.Sentence == "" && b.Sentence != "") {
		return b
	}
	return a
}
