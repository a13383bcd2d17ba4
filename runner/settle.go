package runner

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"corsprobe/runner/judge"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"golang.org/x/sync/errgroup"
)

const (
	// connections is how many connections of their own must show a change: behind one name may stand several nodes. Of an endpoint that has
	// shown promptChanges at once, one after the other, fewConnections must: a cell that meets an old state all the same is asked again.
	connections    = 4
	fewConnections = 2
	promptChanges  = 16
	// mostQuestions bounds what is asked about one change. Several are asked because one rule may be broken in itself and never show it.
	mostQuestions = 3
)

// question is a request that an endpoint answers in one way under the new configuration and in another under the old one, with the old
// answer.
type question struct {
	request request
	owed    s3cors.Owed // by the new one
	before  result.Exchange
}

// discriminating lists requests that S3 answers in one way under a configuration and in another under its predecessor: preflights, and
// actual requests, for an endpoint may be broken in one of the two.
func discriminating(now, before *s3cors.Configuration) []s3cors.Request {
	var found []s3cors.Request
	for _, q := range append(typical(now), typical(before)...) {
		if len(found) < mostQuestions && !mayBeAlike(s3cors.Answers(now, q), s3cors.Answers(before, q)) {
			found = append(found, q)
		}
	}
	return found
}

// typical lists requests that the rules should answer: for each rule a preflight and an actual request of its first origin, and then of the
// other origins, and a preflight with the rule's first header.
func typical(cfg *s3cors.Configuration) []s3cors.Request {
	if cfg == nil {
		return nil
	}
	var first, more []s3cors.Request
	for _, rule := range cfg.CORSRules {
		if len(rule.AllowedMethods) == 0 {
			continue
		}
		for i, origin := range origins(rule) {
			q := s3cors.Request{Method: http.MethodOptions, Target: s3cors.Object, Origin: &origin, RequestMethod: &rule.AllowedMethods[0]}
			if i > 0 {
				more = append(append(more, q), actually(rule, &origin)...)
				continue
			}
			first = append(append(first, q), actually(rule, &origin)...)
			if len(rule.AllowedHeaders) > 0 {
				name := strings.ToLower(strings.Replace(rule.AllowedHeaders[0], "*", "settle", 1))
				q.RequestHeaders = &name
				more = append(more, q)
			}
		}
	}
	return append(first, more...)
}

// origins are some origins that a rule's patterns match.
func origins(rule s3cors.Rule) []string {
	var all []string
	for _, pattern := range rule.AllowedOrigins {
		switch pattern {
		case "": // what S3 makes of an empty Origin is open
		case "*":
			all = append(all, "https://settle.example")
		default:
			all = append(all, strings.Replace(pattern, "*", "settle", 1))
		}
	}
	return all
}

// actually is an actual request by one of a rule's methods; none where the rule allows POST alone.
func actually(rule s3cors.Rule, origin *string) []s3cors.Request {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
		if slices.Contains(rule.AllowedMethods, method) {
			return []s3cors.Request{{Method: method, Target: s3cors.Object, Origin: origin}}
		}
	}
	return nil
}

// mayBeAlike reports that some answer is right under both configurations.
func mayBeAlike(a, b s3cors.Owed) bool {
	return slices.ContainsFunc(a.Answers, func(x s3cors.Answer) bool {
		return slices.ContainsFunc(b.Answers, func(y s3cors.Answer) bool { return alike(x, y) })
	})
}

func alike(x, y s3cors.Answer) bool {
	sameError := x.Error == y.Error || x.Error != nil && y.Error != nil && *x.Error == *y.Error
	return sameError && slices.Equal(x.Status, y.Status) && maps.Equal(x.Headers, y.Headers)
}

