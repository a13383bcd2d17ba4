package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// otherCall makes a call in the bucket's life that is not about its configuration. The call is not judged: where it is refused, what the
// configuration does afterwards can be asked all the same. trusted: the bucket is in the state that the step's cells need.
func (s *stage) otherCall(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) (trusted bool, err error) {
	if s.run.opts.Bucket != "" {
		c.Verdict, c.Reason = result.Unsupported, string(step.Call)+" is not sent: it would change more than the configuration of a bucket that is not the run's"
		return s.notMadeAgain(step), nil
	}
	if step.Call == scenarios.RecreateBucket {
		if err := s.recreate(ctx); err != nil {
			c.Verdict, c.Reason = result.Unsupported, "the bucket could not be deleted and made again: "+err.Error()
		}
		return c.Verdict == result.Passed || s.notMadeAgain(step), nil
	}
	call, _ := scenarios.BucketCallByName(step.Call)
	ex, err := s.sendCall(ctx, call)
	if err != nil {
		return false, err
	}
	status, code, err := s.evidence(ex, c)
	if err == nil && status >= http.StatusMultipleChoices {
		c.Verdict = result.Unsupported
		c.Reason = fmt.Sprintf("%s was answered %s; what follows is asked all the same", step.Call, answerText(status, code))
	}
	return err == nil, err
}

// answerText is a status, and the error's code where there is one.
func answerText(status int, code string) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + code)
}

func (s *stage) sendCall(ctx context.Context, call scenarios.BucketCall) (result.Exchange, error) {
	key := ""
	if call.OnKey {
		key = s.place.Key(objectName)
	}
	u, host, err := s.run.store.Address(s.place.Name(), key, call.Query, string(scenarios.Auto))
	if err != nil {
		return result.Exchange{}, err
	}
	q := probe.Request{Kind: string(call.Name), Method: call.Method, URL: u, Host: host, Header: fieldLines(call.Fields)}
	if call.Body != "" {
		q.Body = []byte(strings.ReplaceAll(call.Body, "{bucket}", s.place.Name()))
		q.Header = append(q.Header, result.Header{Name: "Content-MD5", Value: digestMD5(q.Body)})
	}
	if q, err = s.authorise(ctx, scenarios.Signed, q); err != nil {
		return result.Exchange{}, err
	}
	return s.run.do(ctx, q), nil
}

// recreate deletes the bucket and makes it again, with the objects that cells ask for.
func (s *stage) recreate(ctx context.Context) error {
	if err := s.place.Recreate(ctx); err != nil {
		return err
	}
	s.spoiltBy, s.place.objects = "", nil
	s.place.was(s.run.until(past{holds: s.place.holds, missing: true}))
	return s.place.furnish(ctx, objects(s.planned))
}

// notMadeAgain notes that a bucket that was to be made again still holds what it held. It reports whether the step's cells can be asked all
// the same.
func (s *stage) notMadeAgain(step scenarios.PlannedStep) bool {
	if step.Call != scenarios.RecreateBucket {
		return true
	}
	s.spoiltBy = step.CallID
	return false
}

// leadsOtherLife reports a scenario that does more to its bucket than configure it: no other can use the bucket then.
func leadsOtherLife(planned scenarios.Planned) bool {
	return slices.ContainsFunc(planned.Steps, func(step scenarios.PlannedStep) bool {
		_, other := scenarios.BucketCallByName(step.Call)
		return other || step.Call == scenarios.RecreateBucket
	})
}
