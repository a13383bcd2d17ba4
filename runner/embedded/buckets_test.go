package embedded

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestBucketLife(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	must(t)(c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: pail}))
	_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: pail})
	wantCode(t, err, "BucketAlreadyOwnedByYou")
	_, err = c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("No_Such_Name")})
	wantCode(t, err, "InvalidBucketName")

	put(t, c, "key", "content")
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: pail})
	wantCode(t, err, "BucketNotEmpty")
	must(t)(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: pail, Key: aws.String("key")}))
	must(t)(c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: pail}))

	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: pail})
	wantCode(t, err, "NoSuchBucket")
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: pail, Key: aws.String("key")})
	wantCode(t, err, "NoSuchBucket")
	_, err = c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: pail})
	wantCode(t, err, "NoSuchBucket")
}

func TestListBuckets(t *testing.T) {
	c := client(run(t, Options{}))
	for _, name := range []string{"cup", "bin", "can", "box"} {
		must(t)(c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}))
	}
	// The server's buffers are used again between requests; the names must not change with them.
	want := "[bin box can cup]"
	if got := bucketNames(t, c, &s3.ListBucketsInput{}); got != want {
		t.Errorf("buckets are %s, want %s", got, want)
	}
	if got := bucketNames(t, c, &s3.ListBucketsInput{Prefix: aws.String("b")}); got != "[bin box]" {
		t.Errorf("buckets with b are %s", got)
	}
	first := &s3.ListBucketsInput{MaxBuckets: aws.Int32(3)}
	if got := bucketNames(t, c, first); got != "[bin box can]" {
		t.Errorf("first page is %s", got)
	}
	second := &s3.ListBucketsInput{MaxBuckets: aws.Int32(3), ContinuationToken: aws.String("can")}
	if got := bucketNames(t, c, second); got != "[cup]" {
		t.Errorf("second page is %s", got)
	}
}

func bucketNames(t *testing.T, c *s3.Client, input *s3.ListBucketsInput) string {
	t.Helper()
	output, err := c.ListBuckets(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range output.Buckets {
		names = append(names, *b.Name)
	}
	return fmt.Sprint(names)
}

func TestBucketWithoutConfigurations(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	_, err := c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: pail})
	wantCode(t, err, "NoSuchCORSConfiguration")
	_, err = c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: pail})
	wantCode(t, err, "NoSuchBucketPolicy")
	_, err = c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: pail})
	wantCode(t, err, "NoSuchTagSet")
	_, err = c.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: pail})
	wantCode(t, err, "NoSuchWebsiteConfiguration")
	_, err = c.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: pail})
	wantCode(t, err, "ObjectLockConfigurationNotFoundError")
	versioning, err := c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: pail})
	if err != nil || versioning.Status != "" {
		t.Errorf("versioning is %v, %v", versioning, err)
	}
	_, err = c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket:                  pail,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	wantCode(t, err, "VersioningNotConfigured")
	_, err = c.PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{
		Bucket:                  pail,
		ObjectLockConfiguration: &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled},
	})
	wantCode(t, err, "InvalidBucketState")
	_, err = c.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: pail, Key: aws.String("key")})
	wantCode(t, err, "NotImplemented")
}

func TestBucketWebsite(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	must(t)(c.PutBucketWebsite(ctx, &s3.PutBucketWebsiteInput{
		Bucket: pail, WebsiteConfiguration: &types.WebsiteConfiguration{
			IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")},
		},
	}))
	site, err := c.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: pail})
	if err != nil || *site.IndexDocument.Suffix != "index.html" {
		t.Errorf("website is %v, %v", site, err)
	}
	must(t)(c.DeleteBucketWebsite(ctx, &s3.DeleteBucketWebsiteInput{Bucket: pail}))
	_, err = c.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: pail})
	wantCode(t, err, "NoSuchWebsiteConfiguration")
}

func TestBucketPolicyMakesObjectsPublic(t *testing.T) {
	s, c := withBucket(t, Options{})
	put(t, c, "key", "content")
	send(t, "GET", s.URL()+"/pail/key", "").wantStatus(t, 403)

	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",` +
		`"Action":"s3:GetObject","Resource":"arn:aws:s3:::pail/*"}]}`
	must(t)(c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: pail, Policy: &policy}))
	stored, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: pail})
	if err != nil || *stored.Policy != policy {
		t.Errorf("policy is %v, %v", stored, err)
	}
	got := send(t, "GET", s.URL()+"/pail/key", "")
	got.wantStatus(t, 200)
	if got.body != "content" {
		t.Errorf("body is %q", got.body)
	}

	must(t)(c.DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: pail}))
	send(t, "GET", s.URL()+"/pail/key", "").wantStatus(t, 403)
}

func TestBucketACLNeedsOwnership(t *testing.T) {
	s, c := withBucket(t, Options{})
	put(t, c, "key", "content")
	ctx := t.Context()
	public := &s3.PutBucketAclInput{Bucket: pail, ACL: types.BucketCannedACLPublicRead}
	_, err := c.PutBucketAcl(ctx, public)
	wantCode(t, err, "AccessControlListNotSupported")

	must(t)(c.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{
		Bucket: pail, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{
			{ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred},
		}},
	}))
	ownership, err := c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: pail})
	if err != nil || ownership.OwnershipControls.Rules[0].ObjectOwnership != "BucketOwnerPreferred" {
		t.Errorf("ownership is %v, %v", ownership, err)
	}
	must(t)(c.PutBucketAcl(ctx, public))
	acl, err := c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: pail})
	if err != nil || len(acl.Grants) != 2 {
		t.Errorf("ACL is %v, %v", acl, err)
	}
	send(t, "GET", s.URL()+"/pail/key", "").wantStatus(t, 200)

	must(t)(c.DeleteBucketOwnershipControls(ctx, &s3.DeleteBucketOwnershipControlsInput{Bucket: pail}))
	_, err = c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: pail})
	wantCode(t, err, "OwnershipControlsNotFoundError")
}

func TestBucketTagging(t *testing.T) {
	_, c := withBucket(t, Options{})
	ctx := t.Context()
	must(t)(c.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{
		Bucket: pail, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}},
	}))
	tags, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: pail})
	if err != nil || len(tags.TagSet) != 1 || *tags.TagSet[0].Value != "1" {
		t.Errorf("tags are %v, %v", tags, err)
	}
	must(t)(c.DeleteBucketTagging(ctx, &s3.DeleteBucketTaggingInput{Bucket: pail}))
	_, err = c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: pail})
	wantCode(t, err, "NoSuchTagSet")
}
