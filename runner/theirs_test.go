package runner_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"corsprobe/runner"
	"corsprobe/runner/dialect"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/reference"
	"corsprobe/runner/result"
	"corsprobe/runner/runnertest"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// behaving starts a reference that departs from S3 as b says.
func behaving(t testing.TB, b reference.Behaviour) *reference.Server {
	t.Helper()
	server, err := reference.StartWith(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	return server
}

// theirs is a user's bucket with an object in it, and how its owner sees it.
type theirs struct {
	s3   *s3.Client
	at   *endpoint.Endpoint
	name string
}

func newTheirs(t testing.TB, server *reference.Server, cfg *s3cors.Configuration) theirs {
	t.Helper()
	access, secret := server.Credentials()
	b := theirs{name: "theirs", s3: s3.New(s3.Options{
		BaseEndpoint: aws.String(server.URL()), Region: server.Region(), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(access, secret, ""),
	})}
	if _, err := b.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &b.name}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.name, Key: aws.String("diary.txt"), Body: strings.NewReader("dear diary")}); err != nil {
		t.Fatal(err)
	}
	b.at = runnertest.Connect(t, server).Endpoint
	if cfg != nil {
		var rules []types.CORSRule
		for _, r := range cfg.CORSRules {
			rules = append(rules, types.CORSRule{ID: aws.String(r.ID), AllowedOrigins: r.AllowedOrigins, AllowedMethods: r.AllowedMethods, AllowedHeaders: r.AllowedHeaders, ExposeHeaders: r.ExposeHeaders})
			if r.ID == "" {
				rules[len(rules)-1].ID = nil
			}
		}
		if _, err := b.s3.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &b.name, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}}); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// unchanged fails the test where the bucket is not as its owner left it.
func (b theirs) unchanged(t *testing.T, cfg *s3cors.Configuration) {
	t.Helper()
	got, err := b.at.ReadCORS(t.Context(), b.name)
	if err != nil {
		t.Fatal(err)
	}
	if !s3cors.Same(got, cfg) {
		t.Errorf("the configuration afterwards: %s", s3cors.Difference(cfg, got))
	}
	out, err := b.s3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.name})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	if !slices.Equal(keys, []string{"diary.txt"}) {
		t.Errorf("objects afterwards: %q", keys)
	}
}

func configured(rules ...s3cors.Rule) *s3cors.Configuration {
	return &s3cors.Configuration{CORSRules: rules}
}

// The whole catalogue in a user's bucket: a conforming endpoint is blamed for nothing, whatever the bucket held, and it holds it afterwards. No call is
// made that --dry-run does not list.
func TestUsersBucket(t *testing.T) {
	for name, cfg := range map[string]*s3cors.Configuration{
		"without a configuration": nil,
		"with a configuration": configured(
			s3cors.Rule{ID: "shop", AllowedOrigins: []string{"https://shop.example", "https://*.shop.example"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}},
			s3cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD"}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var made recorder
			server := behaving(t, reference.Behaviour{Handler: made.record})
			bucket := newTheirs(t, server, cfg)
			made.forget()
			plan, opts := runnertest.CatalogueOrSample(t), runner.Options{Bucket: bucket.name}
			report, trouble := run(t, server, plan, opts)
			made.listed(t, plan, report.Run.ID, opts)
			for _, err := range trouble {
				t.Errorf("clean-up: %v", err)
			}
			for _, c := range report.Cells {
				if c.Verdict != result.Passed && c.Verdict != result.Unsupported {
					t.Errorf("%s is %s %s: %+v", c.ID, c.Verdict, c.Reason, c.Findings)
				}
				another := c.Point != nil && slices.Contains([]string{"other-bucket", "longer-bucket", "deleted-bucket"}, c.Point.Target)
				otherLife := strings.HasPrefix(c.ID, "lifecycle/other-calls/") || strings.HasPrefix(c.ID, "lifecycle/further-calls/") || strings.HasPrefix(c.ID, "operations/further/configuration") || strings.HasPrefix(c.ID, "operations/further/bucket-changes/") || strings.HasSuffix(c.Step, "-missing") && c.Point == nil
				if c.Verdict == result.Unsupported && !another && !otherLife && !faithful(c) {
					t.Errorf("%s is left out: %s", c.ID, c.Reason)
				}
			}
			bucket.unchanged(t, cfg)
		})
	}
}

// The way of the README: the bucket already has the configuration of the scenario that init wrote. There is no change to wait for, not even
// at an endpoint that answers wrongly.
func TestSameConfigurationBefore(t *testing.T) {
	const scenario = `
name: mine
cors: {CORSRules: [{AllowedOrigins: [https://app.example.com], AllowedMethods: [GET]}]}
matrix: {origins: [https://app.example.com]}
`
	wrong := reference.Behaviour{Answer: func(a *dialect.Answer, _ dialect.Asked) {
		if a.Headers["Access-Control-Allow-Methods"] != "" {
			a.Headers["Access-Control-Allow-Methods"] = "GET, HEAD"
		}
	}}
	server := behaving(t, wrong)
	bucket := newTheirs(t, server, configured(s3cors.Rule{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"GET"}}))
	begun := time.Now()
	report, _ := run(t, server, planned(t, scenario), runner.Options{Bucket: bucket.name, Settle: time.Hour})
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("the run took %s", took)
	}
	if report.Summary.Failed != 1 {
		t.Errorf("%+v, want one failed cell", report.Summary)
	}
}

