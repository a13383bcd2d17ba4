package runner

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/judge"
	"corsprobe/runner/pace"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// operate fills in what a cell's operation brings: query, headers and body, after preparing what it needs.
func (d *draft) operate(ctx context.Context) error {
	o, ok := scenarios.OperationByName(d.cell.Operation)
	if !ok {
		return nil
	}
	if o.Changes && d.stage.run.opts.Bucket != "" {
		return &endpoint.Unsupported{Reason: "it changes the bucket, which must be one of the run's own for that"}
	}
	if o.Changes {
		if err := d.stage.again(ctx); err != nil {
			return err
		}
	}
	key := d.stage.place.Key(own(d.cell, o))
	if writesFirst(o) {
		if err := d.stage.place.PutObject(ctx, key, []byte(objectBody)); err != nil {
			return fmt.Errorf("the object for %s could not be written: %w", o.Name, err)
		}
	}
	fill, err := d.stage.fillings(ctx, o, key)
	if err != nil {
		return err
	}
	if d.raw.Body = []byte(fill(o.Body, "")); o.Form != nil {
		if err := d.form(ctx, o, key); err != nil {
			return err
		}
	}
	d.query = fill(o.Query, "query")
	d.cell.Headers.Fields = slices.Clone(d.cell.Headers.Fields)
	for _, f := range o.Fields {
		value := strings.ReplaceAll(f.Value, "{md5}", digestMD5(d.raw.Body))
		d.cell.Headers.Fields = append(d.cell.Headers.Fields, scenarios.Field{Name: f.Name, Value: fill(value, "")})
	}
	return nil
}

// again puts the configuration again where an operation has deleted it, and is asked a second time.
func (s *stage) again(ctx context.Context) error {
	changed := s.changed
	s.changing()
	if s.place.holds == nil {
		return nil
	}
	if !changed { // by nothing that S3 accepts
		if got, err := s.place.GetCORS(ctx); err != nil || got != nil {
			return err
		}
	}
	return s.place.PutCORS(ctx, s.place.holds)
}

// changing records, where a cell's operation has changed the bucket, that some nodes may answer for a while as if it had no configuration.
func (s *stage) changing() {
	if s.changed {
		s.place.was(s.run.until(past{}))
		s.changed = false
	}
}

// steady asks a preflight until rightInARow answers fit no earlier state of the bucket: what changes the bucket should meet no node that lags
// behind, for it cannot be asked again without another change.
func (s *stage) steady(ctx context.Context, q request, cell scenarios.Cell) {
	mayLag := func(state past) bool { return state.until.After(time.Now()) }
	if q.send != scenarios.Preflight || !slices.ContainsFunc(s.pastOf(cell.Target), mayLag) {
		return
	}
	pause := firstPause
	for inARow := 0; inARow < rightInARow; inARow++ {
		ex := s.run.do(ctx, q.Request)
		if len(judge.Nearest(judge.Kind(q.send), s3cors.Answers(s.place.holds, q.cors), nil, ex).Differences) == 0 {
			continue
		}
		if state := s.rightBefore(q, cell, ex); state != nil {
			if !pace.Wait(ctx, min(pause, time.Until(state.until))) {
				return
			}
			inARow, pause = -1, min(2*pause, longestPause)
		}
	}
}

// operationChangesBucket reports that a cell changes its bucket: such a cell is alone in its step.
func operationChangesBucket(cell scenarios.Cell) bool {
	o, _ := scenarios.OperationByName(cell.Operation)
	return o.Changes && cell.Authorisation.Accepted()
}

// form makes the body a form's, as a page posts it.
func (d *draft) form(ctx context.Context, o scenarios.Operation, key string) error {
	store := d.stage.run.store
	creds, err := store.Credentials(ctx)
	if err != nil {
		return fmt.Errorf("no credentials to sign with: %w", err)
	}
	d.raw.Body, err = probe.Form(creds, store.Region(), d.stage.place.Name(), key, fieldLines(o.Form), d.raw.Body, presignedFor, time.Now())
	d.cell.Headers.Fields = append(slices.Clone(d.cell.Headers.Fields), scenarios.Field{Name: "Content-Type", Value: probe.FormType})
	return err
}

