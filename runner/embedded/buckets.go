package embedded

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// CreateBucket makes an empty bucket. The server has validated the name and made the ACL.
func (s *store) CreateBucket(_ context.Context, input *s3.CreateBucketInput, acl []byte) error {
	name := str(input.Bucket)
	var given []types.Tag
	if input.CreateBucketConfiguration != nil {
		given = input.CreateBucketConfiguration.Tags
	}
	tags, err := backend.ParseCreateBucketTags(given)
	if err != nil {
		return err
	}
	if input.ObjectLockEnabledForBucket != nil && *input.ObjectLockEnabledForBucket {
		return s3err.GetAPIError(s3err.ErrVersioningNotConfigured)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if existing, ok := s.buckets[name]; ok {
		return alreadyExists(name, existing.acl, acl)
	}
	s.buckets[name] = &bucket{
		created:   now(),
		acl:       slices.Clone(acl),
		ownership: types.ObjectOwnership(strings.Clone(string(input.ObjectOwnership))),
		tags:      cloneMap(tags),
		objects:   map[string]*object{},
		uploads:   map[string]*upload{},
	}
	return nil
}

// alreadyExists tells apart whose the existing bucket is.
func alreadyExists(name string, existing, wanted []byte) error {
	owner, err := auth.ParseACL(existing)
	if err != nil {
		return s3err.GetAPIError(s3err.ErrInternalError)
	}
	creator, err := auth.ParseACL(wanted)
	if err != nil {
		return s3err.GetAPIError(s3err.ErrInternalError)
	}
	if owner.Owner == creator.Owner {
		return s3err.GetBucketErr(s3err.ErrBucketAlreadyOwnedByYou, name)
	}
	return s3err.GetBucketErr(s3err.ErrBucketAlreadyExists, name)
}

// HeadBucket says whether the bucket is there.
func (s *store) HeadBucket(_ context.Context, input *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	err := s.view(*input.Bucket, func(*bucket) error { return nil })
	if err != nil {
		return nil, err
	}
	return &s3.HeadBucketOutput{}, nil
}

// DeleteBucket removes a bucket without objects. Uploads under way go with it.
func (s *store) DeleteBucket(_ context.Context, name string) error {
	return s.update(name, func(b *bucket) error {
		if len(b.objects) > 0 {
			return s3err.GetBucketErr(s3err.ErrBucketNotEmpty, strings.Clone(name))
		}
		delete(s.buckets, name)
		return nil
	})
}

// ListBuckets lists in the order of names, of the asking account or all for an administrator.
func (s *store) ListBuckets(
	_ context.Context, input s3response.ListBucketsInput,
) (s3response.ListAllMyBucketsResult, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	result := s3response.ListAllMyBucketsResult{
		Owner:  s3response.CanonicalUser{ID: input.Owner},
		Prefix: input.Prefix,
	}
	list := &result.Buckets.Bucket
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		if !strings.HasPrefix(name, input.Prefix) || name <= input.ContinuationToken {
			continue
		}
		b := s.buckets[name]
		if acl, err := auth.ParseACL(b.acl); !input.IsAdmin && (err != nil || acl.Owner != input.Owner) {
			continue
		}
		if n := len(*list); n == int(input.MaxBuckets) {
			if n > 0 {
				result.ContinuationToken = (*list)[n-1].Name
			}
			break
		}
		*list = append(*list, s3response.ListAllMyBucketsEntry{Name: name, CreationDate: b.created})
	}
	return result, nil
}

// PutBucketAcl stores the ACL in the server's own form.
func (s *store) PutBucketAcl(_ context.Context, name string, data []byte) error {
	return s.set(name, data, func(b *bucket) *[]byte { return &b.acl })
}

// GetBucketAcl returns the ACL in the server's own form. The server asks for it at every request.
func (s *store) GetBucketAcl(_ context.Context, input *s3.GetBucketAclInput) ([]byte, error) {
	return s.get(*input.Bucket, s3err.ErrInternalError, func(b *bucket) []byte { return b.acl })
}

// PutBucketCors stores the CORS configuration as it was sent, once the server has found it valid.
func (s *store) PutBucketCors(_ context.Context, name string, cors []byte) error {
	if s.withoutCORS {
		cors = nil
	}
	return s.set(name, cors, func(b *bucket) *[]byte { return &b.cors })
}

// GetBucketCors returns the CORS configuration.
func (s *store) GetBucketCors(_ context.Context, name string) ([]byte, error) {
	return s.get(name, s3err.ErrNoSuchCORSConfiguration, func(b *bucket) []byte { return b.cors })
}

