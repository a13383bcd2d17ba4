package endpoint_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Only what a run made, and left long ago, is swept.
func TestSweep(t *testing.T) {
	config := start(t, nil)
	const left, unmarked, short, other = "corsprobe-aaaaaaaaaaaa-1", "corsprobe-bbbbbbbbbbbb-1", "corsprobe-results", "users"
	for _, name := range []string{left, unmarked, short, other} {
		_, err := client(config).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
		must(t, err)
		put(t, config, name, "object.txt")
		if name != unmarked {
			put(t, config, name, "corsprobe-keep")
		}
	}
	e := open(t, config)
	all := []string{left, unmarked, short, other}
	for _, c := range []struct {
		older time.Duration
		dry   bool
		want  []string
		stay  []string
	}{
		{time.Hour, false, nil, all},
		{0, true, []string{left}, all},
		{0, false, []string{left}, all[1:]},
		{0, false, nil, all[1:]},
	} {
		done, err := endpoint.Sweep(t.Context(), e, endpoint.SweepOptions{OlderThan: c.older, DryRun: c.dry})
		must(t, err)
		same(t, fmt.Sprintf("Sweep(%v, %v)", c.older, c.dry), c.want, swept(done))
		same(t, "buckets", c.stay, buckets(t, config))
	}
}

// swept are the buckets that are gone, or would be.
func swept(done []endpoint.Swept) []string {
	var names []string
	for _, s := range done {
		if s.Gone {
			names = append(names, s.Bucket)
		}
	}
	return names
}

// xID is what the SDK adds to a target to tell calls apart.
var xID = regexp.MustCompile(`\?x-id=\w+`)

// pages answers as a server with more buckets than one list shows.
func pages(dates ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		if r.URL.Path != "/" || r.Method != http.MethodGet {
			return
		}
		page := len(r.URL.Query().Get("continuation-token"))
		fmt.Fprintf(w, "<ListAllMyBucketsResult><Buckets><Bucket><Name>corsprobe-aaaaaaaaaaaa-%d</Name>", page)
		if dates[page] != "" {
			fmt.Fprintf(w, "<CreationDate>%s</CreationDate>", dates[page])
		}
		fmt.Fprint(w, "</Bucket></Buckets>")
		if page+1 < len(dates) {
			fmt.Fprintf(w, "<ContinuationToken>%s</ContinuationToken>", strings.Repeat("t", page+1))
		}
		fmt.Fprint(w, "</ListAllMyBucketsResult>")
	}
}

// All pages are read; a bucket of unknown age may be in use.
func TestSweepReadsEveryPage(t *testing.T) {
	environment(t)
	server := httptest.NewServer(pages("2020-01-01T00:00:00Z", "", "2020-01-01T00:00:00.000Z", time.Now().UTC().Format(time.RFC3339)))
	defer server.Close()
	e := open(t, endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret})
	done, err := endpoint.Sweep(t.Context(), e, endpoint.SweepOptions{OlderThan: time.Hour, DryRun: true})
	must(t, err)
	same(t, "swept", []string{"corsprobe-aaaaaaaaaaaa-0", "corsprobe-aaaaaaaaaaaa-2"}, swept(done))
}

