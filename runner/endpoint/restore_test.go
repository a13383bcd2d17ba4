package endpoint_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"corsprobe/runner/endpoint"
	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// journal writes a journal as an earlier release did: without a holder.
func journal(t *testing.T, dir, run, url string, saved time.Time, cfg *s3cors.Configuration) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"endpoint": url, "region": "us-east-1", "bucket": "users", "saved": saved, "run": run, "cors": cfg})
	must(t, err)
	path := filepath.Join(dir, run+"-users.json")
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

func told(done []endpoint.Restored) []string {
	var lines []string
	for _, d := range done {
		lines = append(lines, d.Bucket+": "+d.Done)
	}
	return lines
}

// files are what a folder holds.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func configured(t *testing.T, config endpoint.Config) *s3cors.Configuration {
	t.Helper()
	cfg, err := open(t, config).ReadCORS(t.Context(), "users")
	must(t, err)
	return cfg
}

// Of several journals of one bucket, under whatever spelling of its endpoint, the oldest tells what the user had. What a later run saved is the
// test configuration of the run before it: it is kept, and nothing puts it back.
func TestRestoreTheOldest(t *testing.T) {
	mine, test := rules("https://mine.example"), rules("*")
	config := start(t, nil)
	usersBucket(t, config, "users", rules("https://of-the-third-run.example"))
	port := config.URL[strings.LastIndex(config.URL, ":"):]
	dir, day := config.JournalDir, 24*time.Hour
	now := time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC)
	journal(t, dir, "aaaaaaaaaaaa", "http://LOCALHOST"+port+"/", now.Add(-day), test) // the names sort otherwise than the times
	journal(t, dir, "bbbbbbbbbbbb", config.URL, now.Add(-2*day), mine)
	journal(t, dir, "cccccccccccc", "http://localhost"+port, now, mine)
	for _, run := range []string{"aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"} {
		put(t, config, "users", "corsprobe-"+run+"/object.txt")
	}
	_, err := open(t, config).UseBucket(t.Context(), "users")
	same(t, "UseBucket", "the configuration of users is not the user's: the run bbbbbbbbbbbb changed it, and did not put it back; corsprobe restore --bucket users does that from DIR/bbbbbbbbbbbb-users.json", said(err, config))

	dry, err := restore(t, config, func(o *endpoint.RestoreOptions) { o.DryRun = true })
	must(t, err)
	same(t, "dry run", []string{"users: would put back a configuration of 1 rule, saved by the run bbbbbbbbbbbb on 2026-01-07 00:00:00"}, told(dry))
	same(t, "files after the dry run", 3, len(files(t, dir)))

	done, err := restore(t, config)
	must(t, err)
	aside := filepath.Join(dir, "aaaaaaaaaaaa-users.json.superseded")
	same(t, "told", []string{
		"users: configuration put back",
		"users: the run aaaaaaaaaaaa found the bucket changed by the run bbbbbbbbbbbb, and saved that: not put back, kept as " + aside,
	}, told(done))
	same(t, "configuration", mine, configured(t, config))
	objects, _ := keys(t, config, "users")
	same(t, "objects", []string{"mine.txt"}, objects)
	same(t, "files", []string{filepath.Base(aside)}, files(t, dir))
	again, err := restore(t, config)
	must(t, err)
	same(t, "told again", []string(nil), told(again))
}

// Buckets of the same name at other endpoints, and other buckets, have journals of their own.
func TestRestoreOnly(t *testing.T) {
	config, other := start(t, nil), start(t, nil)
	mine := rules("https://mine.example")
	usersBucket(t, config, "users", rules("*"))
	usersBucket(t, other, "users", rules("*"))
	journal(t, config.JournalDir, "aaaaaaaaaaaa", config.URL, time.Now(), mine)
	journal(t, config.JournalDir, "bbbbbbbbbbbb", other.URL, time.Now(), nil)
	for _, c := range []struct {
		name, bucket, endpoint string
		want                   int
	}{
		{"another bucket", "others", "", 0},
		{"another endpoint", "", "https://s3.example.com", 0},
		{"both", "users", "", 2},
		{"one endpoint", "users", strings.Replace(config.URL, "127.0.0.1", "localhost", 1), 1},
	} {
		done, err := restore(t, config, func(o *endpoint.RestoreOptions) { o.DryRun, o.Bucket, o.Endpoint = true, c.bucket, c.endpoint })
		must(t, err)
		same(t, c.name, c.want, len(done))
	}
}

