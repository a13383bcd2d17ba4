package endpoint_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corsprobe/runner/embedded"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/s3cors"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A user's bucket gets back what it had, on every way out.
func TestUseBucketPutsBack(t *testing.T) {
	for _, had := range []*s3cors.Configuration{rules("https://mine.example"), nil} {
		for name, use := range map[string]func(t *testing.T, b *endpoint.Bucket){
			"nothing was done":       func(*testing.T, *endpoint.Bucket) {},
			"another was put":        func(t *testing.T, b *endpoint.Bucket) { must(t, b.PutCORS(t.Context(), rules("*"))) },
			"a document was put":     func(t *testing.T, b *endpoint.Bucket) { b.PutDocument(t.Context(), rules("*").XML()) },
			"nonsense was put":       func(t *testing.T, b *endpoint.Bucket) { b.PutDocument(t.Context(), []byte("<x")) },
			"it was cleared":         func(t *testing.T, b *endpoint.Bucket) { must(t, b.Clear(t.Context())) },
			"the run is interrupted": interrupted,
		} {
			t.Run(name+map[bool]string{true: ", none before"}[had == nil], func(t *testing.T) {
				config := start(t, nil)
				usersBucket(t, config, "users", had)
				e := open(t, config)
				b, err := e.UseBucket(t.Context(), "users")
				must(t, err)
				use(t, b)
				must(t, b.Close(t.Context()))
				got, err := b.GetCORS(t.Context())
				must(t, err)
				same(t, "configuration", had, got)
				left, _ := os.ReadDir(config.JournalDir)
				same(t, "journals", 0, len(left))
				same(t, "buckets held", 0, e.Held())
			})
		}
	}
}

