package endpoint

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// mostInLot is how many objects one DeleteObjects may name, by S3's documentation of it.
const mostInLot = 1000

// deleteLots removes objects, or versions of them, many in a call, and returns those that are to be removed one by one: all where the cleaner
// or the endpoint has no lots, and any that the answer does not say to be gone.
func (c *cleaner) deleteLots(ctx context.Context, all []types.ObjectIdentifier) (rest []types.ObjectIdentifier) {
	for lot := range slices.Chunk(all, mostInLot) {
		if !c.lots || len(lot) < 2 || c.e.noLots.Load() {
			rest = append(rest, lot...)
			continue
		}
		rest = append(rest, c.deleteLot(ctx, lot)...)
	}
	return rest
}

func (c *cleaner) deleteLot(ctx context.Context, lot []types.ObjectIdentifier) (rest []types.ObjectIdentifier) {
	out, err := c.e.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &c.bucket, Delete: &types.Delete{Objects: lot}}, withContentMD5)
	if err != nil {
		var refused *CallError
		if errors.As(c.e.callError("DeleteObjects", err), &refused) {
			c.e.noLots.Store(true)
		}
		return lot
	}
	gone := map[identity]bool{}
	for _, d := range out.Deleted {
		id := identity{aws.ToString(d.Key), aws.ToString(d.VersionId)}
		if id.version != "" || !aws.ToBool(d.DeleteMarker) { // else its versions stay, which is for DeleteObject to tell
			gone[id] = true
		}
	}
	for _, o := range lot {
		if !gone[identity{aws.ToString(o.Key), aws.ToString(o.VersionId)}] {
			rest = append(rest, o)
		}
	}
	return rest
}

// identity is an object, or a version of it.
type identity struct{ key, version string }