// A user's bucket without a configuration is left without one, and --dry-run says so where no scenario deletes a configuration, too.
func TestChangesOfPuttingBack(t *testing.T) {
	var made recorder
	server := behaving(t, reference.Behaviour{Handler: made.record})
	newTheirs(t, server, nil)
	made.forget()
	plan, opts := runnertest.Catalogue(t, "origins/exact/one-origin"), runner.Options{Bucket: "theirs"}
	report, _ := run(t, server, plan, opts)
	made.listed(t, plan, report.Run.ID, opts)
	if !made.calls()["DeleteBucketCors "] {
		t.Error("the configuration was not removed")
	}
}

// listed holds what --dry-run lists against what a run did: no call that changes something is made beyond the list.
func (c *recorder) listed(t *testing.T, plan scenarios.Plan, runID string, opts runner.Options) {
	t.Helper()
	listed := map[string]bool{}
	for _, change := range runner.Changes(plan, runID, opts) {
		listed[change.Call+" "+change.Key] = true
		if change.Call == "DeleteObjects" || change.Call == "PostObject" {
			listed[change.Call+" "] = true // they name their objects in their bodies
		}
		if change.Bucket != opts.Bucket {
			t.Errorf("%+v is of another bucket", change)
		}
	}
	made := c.calls()
	if !made["PutBucketCors "] {
		t.Errorf("no configuration was put: %d calls", len(made))
	}
	for call := range made {
		name, key, _ := strings.Cut(call, " ")
		removed := (name == "DeleteObject" || name == "AbortMultipartUpload") && (listed["DeleteObject "] || listed["DeleteObject corsprobe-"+runID+"/*"])
		if !listed[call] && !removed {
			t.Errorf("%s %q was sent and is not listed", name, key)
		}
	}
}

// recorder notes the calls that change something.
type recorder struct {
	mu   sync.Mutex
	made map[string]bool
}

func (c *recorder) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if call := callOf(r); call != "" {
			c.mu.Lock()
			if c.made == nil {
				c.made = map[string]bool{}
			}
			c.made[call] = true
			c.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

func (c *recorder) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = nil
}

func (c *recorder) calls() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made
}

// subresources name calls by a parameter of the query and the method.
var subresources = map[string]map[string]string{
	"accelerate":        {"PUT": "PutBucketAccelerateConfiguration"},
	"encryption":        {"PUT": "PutBucketEncryption", "DELETE": "DeleteBucketEncryption"},
	"logging":           {"PUT": "PutBucketLogging"},
	"notification":      {"PUT": "PutBucketNotificationConfiguration"},
	"ownershipControls": {"PUT": "PutBucketOwnershipControls", "DELETE": "DeleteBucketOwnershipControls"},
	"requestPayment":    {"PUT": "PutBucketRequestPayment"},
	"tagging":           {"PUT": "PutObjectTagging", "DELETE": "DeleteObjectTagging"},
	"acl":               {"PUT": "PutObjectAcl"},
	"policy":            {"PUT": "PutBucketPolicy", "DELETE": "DeleteBucketPolicy"},
	"versioning":        {"PUT": "PutBucketVersioning"},
	"website":           {"PUT": "PutBucketWebsite", "DELETE": "DeleteBucketWebsite"},
	"lifecycle":         {"PUT": "PutBucketLifecycleConfiguration", "DELETE": "DeleteBucketLifecycle"},
	"publicAccessBlock": {"PUT": "PutPublicAccessBlock", "DELETE": "DeletePublicAccessBlock"},
	"uploads":           {"POST": "CreateMultipartUpload"},
	"uploadId":          {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"},
	"delete":            {"POST": "DeleteObjects"},
}

// onBucket is the name of a call on a bucket, where S3 has it for objects too.
func onBucket(call, key string) string {
	if key == "" {
		return strings.Replace(strings.Replace(call, "PutObject", "PutBucket", 1), "DeleteObjectTagging", "DeleteBucketTagging", 1)
	}
	return call
}

// callOf names a call that changes something, and its key; "" for a reading one, and for one on a bucket that is not there.
func callOf(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if host, ok := strings.CutSuffix(strings.Split(r.Host, ":")[0], ".localhost"); ok {
		path = host + "/" + path
	}
	bucket, key, _ := strings.Cut(path, "/")
	query := r.URL.Query()
	if strings.HasSuffix(bucket, "-missing") {
		return ""
	}
	for sub, call := range subresources {
		if query.Has(sub) && call[r.Method] != "" {
			return onBucket(call[r.Method], key) + " " + key
		}
	}
	switch {
	case query.Has("cors") && (r.Method == http.MethodPut || r.Method == http.MethodDelete):
		return map[string]string{http.MethodPut: "PutBucketCors ", http.MethodDelete: "DeleteBucketCors "}[r.Method]
	case key == "" && r.Method == http.MethodPut:
		return "CreateBucket "
	case key == "" && r.Method == http.MethodDelete:
		return "DeleteBucket "
	case r.Method == http.MethodPut && r.Header.Get("X-Amz-Copy-Source") != "" && !query.Has("partNumber"):
		return "CopyObject " + key
	case r.Method == http.MethodPut && !query.Has("partNumber"):
		return "PutObject " + key
	case r.Method == http.MethodPost && key == "":
		return "PostObject "
	case r.Method == http.MethodPost:
		return "POST " + key
	case r.Method == http.MethodDelete:
		return "DeleteObject " + key
	}
	return ""
}

// planned loads one scenario of a user's own.
func planned(t testing.TB, texts ...string) scenarios.Plan {
	t.Helper()
	files := map[string]string{}
	for i, text := range texts {
		files[fmt.Sprintf("mine%d.yaml", i)] = text
	}
	return runnertest.Plan(t, files)
}