func interrupted(t *testing.T, b *endpoint.Bucket) {
	must(t, b.PutCORS(t.Context(), rules("*")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Close(ctx); err == nil {
		t.Error("Close with a context that has ended: no error")
	}
}

// The journal is there before anything is changed, complete, and for its owner alone.
func TestJournalComesFirst(t *testing.T) {
	var seen recorder
	var dir string
	var before []byte // the journal, when the first change arrives
	config := start(t, func(x *embedded.Exchange, next func()) {
		if dir != "" && before == nil && x.Method() == "PUT" && strings.Contains(x.Target(), "?cors") {
			before, _ = os.ReadFile(only(t, dir))
		}
		seen.middleware(x, next)
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	seen.take("")
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	same(t, "sent", []string{
		"GET /users?list-type=2&max-keys=100&prefix=corsprobe-lease", // nobody has it
		"PUT /users/corsprobe-lease?x-id=PutObject",
		"PUT /users/corsprobe-lease?x-id=PutObject", // refused: the endpoint honours the condition
		"GET /users?cors=",
		"GET /users?cors=", // the same
		"PUT /users/corsprobe-0123456789ab/saved-configuration.json?x-id=PutObject",
	}, seen.take(""))
	path := only(t, config.JournalDir)
	info, err := os.Stat(path)
	must(t, err)
	same(t, "mode", os.FileMode(0o600), info.Mode())
	same(t, "name", "0123456789ab-users.json", filepath.Base(path))
	data, err := os.ReadFile(path)
	must(t, err)
	unchanged, err := endpoint.ReadJournal(data)
	must(t, err)
	same(t, "nothing to put back", true, unchanged.Restored)

	dir = config.JournalDir
	must(t, b.PutCORS(t.Context(), rules("*")))
	data = before
	got, err := endpoint.ReadJournal(data)
	must(t, err)
	want := endpoint.Journal{Endpoint: config.URL, Region: config.Region, Bucket: "users", Run: runID, CORS: rules("https://mine.example")}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(endpoint.Journal{}), cmpopts.IgnoreFields(endpoint.Journal{}, "Saved", "Holder")); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	if got.Saved.IsZero() || got.Holder.PID != os.Getpid() || strings.Contains(string(data), config.SecretKey) {
		t.Errorf("journal: %s", data)
	}
	must(t, b.Close(t.Context()))
}

// Without a journal, or beside another run, the bucket is not touched.
func TestUseBucketRefuses(t *testing.T) {
	var seen recorder
	config := start(t, seen.middleware)
	usersBucket(t, config, "users", rules("https://mine.example"))
	first, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	second := config
	second.RunID = "ffffffffffff"
	blocked := config
	blocked.JournalDir = filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(blocked.JournalDir, nil, 0o600))
	nameless := config
	nameless.RunID = ""
	seen.take("")
	for _, c := range []struct {
		name, bucket string
		config       endpoint.Config
		want         string
	}{
		{"in use", "users", second, "the bucket users is in use by HOLDER; wait for it to end"},
		{"no journal", "users", blocked, "the journal could not be written, so the bucket is left alone: mkdir DIR: not a directory"},
		{"no run", "users", nameless, `a journal cannot be kept under the run ID ""`},
		{"no bucket", "missing", config, "URL refused ListObjectsV2: 404 NoSuchBucket: The specified bucket does not exist; check --bucket, and make the bucket first: with --bucket none is made"},
	} {
		_, err := open(t, c.config).UseBucket(t.Context(), c.bucket)
		same(t, c.name, c.want, said(err, c.config))
	}
	for _, line := range seen.take("") {
		if !strings.HasPrefix(line, "GET ") {
			t.Errorf("sent: %s", line)
		}
	}
	only(t, config.JournalDir)
	must(t, first.Close(t.Context()))
}

// restore is what the restore command does.
func restore(t *testing.T, config endpoint.Config, change ...func(*endpoint.RestoreOptions)) ([]endpoint.Restored, error) {
	t.Helper()
	opts := endpoint.RestoreOptions{Dir: config.JournalDir, Open: func(j endpoint.Journal) (*endpoint.Endpoint, error) {
		config.URL, config.Region, config.RunID = j.Endpoint, j.Region, "ffffffffffff"
		return open(t, config), nil
	}}
	for _, c := range change {
		c(&opts)
	}
	return endpoint.Restore(t.Context(), opts)
}

// After a kill the journal is there; restore puts back what it says and removes the run's objects.
func TestRestore(t *testing.T) {
	for _, had := range []*s3cors.Configuration{rules("https://mine.example"), nil} {
		config := start(t, nil)
		usersBucket(t, config, "users", had)
		e := mortal(t, config)
		b, err := e.UseBucket(t.Context(), "users")
		must(t, err)
		must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
		upload(t, config.URL, client(config), b.Key("post"))
		put(t, config, "users", "corsprobe-0123456789abc")
		must(t, b.PutCORS(t.Context(), rules("*")))
		e.Die()

		restored, err := restore(t, config)
		must(t, err)
		same(t, "restored", 1, len(restored))
		same(t, "bucket", "users", restored[0].Bucket)
		got, err := b.GetCORS(t.Context())
		must(t, err)
		same(t, "configuration", had, got)
		objects, uploads := keys(t, config, "users")
		same(t, "objects", []string{"corsprobe-0123456789abc", "mine.txt"}, objects)
		same(t, "uploads", []string(nil), uploads)
		again, err := restore(t, config)
		must(t, err)
		same(t, "restored again", 0, len(again))
	}
}

// What could not be put back is told, and the journal stays for another try.
func TestRestoreFails(t *testing.T) {
	var refuse string
	config := start(t, func(x *embedded.Exchange, next func()) {
		next()
		if x.Method() == refuse && strings.Contains(x.Target(), "?cors") {
			x.SetStatus(403)
			x.SetHeader("Content-Type", "application/xml")
			x.SetBody(document("AccessDenied"))
		}
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := mortal(t, config)
	b, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	refuse = "PUT"
	problem := "the configuration of users was not put back: PutBucketCors: 403 AccessDenied: No.; corsprobe restore --bucket users puts it back from DIR/0123456789ab-users.json"
	same(t, "Close", problem, said(b.Close(t.Context()), config))
	e.Die()
	restored, err := restore(t, config)
	same(t, "Restore", "DIR/0123456789ab-users.json: "+problem, said(err, config))
	same(t, "restored", 0, len(restored))
	refuse = ""
	_, err = restore(t, config)
	must(t, err)
	must(t, b.Close(t.Context()))
}

// What reads back otherwise is not put back.
func TestRestoreIsProved(t *testing.T) {
	var other bool
	config := start(t, func(x *embedded.Exchange, next func()) {
		next()
		if other && x.Method() == "GET" && strings.Contains(x.Target(), "?cors") {
			x.SetBody(string(rules("https://other.example").XML()))
		}
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := open(t, config)
	e.Settle(0)
	b, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	other = true
	want := `the configuration of users was not put back: it reads back otherwise: rule 1: ` + s3cors.Difference(rules("https://mine.example"), rules("https://other.example"))[len("rule 1: "):] +
		"; corsprobe restore --bucket users puts it back from DIR/0123456789ab-users.json"
	same(t, "Close", want, said(b.Close(t.Context()), config))
	other = false
	must(t, b.Close(t.Context()))
}

const whole = `{"endpoint":"http://127.0.0.1:1","region":"r","bucket":"b","saved":"2026-01-02T03:04:05Z","run":"x","cors":null}`

// A journal that stands for objects alone is none to a reader that does not know of that: it would take the missing configuration for none.
func TestJournalOfObjects(t *testing.T) {
	written, err := json.Marshal(endpoint.Journal{Endpoint: "http://127.0.0.1:1", Bucket: "b", Run: "x", Restored: true, CORS: rules("*")})
	must(t, err)
	if strings.Contains(string(written), "cors") {
		t.Errorf("written: %s", written)
	}
	read, err := endpoint.ReadJournal(written)
	must(t, err)
	same(t, "restored", true, read.Restored)
}

// A broken journal is told and stays; the others are restored all the same.
func TestBrokenJournals(t *testing.T) {
	missing := "not a journal of corsprobe's: bucket, endpoint, run or cors is missing"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "not a journal of corsprobe's: unexpected end of JSON input"},
		{"cut off", whole[:40], "not a journal of corsprobe's: unexpected end of JSON input"},
		{"two", whole + whole, "not a journal of corsprobe's: invalid character '{' after top-level value"},
		{"another document", `{"CORSRules":[]}`, missing},
		{"no bucket", strings.Replace(whole, `"b"`, `""`, 1), missing},
		{"no endpoint", strings.Replace(whole, `"endpoint"`, `"url"`, 1), missing},
		{"no run", strings.Replace(whole, `"x"`, `""`, 1), missing},
		{"no configuration", strings.Replace(whole, `,"cors":null`, "", 1), missing},
		{"nothing put back", strings.Replace(whole, `,"cors":null`, `,"restored":false`, 1), missing},
		{"a name that cannot be shown", strings.Replace(whole, `"b"`, `"b\u001b[2J"`, 1), "not a journal of corsprobe's: a name in it cannot be shown"},
		{"a strange run", strings.Replace(whole, `"x"`, `"x/y"`, 1), `not a journal of corsprobe's: "x/y" is no run`},
		{"no rules", strings.Replace(whole, `null`, `{"CORSRules":[]}`, 1), "not a journal of corsprobe's: the configuration has no rules"},
		{"not a configuration", strings.Replace(whole, `null`, `7`, 1), "not a journal of corsprobe's: json: cannot unmarshal number into Go value of type s3cors.Configuration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := endpoint.Config{JournalDir: t.TempDir()}
			path := filepath.Join(config.JournalDir, "a.json")
			must(t, os.WriteFile(path, []byte(c.text), 0o600))
			restored, err := endpoint.Restore(t.Context(), endpoint.RestoreOptions{Dir: config.JournalDir, Open: func(endpoint.Journal) (*endpoint.Endpoint, error) {
				t.Error("an endpoint was opened")
				return nil, os.ErrInvalid
			}})
			same(t, "error", "DIR/a.json: "+c.want, said(err, config))
			same(t, "restored", 0, len(restored))
			only(t, config.JournalDir)
		})
	}
}

func TestBrokenBesideWhole(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", nil)
	must(t, os.WriteFile(filepath.Join(config.JournalDir, "0.json"), []byte("{"), 0o600))
	e := mortal(t, config)
	b, err := e.UseBucket(t.Context(), "users") // which the broken one does not keep
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	e.Die()
	restored, err := restore(t, config)
	same(t, "error", "DIR/0.json: not a journal of corsprobe's: unexpected end of JSON input", said(err, config))
	same(t, "restored", 1, len(restored))
}

// What is read is complete, and is read the same when written again.
func FuzzReadJournal(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(strings.Replace(whole, "null", `{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],"MaxAgeSeconds":0}]}`, 1)))
	f.Add([]byte(strings.Replace(whole, `"cors":null`, `"restored":true`, 1)))
	f.Add([]byte(`{`))
	f.Add([]byte(`{"endpoint":"e","Bucket":"b","RUN":"r","cors":{},"cors":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := endpoint.ReadJournal(data)
		if err != nil {
			return
		}
		if j.Bucket == "" || j.Endpoint == "" || j.Run == "" || j.CORS != nil && len(j.CORS.CORSRules) == 0 {
			t.Fatalf("read %+v", j)
		}
		written, err := json.Marshal(j)
		must(t, err)
		again, err := endpoint.ReadJournal(written)
		must(t, err)
		if diff := cmp.Diff(j, again, cmpopts.IgnoreUnexported(endpoint.Journal{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("written and read again (-first +second):\n%s", diff)
		}
	})
}