func TestSweepTellsErrors(t *testing.T) {
	const left = "corsprobe-aaaaaaaaaaaa-1"
	const sweeps = "; corsprobe sweep --run aaaaaaaaaaaa --endpoint URL --region us-east-1 removes it"
	for _, c := range []struct{ name, method, target, body, want string }{
		{"the list is refused", "GET", "/", document("AccessDenied"), "URL refused ListBuckets: 403 AccessDenied: No; the keys may not do this"},
		{"no S3", "GET", "/", "<html><br></html>", "URL is no S3 endpoint: it answers ListBuckets with 403 application/xml and no document of S3's; check --endpoint"},
		{"the mark is refused", "GET", "/" + left + "/corsprobe-keep", document("AccessDenied"), "bucket " + left + " is left alone: GetObject: 403 AccessDenied: No."},
		{"the objects are not listed", "GET", "/" + left + "?list-type=2&prefix=", document("AccessDenied"), "the bucket " + left + " is left behind: DeleteBucket: 409 BucketNotEmpty: The bucket you tried to delete is not empty. (ListObjectsV2: 403 AccessDenied: No.)" + sweeps},
		{"the bucket is refused", "DELETE", "/" + left, document("AccessDenied"), "the bucket " + left + " is left behind: DeleteBucket: 403 AccessDenied: No." + sweeps},
	} {
		t.Run(c.name, func(t *testing.T) {
			refuse := true
			config := start(t, func(x *embedded.Exchange, next func()) {
				if refuse && x.Method() == c.method && strings.TrimSuffix(xID.ReplaceAllString(x.Target(), ""), "/") == strings.TrimSuffix(c.target, "/") {
					x.SetStatus(403)
					x.SetHeader("Content-Type", "application/xml")
					x.SetBody(c.body)
					return
				}
				next()
			})
			name := left
			_, err := client(config).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
			must(t, err)
			put(t, config, left, "corsprobe-keep")
			done, err := endpoint.Sweep(t.Context(), open(t, config), endpoint.SweepOptions{})
			same(t, "swept", []string(nil), swept(done))
			same(t, "error", c.want, said(err, config))
			refuse = false
			key := "corsprobe-keep" // what is left must be found by the next sweep
			_, err = client(config).GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: &key})
			must(t, err)
		})
	}
}

// makeBucket makes a bucket as a run did that is gone, with the mark that it put in, if any.
func makeBucket(t *testing.T, config endpoint.Config, name, mark string) {
	t.Helper()
	_, err := client(config).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
	must(t, err)
	if mark == "" {
		return
	}
	key := "corsprobe-keep"
	_, err = client(config).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(mark)})
	must(t, err)
}

// Of every bucket with a name like a run's it is said why it stays.
func TestSweepExplains(t *testing.T) {
	alive := child(t)
	mark := func(change func(*endpoint.Holder)) string {
		data, err := json.Marshal(holderOf(t, alive.Process.Pid, change))
		must(t, err)
		return string(data)
	}
	dead := func(h *endpoint.Holder) { h.Started += "0" }
	elsewhere := func(at time.Time) func(*endpoint.Holder) {
		return func(h *endpoint.Holder) { h.Host, h.Time = "elsewhere", at }
	}
	now := time.Now()
	const age = "; if not, corsprobe sweep --run RUN --endpoint URL --region us-east-1 removes it"
	for _, c := range []struct {
		name, bucket, mark string
		objects            bool
		older              time.Duration
		run                bool // --run
		want               string
	}{
		{name: "a user's", bucket: "corsprobe-results", want: "no run gives that name"},
		{name: "a user's with digits", bucket: "corsprobe-0123456789ab", want: "no run gives that name"},
		{name: "unmarked and empty", bucket: "corsprobe-aaaaaaaaaaaa-1", want: "it has a run's name, and not the object corsprobe-keep that a run puts in first; if it is a run's, corsprobe sweep --run RUN --endpoint URL --region us-east-1 removes it where it is empty"},
		{name: "unmarked and empty, named", bucket: "corsprobe-aaaaaaaaaaaa-1", run: true},
		{name: "unmarked with objects, named", bucket: "corsprobe-aaaaaaaaaaaa-1", objects: true, run: true, want: "it has a run's name, but holds objects, and not the object corsprobe-keep that a run puts in first: it may be somebody's"},
		{name: "its process runs", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(nil), want: "HOLDER is under way"},
		{name: "its process runs, named", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(nil), run: true, want: "HOLDER is under way"},
		{name: "its process is gone", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(dead), older: time.Hour},
		{name: "of another machine, young", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(elsewhere(now)), older: time.Hour, want: "it is younger than 1h0m0s, so that its run may be under way" + age},
		{name: "of another machine, old by its own clock alone", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(elsewhere(now.Add(-2 * time.Hour))), older: time.Hour, want: "it is younger than 1h0m0s, so that its run may be under way" + age},
		{name: "of another machine, from the future", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(elsewhere(now.Add(time.Hour))), want: "it was made in the future, by the endpoint's clock or its run's, so that its run may be under way" + age},
		{name: "of another machine, any age", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(elsewhere(now.Add(-time.Minute)))},
		{name: "of another machine, named", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: mark(elsewhere(now)), older: time.Hour, run: true},
		{name: "of an earlier release, young", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: "corsprobe\n", older: time.Hour, want: "it is younger than 1h0m0s, so that its run may be under way" + age},
		{name: "of an earlier release, any age", bucket: "corsprobe-aaaaaaaaaaaa-1", mark: "corsprobe\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := start(t, nil)
			makeBucket(t, config, c.bucket, c.mark)
			if c.objects {
				put(t, config, c.bucket, "mine.txt")
			}
			opts := endpoint.SweepOptions{OlderThan: c.older}
			if c.run {
				opts.Run = "aaaaaaaaaaaa"
			}
			done, err := endpoint.Sweep(t.Context(), open(t, config), opts)
			must(t, err)
			stay := []string{c.bucket}
			if c.want == "" {
				stay = nil
			}
			same(t, "buckets", stay, buckets(t, config))
			same(t, "reason", []string{c.want}, []string{strings.ReplaceAll(said(errors.New(done[0].Why), config), "aaaaaaaaaaaa", "RUN")})
		})
	}
}

