package endpoint

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// ours is the name of a bucket that a run made.
var ours = regexp.MustCompile(`^corsprobe-([0-9a-f]{12})-[0-9]+(?:-[0-9]+)?$`)

// runOf is the run that a bucket's name names; empty where it is no run's.
func runOf(bucket string) string {
	if m := ours.FindStringSubmatch(bucket); m != nil {
		return m[1]
	}
	return ""
}

// SweepOptions say which buckets are swept. The zero value takes whatever no run is seen to use.
type SweepOptions struct {
	Run       string        // only this run's, whatever their age; empty: those of all runs
	OlderThan time.Duration // leaves younger ones, unless their run is known to have ended
	DryRun    bool          // removes nothing
}

// Swept is what became of one bucket.
type Swept struct {
	Bucket string
	Gone   bool   // it was removed, or would be
	Why    string // it was left; empty: it is gone
}

// Sweep removes the buckets that earlier runs left, and says of every other with a name like theirs why it is left. That a bucket is a run's is
// told by the list that the run kept on this machine's disk, or by the object that it put in first; that the run is over, by the same two. Age
// counts only where neither can be asked of a process: an endpoint's dates may be wrong.
func Sweep(ctx context.Context, e *Endpoint, opts SweepOptions) ([]Swept, error) {
	if err := e.reachable(ctx); err != nil {
		return nil, err
	}
	s := sweep{SweepOptions: opts, e: e, ledgers: e.ledgers()}
	listed, err := s.list(ctx)
	problems := []error{err}
	for _, b := range slices.Concat(listed, s.unlisted(ctx, listed)) {
		one, err := s.one(ctx, b)
		problems = append(problems, err)
		if one.Gone || one.Why != "" {
			s.done = append(s.done, one)
		}
	}
	return s.done, errors.Join(problems...)
}

type sweep struct {
	SweepOptions
	e       *Endpoint
	ledgers []entries
	done    []Swept
}

// candidate is a bucket with a name like a run's.
type candidate struct {
	name    string
	created time.Time // by the endpoint's clock; zero: it does not tell
}

// mostSwept is far more buckets than any account may have that look like a run's.
const mostSwept = 100_000

// list reads every page of the endpoint's buckets.
func (s *sweep) list(ctx context.Context) ([]candidate, error) {
	var found []candidate
	pages := s3.NewListBucketsPaginator(s.e.client, &s3.ListBucketsInput{}, func(o *s3.ListBucketsPaginatorOptions) { o.StopOnDuplicateToken = true })
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages || len(found) > mostSwept {
			return found, errNoEnd
		}
		page, err := pages.NextPage(ctx, once)
		if err != nil {
			return found, s.e.diagnose(s.e.callError("ListBuckets", err))
		}
		for _, b := range page.Buckets {
			if name := aws.ToString(b.Name); strings.HasPrefix(name, "corsprobe-") && (s.Run == "" || runOf(name) == s.Run) {
				found = append(found, candidate{name, aws.ToTime(b.CreationDate)})
			}
		}
	}
	return found, nil
}

// unlisted are the buckets of runs that are over which only their ledgers name: not every key may list buckets, and not every endpoint lists a
// new one at once. Those that are not there are struck from the ledger.
func (s *sweep) unlisted(ctx context.Context, listed []candidate) []candidate {
	var found []candidate
	for i := range s.ledgers {
		l := &s.ledgers[i]
		if l.state() != ended || s.Run != "" && l.Holder.Run != s.Run {
			continue
		}
		for _, name := range slices.Clone(l.names) {
			if slices.ContainsFunc(listed, func(b candidate) bool { return b.name == name }) {
				continue
			}
			_, err := s.e.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name}, once)
			if missing(s.e.callError("HeadBucket", err)) {
				if !s.DryRun {
					l.strike(name)
				}
				continue
			}
			found = append(found, candidate{name: name})
		}
	}
	return found
}

// one removes a bucket if a run left it, or says why not.
func (s *sweep) one(ctx context.Context, b candidate) (Swept, error) {
	l := s.entered(b.name)
	why, err := s.reason(ctx, b, l)
	if why != "" || err != nil {
		return Swept{Bucket: b.name, Why: why}, err
	}
	if !s.DryRun {
		if err := s.e.remove(ctx, b.name); err != nil {
			return Swept{}, err
		}
		if l != nil {
			l.strike(b.name)
		}
	}
	return Swept{Bucket: b.name, Gone: true}, nil
}

