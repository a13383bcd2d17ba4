package runner

import (
	"context"
	"net/http"

	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// onMissing makes a configuration call on a bucket that does not exist, and judges it. Some servers take PutBucketCors for CreateBucket, and
// DeleteBucketCors for DeleteBucket, so neither is sent where the run uses a user's bucket.
func (s *stage) onMissing(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) error {
	if s.run.opts.Bucket != "" && configures(step.Call) {
		c.Verdict, c.Reason = result.Unsupported, string(step.Call)+" is not sent to a bucket that does not exist: with --bucket no other is changed, not even one that should not be there"
		return nil
	}
	ex, err := s.sendMissing(ctx, step)
	if err != nil {
		return err
	}
	status, code, err := s.evidence(ex, c)
	if err != nil {
		return err
	}
	if c.Findings = owedCall(step).Compare(status, code); len(c.Findings) > 0 && hides(status) {
		c.Verdict, c.Findings = result.Unsupported, nil
		c.Reason = "the endpoint does not tell these credentials that the bucket does not exist: it answers " + answerText(status, code)
	}
	return nil
}

func (s *stage) sendMissing(ctx context.Context, step scenarios.PlannedStep) (result.Exchange, error) {
	if s.absent == nil {
		s.absent = s.run.store.NoBucket()
	}
	switch step.Call {
	case scenarios.PutBucketCors:
		return s.absent.PutDocument(ctx, step.CORS.Body(), digests(step.Digest)...), nil
	case scenarios.DeleteBucketCors:
		return s.absent.DeleteDocument(ctx)
	default:
		return s.absent.GetDocument(ctx), nil
	}
}

// hides reports a status that says nothing of the bucket: credentials that may use some buckets only learn nothing of others, and some
// endpoints do not have the call.
func hides(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotImplemented
}

// leaveAbsent removes the bucket that an endpoint may have made by accepting a call that it should have refused.
func (s *stage) leaveAbsent() {
	if absent := s.absent; absent != nil {
		s.absent = nil
		s.run.places.closed.Go(func() { s.run.places.leave(absent) })
	}
}
