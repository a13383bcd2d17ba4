package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"corsprobe/runner/s3cors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Journal is what a user's bucket held before a run changed it.
type Journal struct {
	Endpoint string                `json:"endpoint"`
	Region   string                `json:"region"`
	Bucket   string                `json:"bucket"`
	Saved    time.Time             `json:"saved"`
	Run      string                `json:"run"`
	CORS     *s3cors.Configuration `json:"cors"` // null: none
	path     string
}

func journalDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "corsprobe", "journal"), err
}

// UseBucket takes a bucket that exists. Its configuration is saved, in memory and in a journal on disk, before anything is changed.
func (e *Endpoint) UseBucket(ctx context.Context, name string) (*Bucket, error) {
	if e.config.RunID == "" || strings.Contains(e.config.RunID, "/") {
		return nil, fmt.Errorf("a journal cannot be kept under the run ID %q", e.config.RunID) // restore would not take it
	}
	dir, err := journalDir(e.config.JournalDir)
	if err != nil {
		return nil, fmt.Errorf("no place for the journal: %w", err)
	}
	if err := e.unfinished(dir, name); err != nil {
		return nil, err
	}
	b := &Bucket{e: e, name: name}
	cfg, err := b.held(ctx)
	if err != nil {
		return nil, err
	}
	b.saved = &Journal{Endpoint: e.URL(), Region: e.Region(), Bucket: name, Saved: time.Now().UTC(), Run: e.config.RunID, CORS: cfg, path: filepath.Join(dir, e.config.RunID+"-"+name+".json")}
	if err := b.saved.write(); err != nil {
		return nil, fmt.Errorf("the journal could not be written, so the bucket is left alone: %w", err)
	}
	e.hold(b)
	return b, nil
}

// UseBucketAsIs takes a bucket that exists, for a run that only asks: its configuration is neither read nor changed.
func (e *Endpoint) UseBucketAsIs(ctx context.Context, name string) (*Bucket, error) {
	if trouble := e.reachable(ctx); trouble != nil {
		return nil, trouble
	}
	if _, err := e.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &name, MaxKeys: aws.Int32(1)}, againAfterAnswer); err != nil {
		return nil, e.diagnose(e.callError("ListObjectsV2", err))
	}
	b := &Bucket{e: e, name: name}
	e.hold(b)
	return b, nil
}

// held is the configuration that a user's bucket has. An answer without rules is none that could be put back: S3 keeps no such configuration.
func (b *Bucket) held(ctx context.Context) (*s3cors.Configuration, error) {
	if trouble := b.e.keyless(ctx); trouble != nil {
		return nil, trouble
	}
	cfg, err := b.getCORS(ctx, againAfterAnswer)
	if err == nil && (cfg == nil || len(cfg.CORSRules) > 0) {
		return cfg, nil
	}
	if trouble := b.e.foreign(ctx); trouble != nil {
		return nil, trouble
	}
	if err != nil {
		return nil, b.e.diagnose(err)
	}
	return nil, &Trouble{Summary: b.e.URL() + " answers GetBucketCors without a rule, where S3 would say NoSuchCORSConfiguration", Hint: noCORS}
}

// unfinished refuses a bucket that another run has changed and not put back: its configuration of now would be saved as the user's.
func (e *Endpoint) unfinished(dir, bucket string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // restore tells of it
		}
		if j, err := readJournal(data); err == nil && j.Bucket == bucket && j.Endpoint == e.URL() {
			return &Trouble{Summary: fmt.Sprintf("the bucket %s is in use by the run %s, or was when that run was killed", bucket, j.Run), Hint: "wait for it to end, or put the configuration back with corsprobe restore, which reads " + path}
		}
	}
	return nil
}

