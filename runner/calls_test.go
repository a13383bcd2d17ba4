package runner

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"
)

// odd is a world whose buckets answer configuration calls in a way of their own; nil: as S3 does.
type odd struct {
	*world
	put    func(*fakeBucket, []byte) result.Exchange
	get    func(*fakeBucket) result.Exchange
	read   func(*s3cors.Configuration) *s3cors.Configuration // what the SDK reads
	delete func(*fakeBucket) (result.Exchange, error)
}

type oddBucket struct {
	*fakeBucket
	odd *odd
}

func (o *odd) NewBucket(ctx context.Context) (bucket, error) {
	b, err := o.world.NewBucket(ctx)
	if err != nil {
		return nil, err
	}
	return &oddBucket{b.(*fakeBucket), o}, nil
}

func (b *oddBucket) PutDocument(ctx context.Context, document []byte, digests ...string) result.Exchange {
	if b.odd.put != nil {
		return b.odd.put(b.fakeBucket, document)
	}
	return b.fakeBucket.PutDocument(ctx, document, digests...)
}

func (b *oddBucket) GetDocument(ctx context.Context) result.Exchange {
	if b.odd.get != nil {
		return b.odd.get(b.fakeBucket)
	}
	return b.fakeBucket.GetDocument(ctx)
}

func (b *oddBucket) GetCORS(ctx context.Context) (*s3cors.Configuration, error) {
	cfg, err := b.fakeBucket.GetCORS(ctx)
	if b.odd.read != nil {
		cfg = b.odd.read(cfg)
	}
	return cfg, err
}

func (b *oddBucket) DeleteDocument(ctx context.Context) (result.Exchange, error) {
	if b.odd.delete != nil {
		return b.odd.delete(b.fakeBucket)
	}
	return b.fakeBucket.DeleteDocument(ctx)
}

const (
	aRule   = "{CORSRules: [{AllowedOrigins: [https://app.example], AllowedMethods: [GET]}]}"
	anOther = "{CORSRules: [{AllowedOrigins: [https://app.example], AllowedMethods: [PUT]}]}"
	aBadOne = "{CORSRules: [{AllowedOrigins: ['*'], AllowedMethods: [PATCH]}]}"
	aMatrix = "matrix: {origins: [https://app.example], send: preflight}"
)

// refusedWith makes a call of the SDK's answered with an error.
func refusedWith(call string, status int, code string) func(string) error {
	return func(name string) error {
		if name == call {
			return &endpoint.CallError{Operation: call, Status: status, Code: code}
		}
		return nil
	}
}

