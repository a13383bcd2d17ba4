package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/fetch"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

const (
	objectName = "object.txt"
	nestedName = "folder/sub folder/a+b&c=d ü.txt"
	noUpload   = "corsprobe-no-such-upload"
	objectBody = "corsprobe was here\n"
	unknownKey = "AKIAUNKNOWNCORSPROBE" // of the length that AWS's have
	// presignedFor is how long a presigned URL lasts: longer than any run, for the requests of a run are signed as they are sent.
	presignedFor = 15 * time.Minute
)

// request is one request of a cell, as it is sent and as each model sees it.
type request struct {
	probe.Request
	send  scenarios.Send
	cell  scenarios.Cell        // with what its operation brings filled in
	holds *s3cors.Configuration // what answers it; nil: nothing
	cors  s3cors.Request
	fetch fetch.Request
}

// requests builds what a cell sends, in order. The preflight goes to the very URL of the actual request, its signature included, as a
// browser's does.
func (s *stage) requests(ctx context.Context, cell scenarios.Cell) ([]request, error) {
	actual, err := s.actual(ctx, cell)
	if err != nil {
		return nil, err
	}
	all := make([]request, 0, len(cell.Send))
	for _, send := range cell.Send {
		if send == scenarios.Actual {
			all = append(all, actual)
			continue
		}
		preflight, err := s.preflight(ctx, actual)
		if err != nil {
			return nil, err
		}
		all = append(all, preflight)
	}
	return all, nil
}

// actual is the request that the page wants to make.
func (s *stage) actual(ctx context.Context, cell scenarios.Cell) (request, error) {
	d, err := s.draft(ctx, cell)
	if err != nil {
		return request{}, err
	}
	return d.request(), nil
}

// request is the finished draft, as each model sees it.
func (d *draft) request() request {
	cell := d.cell
	return request{
		Request: d.raw,
		send:    scenarios.Actual,
		cell:    cell,
		holds:   d.stage.holdsFor(cell),
		cors: s3cors.Request{
			Method: d.raw.Method, Target: target(cell), BucketMissing: isMissing(cell.Target), Origin: cell.Origin,
			RequestMethod:  field(cell.Headers.Fields, "Access-Control-Request-Method"),
			RequestHeaders: field(cell.Headers.Fields, "Access-Control-Request-Headers"),
			Outcome:        outcomeOf(cell),
		},
		fetch: pageRequest(cell),
	}
}

// noBucket says why there is no further bucket.
func (s *stage) noBucket() *endpoint.Unsupported {
	if s.run.opts.AssumeConfigured {
		return &endpoint.Unsupported{Reason: "it needs a bucket without a configuration, and which buckets the given one covers is not known"}
	}
	return &endpoint.Unsupported{Reason: "it needs a bucket of the run's own, and with --bucket none is made"}
}

// preflight is what a browser asks before the actual request.
func (s *stage) preflight(ctx context.Context, actual request) (request, error) {
	cell := actual.cell
	asked := requestedHeaders(cell)
	raw := probe.Request{
		Kind: string(scenarios.Preflight), Method: http.MethodOptions, URL: actual.URL, Host: actual.Host,
		Header: append(preflightHeaders(cell, asked), clientLines(cell, scenarios.Preflight)...),
	}
	if cell.Authorisation == scenarios.Signed {
		var err error
		if raw, err = s.authorise(ctx, scenarios.Signed, raw); err != nil {
			return request{}, err
		}
	}
	q := request{Request: raw, send: scenarios.Preflight, cell: cell, holds: actual.holds, cors: actual.cors, fetch: actual.fetch}
	q.cors.Method, q.cors.RequestMethod, q.cors.RequestHeaders = http.MethodOptions, method(cell), asked
	q.cors.Outcome = s3cors.Outcome{}
	return q, nil
}

// where names the bucket, key and query of a cell.
func (s *stage) where(cell scenarios.Cell) (bucket, key, query string) {
	bucket = s.place.Name()
	switch cell.Target {
	case scenarios.Bucket:
		return bucket, "", ""
	case scenarios.BucketSlash:
		return bucket, endpoint.Slash, ""
	case scenarios.Listing:
		return bucket, "", "list-type=2"
	case scenarios.Uploads, scenarios.BucketLocation:
		return bucket, "", string(cell.Target)
	case scenarios.Service:
		return endpoint.Root, "", ""
	case scenarios.OtherBucket:
		return s.other.name(), objectName, ""
	case scenarios.LongerBucket:
		return s.longer.name(), objectName, ""
	case scenarios.DeletedBucket:
		return s.deleted.name(), objectName, ""
	case scenarios.MissingBucket:
		bucket = "corsprobe-" + s.run.id + "-missing"
	case scenarios.Part:
		return bucket, s.place.Key(objectName), "partNumber=1&uploadId=" + noUpload
	}
	if cell.Method == http.MethodPost {
		query = "uploads" // the POST of an object: a multipart upload is begun, and aborted when the bucket is cleaned up
	}
	return bucket, s.place.Key(base(cell)), query
}

