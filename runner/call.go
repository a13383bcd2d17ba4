package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/judge"
	"corsprobe/runner/pace"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
	"corsprobe/scenarios"
)

// callCell is the result of a configuration call, without judgement.
func (r *Run) callCell(planned scenarios.Planned, step scenarios.PlannedStep, verdict result.Verdict, reason string) result.Cell {
	title := string(step.Call)
	if step.Name != "" {
		title += " (" + step.Name + ")"
	}
	return result.Cell{
		ID: step.CallID, Scenario: planned.Scenario.ID, Title: title, File: planned.Scenario.File, Line: step.Line, Step: step.Name,
		Verdict: verdict, Reason: reason, Attempts: 1,
	}
}

// call makes a step's configuration call and judges it. trusted: the bucket is known to be in the state that the step's cells need.
func (s *stage) call(ctx context.Context, step scenarios.PlannedStep) (trusted bool, err error) {
	if step.Call == scenarios.NoCall {
		return true, nil
	}
	c := s.run.callCell(s.planned, step, result.Passed, "")
	switch {
	case step.Missing:
		trusted, err = true, s.onMissing(ctx, step, &c)
	case step.Call == scenarios.PutBucketCors:
		trusted, err = s.put(ctx, step, &c)
	case step.Call == scenarios.DeleteBucketCors:
		trusted, err = s.delete(ctx, step, &c)
	case step.Call == scenarios.GetBucketCors:
		trusted, err = true, s.get(ctx, step, &c)
	default:
		trusted, err = s.otherCall(ctx, step, &c)
	}
	if err != nil {
		c.Verdict, c.Reason, c.Findings = result.Error, whyNot(ctx, err), nil
	} else if len(c.Findings) > 0 {
		c.Verdict = result.Failed
	}
	c.Checks = checksOf(c)
	s.run.deliver(c)
	return trusted, err
}

// checksOf counts the checks of a configuration call: its status and, where that is right, a refusal's code or the configuration that the
// bucket holds.
func checksOf(c result.Cell) int {
	switch {
	case c.Verdict != result.Passed && c.Verdict != result.Failed:
		return 0
	case slices.ContainsFunc(c.Findings, func(f result.Finding) bool { return f.Check == "config.status" }):
		return len(c.Findings)
	}
	return max(2, len(c.Findings))
}

// put sends a configuration and reads it back. What S3 must refuse goes as a raw document, for an SDK would refuse to send it.
func (s *stage) put(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) (trusted bool, err error) {
	owed := owedCall(step)
	status, code, message, err := s.sendPut(ctx, step, owed, c)
	if err != nil {
		return false, err
	}
	s.run.notes.chose(owed.Wording(status, message))
	if status == http.StatusNotImplemented && step.Digest.Spoilt() {
		c.Verdict, c.Reason = result.Unsupported, "the endpoint does not know Content-MD5: it answers "+answerText(status, code)
		return true, nil
	}
	if step.Digest.MayBeUnknown() && status >= http.StatusMultipleChoices && !owed.Refused() {
		c.Verdict, c.Reason = result.Unsupported, fmt.Sprintf("the endpoint does not take the digest %s: it answers %s", step.Digest, answerText(status, code))
		s.spoiltBy = step.CallID // the configuration is missing, for the steps that follow too
		return false, nil
	}
	c.Findings, c.Explanation = owed.Compare(status, code), owed.Why
	switch {
	case status >= 300 && !owed.Refused():
		s.refused = step.CallID
		return false, nil
	case status >= 300:
		return status < http.StatusInternalServerError, nil // refused, with another status or code than S3's: the bucket still holds what it held
	case owed.Refused():
		// The endpoint accepted what S3 refuses, or may refuse: no fact says which configuration the bucket holds now.
		s.spoiltBy = step.CallID
		return false, nil
	}
	s.spoiltBy, s.refused = "", ""
	return s.readBack(ctx, step, c)
}

// sendPut makes the call. A failure that says nothing about the configuration, such as a lost connection, is returned as an error.
func (s *stage) sendPut(ctx context.Context, step scenarios.PlannedStep, owed judge.Call, c *result.Cell) (status int, code, message string, err error) {
	if step.CORS.Document == "" && !owed.Refused() && step.Answer == nil && step.Digest == "" {
		err := s.place.PutCORS(ctx, step.CORS.Config)
		return callOutcome(err)
	}
	document := []byte(step.CORS.Document)
	if len(document) == 0 {
		document = step.CORS.Config.XML()
	}
	ex := s.place.PutDocument(ctx, document, digests(step.Digest)...)
	c.Exchanges = append(c.Exchanges, ex)
	if ex.Error != "" {
		return 0, "", "", errors.New(ex.Error)
	}
	if pace.Busy(ex.Response.Status) {
		return 0, "", "", errors.New(busy(ex.Response.Status))
	}
	doc, _ := s3error.Read(ex.Response.Body)
	return ex.Response.Status, doc.Code, doc.Message, nil
}

// callOutcome is what a call through the SDK came to.
func callOutcome(err error) (status int, code, message string, trouble error) {
	var refused *endpoint.CallError
	switch {
	case err == nil:
		return 200, "", "", nil
	case errors.As(err, &refused) && pace.Busy(refused.Status):
		return 0, "", "", errors.New(busy(refused.Status))
	case errors.As(err, &refused) && refused.Status != 0:
		return refused.Status, refused.Code, refused.Message, nil
	default:
		return 0, "", "", err
	}
}

