package endpoint_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

type exchange = embedded.Exchange

func refuseCORS(x *exchange, next func(), refuse *bool) {
	if *refuse && x.Method() == http.MethodPut && strings.Contains(x.Target(), "?cors") {
		answerWith(x, 403, "ExpiredToken")
		return
	}
	next()
}

func answerWith(x *exchange, status int, code string) {
	x.SetStatus(status)
	x.SetHeader("Content-Type", "application/xml")
	x.SetBody(document(code))
}

// elsewhere is the same endpoint seen from another machine, which shares no disk.
func elsewhere(t *testing.T, config endpoint.Config) *endpoint.Endpoint {
	t.Helper()
	config.RunID, config.JournalDir = "ffffffffffff", t.TempDir()
	e := open(t, config)
	e.On("elsewhere")
	return e
}

func conditional(x *exchange) bool {
	return x.Method() == http.MethodPut && strings.Contains(x.Target(), "corsprobe-lease") && x.RequestHeader("If-None-Match") != ""
}

// kinds are what endpoints make of a conditional write: the status of a refusal where the object is there, and where it is not.
var kinds = map[string]condition{
	"honours the condition":           {there: 412},
	"answers with a conflict":         {there: 409},
	"ignores the condition":           {},
	"does not know the condition":     {there: 501, missing: 501},
	"takes the condition for a fault": {there: 400, missing: 400},
}

// On every kind of endpoint two machines do not use one bucket, and the lease goes with the run.
func TestLease(t *testing.T) {
	environment(t)
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			f := &fake{condition: &kind, versions: []version{{"mine.txt", "m1", false}}}
			config := f.serve(t)
			first, second := open(t, config), elsewhere(t, config)
			b, err := first.UseBucket(t.Context(), "users")
			must(t, err)
			_, err = second.UseBucket(t.Context(), "users")
			same(t, "second", "the bucket users is in use by HOLDER; wait for it to end", said(err, config))
			must(t, b.Close(t.Context()))
			same(t, "versions", []version{{"mine.txt", "m1", false}}, f.versions)
			b, err = second.UseBucket(t.Context(), "users")
			must(t, err)
			_, err = first.UseBucket(t.Context(), "users")
			want := "the bucket users is in use by HOLDER, or was when that run was killed; wait for it to end; if it was killed, corsprobe restore on that machine puts the bucket right; " +
				"if that machine is gone, corsprobe restore --unlock --bucket users --endpoint URL --region us-east-1 puts right what it left"
			same(t, "first", want, said(err, config))
			must(t, b.Close(t.Context()))
		})
	}
}