// restoreElsewhere restores as another machine does, which has no journal.
func restoreElsewhere(t *testing.T, config endpoint.Config, change func(*endpoint.RestoreOptions)) ([]endpoint.Restored, error) {
	t.Helper()
	opts := endpoint.RestoreOptions{Dir: t.TempDir(), Bucket: "users", Endpoint: config.URL, Region: config.Region, Unlock: true, Open: func(endpoint.Journal) (*endpoint.Endpoint, error) {
		config.RunID = "ffffffffffff"
		return open(t, config), nil
	}}
	if change != nil {
		change(&opts)
	}
	return endpoint.Restore(t.Context(), opts)
}

// What a machine left that is gone with its journals is put right from the bucket itself, when that is asked for.
func TestUnlock(t *testing.T) {
	for _, had := range []*s3cors.Configuration{rules("https://mine.example"), nil} {
		config := start(t, nil)
		usersBucket(t, config, "users", had)
		gone := open(t, config)
		gone.On("gone")
		b, err := gone.UseBucket(t.Context(), "users")
		must(t, err)
		must(t, b.PutCORS(t.Context(), rules("*")))
		must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
		gone.Die()
		must(t, os.RemoveAll(config.JournalDir))
		must(t, os.Mkdir(config.JournalDir, 0o700))

		done, err := restoreElsewhere(t, config, func(o *endpoint.RestoreOptions) { o.Unlock = false })
		must(t, err)
		same(t, "without --unlock", []string(nil), told(done))
		done, err = restoreElsewhere(t, config, nil)
		must(t, err)
		same(t, "told", []string{"users: configuration put back"}, told(done))
		same(t, "configuration", had, configured(t, config))
		objects, _ := keys(t, config, "users")
		same(t, "objects", []string{"mine.txt"}, objects)
		b, err = open(t, config).UseBucket(t.Context(), "users")
		must(t, err)
		must(t, b.Close(t.Context()))
	}
}

// A run that is seen to be under way keeps its bucket whatever is asked for.
func TestUnlockOfTheLiving(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", rules("https://mine.example"))
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	inUse := "the bucket users is in use by HOLDER; wait for it to end"
	_, err = restore(t, config, func(o *endpoint.RestoreOptions) { o.Unlock = true })
	same(t, "beside its journal", "DIR/0123456789ab-users.json: "+inUse, said(err, config))
	_, err = restore(t, config, func(o *endpoint.RestoreOptions) { o.DryRun = true })
	same(t, "dry run", "DIR/0123456789ab-users.json: "+inUse, said(err, config))
	_, err = restoreElsewhere(t, config, nil)
	same(t, "without its journal", "users: "+inUse, said(err, config))
	waiting, err := endpoint.Waiting(config.JournalDir)
	must(t, err)
	same(t, "waiting", 0, len(waiting))
	same(t, "configuration", rules("*"), configured(t, config))
	must(t, b.Close(t.Context()))
	same(t, "configuration put back", rules("https://mine.example"), configured(t, config))
}

// A journal is not put back over a run of another machine, which would save it or be disturbed by it.
func TestRestoreBesideAnotherMachine(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", rules("https://mine.example"))
	other := elsewhere(t, config)
	b, err := other.UseBucket(t.Context(), "users")
	must(t, err)
	journal(t, config.JournalDir, "aaaaaaaaaaaa", config.URL, time.Now(), rules("https://older.example"))
	_, err = restore(t, config)
	if err == nil || !strings.Contains(err.Error(), "the bucket users is in use by the run ffffffffffff (process ") {
		t.Errorf("restore: %v, want that the bucket is in use", err)
	}
	only(t, config.JournalDir)
	must(t, b.Close(t.Context()))
	_, err = restore(t, config)
	must(t, err)
	same(t, "configuration", rules("https://older.example"), configured(t, config))
}

