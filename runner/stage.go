package runner

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// stage is one scenario being carried out in its bucket.
type stage struct {
	run      *Run
	planned  scenarios.Planned
	place    *place
	spoiltBy string   // the call that left the bucket with another configuration than intended; empty: it holds the intended one
	refused  string   // the call that should have put the configuration, and was refused; empty: it was not
	changed  bool     // the operation of a cell has changed the bucket since the last call
	other    place    // another bucket of the run's, without a configuration; without a bucket: none was needed
	longer   place    // the same, of a name that begins with the bucket's
	deleted  place    // one that held this configuration and was deleted
	absent   bucket   // a name under which there is no bucket; nil: none was needed
	made     sync.Map // ids of the cells whose object was not there at first, and then was made
}

// play carries out the steps in order. An error means that nothing more can be judged.
func (s *stage) play(ctx context.Context) error {
	if err := s.place.furnish(ctx, objects(s.planned)); err != nil {
		return fmt.Errorf("the object to ask for could not be written: %w", err)
	}
	step := s.step
	if s.run.opts.AssumeConfigured {
		step, s.place.holds = s.assumed, s.planned.Steps[0].After
	}
	for _, planned := range s.planned.Steps {
		if err := step(ctx, planned); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) step(ctx context.Context, step scenarios.PlannedStep) error {
	if why := s.unfit(step); why != "" && step.Call == scenarios.GetBucketCors && !step.Missing {
		s.run.skip(s.planned, step, result.Unsupported, why)
		return nil
	}
	s.changing()
	questions := s.questions(ctx, step.After, s.place.holds)
	trusted, err := s.call(ctx, step)
	if err != nil {
		return err
	}
	why := s.unfit(step)
	switch {
	case s.spoiltBy == "" && !trusted:
		why = "the configuration that these requests need could not be put: see " + step.CallID
	case s.spoiltBy == "" && changes(step):
		why = ""
	}
	if why != "" {
		s.run.skip(s.planned, step, result.Unsupported, why)
		return nil
	}
	if !step.Missing && slices.Contains([]scenarios.Call{scenarios.PutBucketCors, scenarios.DeleteBucketCors, scenarios.RecreateBucket}, step.Call) {
		s.moved(step.After)
	}
	s.settle(ctx, questions)
	return s.probe(ctx, step)
}

// unfit is why the bucket does not hold what a step that leaves it alone is about: an earlier call did not do what it should. Empty: it does.
func (s *stage) unfit(step scenarios.PlannedStep) string {
	switch {
	case s.spoiltBy != "":
		return "the bucket does not hold what it should: see " + s.spoiltBy
	case !s3cors.Equal(step.After, s.place.holds):
		return "the bucket does not hold the configuration that these requests need: a call before them was refused"
	}
	return ""
}

// changes reports that the call of a step sets what its bucket holds. One that S3 refuses leaves it as it is.
func changes(step scenarios.PlannedStep) bool {
	switch step.Call {
	case scenarios.PutBucketCors:
		return !step.Missing && !owedCall(step).Refused()
	case scenarios.DeleteBucketCors, scenarios.RecreateBucket:
		return !step.Missing
	}
	return false
}

// assumed is a step of a run that assumes the configuration: no call is made, and cells that need another configuration are skipped.
func (s *stage) assumed(ctx context.Context, step scenarios.PlannedStep) error {
	if step.CallID != "" {
		s.run.deliver(s.run.callCell(s.planned, step, result.Unsupported, string(step.Call)+" is not sent: the configuration is taken as given"))
	}
	if !s3cors.Equal(step.After, s.place.holds) {
		s.run.skip(s.planned, step, result.Unsupported, "the configuration that is taken as given is the first step's, and this step needs another")
		return nil
	}
	return s.probe(ctx, step)
}

// probe asks the cells of a step, with the further buckets that they need.
func (s *stage) probe(ctx context.Context, step scenarios.PlannedStep) error {
	if err := s.neighbours(ctx, step); err != nil {
		return err
	}
	s.probeAll(ctx, step)
	s.leaveNeighbours()
	return nil
}