// entered is the ledger that names a bucket; nil: none.
func (s *sweep) entered(name string) *entries {
	for i := range s.ledgers {
		if slices.Contains(s.ledgers[i].names, name) {
			return &s.ledgers[i]
		}
	}
	return nil
}

// reason says why a bucket is left; empty: it is not.
func (s *sweep) reason(ctx context.Context, b candidate, l *entries) (string, error) {
	if runOf(b.name) == "" {
		return "no run gives that name", nil
	}
	if l != nil {
		switch l.state() {
		case running:
			return underWay(l.Holder), nil
		case ended:
			return "", nil
		}
	}
	mark, found, err := s.e.marked(ctx, b.name)
	if err != nil {
		return "", err
	}
	if !found {
		return s.unmarked(ctx, b.name)
	}
	switch mark.state() {
	case running:
		return underWay(mark), nil
	case ended:
		return "", nil
	}
	if s.Run != "" {
		return "", nil
	}
	return s.young(b, mark), nil
}

func underWay(h Holder) string { return fmt.Sprintf("%s is under way", h) }

// unmarked is why a bucket is left that has a run's name and nothing that shows it to be a run's. A run may have been killed before it put its
// object in; then it is empty, and goes if its run is named.
func (s *sweep) unmarked(ctx context.Context, name string) (string, error) {
	if s.Run == "" {
		return fmt.Sprintf("it has a run's name, and not the object %s that a run puts in first; if it is a run's, %s removes it where it is empty", keepKey, s.e.sweepCommand(runOf(name))), nil
	}
	empty, err := s.e.empty(ctx, name)
	if err != nil || empty {
		return "", err
	}
	return fmt.Sprintf("it has a run's name, but holds objects, and not the object %s that a run puts in first: it may be somebody's", keepKey), nil
}

// empty reports that a bucket holds nothing, nor older versions of anything.
func (e *Endpoint) empty(ctx context.Context, name string) (bool, error) {
	listed, err := e.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &name, MaxKeys: aws.Int32(1)})
	if err != nil {
		return false, leftAlone(name, e.callError("ListObjectsV2", err))
	}
	versions, err := e.client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &name, MaxKeys: aws.Int32(1)})
	if err != nil {
		return len(listed.Contents) == 0, nil //nolint:nilerr // a server that cannot list versions has none; DeleteBucket refuses what is not empty
	}
	return len(listed.Contents)+len(versions.Versions)+len(versions.DeleteMarkers) == 0, nil
}

// young is why a bucket is left whose run may be under way on another machine.
func (s *sweep) young(b candidate, mark Holder) string {
	by := s.e.sweepCommand(runOf(b.name)) + " removes it"
	from := func(at time.Time) bool { return at.Year() >= 2006 } // S3 is no older: what says so tells no time
	latest := b.created
	if mark.Time.After(latest) {
		latest = mark.Time
	}
	switch {
	case !from(b.created) && !from(mark.Time):
		return "nobody tells how old it is, so that its run may be under way; if not, " + by
	case time.Until(latest) > 5*time.Minute:
		return "it was made in the future, by the endpoint's clock or its run's, so that its run may be under way; if not, " + by
	case from(b.created) && time.Since(b.created) < s.OlderThan, from(mark.Time) && time.Since(mark.Time) < s.OlderThan:
		return fmt.Sprintf("it is younger than %v, so that its run may be under way; if not, %s", s.OlderThan, by)
	}
	return ""
}

// marked reads the object that a run puts into its buckets first: whose it is, where that is told, and whether it is there.
func (e *Endpoint) marked(ctx context.Context, name string) (mark Holder, found bool, err error) {
	body, err := e.readObject(ctx, name, keepKey)
	if missing(err) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, leftAlone(name, err)
	}
	mark, _ = readHolder(body) // earlier releases put a word there
	return mark, true, nil
}

func leftAlone(name string, err error) error {
	return fmt.Errorf("bucket %s is left alone: %w", name, err)
}