// name is the bucket's; empty where there is none.
func (at *place) name() string {
	if at.bucket == nil {
		return ""
	}
	return at.Name()
}

// base is the key of a cell's object, before it is given a shape. A request that changes an object has an object of its own, so that cells do
// not affect each other.
func base(cell scenarios.Cell) string {
	changes := slices.Contains([]string{http.MethodPut, http.MethodDelete, http.MethodPost}, cell.Method)
	switch {
	case cell.Target == scenarios.MissingObject:
		return "missing-" + digest(cell.ID)
	case cell.Target == scenarios.NestedObject && changes:
		return nestedName + "-" + strings.ToLower(cell.Method) + "-" + digest(cell.ID)
	case cell.Target == scenarios.NestedObject:
		return nestedName + sized(cell.Size)
	case cell.Target == scenarios.Object && (changes || operates(cell, "{upload}")):
		return strings.ToLower(cell.Method) + "-" + digest(cell.ID)
	default:
		return objectName + sized(cell.Size)
	}
}

// noteObject notes in an exchange that there was no object of the key that it names, and for the next ones that it has made one.
func (s *stage) noteObject(cell scenarios.Cell, q request, ex *result.Exchange) {
	if ex.NoObject = !s.hasObject(cell); ex.NoObject && ex.Response.Status/100 == 2 && makesObject(q) {
		s.made.Store(cell.ID, true)
	}
}

// hasObject reports that there is an object of the key that a cell names. An object of its own is there once one of its requests has made it, unless
// its operation needs one.
func (s *stage) hasObject(cell scenarios.Cell) bool {
	o, _ := scenarios.OperationByName(cell.Operation)
	if reads(cell) || writesFirst(o) || !strings.HasSuffix(base(cell), "-"+digest(cell.ID)) {
		return true
	}
	_, made := s.made.Load(cell.ID)
	return made
}

// makesObject reports a request that makes the object that it names: the parts of an upload make none before it is completed.
func makesObject(q request) bool {
	ofUpload := q.URL.Query().Has("uploadId")
	return q.Method == http.MethodPut && !ofUpload || q.Method == http.MethodPost && ofUpload
}

// sized is the end of a key, which keeps objects of different sizes apart.
func sized(size scenarios.Size) string {
	if size == "" || size == scenarios.SomeBytes {
		return ""
	}
	return "-of-" + string(size)
}

// operates reports a cell whose operation has a placeholder.
func operates(cell scenarios.Cell, placeholder string) bool {
	o, ok := scenarios.OperationByName(cell.Operation)
	return ok && o.Mentions(placeholder)
}

// isMissing reports that the bucket of a target does not exist.
func isMissing(t scenarios.Target) bool {
	return t == scenarios.MissingBucket || t == scenarios.DeletedBucket
}

// holdsFor is the configuration of the bucket that a cell names.
func (s *stage) holdsFor(cell scenarios.Cell) *s3cors.Configuration {
	if cell.Target == scenarios.OtherBucket || cell.Target == scenarios.LongerBucket || cell.Target == scenarios.Service || isMissing(cell.Target) {
		return nil
	}
	return s.place.holds
}

func digest(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}

// authorise signs a request as the cell says.
func (s *stage) authorise(ctx context.Context, how scenarios.Authorisation, raw probe.Request) (probe.Request, error) {
	if how == scenarios.Anonymous {
		return raw, nil
	}
	creds, err := s.run.store.Credentials(ctx)
	if err != nil {
		return raw, fmt.Errorf("no credentials to sign with: %w", err)
	}
	switch how {
	case scenarios.Signed:
		return probe.Sign(ctx, creds, s.run.store.Region(), raw, time.Now())
	case scenarios.Expired:
		return s.run.presigner.Presign(ctx, creds, s.run.store.Region(), raw, time.Second, time.Now().Add(-time.Hour))
	case scenarios.Version2:
		return probe.PresignVersion2(creds, raw, s.place.Name(), presignedFor, time.Now()), nil
	case scenarios.Forged:
		creds.SecretAccessKey = "forged" + creds.SecretAccessKey
	case scenarios.UnknownKey:
		creds.AccessKeyID, creds.SecretAccessKey, creds.SessionToken = unknownKey, "nobody's", ""
	}
	return s.run.presigner.Presign(ctx, creds, s.run.store.Region(), raw, presignedFor, time.Now())
}