// DeleteBucketCors removes the CORS configuration, if there is one.
func (s *store) DeleteBucketCors(ctx context.Context, name string) error {
	return s.PutBucketCors(ctx, name, nil)
}

// PutBucketPolicy stores the policy.
func (s *store) PutBucketPolicy(_ context.Context, name string, policy []byte) error {
	return s.set(name, policy, func(b *bucket) *[]byte { return &b.policy })
}

// GetBucketPolicy returns the policy.
func (s *store) GetBucketPolicy(_ context.Context, name string) ([]byte, error) {
	return s.get(name, s3err.ErrNoSuchBucketPolicy, func(b *bucket) []byte { return b.policy })
}

// DeleteBucketPolicy removes the policy, if there is one.
func (s *store) DeleteBucketPolicy(ctx context.Context, name string) error {
	return s.PutBucketPolicy(ctx, name, nil)
}

// PutBucketWebsite stores the website configuration.
func (s *store) PutBucketWebsite(_ context.Context, name string, website []byte) error {
	return s.set(name, website, func(b *bucket) *[]byte { return &b.website })
}

// GetBucketWebsite returns the website configuration.
func (s *store) GetBucketWebsite(_ context.Context, name string) ([]byte, error) {
	return s.get(name, s3err.ErrNoSuchWebsiteConfiguration, func(b *bucket) []byte { return b.website })
}

// DeleteBucketWebsite removes the website configuration, if there is one.
func (s *store) DeleteBucketWebsite(ctx context.Context, name string) error {
	return s.PutBucketWebsite(ctx, name, nil)
}

// PutBucketOwnershipControls stores who owns objects; ACLs work only where that is not the bucket's owner alone.
func (s *store) PutBucketOwnershipControls(_ context.Context, name string, ownership types.ObjectOwnership) error {
	return s.update(name, func(b *bucket) error {
		b.ownership = types.ObjectOwnership(strings.Clone(string(ownership)))
		return nil
	})
}

// GetBucketOwnershipControls returns who owns objects.
func (s *store) GetBucketOwnershipControls(_ context.Context, name string) (types.ObjectOwnership, error) {
	var ownership types.ObjectOwnership
	err := s.view(name, func(b *bucket) error {
		if ownership = b.ownership; ownership == "" {
			return s3err.GetBucketErr(s3err.ErrOwnershipControlsNotFound, strings.Clone(name))
		}
		return nil
	})
	return ownership, err
}

// DeleteBucketOwnershipControls removes the setting, if there is one.
func (s *store) DeleteBucketOwnershipControls(ctx context.Context, name string) error {
	return s.PutBucketOwnershipControls(ctx, name, "")
}

// PutBucketTagging replaces the bucket's tags.
func (s *store) PutBucketTagging(_ context.Context, name string, tags map[string]string) error {
	return s.update(name, func(b *bucket) error {
		b.tags = cloneMap(tags)
		return nil
	})
}

// GetBucketTagging returns the bucket's tags.
func (s *store) GetBucketTagging(_ context.Context, name string) (map[string]string, error) {
	var tags map[string]string
	err := s.view(name, func(b *bucket) error {
		if tags = maps.Clone(b.tags); tags == nil {
			return s3err.GetBucketErr(s3err.ErrBucketTaggingNotFound, strings.Clone(name))
		}
		return nil
	})
	return tags, err
}

// DeleteBucketTagging removes the bucket's tags.
func (s *store) DeleteBucketTagging(ctx context.Context, name string) error {
	return s.PutBucketTagging(ctx, name, nil)
}

// GetBucketVersioning says that versioning was never set, with 200 and an empty answer.
func (s *store) GetBucketVersioning(_ context.Context, name string) (s3response.GetBucketVersioningOutput, error) {
	return s3response.GetBucketVersioningOutput{}, s.view(name, func(*bucket) error { return nil })
}

// PutBucketVersioning is refused as by a stock server without a versioning directory.
func (s *store) PutBucketVersioning(_ context.Context, name string, _ types.BucketVersioningStatus) error {
	return s.view(name, func(*bucket) error { return s3err.GetAPIError(s3err.ErrVersioningNotConfigured) })
}

// GetObjectLockConfiguration says that there is none. The server asks before each write and delete.
func (s *store) GetObjectLockConfiguration(_ context.Context, name string) ([]byte, error) {
	return s.get(name, s3err.ErrObjectLockConfigurationNotFound, func(*bucket) []byte { return nil })
}

// PutObjectLockConfiguration is refused: locks need versions.
func (s *store) PutObjectLockConfiguration(_ context.Context, name string, _ []byte) error {
	return s.view(name, func(*bucket) error {
		return s3err.GetAPIError(s3err.ErrObjectLockConfigurationNotAllowed)
	})
}
