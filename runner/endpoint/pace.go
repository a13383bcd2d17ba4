package endpoint

import (
	"context"
	"errors"
	"strings"
	"time"

	"corsprobe/runner/pace"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// keepPace has the SDK's calls keep to the context's pace. It stands between the SDK's retries and its signing, so that each attempt counts
// as one request and is signed anew. The SDK's own way with 503, three attempts within seconds, then stays out of it.
func keepPace(o *s3.Options) {
	o.Retryer = patient{o.Retryer}
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("corsprobePace", paced), "Retry", middleware.After)
	})
}

// alone is how long a single call waits for an endpoint that asks to slow down.
var alone = pace.Options{Concurrency: 1, Patience: 2 * time.Second}

func paced(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	p := pace.From(ctx)
	if p == nil { // a call outside of a run
		p = pace.New(alone)
	}
	for asking := p.Ask(); ; {
		attempt, ok := fresh(in)
		if !ok {
			return next.HandleFinalize(ctx, in)
		}
		end, err := p.Begin(ctx)
		if err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, err
		}
		out, metadata, err := next.HandleFinalize(ctx, attempt)
		end()
		if status, retryAfter := statusOf(err); !asking.Again(ctx, status, retryAfter) {
			return out, metadata, err
		}
	}
}

// fresh is a copy of a request as the SDK's retries make one, from its body's start: the steps that follow add to its path and its headers.
// false: it is no request of HTTP's, or its body cannot be read twice.
func fresh(in middleware.FinalizeInput) (middleware.FinalizeInput, bool) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok || request.RewindStream() != nil {
		return in, false
	}
	in.Request = request.Clone()
	return in, true
}

// statusOf is the status of a refusal, and its Retry-After; 0 where there was none.
func statusOf(err error) (status int, retryAfter string) {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.HTTPResponse() == nil {
		return 0, ""
	}
	return answer.HTTPStatusCode(), strings.TrimSpace(answer.HTTPResponse().Header.Get("Retry-After"))
}

// patient leaves it to the pace to wait where an endpoint asks to slow down.
type patient struct{ aws.Retryer }

func (r patient) IsErrorRetryable(err error) bool {
	status, _ := statusOf(err)
	return !pace.Busy(status) && r.Retryer.IsErrorRetryable(err)
}
