package runner

import (
	"context"
	"fmt"
	"slices"

	"corsprobe/runner/endpoint"
	"corsprobe/scenarios"
)

// neighbours makes the further buckets that a step's cells ask for. leave removes them, and is to be called whatever happened. With a bucket
// of the user's own none is made.
func (s *stage) neighbours(ctx context.Context, step scenarios.PlannedStep) (leave func(), err error) {
	leave = func() {}
	if s.run.opts.Bucket != "" {
		return leave, nil
	}
	s.other, s.longer, s.deleted = "", "", ""
	if needs(step, scenarios.DeletedBucket) {
		if s.deleted, err = s.makeDeleted(ctx); err != nil {
			return leave, fmt.Errorf("no bucket to delete: %w", err)
		}
	}
	if s.run.opts.AssumeConfigured {
		return leave, nil
	}
	var made []*endpoint.Bucket
	leave = func() {
		for _, b := range made {
			s.run.leave(b)
		}
	}
	for _, n := range []struct {
		target scenarios.Target
		name   *string
		make   func(context.Context) (*endpoint.Bucket, error)
	}{{scenarios.OtherBucket, &s.other, s.run.endpoint.NewBucket}, {scenarios.LongerBucket, &s.longer, s.bucket.NewLonger}} {
		if !needs(step, n.target) {
			continue
		}
		b, err := n.make(ctx)
		if err != nil {
			return leave, fmt.Errorf("no other bucket: %w", err)
		}
		made, *n.name = append(made, b), b.Name()
		if err := b.PutObject(ctx, objectName, []byte(objectBody)); err != nil {
			return leave, err
		}
	}
	return leave, nil
}

func needs(step scenarios.PlannedStep, target scenarios.Target) bool {
	return slices.ContainsFunc(step.Cells, func(c scenarios.Cell) bool { return c.Target == target })
}

// makeDeleted gives a bucket the configuration that the step's has, and deletes it with all that is in it.
func (s *stage) makeDeleted(ctx context.Context) (name string, err error) {
	b, err := s.run.endpoint.NewBucket(ctx)
	if err != nil {
		return "", err
	}
	if err := s.dress(ctx, b); err != nil {
		s.run.leave(b)
		return "", err
	}
	return b.Name(), b.Close(ctx)
}

func (s *stage) dress(ctx context.Context, b *endpoint.Bucket) error {
	if err := b.PutObject(ctx, objectName, []byte(objectBody)); err != nil || s.holds == nil || s.run.opts.AssumeConfigured {
		return err
	}
	return b.PutCORS(ctx, s.holds)
}