// Of many machines that take the lease at the same moment never two have it, whatever the endpoint makes of conditions.
func TestLeaseRace(t *testing.T) {
	environment(t)
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			f := &fake{condition: &kind, versions: []version{{"mine.txt", "m1", false}}}
			config := f.serve(t)
			var mu sync.Mutex
			inside, taken := 0, 0
			var wg sync.WaitGroup
			for i := range 6 {
				c := config
				c.RunID, c.JournalDir = fmt.Sprintf("%012x", i), t.TempDir()
				e := open(t, c)
				wg.Go(func() {
					for range 3 {
						b, err := e.UseBucket(t.Context(), "users")
						if err != nil {
							continue
						}
						mu.Lock()
						inside++
						taken++
						if inside != 1 {
							t.Errorf("%d machines have the lease at once", inside)
						}
						mu.Unlock()
						mu.Lock()
						inside--
						mu.Unlock()
						if err := b.Close(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			if taken == 0 {
				t.Error("nobody ever had the lease")
			}
			same(t, "versions", []version{{"mine.txt", "m1", false}}, f.versions)
		})
	}
}

// An answer that was lost does not make a run take its own lease for another's, nor leave one behind.
func TestLeaseAnswerLost(t *testing.T) {
	for _, lost := range []int{1, 100} {
		n := 0
		config := start(t, func(x *exchange, next func()) {
			next()
			if conditional(x) {
				if n++; n <= lost {
					x.Abort()
				}
			}
		})
		usersBucket(t, config, "users", nil)
		b, err := open(t, config).UseBucket(t.Context(), "users")
		if lost == 1 {
			must(t, err)
			must(t, b.Close(t.Context()))
		} else if err == nil {
			t.Error("no answer ever came: no error")
		}
		objects, _ := keys(t, config, "users")
		same(t, fmt.Sprint("objects after ", lost), []string{"mine.txt"}, objects)
	}
}

// Nor does it leave a version, or a marker, where the bucket keeps versions.
func TestLeaseAnswerLostVersioned(t *testing.T) {
	lost := false
	f := &fake{versions: []version{{"mine.txt", "m1", false}}, after: func(line string, _ http.ResponseWriter) {
		if !lost && strings.HasPrefix(line, "PUT /users/corsprobe-lease") {
			lost = true
			panic(http.ErrAbortHandler)
		}
	}}
	config := f.start(t)
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.Close(t.Context()))
	same(t, "an answer was lost", true, lost)
	same(t, "versions", []version{{"mine.txt", "m1", false}}, f.versions)
}

// Where objects are refused the run says so, and goes without a lease where it is told to.
func TestNoLease(t *testing.T) {
	config := start(t, func(x *exchange, next func()) {
		if x.Method() == http.MethodPut && strings.Contains(x.Target(), "corsprobe-") {
			answerWith(x, 403, "AccessDenied")
			return
		}
		next()
	})
	usersBucket(t, config, "users", nil)
	_, err := open(t, config).UseBucket(t.Context(), "users")
	same(t, "error", "URL refused PutObject: 403 AccessDenied: No; a run tells others by an object in the bucket that it is in use, and needs the rights "+
		"s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject; where nobody else uses the bucket, --no-lease goes without", said(err, config))
	config.NoLease = true
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.Close(t.Context()))
}

// An object with the lease's name that is no lease is told, and left.
func TestLeaseOfNobody(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", nil)
	put(t, config, "users", "corsprobe-lease")
	_, err := open(t, config).UseBucket(t.Context(), "users")
	same(t, "error", "the bucket users holds the object corsprobe-lease, by which a run says that it uses the bucket; it does not say which; "+
		"if no run is under way, corsprobe restore --unlock --bucket users --endpoint URL --region us-east-1 puts right what it left", said(err, config))
	objects, _ := keys(t, config, "users")
	same(t, "objects", []string{"corsprobe-lease", "mine.txt"}, objects)
}

// In a bucket that keeps versions, nothing stays of the lease and of the journal's copy.
func TestLeaseIsNotVersioned(t *testing.T) {
	f := &fake{versions: []version{{"mine.txt", "m1", false}}}
	config := f.start(t)
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	if len(f.versions) != 3 {
		t.Errorf("versions while the bucket is in use: %v, want the user's, the lease and the journal's copy", f.versions)
	}
	must(t, b.Close(t.Context()))
	same(t, "versions", []version{{"mine.txt", "m1", false}}, f.versions)
}

// A lease that cannot be removed is told, with the command that removes it.
func TestLeaseStays(t *testing.T) {
	refuse := true
	config := start(t, func(x *exchange, next func()) {
		if refuse && x.Method() == http.MethodDelete && strings.Contains(x.Target(), "corsprobe-lease") {
			answerWith(x, 403, "AccessDenied")
			return
		}
		next()
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := open(t, config)
	b, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	err = b.Close(t.Context())
	same(t, "Close", "objects below corsprobe-lease in the bucket users may be left behind: DeleteObject: 403 AccessDenied: No.; "+
		"corsprobe restore --bucket users removes them", said(err, config))
	refuse = false
	must(t, b.Close(t.Context()))
	_, err = client(config).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("users"), Key: aws.String("corsprobe-lease")})
	if err == nil {
		t.Error("the lease is there after the second Close")
	}
}