// cellOf is a cell that sends a question and nothing else.
func cellOf(q s3cors.Request) scenarios.Cell {
	cell := scenarios.Cell{Target: scenarios.Object, Origin: q.Origin, Addressing: scenarios.Auto, Headers: scenarios.Headers{Request: q.RequestHeaders}}
	if q.Method == http.MethodOptions {
		cell.Method, cell.Send, cell.Authorisation = *q.RequestMethod, []scenarios.Send{scenarios.Preflight}, scenarios.Anonymous
	} else {
		cell.Method, cell.Send, cell.Authorisation = q.Method, []scenarios.Send{scenarios.Actual}, scenarios.Presigned
	}
	return cell
}

// questions are those by which a change can be seen, each with the answer before the change.
func (s *stage) questions(ctx context.Context, now, before *s3cors.Configuration) []question {
	return s.ask(ctx, now, discriminating(now, before))
}

// ask makes questions of requests, and asks each once.
func (s *stage) ask(ctx context.Context, now *s3cors.Configuration, requests []s3cors.Request) []question {
	var all []question
	for _, q := range requests {
		built, err := s.requests(ctx, cellOf(q))
		if err != nil {
			continue // the cells themselves will say why
		}
		all = append(all, question{request: built[0], owed: s3cors.Answers(now, built[0].cors)})
	}
	var group errgroup.Group
	for i := range all {
		group.Go(func() error {
			all[i].before = s.run.do(ctx, all[i].request.Request)
			return nil
		})
	}
	_ = group.Wait() // exchanges hold their own errors
	return all
}

// settle waits until the configuration takes effect: until, over several connections, a question's answer differs from the old one or is
// right under the new configuration. A deviating endpoint may never answer right, and must be judged all the same, so settle waits only while
// the answers stay exactly as they were.
func (s *stage) settle(ctx context.Context, questions []question) {
	if len(questions) == 0 {
		return
	}
	start := time.Now()
	shown, err := s.run.effect.until(ctx, func() (bool, error) { return s.shown(ctx, questions), nil })
	if err == nil && shown {
		s.run.stale.ended(start, true) // a stale answer may come as late
	}
}

// shown reports that a question shows the change over every connection. The one that does is asked first the next time.
func (s *stage) shown(ctx context.Context, questions []question) bool {
	for i, q := range questions {
		if !s.shows(ctx, q) {
			continue
		}
		questions[0], questions[i] = questions[i], questions[0]
		var group errgroup.Group
		var others atomic.Int64
		more := s.run.connections() - 1
		for range more {
			group.Go(func() error {
				if s.shows(ctx, q) {
					others.Add(1)
				}
				return nil
			})
		}
		_ = group.Wait() // nothing in it fails
		return others.Load() == int64(more)
	}
	return false
}

func (r *Run) connections() int {
	if r.effect.prompts() >= promptChanges {
		return fewConnections
	}
	return connections
}

// shows reports that one answer, over a connection of its own, shows the change.
func (s *stage) shows(ctx context.Context, q question) bool {
	raw := q.request.Request
	raw.Fresh = true
	ex := s.run.do(ctx, raw)
	if !answered(ex) {
		return false
	}
	if len(judge.Nearest(judge.Kind(q.request.send), q.owed, nil, ex).Differences) == 0 {
		return true
	}
	return answered(q.before) && !judge.Alike(ex.Response, q.before.Response)
}

// do sends a request that belongs to no cell.
func (r *Run) do(ctx context.Context, q probe.Request) result.Exchange { return r.probes.Do(ctx, q) }

// moved records that the bucket holds another configuration now, and that some nodes may answer by the old one for a while.
func (s *stage) moved(now *s3cors.Configuration) {
	if before := s.place.holds; !s3cors.Equal(before, now) {
		s.place.was(s.run.until(past{holds: before}))
	}
	s.place.holds, s.place.virgin = now, false
}

// until sets the time at which a past state ends.
func (r *Run) until(state past) past {
	now := time.Now()
	state.until, state.reported = now.Add(r.stale.remaining(now)), new(sync.Once)
	return state
}