func preflightHeaders(cell scenarios.Cell, asked *string) []result.Header {
	lines := []result.Header{{Name: "Accept", Value: "*/*"}}
	if m := method(cell); m != nil {
		lines = append(lines, result.Header{Name: "Access-Control-Request-Method", Value: *m})
	}
	if asked != nil {
		lines = append(lines, result.Header{Name: "Access-Control-Request-Headers", Value: *asked})
	}
	if cell.Origin != nil {
		lines = append(lines, result.Header{Name: "Origin", Value: *cell.Origin})
	}
	return lines
}

func method(cell scenarios.Cell) *string {
	if cell.Method == "" {
		return nil
	}
	return &cell.Method
}

// requestedHeaders is the preflight's Access-Control-Request-Headers: as the scenario writes it, or as a browser would for real headers.
func requestedHeaders(cell scenarios.Cell) *string {
	if cell.Headers.Request != nil || len(cell.Headers.Fields) == 0 {
		return cell.Headers.Request
	}
	names := fetch.UnsafeRequestHeaderNames(fieldLines(cell.Headers.Fields))
	if len(names) == 0 {
		return nil
	}
	joined := strings.Join(names, ",") // fetch#cors-preflight-fetch-0: sorted, lower case, no space
	return &joined
}

func fieldLines(fields []scenarios.Field) []result.Header {
	var lines []result.Header
	for _, f := range fields {
		lines = append(lines, result.Header{Name: f.Name, Value: f.Value})
	}
	return lines
}

func field(fields []scenarios.Field, name string) *string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return &f.Value
		}
	}
	return nil
}

// pageRequest is the request as a page would make it.
func pageRequest(cell scenarios.Cell) fetch.Request {
	q := fetch.Request{Method: cell.Method, Headers: fieldLines(cell.Headers.Fields), Credentials: fetch.Omit}
	if cell.Origin != nil {
		q.Origin = *cell.Origin
	}
	if cell.Headers.Request != nil {
		for name := range strings.SplitSeq(*cell.Headers.Request, ",") {
			if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
				q.UnsafeNames = append(q.UnsafeNames, name)
			}
		}
	}
	return q
}

func target(cell scenarios.Cell) s3cors.Target {
	switch cell.Target {
	case scenarios.Service:
		return s3cors.Service
	case scenarios.Bucket, scenarios.BucketSlash, scenarios.Listing, scenarios.Uploads, scenarios.BucketLocation:
		return s3cors.Bucket
	default:
		return s3cors.Object
	}
}

// unasserted are targets whose answers, CORS apart, depend on what an endpoint offers and on who asks.
var unasserted = []scenarios.Target{scenarios.Part, scenarios.Uploads, scenarios.BucketLocation, scenarios.Service}

// outcomeOf is the status and error code that the actual request should have, apart from CORS. Nothing is asserted where they depend on the
// bucket's policy (anonymous), on how a signature is refused, on which operations an endpoint offers, or on which keys it accepts.
func outcomeOf(cell scenarios.Cell) s3cors.Outcome {
	if slices.Contains(unasserted, cell.Target) {
		return s3cors.Outcome{}
	}
	usual := cell.Authorisation == scenarios.Presigned || cell.Authorisation == scenarios.Signed
	usual = usual && (cell.Parameters == "" || cell.Parameters == scenarios.UsualParameters)
	if !usual || operated(cell) || cell.Key != "" && cell.Key != scenarios.PlainKey {
		return s3cors.Outcome{}
	}
	switch {
	case isMissing(cell.Target):
		return s3cors.Outcome{Status: []int{404}, Code: "NoSuchBucket"}
	case cell.Method == http.MethodDelete:
		return s3cors.Outcome{Status: []int{204, 200}} // a server's own choice that no page would notice
	case cell.Method != http.MethodGet && cell.Method != http.MethodHead:
		return s3cors.Outcome{Status: []int{200}}
	case cell.Target == scenarios.MissingObject:
		return s3cors.Outcome{Status: []int{404}, Code: "NoSuchKey"}
	}
	return s3cors.Outcome{Status: conditional(cell.Headers.Fields)}
}

// conditional is the status of a GET of the run's object by the request's conditions and range (RFC 9110, 13 and 14). Which of them an
// endpoint honours is not CORS's business.
func conditional(fields []scenarios.Field) []int {
	switch {
	case field(fields, "If-Match") != nil:
		return []int{412, 200}
	case field(fields, "If-None-Match") != nil:
		return []int{304, 200}
	case field(fields, "Range") != nil:
		return []int{206, 416, 200}
	default:
		return []int{200}
	}
}

// curl is the command that repeats an exchange.
func (r *Run) curl(q request, ex result.Exchange) string {
	opts := r.opts.Curl
	opts.AsSent = q.cell.Authorisation == scenarios.Expired || q.cell.Authorisation == scenarios.Forged
	return probe.Curl(ex.Request, q.Body, opts)
}
