package permit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/dialect"
	"corsprobe/runner/fetch"
	"corsprobe/runner/header"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

// Explain says what a page's request comes to under a configuration, and where it is blocked the smallest change that permits it. On points
// that S3's facts leave open it takes the likelier side.
func Explain(cfg *s3cors.Configuration, q fetch.Request) result.Explanation {
	e := result.Explanation{
		Version: result.Version, Origin: q.Origin, Method: fetch.NormalizeMethod(q.Method), Headers: asked(q),
		Credentials: q.Credentials == fetch.Include, Rules: explainRules(cfg, q),
	}
	o := simulate(cfg, q)
	e.Preflight, e.Actual, e.Gets, e.Sentence, e.Readable = o.preflight, o.actual, o.gets, o.sentence, o.readable
	e.Notes = append(o.notes, signedNotes(cfg, e.Rules, q)...)
	if e.Gets == result.Blocked {
		e.Change = smallest(cfg, q)
		e.Notes = append(e.Notes, blockedNotes(q, e.Change)...)
	}
	return e
}

// outcome is what a request comes to.
type outcome struct {
	preflight, actual *result.ExplainedAnswer
	gets              result.Gets
	sentence          string
	readable, notes   []string
}

// simulate computes S3's answers, and what browsers make of them in their order: probing a faithful endpoint gives the same.
func simulate(cfg *s3cors.Configuration, q fetch.Request) outcome {
	return asksOf(func(ask s3cors.Request) dialect.Answer {
		return dialect.Answer{Answer: s3cors.Evaluate(cfg, ask).Answers[0]}
	}, q)
}

// answering is an endpoint that answers requests.
type answering func(s3cors.Request) dialect.Answer

// asksOf has a page ask an endpoint, as browsers do.
func asksOf(answers answering, q fetch.Request) outcome {
	var o outcome
	method := fetch.NormalizeMethod(q.Method)
	if fetch.IsForbiddenMethod(method) {
		return outcome{gets: result.Blocked, sentence: "script may not use the method " + method}
	}
	if fetch.NeedsPreflight(q) {
		o.preflight = &result.ExplainedAnswer{}
		came := write(o.preflight, answers(preflightOf(q, method)))
		today, standard := fetch.PreflightCheckToday(q, came), fetch.PreflightCheck(q, came)
		o.judge(o.preflight, today, &standard)
		o.notes = append(o.notes, fetch.MaxAgeNotes(came.Headers)...)
		if !today.Allowed {
			return o
		}
	}
	o.actual = &result.ExplainedAnswer{}
	came := write(o.actual, answers(s3cors.Request{Method: method, Target: s3cors.Object, Origin: &q.Origin, Outcome: s3cors.Outcome{Status: []int{http.StatusOK}}}))
	verdict := fetch.ActualCheck(q, came)
	o.judge(o.actual, verdict, nil)
	if verdict.Allowed {
		o.gets, o.readable = result.Readable, readable(q, came)
	}
	return o
}

func preflightOf(q fetch.Request, method string) s3cors.Request {
	ask := s3cors.Request{Method: http.MethodOptions, Target: s3cors.Object, Origin: &q.Origin, RequestMethod: &method}
	if names := strings.Join(asked(q), ","); names != "" {
		ask.RequestHeaders = &names
	}
	return ask
}

// write fills in what is answered, and returns it as it comes over the wire.
func write(a *result.ExplainedAnswer, answer dialect.Answer) fetch.Response {
	a.Status = http.StatusOK
	if len(answer.Status) > 0 {
		a.Status = answer.Status[0]
	}
	if answer.Error != nil && !answer.NoDocument {
		a.Code = answer.Error.Code
	}
	a.Headers = answer.Lines()
	return fetch.Response{Status: a.Status, Headers: a.Headers}
}

func (o *outcome) judge(a *result.ExplainedAnswer, today fetch.Verdict, standard *fetch.Verdict) {
	a.Verdict = verdictOf(today)
	if standard != nil && standard.Allowed != today.Allowed {
		other := verdictOf(*standard)
		a.Standard = &other
	}
	o.notes = append(o.notes, today.Notes...)
	if !today.Allowed {
		o.gets, o.sentence = result.Blocked, today.Sentence
	}
}

func verdictOf(v fetch.Verdict) result.PageVerdict {
	return result.PageVerdict{Allowed: v.Allowed, Code: string(v.Reason), Sentence: v.Sentence, Chromium: v.Chromium, Firefox: v.Firefox}
}

// readable are the headers that a script can read of S3's answers: those that are readable anyway, and those that are exposed.
func readable(q fetch.Request, came fetch.Response) []string {
	names := slices.Clone(fetch.SafelistedResponseHeaders)
	for _, value := range result.Values(came.Headers, header.ExposeHeaders) {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); fetch.CanRead(name, q.Credentials, came.Headers) {
				names = append(names, name)
			}
		}
	}
	return names
}

// signedNotes says where a rule covers authorization but not the other headers of an SDK's signed request.
func signedNotes(cfg *s3cors.Configuration, rules []result.ExplainedRule, q fetch.Request) []string {
	if !hasName(q, "authorization") {
		return nil
	}
	for i, r := range rules {
		if missing := uncovered(cfg.CORSRules[i], unnamed(q, signedNames)); r.Answers && len(missing) > 0 {
			return []string{fmt.Sprintf("rule %d covers authorization and not %s: an SDK's signed request would be refused", r.Rule, strings.Join(missing, ", "))}
		}
	}
	return nil
}

// blockedNotes says which reasons lie with the page and not with the configuration.
func blockedNotes(q fetch.Request, change *result.ConfigurationChange) []string {
	var notes []string
	if q.Credentials == fetch.Include {
		notes = append(notes, "S3 takes signatures, not cookies: a page need not ask it with credentials")
	}
	if change == nil {
		notes = append(notes, "no change of the configuration permits this request")
	}
	return notes
}
