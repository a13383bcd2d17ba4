package runner

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/runner/s3error"
	"corsprobe/scenarios"
)

// neighbours makes the further buckets that a step's cells ask for; leaveNeighbours is to be called whatever happened. With a bucket of the
// user's own none is made.
func (s *stage) neighbours(ctx context.Context, step scenarios.PlannedStep) error {
	if s.run.opts.Bucket != "" {
		return nil
	}
	if needs(step, scenarios.DeletedBucket) {
		if err := s.makeDeleted(ctx); err != nil {
			return fmt.Errorf("no bucket to delete: %w", err)
		}
	}
	if s.run.opts.AssumeConfigured {
		return nil
	}
	if needs(step, scenarios.OtherBucket) {
		if err := s.makeOther(ctx, &s.other, s.run.store.NewBucket); err != nil {
			return err
		}
	}
	if needs(step, scenarios.LongerBucket) {
		return s.makeOther(ctx, &s.longer, func(ctx context.Context) (bucket, error) { return s.run.store.NewLonger(ctx, s.place.Name()) })
	}
	return nil
}

// makeOther makes a bucket without a configuration, with an object to ask for.
func (s *stage) makeOther(ctx context.Context, other *place, create func(context.Context) (bucket, error)) error {
	b, err := create(ctx)
	if err != nil {
		return fmt.Errorf("no other bucket: %w", err)
	}
	*other = *s.run.places.newPlace(b)
	return other.furnish(ctx, usualObject)
}

// leaveNeighbours removes them, beside the scenarios that follow.
func (s *stage) leaveNeighbours() {
	for _, other := range []place{s.other, s.longer} {
		if other.bucket != nil {
			s.run.places.closed.Go(func() { s.run.places.leave(other.bucket) })
		}
	}
	s.other, s.longer, s.deleted = place{}, place{}, place{}
}

func needs(step scenarios.PlannedStep, target scenarios.Target) bool {
	return slices.ContainsFunc(step.Cells, func(c scenarios.Cell) bool { return c.Target == target })
}

// makeDeleted gives a bucket the configuration that the step's has, and deletes it with all that is in it. It returns when the endpoint says
// that it is gone.
func (s *stage) makeDeleted(ctx context.Context) error {
	b, err := s.run.store.NewBucket(ctx)
	if err != nil {
		return err
	}
	at := s.run.places.newPlace(b)
	if err := s.furnishAlike(ctx, at); err != nil {
		s.run.places.leave(at.bucket)
		return err
	}
	if err := at.Close(ctx); err != nil {
		return err
	}
	at.was(s.run.until(past{holds: s.place.holds}))
	at.was(s.run.until(past{holds: s.place.holds, emptied: true}))
	s.deleted = *at
	_, err = s.run.effect.until(ctx, func() (bool, error) { return isNoBucket(b.GetDocument(ctx)), nil })
	return err
}

// isNoBucket reports that an answer to GetBucketCors says that there is no such bucket, whichever error code it uses.
func isNoBucket(ex result.Exchange) bool {
	doc, _ := s3error.Read(ex.Response.Body)
	return answered(ex) && ex.Response.Status >= http.StatusMultipleChoices && doc.Code != s3cors.CodeNoSuchCORSConfiguration
}

// furnishAlike makes a bucket like the step's.
func (s *stage) furnishAlike(ctx context.Context, at *place) error {
	if err := at.furnish(ctx, usualObject); err != nil || s.place.holds == nil || s.run.opts.AssumeConfigured {
		return err
	}
	return at.PutCORS(ctx, s.place.holds)
}