// write puts the journal on disk, whole and for good before it returns.
func (j *Journal) write() error {
	dir := filepath.Dir(j.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "*.tmp") // mode 0600
	if err != nil {
		return err
	}
	err = errors.Join(json.NewEncoder(f).Encode(j), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	syncDir(dir)
	return nil
}

// syncDir makes a rename outlast a power cut where the system can do that for directories.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// readJournal is the reader of what write wrote. Of a document that lacks the configuration nobody knows whether there was one.
func readJournal(data []byte) (Journal, error) {
	var read struct {
		Journal
		CORS json.RawMessage `json:"cors"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return Journal{}, err
	}
	j := read.Journal
	switch {
	case j.Bucket == "" || j.Endpoint == "" || j.Run == "" || read.CORS == nil:
		return Journal{}, errors.New("bucket, endpoint, run or cors is missing")
	case strings.Contains(j.Run, "/"):
		return Journal{}, fmt.Errorf("%q is no run", j.Run)
	}
	if err := json.Unmarshal(read.CORS, &j.CORS); err != nil {
		return Journal{}, err
	}
	if j.CORS != nil && len(j.CORS.CORSRules) == 0 {
		return Journal{}, errors.New("the configuration has no rules")
	}
	return j, nil
}

// putBack restores a user's bucket and proves it; only then the journal goes.
func (b *Bucket) putBack(ctx context.Context, ours func(key string) bool) error {
	problem := b.takeAway(ctx, b.saved.Run, ours)
	if err := b.restore(ctx, b.saved.CORS); err != nil {
		return errors.Join(problem, &NotRestored{Bucket: b.name, Journal: b.saved.path, Command: b.e.restoreCommand(b.name), Err: err})
	}
	err := os.Remove(b.saved.path)
	if errors.Is(err, fs.ErrNotExist) { // put back before, and called again for the objects
		err = nil
	}
	return errors.Join(problem, err)
}

// takeAway removes the objects of a run from a user's bucket.
func (b *Bucket) takeAway(ctx context.Context, run string, ours func(key string) bool) error {
	c := cleaner{e: b.e, bucket: b.name, prefix: prefixOf(run), ours: ours}
	if err := c.clean(ctx); err != nil {
		return &LeftBehind{Bucket: b.name, Objects: c.prefix, Command: b.e.restoreCommand(b.name), Err: err}
	}
	return nil
}

func (b *Bucket) restore(ctx context.Context, cfg *s3cors.Configuration) error {
	var err error
	if cfg == nil {
		err = b.Clear(ctx)
	} else {
		err = b.PutCORS(ctx, cfg)
	}
	if err != nil {
		return err
	}
	got, err := b.await(ctx, func(got *s3cors.Configuration) bool { return s3cors.Same(got, cfg) })
	if err == nil && !s3cors.Same(got, cfg) {
		err = errors.New("it reads back otherwise: " + s3cors.Difference(cfg, got))
	}
	return err
}

// await reads the configuration until it is as it should be, or the time is over in which it should be: S3 promises to show a configuration
// eventually.
func (b *Bucket) await(ctx context.Context, right func(*s3cors.Configuration) bool) (*s3cors.Configuration, error) {
	end := time.Now().Add(b.e.settle)
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		got, err := b.GetCORS(ctx)
		if err != nil || right(got) || time.Now().Add(pause).After(end) {
			return got, err
		}
		if !wait(ctx, pause) {
			return got, ctx.Err()
		}
	}
}

// Restore puts back what journals on disk say, through the endpoint that open gives for each.
func Restore(ctx context.Context, dir string, open func(Journal) (*Endpoint, error)) (restored []Journal, err error) {
	dir, err = journalDir(dir)
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, path := range paths {
		j, err := restoreFrom(ctx, path, open)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, err))
			continue
		}
		restored = append(restored, j)
	}
	return restored, errors.Join(problems...)
}

func restoreFrom(ctx context.Context, path string, open func(Journal) (*Endpoint, error)) (Journal, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Journal{}, err
	}
	j, err := readJournal(data)
	if err != nil {
		return j, fmt.Errorf("not a journal of corsprobe's: %w", err)
	}
	j.path = path
	e, err := open(j)
	if err != nil {
		return j, err
	}
	b := &Bucket{e: e, name: j.Bucket, saved: &j}
	// The keys went with the process, but nobody else writes below the prefix with the run's random name.
	return j, b.putBack(ctx, func(key string) bool { return strings.HasPrefix(key, prefixOf(j.Run)) })
}
