package runner

import (
	"errors"
	"fmt"
	"testing"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"

	"github.com/google/go-cmp/cmp"
)

func TestLeftovers(t *testing.T) {
	denied := errors.New("PutBucketCors: 403 ExpiredToken")
	configuration := &endpoint.NotRestored{Bucket: "media", Journal: "/j/1.json", Command: "corsprobe restore --bucket media", Err: denied}
	bucket := &endpoint.LeftBehind{Bucket: "corsprobe-1", Command: "corsprobe sweep --run 1", Err: denied}
	objects := &endpoint.LeftBehind{Bucket: "media", Objects: "corsprobe-1/", Command: "corsprobe restore --bucket media"}
	other := errors.New("a panic")
	got := Leftovers([]error{
		nil, other,
		errors.Join(objects, fmt.Errorf("and so: %w", configuration)),
		fmt.Errorf("%w; %w", bucket, other),
	})
	want := []result.Leftover{
		{Kind: result.LeftoverOther, Problem: "a panic"},
		{Kind: result.LeftoverObjects, Bucket: "media", Objects: "corsprobe-1/", Command: "corsprobe restore --bucket media", Problem: "no reason was given"},
		{Kind: result.LeftoverConfiguration, Bucket: "media", Journal: "/j/1.json", Command: "corsprobe restore --bucket media", Problem: "PutBucketCors: 403 ExpiredToken"},
		{Kind: result.LeftoverBucket, Bucket: "corsprobe-1", Command: "corsprobe sweep --run 1", Problem: "PutBucketCors: 403 ExpiredToken"},
		{Kind: result.LeftoverOther, Problem: "a panic"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := LeftoversIn(errors.Join(other, denied)); got != nil {
		t.Errorf("an error of another kind leaves %v", got)
	}
}