// What configuration calls come to, and what becomes of the cells behind them: "step verdict" for a call, "step/cell verdict" for what was
// asked behind it, each with its checks or its reason.
func TestCallsAndWhatFollows(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps string
		odd   odd
		fails func(string) error
		want  []string
	}{
		{
			name:  "as S3 does",
			steps: "- {name: one, put: " + aRule + ", " + aMatrix + "}\n- {name: two, get: true}\n- {name: three, delete: true, " + aMatrix + "}\n",
			want:  []string{"one passed", "one/cell passed", "two passed", "three passed", "three/cell passed"},
		},
		{
			name:  "PutBucketCors is refused",
			steps: "- {name: one, put: " + aRule + ", " + aMatrix + "}\n",
			fails: refusedWith("PutBucketCors", 501, "NotImplemented"),
			want:  []string{"one failed config.status", "one/cell unsupported the configuration that these requests need could not be put: see f/a/one/PutBucketCors"},
		},
		{
			name:  "an endpoint that asks to slow down is not judged",
			steps: "- {name: one, put: " + aRule + ", " + aMatrix + "}\n",
			fails: refusedWith("PutBucketCors", 503, "SlowDown"),
			want:  []string{"one error the endpoint asks to slow down (503), however often it is asked: try a lower --concurrency, or --rate", "one/cell error the endpoint asks to slow down (503), however often it is asked: try a lower --concurrency, or --rate"},
		},
		{
			name:  "what S3 refuses is accepted",
			steps: "- {name: one, put: " + aBadOne + "}\n- {name: two, get: true}\n- {name: three, delete: true}\n- {name: four, put: " + aRule + ", " + aMatrix + "}\n",
			odd:   odd{put: func(*fakeBucket, []byte) result.Exchange { return exchanged(200, nil) }},
			want: []string{
				"one failed config.status", "two unsupported the bucket does not hold what it should: see f/a/one/PutBucketCors", "three passed", "four passed", "four/cell passed",
			},
		},
		{
			name:  "what S3 refuses is refused by another code",
			steps: "- {name: one, put: " + aBadOne + "}\n- {name: two, get: true}\n",
			odd: odd{put: func(*fakeBucket, []byte) result.Exchange {
				return refusing(400, s3cors.Error{Code: s3cors.CodeMalformedXML})
			}},
			want: []string{"one failed config.error-code", "two passed"},
		},
		{
			name:  "the endpoint fails over what S3 refuses",
			steps: "- {name: one, put: " + aBadOne + ", " + aMatrix + "}\n",
			odd:   odd{put: func(*fakeBucket, []byte) result.Exchange { return refusing(500, s3cors.Error{Code: "InternalError"}) }},
			want:  []string{"one failed config.status", "one/cell unsupported the configuration that these requests need could not be put: see f/a/one/PutBucketCors"},
		},
		{
			name:  "a configuration comes back changed",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, get: true}\n",
			odd: odd{
				read: func(cfg *s3cors.Configuration) *s3cors.Configuration { return otherMethod(cfg) },
				get: func(b *fakeBucket) result.Exchange {
					ex := exchanged(200, nil)
					if b.cfg != nil {
						ex.Response.Body = string(otherMethod(b.cfg).XML())
					}
					return ex
				},
			},
			want: []string{"one failed config.round-trip", "two failed config.round-trip"},
		},
		{
			name:  "GetBucketCors does not name the bucket",
			steps: "- {name: one, get: true}\n",
			odd: odd{get: func(*fakeBucket) result.Exchange {
				return refusing(404, s3cors.Error{Code: s3cors.CodeNoSuchCORSConfiguration})
			}},
			want: []string{"one failed config.error-bucket-name"},
		},
		{
			name:  "GetBucketCors returns what is no configuration",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, get: true}\n",
			odd: odd{get: func(*fakeBucket) result.Exchange {
				ex := exchanged(200, nil)
				ex.Response.Body = "<html>"
				return ex
			}},
			want: []string{"one passed", "two failed config.round-trip"},
		},
		{
			name:  "DeleteBucketCors removes nothing",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, delete: true}\n",
			odd:   odd{delete: func(*fakeBucket) (result.Exchange, error) { return exchanged(204, nil), nil }},
			want:  []string{"one passed", "two failed config.deleted"},
		},
		{
			name:  "DeleteBucketCors is refused",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, delete: true, " + aMatrix + "}\n",
			odd: odd{delete: func(*fakeBucket) (result.Exchange, error) {
				return refusing(403, s3cors.Error{Code: "AccessDenied"}), nil
			}},
			want: []string{"one passed", "two failed config.status", "two/cell unsupported the configuration that these requests need could not be put: see f/a/two/DeleteBucketCors"},
		},
		{
			name:  "DeleteBucketCors without anything to delete gets 404",
			steps: "- {name: one, delete: true}\n",
			odd: odd{delete: func(*fakeBucket) (result.Exchange, error) {
				return refusing(404, s3cors.Error{Code: s3cors.CodeNoSuchCORSConfiguration}), nil
			}},
			want: []string{"one failed config.status"},
		},
		{
			name:  "DeleteBucketCors where nothing could be put is not sent",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, delete: true}\n",
			odd:   odd{delete: func(*fakeBucket) (result.Exchange, error) { return result.Exchange{}, endpoint.ErrNotKept }},
			fails: refusedWith("PutBucketCors", 501, "NotImplemented"),
			want:  []string{"one failed config.status", "two unsupported there is nothing to delete: see f/a/one/PutBucketCors"},
		},
		{
			name:  "GetBucketCors of what was refused is not sent",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, get: true}\n",
			fails: refusedWith("PutBucketCors", 501, "NotImplemented"),
			want: []string{
				"one failed config.status",
				"two unsupported the bucket does not hold the configuration that these requests need: a call before them was refused",
			},
		},
		{
			name:  "DeleteBucketCors of what was put and is not kept is not sent, and not judged",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, delete: true}\n",
			odd:   odd{delete: func(*fakeBucket) (result.Exchange, error) { return result.Exchange{}, endpoint.ErrNotKept }},
			want:  []string{"one passed", "two error " + endpoint.ErrNotKept.Error()},
		},
		{
			name:  "no answer to a call",
			steps: "- {name: one, put: " + aRule + "}\n- {name: two, get: true}\n",
			odd:   odd{get: func(*fakeBucket) result.Exchange { return exchanged(0, errors.New("connection reset")) }},
			want:  []string{"one passed", "two error connection reset"},
		},
		{
			name:  "a digest that the endpoint does not know",
			steps: "- {name: one, put: " + aRule + ", digest: crc64nvme, " + aMatrix + "}\n",
			odd:   odd{put: func(*fakeBucket, []byte) result.Exchange { return refusing(400, s3cors.Error{Code: "InvalidRequest"}) }},
			want: []string{
				"one unsupported the endpoint does not take the digest crc64nvme: it answers 400 InvalidRequest",
				"one/cell unsupported the bucket does not hold what it should: see f/a/one/PutBucketCors",
			},
		},
		{
			name:  "an endpoint without Content-MD5",
			steps: "- {name: one, put: " + aRule + ", digest: wrong-md5}\n",
			odd:   odd{put: func(*fakeBucket, []byte) result.Exchange { return refusing(501, s3cors.Error{Code: "NotImplemented"}) }},
			want:  []string{"one unsupported the endpoint does not know Content-MD5: it answers 501 NotImplemented"},
		},
		{
			name:  "a bucket that is not there",
			steps: "- {name: one, get: true, on: missing-bucket}\n- {name: two, put: " + aRule + ", on: missing-bucket}\n- {name: three, delete: true, on: missing-bucket}\n",
			want:  []string{"one passed", "two passed", "three passed"},
		},
		{
			name:  "credentials that are not told of other buckets",
			steps: "- {name: one, get: true, on: missing-bucket}\n",
			fails: refusedWith("GetBucketCors on nothing", 403, "AccessDenied"),
			want:  []string{"one unsupported the endpoint does not tell these credentials that the bucket does not exist: it answers 403 AccessDenied"},
		},
		{
			name:  "a step that the scenario answers itself",
			steps: "- {name: one, put: " + aBadOne + ", answer: {status: 501, error: NotImplemented, reason: r}}\n",
			odd:   odd{put: func(*fakeBucket, []byte) result.Exchange { return refusing(501, s3cors.Error{Code: "NotImplemented"}) }},
			want:  []string{"one passed"},
		},
		{
			name:  "the configuration in a bucket that was replaced",
			steps: "- {name: one, put: " + aRule + ", " + aMatrix + "}\n- {name: two, replace: " + anOther + ", " + aMatrix + "}\n",
			want:  []string{"one passed", "one/cell passed", "two passed", "two/cell passed"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.odd.world = newWorld()
				c.odd.fails = c.fails
				report, _ := start(t.Context(), text(t, "name: a\nsteps:\n"+c.steps), &c.odd, &c.odd, "run", Options{Concurrency: 2}).Finish()
				var got []string
				for _, cell := range report.Cells {
					got = append(got, told(cell))
				}
				if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
					t.Errorf("came to\n %s\nwant\n %s", strings.Join(got, "\n "), strings.Join(c.want, "\n "))
				}
			})
		})
	}
}