// An endpoint's dates alone prove nothing: neither those of long ago nor those to come.
func TestSweepWrongClock(t *testing.T) {
	environment(t)
	for date, want := range map[string]string{
		"2020-01-01T00:00:00Z": "", // and no mark that says otherwise
		"1970-01-01T00:00:00Z": "nobody tells how old it is, so that its run may be under way",
		"0001-01-01T00:00:00Z": "nobody tells how old it is, so that its run may be under way",
		"":                     "nobody tells how old it is, so that its run may be under way",
		"2099-01-01T00:00:00Z": "it was made in the future, by the endpoint's clock or its run's, so that its run may be under way",
	} {
		server := httptest.NewServer(pages(date))
		defer server.Close()
		e := open(t, endpoint.Config{URL: server.URL, AccessKey: "AKIAEXAMPLE", SecretKey: secret})
		done, err := endpoint.Sweep(t.Context(), e, endpoint.SweepOptions{OlderThan: time.Hour, DryRun: true})
		must(t, err)
		why, _, _ := strings.Cut(done[0].Why, ";")
		same(t, date, want, why)
	}
}

// A run is exact: the buckets of others are neither taken nor spoken of.
func TestSweepOneRun(t *testing.T) {
	config := start(t, nil)
	for _, name := range []string{"corsprobe-aaaaaaaaaaaa-1", "corsprobe-aaaaaaaaaaaa-12", "corsprobe-aaaaaaaaaaab-1", "corsprobe-results"} {
		makeBucket(t, config, name, "corsprobe\n")
	}
	done, err := endpoint.Sweep(t.Context(), open(t, config), endpoint.SweepOptions{Run: "aaaaaaaaaaaa", OlderThan: time.Hour})
	must(t, err)
	same(t, "told", []endpoint.Swept{{Bucket: "corsprobe-aaaaaaaaaaaa-1", Gone: true}, {Bucket: "corsprobe-aaaaaaaaaaaa-12", Gone: true}}, done)
	same(t, "buckets", []string{"corsprobe-aaaaaaaaaaab-1", "corsprobe-results"}, buckets(t, config))
}

