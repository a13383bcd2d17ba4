package runner

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"corsprobe/runner/result"
	"corsprobe/runner/s3cors"
)

func rule(origin string, methods ...string) s3cors.Rule {
	return s3cors.Rule{AllowedOrigins: []string{origin}, AllowedMethods: methods}
}

func ofRules(rules ...s3cors.Rule) *s3cors.Configuration {
	return &s3cors.Configuration{CORSRules: rules}
}

// inShort is a question in short.
func inShort(q s3cors.Request) string {
	text := q.Method + " " + *q.Origin
	if q.RequestMethod != nil {
		text += " for " + *q.RequestMethod
	}
	return text
}

func TestDiscriminating(t *testing.T) {
	get := ofRules(rule("https://a.example", "GET"))
	renamed := ofRules(s3cors.Rule{ID: "x", AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}})
	for _, c := range []struct {
		name        string
		now, before *s3cors.Configuration
		want        []string
	}{
		{"nothing changes", get, get, nil},
		{"nothing that shows", renamed, get, nil},
		{"put", get, nil, []string{"OPTIONS https://a.example for GET", "GET https://a.example"}},
		{"deleted", nil, get, []string{"OPTIONS https://a.example for GET", "GET https://a.example"}},
		{"an upload's", ofRules(rule("https://*.a.example", "PUT")), nil, []string{"OPTIONS https://settle.a.example for PUT", "PUT https://settle.a.example"}},
		{"a form's", ofRules(rule("*", "POST")), nil, []string{"OPTIONS https://settle.example for POST"}},
		{"each rule's first", ofRules(rule("https://a.example", "GET"), rule("https://b.example", "DELETE")), nil,
			[]string{"OPTIONS https://a.example for GET", "GET https://a.example", "OPTIONS https://b.example for DELETE"}},
		{"an actual request from null may be answered either way", ofRules(s3cors.Rule{AllowedOrigins: []string{"null", "https://a.example"}, AllowedMethods: []string{"GET"}}), nil,
			[]string{"OPTIONS null for GET", "OPTIONS https://a.example for GET", "GET https://a.example"}},
		{"an empty origin is not asked", ofRules(rule("", "GET")), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, q := range discriminating(c.now, c.before) {
				got = append(got, inShort(q))
			}
			if len(got) != len(c.want) {
				t.Fatalf("%q, want %q", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%q, want %q", got[i], c.want[i])
				}
			}
		})
	}
}

// aStage is a stage in a world, in a bucket of the run's own.
func aStage(t *testing.T, w *world) *stage {
	t.Helper()
	r := start(t.Context(), theCatalogue(t, "nothing"), w, w, "run", Options{})
	r.Finish()
	b, err := w.NewBucket(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &stage{run: r, place: r.places.newPlace(b)}
}

// Settling asks over several connections of their own, so that every node behind a name is seen.
func TestSettleOverConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := aStage(t, w)
		cfg := ofRules(rule("https://a.example", "GET"))
		asked := 0
		w.answer = func(_ string, cfg *s3cors.Configuration) *s3cors.Configuration {
			if asked++; asked%2 == 0 && time.Since(s.run.started) < 4*time.Second {
				return nil // of a node that is late
			}
			return cfg
		}
		questions := s.questions(t.Context(), cfg, nil)
		if err := s.place.PutCORS(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		s.moved(cfg)
		start := time.Now()
		s.settle(t.Context(), questions)
		if took := time.Since(start); took < 3*time.Second || took > 6*time.Second {
			t.Errorf("settled after %s; one of two nodes was four seconds late", took)
		}
	})
}

// An answer of before is put down to a node that lags behind, once the state is that it would be right of.
func TestRightBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := aStage(t, w)
		s.planned = theCatalogue(t, "origins/exact/one-origin").Scenarios[0]
		step := s.planned.Steps[0]
		cell := step.Cells[0]
		if err := s.place.PutCORS(t.Context(), step.After); err != nil {
			t.Fatal(err)
		}
		s.moved(step.After)
		for _, c := range []struct {
			name    string
			answers *s3cors.Configuration
			lag     time.Duration
			verdict result.Verdict
			took    time.Duration
		}{
			{"right at once", step.After, 0, result.Passed, 0},
			{"of the bucket without a configuration, for two seconds", nil, 2 * time.Second, result.Passed, 2 * time.Second},
			{"of the bucket without a configuration, for good", nil, time.Hour, result.Failed, staleFirst},
			{"of a configuration that was never there", ofRules(rule("https://other.example", "PUT")), time.Hour, result.Failed, 0},
		} {
			func() {
				s.place.past = nil
				s.place.was(s.run.until(past{}))
				start := time.Now()
				w.answer = func(_ string, cfg *s3cors.Configuration) *s3cors.Configuration {
					if time.Since(start) < c.lag {
						return c.answers
					}
					return cfg
				}
				got := s.verdict(t.Context(), step, cell)
				if took := time.Since(start); got.Verdict != c.verdict || took < c.took || took > c.took+longestPause {
					t.Errorf("%s: %s after %s, want %s after %s: %+v", c.name, got.Verdict, took, c.verdict, c.took, got.Findings)
				}
			}()
		}
	})
}

// A call on a new bucket that a node does not know of yet is made again.
func TestNewborn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := aStage(t, w)
		cfg := ofRules(rule("https://a.example", "GET"))
		calls := map[string]func(ctx context.Context) error{
			"PutObject":        func(ctx context.Context) error { return s.place.PutObject(ctx, "key", nil) },
			"PutBucketCors":    func(ctx context.Context) error { return s.place.PutCORS(ctx, cfg) },
			"GetBucketCors":    func(ctx context.Context) error { _, err := s.place.GetCORS(ctx); return err },
			"DeleteBucketCors": func(ctx context.Context) error { return s.place.DeleteCORS(ctx) },
		}
		for name, call := range calls {
			start, made := time.Now(), 0
			w.fails = func(string) error {
				if made++; time.Since(start) < 1500*time.Millisecond {
					return noBucketYet
				}
				return nil
			}
			if err := call(t.Context()); err != nil || made < 3 || time.Since(start) > 4*time.Second {
				t.Errorf("%s: %v after %d calls and %s", name, err, made, time.Since(start))
			}
		}
	})
}
