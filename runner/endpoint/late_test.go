package endpoint_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func changesCORS(x *exchange) bool {
	return x.Method() == http.MethodPut && strings.Contains(x.Target(), "?cors")
}

// A change that is under way when the run is interrupted is carried to its end, whichever way it is made: given up, it might be carried out after
// the bucket was put back.
func TestChangeIsNotGivenUp(t *testing.T) {
	for name, change := range map[string]func(ctx context.Context, b *endpoint.Bucket) string{
		"PutCORS": func(ctx context.Context, b *endpoint.Bucket) string {
			return said(b.PutCORS(ctx, rules("*")), endpoint.Config{})
		},
		"PutDocument": func(ctx context.Context, b *endpoint.Bucket) string {
			if ex := b.PutDocument(ctx, rules("*").XML()); ex.Response.Status != 200 {
				return ex.Error
			}
			return "no error"
		},
	} {
		t.Run(name, func(t *testing.T) {
			var cancel atomic.Pointer[context.CancelFunc]
			config := start(t, func(x *embedded.Exchange, next func()) {
				if stop := cancel.Swap(nil); changesCORS(x) && stop != nil {
					(*stop)()
					time.Sleep(200 * time.Millisecond) // the time in which a call that was given up would have been
				}
				next()
			})
			usersBucket(t, config, "users", rules("https://mine.example"))
			b, err := open(t, config).UseBucket(t.Context(), "users")
			must(t, err)
			ctx, stop := context.WithCancel(t.Context())
			cancel.Store(&stop)
			same(t, "while it was interrupted", "no error", change(ctx, b))
			if got := change(ctx, b); got == "no error" {
				t.Error("a change was begun after the interrupt")
			}
			must(t, b.Close(t.Context()))
			same(t, "configuration", rules("https://mine.example"), configured(t, config))
		})
	}
}

// Where a change got no answer, and is carried out when the bucket has been put back already, the bucket is put back again.
func TestLateChange(t *testing.T) {
	var lose atomic.Int32
	var late atomic.Bool
	var config endpoint.Config
	config = start(t, func(x *embedded.Exchange, next func()) {
		if changesCORS(x) && lose.Add(-1) >= 0 {
			x.Abort()
			return
		}
		next()
		if x.Method() == http.MethodGet && strings.Contains(x.Target(), "?cors") && late.Swap(false) { // it was seen to be put back
			_, err := client(config).PutBucketCors(context.Background(), &s3.PutBucketCorsInput{Bucket: aws.String("users"), CORSConfiguration: endpoint.SDKConfiguration(rules("*"))})
			if err != nil {
				t.Error(err)
			}
		}
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	lose.Store(100)
	if err := b.PutCORS(t.Context(), rules("*")); err == nil {
		t.Error("no answer came: no error")
	}
	lose.Store(0)
	late.Store(true)
	must(t, b.Close(t.Context()))
	same(t, "configuration", rules("https://mine.example"), configured(t, config))
}

// A lease that is being written when the run is interrupted does not appear after the run has gone.
func TestLeaseInterrupted(t *testing.T) {
	var cancel atomic.Pointer[context.CancelFunc]
	arrived := make(chan struct{})
	config := start(t, func(x *embedded.Exchange, next func()) {
		if x.Method() != http.MethodPut || !strings.Contains(x.Target(), "corsprobe-lease") {
			next()
			return
		}
		stop := cancel.Swap(nil)
		if stop != nil {
			(*stop)()
			time.Sleep(300 * time.Millisecond)
		}
		next()
		if stop != nil {
			close(arrived)
		}
	})
	usersBucket(t, config, "users", nil)
	ctx, stop := context.WithCancel(t.Context())
	cancel.Store(&stop)
	b, err := open(t, config).UseBucket(ctx, "users")
	if err == nil {
		must(t, b.Close(t.Context()))
	}
	<-arrived
	objects, _ := keys(t, config, "users")
	same(t, "objects", []string{"mine.txt"}, objects)
	same(t, "files", []string(nil), files(t, config.JournalDir))
}
