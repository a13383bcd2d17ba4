package runner

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// Change is a call that a run would make and that changes something at the endpoint. The reading calls are left out.
type Change struct {
	Scenario string // empty: of the run as a whole
	Call     string // "PutBucketCors"
	Bucket   string // the user's; empty: one of the run's own
	Key      string // of an object; empty: the call changes the bucket
	Why      string
}

// String is one line for a person.
func (c Change) String() string {
	where := "a bucket of the run's own"
	if c.Bucket != "" {
		where = "your bucket " + c.Bucket
	}
	if c.Key != "" {
		where += ", object " + c.Key
	}
	line := fmt.Sprintf("%-21s  %s", c.Call, where)
	if why := cmp.Or(c.Why, c.Scenario); why != "" {
		line += "  (" + why + ")"
	}
	return line
}

// Changes lists what carrying out a plan would change, in the order of the plan; nothing is sent. A run that meets trouble makes fewer calls.
func Changes(plan scenarios.Plan, id string, opts Options) []Change {
	if len(plan.Scenarios) == 0 {
		return nil
	}
	c := changeList{opts: opts, id: id}
	c.begin()
	for _, planned := range plan.Scenarios {
		c.scenario(planned)
	}
	c.end()
	return c.all
}

type changeList struct {
	opts Options
	id   string
	all  []Change
}

func (c *changeList) add(scenario, call, key, why string) {
	if key != "" && c.opts.Bucket != "" {
		key = "corsprobe-" + c.id + "/" + key
	}
	c.all = append(c.all, Change{Scenario: scenario, Call: call, Bucket: c.opts.Bucket, Key: key, Why: why})
}

// shaped is a key as an object of the run has it, without the prefix that it has in a user's bucket.
func (c *changeList) shaped(key scenarios.Key, base string) string {
	if c.opts.Bucket == "" {
		return shaped(key, base, 0)
	}
	return shaped(key, base, len("corsprobe-"+c.id+"/"))
}

func (c *changeList) begin() {
	if c.opts.Bucket == "" {
		c.add("", "PutBucketCors", "", "a trial, to see that the endpoint takes configurations; its bucket is removed at once")
		c.add("", "DeleteBucketCors", "", "before a bucket serves the next scenario")
		c.add("", "CreateBucket", "", fmt.Sprintf("named corsprobe-%s-N; as many as run at once, and one for each scenario that needs one of its own", c.id))
		c.add("", "PutObject", "corsprobe-keep", "keeps the bucket from being empty")
	} else if !c.opts.AssumeConfigured && !c.opts.NoLease {
		c.all = append(c.all, Change{Call: "PutObject", Bucket: c.opts.Bucket, Key: "corsprobe-lease", Why: "tells other runs that the bucket is in use; where the endpoint does not know If-None-Match, corsprobe-lease-" + c.id + " does"})
		c.add("", "PutObject", "saved-configuration.json", "a copy of the configuration that it has, for a machine that goes down")
	}
}

func (c *changeList) scenario(planned scenarios.Planned) {
	name := planned.Scenario.ID
	if c.opts.Bucket != "" && !c.opts.AssumeConfigured && needsEmpty(planned) {
		if deletesNothing(planned) {
			c.add(name, "PutBucketCors", "", name+": a trial, to see that DeleteBucketCors is safe")
		}
		c.add(name, "DeleteBucketCors", "", name+": it begins without a configuration")
	}
	for _, o := range objects(planned) {
		c.add(name, "PutObject", c.shaped(o.key, o.base), "")
	}
	var before *s3cors.Configuration
	for _, step := range planned.Steps {
		c.settling(name, step.After, before)
		before = step.After
		switch {
		case c.opts.AssumeConfigured:
		case step.Missing:
			c.onMissing(name, step)
		case changesBucket(step.Call) && (c.opts.Bucket == "" || configures(step.Call)):
			c.add(name, string(step.Call), "", cmp.Or(step.CallID, name))
		}
		for _, cell := range step.Cells {
			c.cell(name, cell)
		}
	}
}

// onMissing adds a call that would change a bucket if there were one.
func (c *changeList) onMissing(scenario string, step scenarios.PlannedStep) {
	if configures(step.Call) && c.opts.Bucket == "" {
		c.all = append(c.all, Change{Scenario: scenario, Call: string(step.Call), Why: step.CallID + ": of a name under which there is none"})
	}
}

// settling adds the requests by which a run sees that a configuration has taken effect, where it has no reading request that shows it.
func (c *changeList) settling(scenario string, now, before *s3cors.Configuration) {
	if c.opts.AssumeConfigured {
		return
	}
	for _, q := range discriminating(now, before) {
		if q.Method != http.MethodOptions {
			c.request(scenario, cellOf(q), "to see the configuration take effect")
		}
	}
}