func digestMD5(body []byte) string {
	sum := md5.Sum(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// fillings prepares what an operation's placeholders name, and gives a function that fills them in; in a query the values are escaped.
func (s *stage) fillings(ctx context.Context, o scenarios.Operation, key string) (func(text, where string) string, error) {
	values := map[string]string{"{key}": key, "{source}": "/" + s.place.Name() + "/" + s.place.Key(objectName), "{chunk}": probe.ChunkSignature}
	if o.Mentions("{cors}") {
		if s.run.opts.Bucket != "" || s.place.holds == nil {
			return nil, &endpoint.Unsupported{Reason: "it puts the configuration again, which needs a bucket of the run's own that has one"}
		}
		values["{cors}"] = string(s.place.holds.XML())
	}
	if o.Mentions("{etag}") || o.Mentions("{modified}") || o.Mentions("{version}") {
		if err := s.inspect(ctx, values); err != nil {
			return nil, err
		}
	}
	if o.Mentions("{upload}") {
		if err := s.begin(ctx, key, o.Mentions("{part}"), values); err != nil {
			return nil, err
		}
	}
	return func(text, where string) string {
		for placeholder, value := range values {
			if where == "query" {
				value = url.QueryEscape(value)
			}
			text = strings.ReplaceAll(text, placeholder, value)
		}
		return text
	}, nil
}

// inspect reads ETag, date and version of the object that is there.
func (s *stage) inspect(ctx context.Context, values map[string]string) error {
	ex, err := s.prepare(ctx, http.MethodHead, s.place.Key(objectName), "", nil)
	if err != nil {
		return err
	}
	values["{etag}"] = headerOr(ex, "ETag", `"corsprobe"`)
	values["{modified}"] = headerOr(ex, "Last-Modified", time.Now().UTC().Format(http.TimeFormat))
	values["{version}"] = headerOr(ex, "x-amz-version-id", "null")
	return nil
}

func headerOr(ex result.Exchange, name, otherwise string) string {
	if values := result.Values(ex.Response.Headers, name); len(values) > 0 {
		return values[0]
	}
	return otherwise
}

// begin begins a multipart upload, and writes its first part where that is needed. It is aborted with the bucket's clean-up.
func (s *stage) begin(ctx context.Context, key string, part bool, values map[string]string) error {
	ex, err := s.prepare(ctx, http.MethodPost, key, "uploads=", nil)
	if err != nil {
		return err
	}
	var begun struct{ UploadId string } //nolint:revive // S3's name
	if err := xml.Unmarshal([]byte(ex.Response.Body), &begun); err != nil || begun.UploadId == "" {
		return &endpoint.Unsupported{Reason: "the upload that it needs could not be begun: the answer names no UploadId"}
	}
	values["{upload}"] = begun.UploadId
	if !part {
		return nil
	}
	ex, err = s.prepare(ctx, http.MethodPut, key, "partNumber=1&uploadId="+url.QueryEscape(begun.UploadId), []byte("a part\n"))
	values["{part}"] = headerOr(ex, "ETag", "")
	return err
}

// prepare sends a request that a cell's own rests on, signed and without an Origin. Where it is refused the cell cannot be asked.
func (s *stage) prepare(ctx context.Context, method, key, query string, body []byte) (result.Exchange, error) {
	u, host, err := s.run.store.Address(s.place.Name(), key, query, string(scenarios.Auto))
	if err != nil {
		return result.Exchange{}, err
	}
	q, err := s.authorise(ctx, scenarios.Signed, probe.Request{Kind: "preparation", Method: method, URL: u, Host: host, Body: body})
	if err != nil {
		return result.Exchange{}, err
	}
	ex := s.run.do(ctx, q)
	switch {
	case ex.Error != "":
		return ex, fmt.Errorf("what it needs could not be prepared: %s", ex.Error)
	case ex.Response.Status >= http.StatusMultipleChoices:
		return ex, &endpoint.Unsupported{Reason: fmt.Sprintf("what it needs could not be prepared: %s %s was answered %d", method, query, ex.Response.Status)}
	}
	return ex, nil
}

// notOffered says that the endpoint does not offer an operation; empty where it does, or where the answer does not show it.
func notOffered(cell scenarios.Cell, send scenarios.Send, ex result.Exchange) string {
	o, ok := scenarios.OperationByName(cell.Operation)
	noForms := o.Form != nil && ex.Response.Status == http.StatusMethodNotAllowed
	if !ok || send != scenarios.Actual || ex.Response.Status != http.StatusNotImplemented && !noForms {
		return ""
	}
	return fmt.Sprintf("the endpoint does not offer %s: it answers %d", cell.Operation, ex.Response.Status)
}

// own is the object that a cell's operation is about, before its key is given a shape: of an operation on a bucket one that it names.
func own(cell scenarios.Cell, o scenarios.Operation) string {
	if o.Target == scenarios.Bucket {
		return "own-" + digest(cell.ID)
	}
	return base(cell)
}

// writesFirst reports an operation that needs an object of its own to be there.
func writesFirst(o scenarios.Operation) bool {
	return o.Own || o.Target == scenarios.Bucket && strings.Contains(o.Body, "{key}")
}