// A lock that a dead machine left on a shared disk is explained, and taken over when that is asked for.
func TestUnlockOfALock(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", nil)
	config.NoLease = true
	gone := open(t, config)
	gone.On("gone")
	_, err := gone.UseBucket(t.Context(), "users")
	must(t, err)
	gone.Die()
	e := open(t, config)
	_, err = e.UseBucket(t.Context(), "users")
	path := files(t, config.JournalDir)[1] // beside the journal
	same(t, "UseBucket", "the bucket users is locked by HOLDER, or was when that machine went down: DIR/"+path+"; wait for it to end; where it is dead, "+
		"corsprobe restore --unlock --bucket users --endpoint URL --region us-east-1 puts right what it left", said(err, config))
	_, err = restore(t, config)
	if err == nil || !strings.Contains(err.Error(), "is locked by") {
		t.Errorf("restore: %v, want that it is locked", err)
	}
	_, err = restore(t, config, func(o *endpoint.RestoreOptions) { o.Unlock = true })
	must(t, err)
	same(t, "files", []string(nil), files(t, config.JournalDir))
}

// Where only objects are left, they go, and the configuration, which may be another by now, is left alone.
func TestRestoreObjects(t *testing.T) {
	refuse := true
	config := start(t, func(x *exchange, next func()) {
		if refuse && x.Method() == "DELETE" && strings.Contains(x.Target(), "probe.txt") {
			answerWith(x, 403, "AccessDenied")
			return
		}
		next()
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := mortal(t, config)
	b, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
	same(t, "Close", "objects below corsprobe-0123456789ab/ in the bucket users may be left behind: DeleteObject: 403 AccessDenied: No.; corsprobe restore --bucket users removes them", said(b.Close(t.Context()), config))
	e.Die()
	refuse = false
	_, err = client(config).PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: aws.String("users"), CORSConfiguration: endpoint.SDKConfiguration(rules("https://newer.example"))})
	must(t, err)
	waiting, err := endpoint.Waiting(config.JournalDir)
	must(t, err)
	same(t, "waiting", 1, len(waiting))
	done, err := restore(t, config)
	must(t, err)
	same(t, "told", []string{"users: objects of the run removed"}, told(done))
	same(t, "configuration", rules("https://newer.example"), configured(t, config))
	objects, _ := keys(t, config, "users")
	same(t, "objects", []string{"mine.txt"}, objects)
	same(t, "files", []string(nil), files(t, config.JournalDir))
}

// A run that only asks leaves objects when it is killed, and restore removes them.
func TestRestoreAsIs(t *testing.T) {
	config := start(t, nil)
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := mortal(t, config)
	b, err := e.UseBucketAsIs(t.Context(), "users")
	must(t, err)
	must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
	_, err = restore(t, config)
	must(t, err)
	objects, _ := keys(t, config, "users")
	same(t, "objects", []string{"mine.txt"}, objects)
	same(t, "configuration", rules("https://mine.example"), configured(t, config))
}

// One wrong answer at the first read is not believed, whichever it is; an endpoint that never says the same twice is left alone.
func TestOneFalseAnswer(t *testing.T) {
	for _, c := range []struct {
		name string
		lie  func(n int) (status int, body string) // of the n-th read; 0: the truth
		want string
	}{
		{"none at first", func(n int) (int, string) { return first(n, 404), document("NoSuchCORSConfiguration") }, "no error"},
		{"another at first", func(n int) (int, string) { return first(n, 200), string(rules("https://other.example").XML()) }, "no error"},
		{"another the second time", func(n int) (int, string) { return first(n-1, 200), string(rules("https://other.example").XML()) }, "no error"},
		{"always another", func(n int) (int, string) { return 200, string(rules(fmt.Sprintf("https://%d.example", n)).XML()) },
			"URL answered GetBucketCors 6 times, and never twice in a row the same: what the bucket users holds cannot be saved, and it is left alone; was its configuration changed just now? try again later"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, lying := 0, true
			config := start(t, func(x *exchange, next func()) {
				next()
				if lying && x.Method() == "GET" && strings.Contains(x.Target(), "?cors") {
					n++
					if status, body := c.lie(n); status != 0 {
						x.SetStatus(status)
						x.SetHeader("Content-Type", "application/xml")
						x.SetBody(body)
					}
				}
			})
			usersBucket(t, config, "users", rules("https://mine.example"))
			b, err := open(t, config).UseBucket(t.Context(), "users")
			same(t, "UseBucket", c.want, said(err, config))
			lying = false
			if err == nil {
				same(t, "saved", rules("https://mine.example"), b.Saved())
				must(t, b.Close(t.Context()))
			}
			same(t, "configuration", rules("https://mine.example"), configured(t, config))
			same(t, "files", []string(nil), files(t, config.JournalDir))
		})
	}
}