func changesBucket(call scenarios.Call) bool {
	_, other := scenarios.BucketCallByName(call)
	return configures(call) || call == scenarios.RecreateBucket || other
}

// configures reports a call that a user's own bucket gets too, for it is put back afterwards.
func configures(call scenarios.Call) bool {
	return call == scenarios.PutBucketCors || call == scenarios.DeleteBucketCors
}

// cell adds what a cell's actual request changes if the endpoint permits it.
func (c *changeList) cell(scenario string, cell scenarios.Cell) {
	if !slices.Contains(cell.Send, scenarios.Actual) || cell.Target == scenarios.Service || isMissing(cell.Target) {
		return
	}
	if cell.Connection == scenarios.AfterRefusal {
		c.add(scenario, "PutObject", "refused", "by nobody, to be refused: "+cell.ID)
	}
	if o, ok := scenarios.OperationByName(cell.Operation); ok {
		c.operation(scenario, cell, o)
		return
	}
	c.request(scenario, cell, cell.ID)
}

// operation adds what is prepared for an operation, and the operation itself where it changes something.
func (c *changeList) operation(scenario string, cell scenarios.Cell, o scenarios.Operation) {
	key := own(cell, o)
	if writesFirst(o) {
		c.add(scenario, "PutObject", key, cell.ID)
	}
	if o.Mentions("{upload}") {
		c.add(scenario, "CreateMultipartUpload", key, cell.ID)
	}
	if o.Mentions("{part}") {
		c.add(scenario, "UploadPart", key, cell.ID)
	}
	if o.Method != http.MethodGet && o.Method != http.MethodHead {
		c.add(scenario, callOf(o), key, cell.ID)
	}
}

// callOf is S3's name of what an operation changes.
func callOf(o scenarios.Operation) string {
	in := func(parameter string) bool { return strings.Contains("&"+o.Query, "&"+parameter+"=") }
	switch {
	case o.Form != nil:
		return "PostObject"
	case in("cors"):
		return map[string]string{http.MethodPut: "PutBucketCors", http.MethodDelete: "DeleteBucketCors"}[o.Method]
	case in("tagging"):
		return map[string]string{http.MethodPut: "PutObjectTagging", http.MethodDelete: "DeleteObjectTagging"}[o.Method]
	case in("acl"):
		return "PutObjectAcl"
	case in("uploads"):
		return "CreateMultipartUpload"
	case in("uploadId"):
		return map[string]string{http.MethodPut: "UploadPart", http.MethodPost: "CompleteMultipartUpload", http.MethodDelete: "AbortMultipartUpload"}[o.Method]
	case in("delete"):
		return "DeleteObjects"
	case slices.ContainsFunc(o.Fields, func(f scenarios.Field) bool { return f.Name == "x-amz-copy-source" }):
		return "CopyObject"
	default:
		return map[string]string{http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject", http.MethodPost: "POST"}[o.Method]
	}
}

func (c *changeList) request(scenario string, cell scenarios.Cell, why string) {
	key := ""
	if cell.Target.OfObject() || cell.Target == scenarios.OtherBucket {
		key = c.shaped(cell.Key, base(cell))
	}
	call, ok := map[string]string{http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject", http.MethodPost: "CreateMultipartUpload"}[cell.Method]
	switch {
	case !ok:
	case cell.Target == scenarios.Part && cell.Method == http.MethodPut:
		c.add(scenario, "UploadPart", key, why)
	case key == "":
		c.add(scenario, cell.Method+" on the bucket", "", why)
	default:
		c.add(scenario, call, key, why)
	}
}

func (c *changeList) end() {
	switch {
	case c.opts.Bucket == "" && c.opts.Keep:
	case c.opts.Bucket == "":
		c.add("", "DeleteObjects", "", "the objects of the run's own buckets, where the endpoint has that call")
		c.add("", "DeleteObject", "", "every object of the run's own buckets")
		c.add("", "DeleteBucket", "", "every bucket that the run made, and no other")
	default:
		c.add("", "DeleteObject", "*", "what the run wrote, and nothing else")
		if !c.opts.AssumeConfigured && !c.opts.NoLease {
			c.all = append(c.all, Change{Call: "DeleteObject", Bucket: c.opts.Bucket, Key: "corsprobe-lease", Why: "the bucket is no longer in use"})
		}
		if !c.opts.AssumeConfigured {
			c.add("", "PutBucketCors", "", "the configuration that it had before is put back")
			c.add("", "DeleteBucketCors", "", "the configuration is removed, where it had none before")
		}
	}
}