// otherMethod is what an endpoint makes of a configuration that cannot keep a method.
func otherMethod(cfg *s3cors.Configuration) *s3cors.Configuration {
	if cfg == nil {
		return nil
	}
	rule := cfg.CORSRules[0]
	rule.AllowedMethods = []string{http.MethodDelete}
	return &s3cors.Configuration{CORSRules: []s3cors.Rule{rule}}
}

// told is a cell in a line.
func told(c result.Cell) string {
	line := c.Step
	if c.Point != nil {
		line += "/cell"
	}
	line += " " + string(c.Verdict)
	for _, f := range c.Findings {
		line += " " + f.Check
	}
	if c.Reason != "" {
		line += " " + c.Reason
	}
	return line
}

// text is the plan of one scenario.
func text(t testing.TB, yaml string) scenarios.Plan {
	t.Helper()
	all, err := scenarios.LoadTexts(scenarios.Text{Name: "f.yaml", Data: []byte(yaml)})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Expand(all)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// What a configuration call was held against is counted: its status, and where that is right what it says or leaves behind.
func TestChecksOfCalls(t *testing.T) {
	finding := func(checks ...string) (all []result.Finding) {
		for _, check := range checks {
			all = append(all, result.Finding{Check: check})
		}
		return all
	}
	for _, c := range []struct {
		verdict  result.Verdict
		findings []result.Finding
		want     int
	}{
		{result.Passed, nil, 2}, {result.Failed, finding("config.status"), 1}, {result.Failed, finding("config.round-trip"), 2},
		{result.Failed, finding("config.error-code", "config.error-bucket-name", "config.round-trip"), 3}, {result.Error, nil, 0}, {result.Unsupported, nil, 0},
	} {
		if got := checksOf(result.Cell{Verdict: c.verdict, Findings: c.findings}); got != c.want {
			t.Errorf("%s with %d findings counts %d checks, want %d", c.verdict, len(c.findings), got, c.want)
		}
	}
}