// readBack polls GetBucketCors until it returns what was put, or something that is neither that nor the old configuration. Only the old
// configuration, or none, is worth waiting for a change of.
func (s *stage) readBack(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) (trusted bool, err error) {
	var got *s3cors.Configuration
	_, err = s.run.readBack.until(ctx, func() (over bool, err error) {
		got, err = s.place.GetCORS(ctx)
		return got != nil && (s3cors.Equal(got, step.After) || !s3cors.Equal(got, s.place.holds)), err
	})
	if err != nil {
		return false, fmt.Errorf("the configuration could not be read back: %w", err)
	}
	if s3cors.Equal(got, step.After) {
		return true, nil
	}
	c.Findings = append(c.Findings, judge.Returned(step.After, got, nil, "")...)
	c.Exchanges = append(c.Exchanges, s.place.GetDocument(ctx))
	return got != nil, nil // altered, but there: the cells show what it does
}

// delete removes the configuration. DeleteBucketCors is sent only where GetBucketCors has returned the configuration before: one server takes
// DeleteBucketCors for DeleteBucket.
func (s *stage) delete(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) (trusted bool, err error) {
	ex, err := s.place.DeleteDocument(ctx)
	if by := cmp.Or(s.spoiltBy, s.refused); by != "" && errors.Is(err, endpoint.ErrNotKept) {
		c.Verdict, c.Reason = result.Unsupported, "there is nothing to delete: see "+by
		return false, nil
	}
	if err != nil {
		return false, err
	}
	status, code, err := s.evidence(ex, c)
	if err != nil {
		return false, err
	}
	if c.Findings = owedCall(step).Compare(status, code); len(c.Findings) > 0 && status >= 300 {
		if s.place.holds != nil {
			c.Findings[0].Class = result.Exposure // the configuration that was to be deleted is still there
		}
		return false, nil
	}
	s.spoiltBy = ""
	deleted, err := s.deletionShows(ctx)
	if err == nil && !deleted {
		c.Findings = append(c.Findings, judge.StillThere())
	}
	return err == nil, err
}

// deletionShows polls GetBucketCors until the endpoint has no configuration any more; false: it still has one when the time is up.
func (s *stage) deletionShows(ctx context.Context) (bool, error) {
	return s.run.readBack.until(ctx, func() (bool, error) {
		got, err := s.place.GetCORS(ctx)
		return got == nil || len(got.CORSRules) == 0, err
	})
}

// evidence keeps a configuration call's exchange, and reads its outcome.
func (s *stage) evidence(ex result.Exchange, c *result.Cell) (status int, code string, err error) {
	c.Exchanges = append(c.Exchanges, ex)
	if ex.Error != "" {
		return 0, "", errors.New(ex.Error)
	}
	if pace.Busy(ex.Response.Status) {
		return 0, "", errors.New(busy(ex.Response.Status))
	}
	doc, _ := s3error.Read(ex.Response.Body)
	return ex.Response.Status, doc.Code, nil
}

// get reads the configuration and compares it with the one that the bucket should hold. An answer that fits what the bucket held not long ago
// is asked for again, for a node may lag behind.
func (s *stage) get(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) error {
	ex := s.place.GetDocument(ctx)
	for pause := firstPause; s.heldBefore(ex) && pace.Wait(ctx, pause); pause = min(2*pause, longestPause) {
		ex = s.place.GetDocument(ctx)
	}
	status, code, err := s.evidence(ex, c)
	if err != nil {
		return err
	}
	if c.Findings = owedCall(step).Compare(status, code); len(c.Findings) > 0 || step.Answer != nil {
		return nil
	}
	if step.After == nil {
		c.Findings = judge.NamesBucket(s.place.Name(), ex.Response.Body)
		return nil
	}
	got, err := s3cors.ParseXML([]byte(ex.Response.Body))
	c.Findings = judge.Returned(step.After, got, err, ex.Response.Body)
	return nil
}

// heldBefore reports that an answer to GetBucketCors is what the bucket held until not long ago.
func (s *stage) heldBefore(ex result.Exchange) bool {
	got, err := s3cors.ParseXML([]byte(ex.Response.Body))
	none := ex.Response.Status == http.StatusNotFound
	if !none && err != nil || none && s.place.holds == nil || s3cors.Equal(got, s.place.holds) {
		return false
	}
	return slices.ContainsFunc(s.place.past, func(state past) bool {
		return state.until.After(time.Now()) && !state.missing && (none && state.holds == nil || !none && s3cors.Equal(got, state.holds))
	})
}

// owedCall is the answer that the step pins, or else S3's.
func owedCall(step scenarios.PlannedStep) judge.Call {
	switch {
	case step.Answer != nil:
		return judge.PinnedCall(step.Answer.Status, step.Answer.Error, step.Answer.Reason)
	case step.Missing:
		return judge.OnMissing()
	case step.Digest.Spoilt():
		return judge.PutSpoilt(step.Digest == scenarios.WrongMD5)
	case step.Call == scenarios.DeleteBucketCors:
		return judge.Delete()
	case step.Call == scenarios.GetBucketCors:
		return judge.Get(step.After)
	case step.CORS.Document != "":
		return judge.PutDocument(step.CORS.Document, s3cors.ParseXML)
	default:
		return judge.Put(step.CORS.Config)
	}
}

// digests are the names by which package endpoint knows what protects a configuration call.
func digests(d scenarios.Digest) []string {
	if d == "" || d == scenarios.MD5AndCRC32 {
		return []string{string(scenarios.MD5), string(scenarios.CRC32)}
	}
	return []string{string(d)}
}
