package endpoint

import (
	"fmt"
	"net/http"

	"corsprobe/runner/result"
)

// absence is the state of a name under which there is no bucket.
type absence struct {
	entered  bool // in the ledger, before the first call that might make a bucket
	doubtful bool // such a call was not refused: there may be one now
}

// NoBucket is a name of the run's own under which there is no bucket: for calls that must be refused, through the Document methods. Close
// removes what an endpoint may have made of them all the same: one server takes PutBucketCors for CreateBucket.
func (e *Endpoint) NoBucket() *Bucket {
	return &Bucket{e: e, name: fmt.Sprintf("corsprobe-%s-%d", e.config.RunID, e.buckets.Add(1)), owned: true, absent: &absence{}}
}

// enterAbsent notes a name before a call that might make a bucket of it.
func (b *Bucket) enterAbsent() {
	if b.absent == nil || b.absent.entered {
		return
	}
	b.absent.entered = true
	b.e.enter(b.name)
	b.e.track(b)
}

// learnAbsent looks at the answer of such a call.
func (b *Bucket) learnAbsent(ex result.Exchange) {
	if b.absent != nil && (ex.Error != "" || ex.Response.Status < http.StatusMultipleChoices || ex.Response.Status >= http.StatusInternalServerError) {
		b.absent.doubtful = true
	}
}
