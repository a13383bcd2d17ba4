package runner

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	switch step.Call {
	case scenarios.PutBucketCors:
		trusted, err = s.put(ctx, step, &c)
	case scenarios.DeleteBucketCors:
		trusted, err = s.delete(ctx, step, &c)
	case scenarios.GetBucketCors:
		trusted, err = true, s.get(ctx, step, &c)
	}
	if err != nil {
		c.Verdict, c.Reason, c.Findings = result.Error, err.Error(), nil
	} else if len(c.Findings) > 0 {
		c.Verdict = result.Failed
	}
	s.run.deliver(c)
	return trusted, err
}

// put sends a configuration and reads it back. What S3 must refuse goes as a raw document, for an SDK would refuse to send it.
func (s *stage) put(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) (trusted bool, err error) {
	owed := owedCall(step)
	status, code, message, err := s.sendPut(ctx, step, owed, c)
	if err != nil {
		return false, err
	}
	if status >= 300 && owed.message != "" && !owed.open && message != owed.message {
		s.run.notes.chose(judge.Worded(owed.message, message, owed.facts))
	}
	c.Findings, _ = compareCall(owed, status, code)
	c.Explanation = owed.why
	switch {
	case status >= 300:
		return owed.refused() && status < http.StatusInternalServerError, nil // refused in other words: nothing has changed either way
	case owed.refused():
		// It was accepted although S3 refuses it, or may refuse it: what the bucket holds now is nobody's contract.
		s.spoiltBy = step.CallID
		return false, nil
	}
	s.spoiltBy = ""
	return s.readBack(ctx, step, c)
}

// sendPut makes the call. Trouble that says nothing about the configuration is an error.
func (s *stage) sendPut(ctx context.Context, step scenarios.PlannedStep, owed callOwed, c *result.Cell) (status int, code, message string, err error) {
	if step.CORS.Document == "" && !owed.refused() && step.Answer == nil {
		err := s.place.PutCORS(ctx, step.CORS.Config)
		return callOutcome(err)
	}
	document := []byte(step.CORS.Document)
	if len(document) == 0 {
		document = step.CORS.Config.XML()
	}
	ex := s.place.PutDocument(ctx, document)
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

// readBack polls GetBucketCors until it gives back what was put, or something new: only an old answer, or none, is waited for.
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
	c.Findings = append(c.Findings, roundTrip(step.After, got))
	c.Exchanges = append(c.Exchanges, s.place.GetDocument(ctx))
	return got != nil, nil // altered, but there: the cells show what it does
}

func roundTrip(want, got *s3cors.Configuration) result.Finding {
	f := result.Finding{
		Check: "config.round-trip", Class: result.Contract, Expected: rules(want), Got: s3cors.Difference(want, got),
		Why: "GetBucketCors returns the configuration as it was put: order, values and case", Facts: []int{55, 73},
	}
	if got == nil && want != nil {
		f.Class, f.Got = result.Breakage, "no configuration"
	}
	return f
}

func rules(cfg *s3cors.Configuration) string {
	if cfg == nil {
		return "no configuration"
	}
	if n := len(cfg.CORSRules); n != 1 {
		return fmt.Sprintf("the %d rules that were put", n)
	}
	return "the rule that was put"
}

// delete removes the configuration. It is only sent where the configuration was seen to round-trip: one server takes DeleteBucketCors for
// DeleteBucket.
func (s *stage) delete(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) (trusted bool, err error) {
	ex, err := s.place.DeleteDocument(ctx)
	if err != nil {
		return false, err
	}
	status, code, err := s.evidence(ex, c)
	if err != nil {
		return false, err
	}
	var fits bool
	c.Findings, fits = compareCall(owedCall(step), status, code)
	if !fits && status >= 300 {
		if s.place.holds != nil {
			c.Findings[0].Class = result.Exposure // what was to be taken away is still there
		}
		return false, nil
	}
	s.spoiltBy = ""
	gone, err := s.gone(ctx)
	if err == nil && !gone {
		c.Findings = append(c.Findings, result.Finding{
			Check: "config.deleted", Class: result.Exposure, Expected: "no configuration", Got: "GetBucketCors still returns one",
			Why: "DeleteBucketCors removes the configuration", Facts: []int{74},
		})
	}
	return err == nil, err
}

