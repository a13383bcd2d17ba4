package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"corsprobe/runner/s3cors"
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
	b := &Bucket{e: e, name: name}
	cfg, err := b.GetCORS(ctx)
	if err != nil {
		return nil, e.diagnose(err)
	}
	dir, err := journalDir(e.config.JournalDir)
	if err != nil {
		return nil, fmt.Errorf("no place for the journal: %w", err)
	}
	b.saved = &Journal{Endpoint: e.URL(), Region: e.Region(), Bucket: name, Saved: time.Now().UTC(), Run: e.config.RunID, CORS: cfg, path: filepath.Join(dir, e.config.RunID+"-"+name+".json")}
	if err := b.saved.write(); err != nil {
		return nil, fmt.Errorf("the journal could not be written, so the bucket is left alone: %w", err)
	}
	e.hold(b)
	return b, nil
}

// write puts the journal on disk, for good before it returns.
func (j *Journal) write() error {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(j), f.Sync(), f.Close())
}

// putBack restores a user's bucket and proves it; only then the journal goes.
func (b *Bucket) putBack(ctx context.Context) error {
	problems := []error{b.e.empty(ctx, b.name, prefixOf(b.saved.Run))}
	if err := b.restore(ctx, b.saved.CORS); err != nil {
		return errors.Join(append(problems, fmt.Errorf("the configuration of %s was not put back: %w; corsprobe restore tries again from %s", b.name, err, b.saved.path))...)
	}
	return errors.Join(append(problems, os.Remove(b.saved.path))...)
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
	got, err := b.GetCORS(ctx)
	if err == nil && !s3cors.Same(got, cfg) {
		err = errors.New("it reads back otherwise: " + s3cors.Difference(cfg, got))
	}
	return err
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
	j := Journal{path: path}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &j)
	}
	if err == nil && (j.Bucket == "" || j.Endpoint == "" || j.Run == "") {
		err = errors.New("bucket, endpoint or run is missing")
	}
	if err != nil {
		return j, fmt.Errorf("not a journal of corsprobe's: %w", err)
	}
	e, err := open(j)
	if err != nil {
		return j, err
	}
	b := &Bucket{e: e, name: j.Bucket, saved: &j}
	return j, b.putBack(ctx)
}
