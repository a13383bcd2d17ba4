package runner

import (
	"context"
	"net/http"
	"strings"
	"time"

	"corsprobe/runner/judge"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

const (
	// inARow is how many rounds must show the new configuration: endpoints behind a load balancer may answer from several nodes.
	inARow = 3
	// mostQuestions bounds a round. Several are asked because one rule may be broken in itself and never show a change.
	mostQuestions = 4
	firstPause    = 20 * time.Millisecond
	longestPause  = time.Second
)

// question is a preflight by which a new configuration can be told from the old one, and what the old one answered to it.
type question struct {
	request request
	new     s3cors.Owed
	before  result.Exchange
}

// discriminating lists preflights that S3 answers in one way under a configuration and in another under its predecessor.
func discriminating(now, before *s3cors.Configuration) []s3cors.Request {
	var found []s3cors.Request
	for _, q := range append(typical(now), typical(before)...) {
		if len(found) < mostQuestions && !sameOwed(s3cors.Evaluate(now, q), s3cors.Evaluate(before, q)) {
			found = append(found, q)
		}
	}
	return found
}

// typical lists preflights that the rules should answer: for each origin of each rule, without headers and with the rule's first.
func typical(cfg *s3cors.Configuration) []s3cors.Request {
	if cfg == nil {
		return nil
	}
	var all []s3cors.Request
	for _, rule := range cfg.CORSRules {
		for _, pattern := range rule.AllowedOrigins {
			if pattern == "" || len(rule.AllowedMethods) == 0 {
				continue // what S3 makes of an empty Origin is open
			}
			filling := "settle"
			if pattern == "*" {
				filling = "https://settle.example"
			}
			origin := strings.Replace(pattern, "*", filling, 1)
			q := s3cors.Request{Method: http.MethodOptions, Target: s3cors.Object, Origin: &origin, RequestMethod: &rule.AllowedMethods[0]}
			all = append(all, q)
			if len(rule.AllowedHeaders) > 0 {
				name := strings.ToLower(strings.Replace(rule.AllowedHeaders[0], "*", "settle", 1))
				q.RequestHeaders = &name
				all = append(all, q)
			}
		}
	}
	return all
}

// sameOwed compares what two configurations owe to one request.
func sameOwed(a, b s3cors.Owed) bool {
	x, y := a.Answers[0], b.Answers[0]
	if len(x.Status) != len(y.Status) || (len(x.Status) > 0 && x.Status[0] != y.Status[0]) || len(x.Headers) != len(y.Headers) {
		return false
	}
	for name, value := range x.Headers {
		if y.Headers[name] != value {
			return false
		}
	}
	return x.Error == y.Error || (x.Error != nil && y.Error != nil && *x.Error == *y.Error)
}

// look asks every question once, before the configuration changes.
func (s *stage) look(ctx context.Context, requests []s3cors.Request) []question {
	var all []question
	for _, q := range requests {
		cell := scenarios.Cell{
			Target: scenarios.Object, Origin: q.Origin, Method: *q.RequestMethod, Send: []scenarios.Send{scenarios.Preflight},
			Headers: scenarios.Headers{Request: q.RequestHeaders}, Authorisation: scenarios.Anonymous, Addressing: scenarios.Auto,
		}
		built, err := s.requests(ctx, cell)
		if err != nil {
			continue // the cells themselves will say why
		}
		all = append(all, question{request: built[0], before: s.ask1(ctx, built[0].Request)})
	}
	return all
}

func (s *stage) ask1(ctx context.Context, q probe.Request) result.Exchange {
	if s.run.acquire(ctx) != nil {
		return result.Exchange{Error: "interrupted"}
	}
	defer s.run.release()
	return s.run.client.Do(ctx, q)
}

// settle waits until the configuration takes effect: until several rounds in a row answer a question otherwise than before, or as the new
// configuration owes. A wrong endpoint may never fit, and must be judged all the same: only answers that stay exactly as they were keep
// it waiting, and no longer than Options.Settle.
func (s *stage) settle(ctx context.Context, questions []question) {
	if len(questions) == 0 {
		return
	}
	for i := range questions {
		questions[i].new = s3cors.Evaluate(s.holds, questions[i].request.cors)
	}
	ctx, cancel := context.WithTimeout(ctx, s.run.opts.Settle)
	defer cancel()
	pause := firstPause
	for row := 0; row < inARow; {
		if s.changed(ctx, questions) {
			row++
			continue
		}
		row = 0
		if !wait(ctx, pause) {
			return
		}
		pause = min(2*pause, longestPause)
	}
}

// changed reports that at least one question is answered by the new configuration, or at least no longer by the old.
func (s *stage) changed(ctx context.Context, questions []question) bool {
	for _, q := range questions {
		ex := s.ask1(ctx, q.request.Request)
		if ex.Error != "" {
			continue
		}
		if len(judge.Nearest(judge.Preflight, q.new, nil, ex).Differences) == 0 || !judge.Alike(ex.Response, q.before.Response) {
			return true
		}
	}
	return false
}

// wait pauses between two polls; false when there is no time left.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