// gone polls GetBucketCors until it returns none.
func (s *stage) gone(ctx context.Context) (bool, error) {
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

// get reads the configuration and holds it against what the bucket should hold. An answer that would be right of what it held not long ago is
// asked for again.
func (s *stage) get(ctx context.Context, step scenarios.PlannedStep, c *result.Cell) error {
	ex := s.place.GetDocument(ctx)
	for pause := firstPause; s.heldBefore(ex) && wait(ctx, pause); pause = min(2*pause, longestPause) {
		ex = s.place.GetDocument(ctx)
	}
	status, code, err := s.evidence(ex, c)
	if err != nil {
		return err
	}
	if c.Findings, _ = compareCall(owedCall(step), status, code); len(c.Findings) > 0 || step.Answer != nil {
		return nil
	}
	if step.After == nil {
		c.Findings = s.bucketName(ex)
	} else {
		c.Findings = returned(step.After, ex)
	}
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

// returned holds the answer to GetBucketCors against the configuration that was put.
func returned(want *s3cors.Configuration, ex result.Exchange) []result.Finding {
	got, err := s3cors.ParseXML([]byte(ex.Response.Body))
	switch {
	case err != nil:
		return []result.Finding{{
			Check: "config.round-trip", Class: result.Contract, Expected: rules(want), Got: judge.NoDocument(judge.BodyStart(ex.Response.Body)),
			Why: "the answer is no CORSConfiguration: " + err.Error(), Facts: []int{73},
		}}
	case !s3cors.Equal(got, want):
		return []result.Finding{roundTrip(want, got)}
	}
	return nil
}

// bucketName checks that the answer of a bucket without a configuration names the bucket (fact 72).
func (s *stage) bucketName(ex result.Exchange) []result.Finding {
	doc, _ := s3error.Read(ex.Response.Body)
	if doc.BucketName == s.place.Name() {
		return nil
	}
	return []result.Finding{{
		Check: "config.error-bucket-name", Class: result.Contract, Expected: s.place.Name(), Got: judge.OrAbsent(doc.BucketName),
		Why: "the error document names the bucket", Facts: []int{72},
	}}
}

// callOwed is what a configuration call must answer.
type callOwed struct {
	status    []int
	codes     []string
	message   string
	facts     []int
	why       string
	open      bool // the facts leave the error's code open
	put       bool // S3 accepts the configuration
	mayAccept bool // accepting is as faithful as refusing
}

func (o callOwed) refused() bool { return len(o.status) > 0 && o.status[0] >= 300 }

// owedCall is the scenario's own answer where it has one, else S3's.
func owedCall(step scenarios.PlannedStep) callOwed {
	if a := step.Answer; a != nil {
		return callOwed{status: a.Status, codes: a.Error, why: "pinned by the scenario: " + a.Reason}
	}
	switch step.Call {
	case scenarios.DeleteBucketCors:
		return callOwed{status: []int{204}, facts: []int{74}, why: "DeleteBucketCors succeeds with or without a configuration"}
	case scenarios.GetBucketCors:
		if step.After == nil {
			return callOwed{status: []int{404}, codes: []string{"NoSuchCORSConfiguration"}, facts: []int{72}, why: "there is no configuration"}
		}
		return callOwed{status: []int{200}, facts: []int{73}, why: "the configuration is returned as stored"}
	}
	return owedPut(step.CORS)
}

func owedPut(cors *scenarios.CORS) callOwed {
	cfg := cors.Config
	if cors.Document != "" {
		var err error
		if cfg, err = s3cors.ParseXML([]byte(cors.Document)); err != nil {
			return callOwed{status: []int{400}, codes: []string{"MalformedXML"}, facts: []int{56}, why: "the document does not fit S3's schema: " + err.Error()}
		}
	}
	refusal := s3cors.Validate(cfg)
	if refusal == nil {
		return callOwed{status: []int{200}, put: true, facts: []int{55}, why: "S3 accepts this configuration"}
	}
	o := callOwed{status: []int{refusal.Status}, message: refusal.Message, facts: refusal.Facts, open: refusal.Open, mayAccept: refusal.MayAccept, why: "S3 refuses this configuration"}
	if refusal.Code != "" {
		o.codes = []string{refusal.Code}
	}
	return o
}

// compareCall lists how a call's answer differs from the one owed. fits reports that it does not differ.
func compareCall(owed callOwed, status int, code string) (findings []result.Finding, fits bool) {
	got := strings.TrimSpace(strconv.Itoa(status) + " " + code)
	expected := strings.TrimSpace(oneOf(owed.status) + " " + strings.Join(owed.codes, " or "))
	f := result.Finding{Class: result.Contract, Expected: expected, Got: got, Why: owed.why, Facts: owed.facts}
	switch {
	case len(owed.status) > 0 && !slices.Contains(owed.status, status):
		if owed.mayAccept && status == http.StatusOK || owed.open && status == http.StatusBadRequest {
			return nil, true
		}
		f.Check = "config.status"
		if owed.put && status >= 300 {
			f.Class = result.Breakage // pages that need the configuration are without it
		}
	case status >= 300 && len(owed.codes) > 0 && !owed.open && !slices.Contains(owed.codes, code):
		f.Check, f.Expected, f.Got = "config.error-code", strings.Join(owed.codes, " or "), judge.OrAbsent(code)
	default:
		return nil, true
	}
	return []result.Finding{f}, false
}

func oneOf(statuses []int) string {
	words := make([]string, len(statuses))
	for i, status := range statuses {
		words[i] = strconv.Itoa(status)
	}
	return strings.Join(words, " or ")
}