func first(n, status int) int {
	if n == 1 {
		return status
	}
	return 0
}

// One refusal while the configuration is put back is survived.
func TestOneRefusalAtTheEnd(t *testing.T) {
	refuse := 0
	config := start(t, func(x *exchange, next func()) {
		if x.Method() == "PUT" && strings.Contains(x.Target(), "?cors") && refuse > 0 {
			refuse--
			answerWith(x, 403, "ExpiredToken")
			return
		}
		next()
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	refuse = 1
	must(t, b.Close(t.Context()))
	same(t, "configuration", rules("https://mine.example"), configured(t, config))
}

// The configuration goes back before anything else is cleaned up: the time may not do for more.
func TestConfigurationFirst(t *testing.T) {
	var seen recorder
	config := start(t, seen.middleware)
	usersBucket(t, config, "users", rules("https://mine.example"))
	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.PutCORS(t.Context(), rules("*")))
	must(t, b.PutObject(t.Context(), b.Key("probe.txt"), []byte("x")))
	seen.take("")
	must(t, b.Close(t.Context()))
	lines := seen.take("")
	same(t, "first call", "PUT /users?cors=", lines[0])
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "GET ") })
	same(t, "last change", "DELETE /users/corsprobe-lease?x-id=DeleteObject", lines[len(lines)-1])
}

// One false answer to any call of clean-up leaves nothing of the run in a user's bucket that is not told.
func TestOneFalseAnswerWhileCleaningUp(t *testing.T) {
	for n := 1; ; n++ {
		calls, lieAt := 0, 0
		config := start(t, func(x *exchange, next func()) {
			if calls++; lieAt > 0 && calls == lieAt {
				x.SetStatus(200)
				x.SetHeader("Content-Type", "application/xml")
				x.SetBody("<ListAllMyBucketsResult><Buckets><Bucket><Name>another</Name></Bucket></Buckets></ListAllMyBucketsResult>")
				return
			}
			next()
		})
		usersBucket(t, config, "users", rules("https://mine.example"))
		b, err := open(t, config).UseBucket(t.Context(), "users")
		must(t, err)
		must(t, b.PutCORS(t.Context(), rules("*")))
		calls, lieAt = 0, n
		err = b.Close(t.Context())
		if lieAt > calls {
			return
		}
		calls, lieAt = 0, 0
		objects, _ := keys(t, config, "users")
		if left := slices.DeleteFunc(objects, func(key string) bool { return key == "mine.txt" }); err == nil && len(left) > 0 {
			t.Errorf("a lie at call %d leaves %q, and nothing is told", n, left)
		}
		same(t, "configuration", rules("https://mine.example"), configured(t, config))
	}
}

// A run that changed nothing puts nothing back: what it read of the configuration may have been wrong.
func TestUnchangedIsLeftAlone(t *testing.T) {
	lies := true
	config := start(t, func(x *exchange, next func()) {
		if lies && x.Method() == "GET" && strings.Contains(x.Target(), "?cors") {
			answerWith(x, 404, "NoSuchCORSConfiguration")
			return
		}
		next()
	})
	usersBucket(t, config, "users", rules("https://mine.example"))
	e := mortal(t, config)
	_, err := e.UseBucket(t.Context(), "users")
	must(t, err)
	lies = false
	e.Die()
	restored, err := restore(t, config)
	must(t, err)
	same(t, "restored", "objects of the run removed", restored[0].Done)
	same(t, "configuration", rules("https://mine.example"), configured(t, config))

	b, err := open(t, config).UseBucket(t.Context(), "users")
	must(t, err)
	must(t, b.Close(t.Context()))
	same(t, "configuration", rules("https://mine.example"), configured(t, config))
}

// Files that are no journals do not hang anybody up.
func TestJournalsAreFiles(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero.json")))
	must(t, os.Mkdir(filepath.Join(dir, "folder.json"), 0o700))
	big, err := os.Create(filepath.Join(dir, "big.json"))
	must(t, err)
	must(t, big.Truncate(1<<40))
	must(t, big.Close())
	_, err = endpoint.Waiting(dir)
	same(t, "error", "DIR/big.json: larger than 4194304 bytes: no file of this kind is\nDIR/folder.json: it is a folder, not a file\nDIR/zero.json: it is a device, not a regular file: write its content to a file first", said(err, endpoint.Config{JournalDir: dir}))
}