// What a killed run made is swept at once, whatever it came to: its list on disk names what the endpoint has no mark of. While it runs, nothing
// of it is taken.
func TestSweepOfAKilledRun(t *testing.T) {
	config := start(t, func(x *embedded.Exchange, next func()) {
		if x.Method() == "PUT" && strings.Contains(x.Target(), "-2/corsprobe-keep") {
			answerWith(x, 403, "AccessDenied") // as if the run had been killed before it
			return
		}
		if x.Method() == "DELETE" && strings.Contains(x.Target(), "-2") && x.RequestHeader("User-Agent") != "" && !sweeping.Load() {
			answerWith(x, 403, "AccessDenied")
			return
		}
		next()
	})
	sweeping.Store(false)
	e := open(t, config)
	newBucket(t, e)
	_, err := e.NewBucket(t.Context())
	if err == nil {
		t.Fatal("a bucket whose mark is refused: no error")
	}
	other := config
	other.RunID, other.URL = "ffffffffffff", strings.Replace(config.URL, "127.0.0.1", "LOCALHOST", 1)
	sweeping.Store(true)
	done, err := endpoint.Sweep(t.Context(), open(t, other), endpoint.SweepOptions{Run: runID})
	must(t, err)
	same(t, "while it runs", []string(nil), swept(done))
	e.Die()
	done, err = endpoint.Sweep(t.Context(), open(t, other), endpoint.SweepOptions{OlderThan: time.Hour, DryRun: true})
	must(t, err)
	same(t, "dry run", []string{"corsprobe-0123456789ab-1", "corsprobe-0123456789ab-2"}, swept(done))
	done, err = endpoint.Sweep(t.Context(), open(t, other), endpoint.SweepOptions{OlderThan: time.Hour})
	must(t, err)
	same(t, "swept", []string{"corsprobe-0123456789ab-1", "corsprobe-0123456789ab-2"}, swept(done))
	same(t, "buckets", []string(nil), buckets(t, config))
	same(t, "files", []string(nil), files(t, config.JournalDir))
}

var sweeping atomic.Bool

// Keys that may not list buckets, and endpoints that do not list new ones yet, keep nothing from being swept that the list on disk names.
func TestSweepUnlisted(t *testing.T) {
	config := start(t, func(x *embedded.Exchange, next func()) {
		if strings.HasPrefix(x.Target(), "/?") || x.Target() == "/" {
			answerWith(x, 403, "AccessDenied")
			return
		}
		next()
	})
	e := open(t, config)
	b := newBucket(t, e)
	e.Die()
	other := config
	other.RunID = "ffffffffffff"
	done, err := endpoint.Sweep(t.Context(), open(t, other), endpoint.SweepOptions{})
	same(t, "error", "URL refused ListBuckets: 403 AccessDenied: No; the keys may not do this", said(err, config))
	same(t, "swept", []string{b.Name()}, swept(done))
	if _, err := client(config).HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String(b.Name())}); err == nil {
		t.Error("the bucket is there")
	}
	same(t, "files", []string(nil), files(t, config.JournalDir))
}

// The mark goes last: a run that is killed while it empties a bucket leaves one that is known for its own.
func TestMarkGoesLast(t *testing.T) {
	f := &fake{}
	beside := -1 // objects that were there when the mark went
	f.before = func(line string) {
		if strings.HasPrefix(line, "DELETE /corsprobe-0123456789ab-1/corsprobe-keep") {
			beside = len(f.versions) - 1
		}
	}
	config := f.start(t)
	b := newBucket(t, open(t, config))
	for _, key := range []string{"a.txt", "object.txt", "z.txt"} {
		must(t, b.PutObject(t.Context(), key, []byte("x")))
	}
	must(t, b.Close(t.Context()))
	same(t, "objects beside the mark when it went", 0, beside)
	same(t, "bucket gone", true, f.gone)
	same(t, "files", []string(nil), files(t, config.JournalDir))
}

// Where no list can be kept, the run goes on, and the mark tells sweep what the list would have told.
func TestNoLedger(t *testing.T) {
	config := start(t, nil)
	config.JournalDir = filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(config.JournalDir, nil, 0o600))
	e := mortal(t, config)
	b := newBucket(t, e)
	other := config
	other.RunID = "ffffffffffff"
	done, err := endpoint.Sweep(t.Context(), open(t, other), endpoint.SweepOptions{OlderThan: time.Hour})
	must(t, err)
	same(t, "swept", []string{b.Name()}, swept(done))
}

// Whatever stands in a ledger, reading it gives only what was written whole.
func FuzzReadLedger(f *testing.F) {
	f.Add([]byte(`{"endpoint":"http://localhost","region":"r","holder":{"run":"x","host":"h","pid":1,"time":"2026-01-02T03:04:05Z"}}` + "\n" + `{"bucket":"a"}` + "\n" + `{"gone":"a"}` + "\n" + `{"buck`))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		names, ok := endpoint.ReadLedger(data)
		if !ok && len(names) > 0 {
			t.Errorf("no ledger, and names %q", names)
		}
		for _, name := range names {
			if name == "" {
				t.Error("a bucket without a name")
			}
		}
	})
}
